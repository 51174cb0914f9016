"""What a till knows about gift cards: pure values and decisions, no I/O and no clock."""
