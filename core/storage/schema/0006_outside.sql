-- Rules by which events are passed on to other systems.
CREATE TABLE forwards (
    id      TEXT PRIMARY KEY,
    removed INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;

-- How far each rule has come in the log: everything up to `seq` was sent, is of no interest to it, or is in `letters`.
CREATE TABLE forward_cursors (
    forward_id TEXT PRIMARY KEY,
    seq        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A rule passes on what happens from its making on.
CREATE TRIGGER forward_begins AFTER INSERT ON forwards BEGIN
    INSERT OR IGNORE INTO forward_cursors SELECT new.id, coalesce(max(seq), 0) FROM events;
END;

CREATE TRIGGER forward_begins_again AFTER UPDATE OF removed ON forwards WHEN old.removed AND NOT new.removed BEGIN
    INSERT OR IGNORE INTO forward_cursors SELECT new.id, coalesce(max(seq), 0) FROM events;
END;

-- Events that could not be passed on yet; `dead` ones are not tried again unless someone asks for it.
CREATE TABLE letters (
    forward_id TEXT NOT NULL,
    seq        INTEGER NOT NULL REFERENCES events (seq),
    order_id   TEXT,
    tries      INTEGER NOT NULL,
    next_at    REAL NOT NULL,
    dead       INTEGER NOT NULL,
    problem    TEXT NOT NULL,
    PRIMARY KEY (forward_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER forward_ends AFTER UPDATE OF removed ON forwards WHEN new.removed BEGIN
    DELETE FROM forward_cursors WHERE forward_id = new.id;
    DELETE FROM letters WHERE forward_id = new.id;
END;

-- What was answered to requests that carried an idempotency key, so that a repeated one gets the same answer.
CREATE TABLE answers (
    key_id  TEXT NOT NULL,
    request TEXT NOT NULL,
    digest  TEXT NOT NULL,
    at      REAL NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (key_id, request)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_by_time ON answers (at);
