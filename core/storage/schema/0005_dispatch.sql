-- Rules, providers, and orders while they are with one.
CREATE TABLE rulesets (
    id      TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;

CREATE TABLE providers (
    id      TEXT PRIMARY KEY,
    removed INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;

-- Counted with the decision that counts, in the same transaction: shares hold across a restart.
CREATE TABLE tallies (
    id   TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE consignments (
    id       TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    state    TEXT NOT NULL,
    body     TEXT NOT NULL
) STRICT;
CREATE INDEX consignments_open ON consignments (id) WHERE state <> 'ended';

CREATE TABLE days (
    id   TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;

-- Who changed what when, found without reading every order's events.
CREATE INDEX events_of_setup ON events (kind, seq)
    WHERE kind IN ('AreaSaved', 'AreaRemoved', 'RulesSaved', 'ProviderSaved', 'ProviderRemoved', 'WeatherTold');
