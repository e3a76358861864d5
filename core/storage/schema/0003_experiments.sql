-- Experiments on the drivers' apps, those that have ended among them.
CREATE TABLE experiments (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;
