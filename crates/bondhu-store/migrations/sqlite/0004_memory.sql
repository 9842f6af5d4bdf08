-- What is remembered about a person. A fact is never overwritten: a newer one for the same slot supersedes it, and
-- `valid_to` says until when the older one held.
CREATE TABLE memories (
    id            BLOB PRIMARY KEY NOT NULL,
    user_id       BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind          TEXT NOT NULL,
    subject       TEXT NOT NULL,
    predicate     TEXT NOT NULL,
    object        TEXT NOT NULL,
    -- What there can be one current fact about, such as `lives_in`.
    slot          TEXT NOT NULL,
    -- Equal for facts that say the same.
    merge_key     TEXT NOT NULL,
    polarity      TEXT NOT NULL CHECK (polarity IN ('positive', 'negative')),
    confidence    DOUBLE PRECISION NOT NULL,
    importance    DOUBLE PRECISION NOT NULL,
    valid_from    BIGINT NOT NULL,
    valid_to      BIGINT,
    event_at      BIGINT,
    created_by    TEXT NOT NULL CHECK (created_by IN ('rule', 'model', 'user')),
    status        TEXT NOT NULL CHECK (status IN ('active', 'superseded', 'rejected', 'pinned')),
    superseded_by BLOB REFERENCES memories (id) ON DELETE SET NULL,
    mentions      BIGINT NOT NULL,
    uses          BIGINT NOT NULL,
    last_used_at  BIGINT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX memories_current ON memories (user_id, slot) WHERE status IN ('active', 'pinned');
CREATE INDEX memories_said ON memories (user_id, slot, merge_key);
CREATE INDEX memories_changed ON memories (user_id, updated_at);
CREATE INDEX memories_newest ON memories (user_id, id);
CREATE INDEX memories_successor ON memories (superseded_by) WHERE superseded_by IS NOT NULL;

-- The messages that a fact was said in; `first` marks the one that made it.
CREATE TABLE memory_sources (
    memory_id  BLOB NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
    message_id BLOB NOT NULL REFERENCES chat_messages (id) ON DELETE CASCADE,
    first      BOOLEAN NOT NULL,
    PRIMARY KEY (memory_id, message_id)
);
CREATE INDEX memory_sources_message ON memory_sources (message_id);

-- What a reply was given to go by: facts and earlier messages.
CREATE TABLE memory_uses (
    reply_id   BLOB NOT NULL REFERENCES chat_messages (id) ON DELETE CASCADE,
    position   BIGINT NOT NULL,
    memory_id  BLOB REFERENCES memories (id) ON DELETE CASCADE,
    message_id BLOB REFERENCES chat_messages (id) ON DELETE CASCADE,
    score      DOUBLE PRECISION NOT NULL,
    signals    TEXT NOT NULL,
    PRIMARY KEY (reply_id, position)
);
CREATE INDEX memory_uses_memory ON memory_uses (memory_id) WHERE memory_id IS NOT NULL;
CREATE INDEX memory_uses_message ON memory_uses (message_id) WHERE message_id IS NOT NULL;

CREATE TABLE memory_settings (
    user_id      BLOB PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    paused       BOOLEAN NOT NULL,
    -- Up to which message a language model has looked for facts.
    extracted_to BLOB
);

-- Hashes of what a person wanted forgotten: it is not learnt again from what was said before.
CREATE TABLE memory_forgotten (
    user_id      BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key_hash     TEXT NOT NULL,
    forgotten_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, key_hash)
);

-- Messages that a forgotten fact came from: they stay in the conversation and are not recalled.
CREATE TABLE memory_muted (
    message_id BLOB PRIMARY KEY NOT NULL REFERENCES chat_messages (id) ON DELETE CASCADE,
    user_id    BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE
);

-- A person's own messages in the order they were said, for the index that recall keeps.
CREATE INDEX chat_messages_own ON chat_messages (user_id, id) WHERE sender = 'user';
