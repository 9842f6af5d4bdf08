-- How sure the reading of a message is, from 0 to 1.
ALTER TABLE chat_messages ADD COLUMN confidence DOUBLE PRECISION;

-- What people say themselves about a day; `day` is theirs, as YYYY-MM-DD.
CREATE TABLE mood_check_ins (
    id         UUID PRIMARY KEY,
    user_id    UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    day        TEXT NOT NULL,
    mood       TEXT NOT NULL,
    note       TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (user_id, day)
);

-- What a profile rests on. A profile is worked out from these rows whenever it is asked for and is stored nowhere.
-- A vetoed row stays, so that the same cue is not learnt again.
CREATE TABLE personality_evidence (
    id          UUID PRIMARY KEY,
    user_id     UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    source      TEXT NOT NULL CHECK (source IN ('questionnaire', 'chat', 'music', 'video')),
    cue         TEXT NOT NULL,
    trait       TEXT NOT NULL,
    value       DOUBLE PRECISION NOT NULL,
    weight      DOUBLE PRECISION NOT NULL CHECK (weight >= 0),
    message_ids TEXT NOT NULL,
    expires_at  BIGINT,
    vetoed_at   BIGINT,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    UNIQUE (user_id, source, cue, trait)
);

-- The sitting under way: one row for each item that was answered, or left out (null).
CREATE TABLE personality_answers (
    user_id     UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    item        SMALLINT NOT NULL,
    answer      SMALLINT CHECK (answer BETWEEN 1 AND 5),
    answered_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, item)
);

CREATE TABLE personality_locks (
    user_id   UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    trait     TEXT NOT NULL,
    mean      DOUBLE PRECISION NOT NULL,
    variance  DOUBLE PRECISION NOT NULL,
    locked_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, trait)
);

CREATE TABLE personality_snapshots (
    id         UUID PRIMARY KEY,
    user_id    UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    reason     TEXT NOT NULL,
    traits     TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX personality_snapshots_newest ON personality_snapshots (user_id, created_at);

CREATE TABLE personality_states (
    user_id          UUID PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- Nothing said before is learnt from.
    learn_from       BIGINT NOT NULL,
    questionnaire_at BIGINT
);
