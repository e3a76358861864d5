-- "KERB": tells our databases from those of other programs.
PRAGMA application_id = 1262834242;

-- What happened. `body` is the whole change as JSON: every entity it touched, as it was afterwards.
CREATE TABLE events (
    seq       INTEGER PRIMARY KEY,
    at        REAL NOT NULL,
    kind      TEXT NOT NULL,
    actor     TEXT NOT NULL,
    reason    TEXT NOT NULL,
    order_id  TEXT,
    driver_id TEXT,
    body      TEXT NOT NULL
) STRICT;

-- A change may concern several orders; each of them finds it here.
CREATE TABLE event_orders (
    order_id TEXT NOT NULL,
    seq      INTEGER NOT NULL REFERENCES events (seq),
    PRIMARY KEY (order_id, seq)
) STRICT, WITHOUT ROWID;

-- Current state: the last entity per id, written with the event that made it so.
CREATE TABLE orders (
    id        TEXT PRIMARY KEY,
    status    TEXT NOT NULL,
    status_at REAL NOT NULL,
    driver_id TEXT,
    body      TEXT NOT NULL
) STRICT;
CREATE INDEX orders_by_status ON orders (status, status_at);

CREATE TABLE offers (
    id        TEXT PRIMARY KEY,
    state     TEXT NOT NULL,
    driver_id TEXT NOT NULL,
    body      TEXT NOT NULL
) STRICT;
CREATE INDEX offers_open ON offers (id) WHERE state = 'open';

CREATE TABLE routes (
    driver_id TEXT PRIMARY KEY,
    body      TEXT NOT NULL
) STRICT;

CREATE TABLE drivers (
    id      TEXT PRIMARY KEY,
    removed INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;

CREATE TABLE merchants (
    id   TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE areas (
    id   TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;

-- Drivers' words that were acted on, so that none is acted on twice.
CREATE TABLE words (
    driver_id TEXT NOT NULL,
    word_id   TEXT NOT NULL,
    at        REAL NOT NULL,
    PRIMARY KEY (driver_id, word_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX words_by_time ON words (at);

-- Where each driver was last. NULL stands for what the phone did not say.
CREATE TABLE positions (
    driver_id   TEXT PRIMARY KEY,
    t           REAL NOT NULL,
    lat         REAL NOT NULL,
    lon         REAL NOT NULL,
    acc         REAL,
    spd         REAL,
    hdg         REAL,
    batt        REAL,
    mode        TEXT NOT NULL,
    received_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
