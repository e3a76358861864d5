"""Who has come to a stop of theirs, and who has left it."""
