"""The pieces the Till is drawn with: each shows one part of the state and tells of touches."""
