-- The last alert of each kind about each order or driver; it stands while it is not cleared.
CREATE TABLE alerts (
    id         TEXT PRIMARY KEY,
    cleared_at REAL,
    body       TEXT NOT NULL
) STRICT;
CREATE INDEX alerts_standing ON alerts (id) WHERE cleared_at IS NULL;
