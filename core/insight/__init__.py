"""What a day's orders say about how it went."""
