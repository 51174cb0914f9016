"""Pictures of every screen in every state that matters, made by the real program."""
