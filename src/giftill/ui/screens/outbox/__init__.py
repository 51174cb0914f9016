"""The Outbox screen: what is recorded but not yet confirmed, and what needs attention."""
