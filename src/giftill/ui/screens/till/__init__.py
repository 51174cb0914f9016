"""The Till: scan a card, hold, complete or cancel; the main flow of a cashier's day."""
