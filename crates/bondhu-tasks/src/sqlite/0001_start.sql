-- Messages in every state but the dead: 0 waits, 1 waits for its time, 2 is on lease.
CREATE TABLE messages (
    tag TEXT PRIMARY KEY,
    queue TEXT NOT NULL,
    step INTEGER NOT NULL,
    -- Order within a queue and step; what goes to the front gets a number before all others.
    position INTEGER NOT NULL,
    state INTEGER NOT NULL,
    due_ms INTEGER NOT NULL DEFAULT 0,
    lease_ms INTEGER NOT NULL DEFAULT 0,
    owner TEXT,
    redelivered INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,
    sent_ms INTEGER NOT NULL,
    raw BLOB NOT NULL
) STRICT;
CREATE INDEX messages_position ON messages (position);
CREATE INDEX messages_waiting ON messages (queue, step, position) WHERE state = 0;
CREATE INDEX messages_due ON messages (due_ms) WHERE state = 1;
CREATE INDEX messages_leases ON messages (lease_ms) WHERE state = 2;

CREATE TABLE unique_keys (key TEXT PRIMARY KEY, holder TEXT NOT NULL, until_ms INTEGER NOT NULL) STRICT;

CREATE TABLE dead (
    id TEXT PRIMARY KEY,
    died_ms INTEGER NOT NULL,
    letter TEXT NOT NULL
) STRICT;
CREATE INDEX dead_newest ON dead (died_ms);

CREATE TABLE rates (key TEXT PRIMARY KEY, next_us INTEGER NOT NULL) STRICT;

CREATE TABLE leads (
    lock TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    fence INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE schedules (
    schedule TEXT NOT NULL,
    entry TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (schedule, entry)
) STRICT;
CREATE TABLE fences (schedule TEXT PRIMARY KEY, fence INTEGER NOT NULL) STRICT;

-- The bus between the processes of one machine; a row lives for a minute.
CREATE TABLE bus (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    payload BLOB NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE bus_listeners (id TEXT PRIMARY KEY, pattern TEXT NOT NULL, until_ms INTEGER NOT NULL) STRICT;

CREATE TABLE results (
    id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    result BLOB NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX results_old ON results (until_ms);
CREATE TABLE groups (id TEXT PRIMARY KEY, record TEXT NOT NULL, until_ms INTEGER NOT NULL) STRICT;
CREATE TABLE chords (
    id TEXT PRIMARY KEY,
    size INTEGER,
    grown INTEGER NOT NULL DEFAULT 0,
    -- Who runs the body, and until when nobody else may; `done` for ever.
    claim TEXT,
    claim_ms INTEGER NOT NULL DEFAULT 0,
    until_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE chord_members (
    chord TEXT NOT NULL,
    member TEXT NOT NULL,
    place INTEGER,
    arrived INTEGER NOT NULL,
    state TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (chord, member)
) STRICT;
