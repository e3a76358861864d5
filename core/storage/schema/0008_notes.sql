-- Notes are read from the log: a shift has a few of them.
CREATE INDEX events_of_notes ON events (kind, seq) WHERE kind IN ('NoteTaken', 'NoteStruck');
