-- Ids are UUIDv7 made in Rust, 16 bytes; times are milliseconds since 1970 (UTC).
CREATE TABLE users (
    id            BLOB PRIMARY KEY NOT NULL,
    username      TEXT NOT NULL,
    username_key  TEXT NOT NULL UNIQUE,
    display_name  TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    is_owner      BOOLEAN NOT NULL,
    country       TEXT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);

CREATE TABLE sessions (
    id           BLOB PRIMARY KEY NOT NULL,
    user_id      BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash   BLOB NOT NULL UNIQUE,
    user_agent   TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE api_tokens (
    id           BLOB PRIMARY KEY NOT NULL,
    user_id      BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    token_hash   BLOB NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX api_tokens_user ON api_tokens (user_id);

CREATE TABLE invites (
    id         BLOB PRIMARY KEY NOT NULL,
    code_hash  BLOB NOT NULL UNIQUE,
    created_by BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_by    BLOB REFERENCES users (id) ON DELETE SET NULL,
    used_at    BIGINT
);
CREATE INDEX invites_creator ON invites (created_by);
CREATE INDEX invites_guest ON invites (used_by) WHERE used_by IS NOT NULL;

CREATE TABLE settings (
    key   TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);

CREATE TABLE conversations (
    id              BLOB PRIMARY KEY NOT NULL,
    user_id         BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title           TEXT NOT NULL,
    title_is_custom BOOLEAN NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);
CREATE INDEX conversations_newest ON conversations (user_id, updated_at, id);

-- `seq` is the stable integer that full-text rows need. The first message of a conversation has the
-- conversation's id as its parent, so `parent_id` has no foreign key.
CREATE TABLE chat_messages (
    seq             INTEGER PRIMARY KEY NOT NULL,
    id              BLOB NOT NULL UNIQUE,
    user_id         BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    parent_id       BLOB NOT NULL,
    active          BOOLEAN NOT NULL,
    sender          TEXT NOT NULL CHECK (sender IN ('user', 'companion')),
    text            TEXT NOT NULL,
    status          TEXT NOT NULL CHECK (status IN ('complete', 'streaming', 'stopped', 'interrupted', 'failed')),
    answered_by     TEXT CHECK (answered_by IN ('model', 'listener', 'safety')),
    model           TEXT,
    error_code      TEXT,
    sentiment       DOUBLE PRECISION,
    mood            TEXT,
    crisis_level    SMALLINT,
    idempotency_key TEXT,
    lease_until     BIGINT,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);
CREATE INDEX chat_messages_shown ON chat_messages (conversation_id, user_id, active, id);
CREATE INDEX chat_messages_newest ON chat_messages (user_id, active, id);
CREATE INDEX chat_messages_parent ON chat_messages (parent_id, sender, id);
CREATE UNIQUE INDEX chat_messages_idempotency ON chat_messages (user_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
-- At most one reply in progress a conversation; also finds the abandoned ones.
CREATE UNIQUE INDEX chat_messages_streaming ON chat_messages (conversation_id) WHERE status = 'streaming';
CREATE INDEX chat_messages_crisis ON chat_messages (user_id, created_at) WHERE crisis_level > 0;

-- Terms come ready-made from Rust: letters, digits and marks, parted by spaces. The `ascii` tokenizer
-- leaves everything outside ASCII alone, so vowel signs stay in their words.
CREATE VIRTUAL TABLE chat_search USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'ascii', detail = 'none');
CREATE TRIGGER chat_messages_forget AFTER DELETE ON chat_messages BEGIN
    DELETE FROM chat_search WHERE rowid = old.seq;
END;

CREATE TABLE outbox (
    id           BLOB PRIMARY KEY NOT NULL,
    name         TEXT NOT NULL,
    args         TEXT NOT NULL,
    queue        TEXT NOT NULL,
    unique_key   TEXT UNIQUE,
    available_at BIGINT NOT NULL,
    created_at   BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (available_at, id);
