-- What background work finds out and leaves.
CREATE TABLE insights (
    id            BLOB PRIMARY KEY NOT NULL,
    user_id       BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    from_at       BIGINT NOT NULL,
    to_at         BIGINT NOT NULL,
    messages      BIGINT NOT NULL,
    mean          DOUBLE PRECISION NOT NULL,
    volatility    DOUBLE PRECISION NOT NULL,
    dominant_mood TEXT NOT NULL,
    moods         TEXT NOT NULL,
    trend         TEXT NOT NULL CHECK (trend IN ('rising', 'steady', 'falling', 'unknown')),
    created_at    BIGINT NOT NULL,
    -- A window ends with its newest message, so looking at it again makes no second row.
    UNIQUE (user_id, to_at)
);
CREATE INDEX insights_age ON insights (created_at);

CREATE TABLE activities (
    id         BLOB PRIMARY KEY NOT NULL,
    user_id    BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    data       TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX activities_newest ON activities (user_id, created_at);

-- When a task that must not come too often was last asked for.
CREATE TABLE outbox_pace (
    unique_key TEXT PRIMARY KEY NOT NULL,
    last_at    BIGINT NOT NULL
);

CREATE INDEX chat_messages_said ON chat_messages (created_at, user_id) WHERE sender = 'user';
