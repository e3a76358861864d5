"""The data folder and the database in it: one writer, an event log, and the current state it leads to."""
