"""The Holds screen: every open hold, oldest first."""
