"""The parts that screens are made of; each asks the theme how to look."""
