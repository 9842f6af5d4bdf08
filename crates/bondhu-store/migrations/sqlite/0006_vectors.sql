-- What people have said, and the facts about them, as vectors of an embedding model, for recall by meaning. `vector`
-- holds one signed byte for each dimension; `model` says which model made it, so that another one makes them anew.
CREATE TABLE message_vectors (
    message_id  BLOB PRIMARY KEY NOT NULL REFERENCES chat_messages (id) ON DELETE CASCADE,
    user_id     BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    model       TEXT NOT NULL,
    vector      BLOB NOT NULL,
    embedded_at BIGINT NOT NULL
);
CREATE INDEX message_vectors_newest ON message_vectors (user_id, model, embedded_at, message_id);

CREATE TABLE memory_vectors (
    memory_id   BLOB PRIMARY KEY NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
    user_id     BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    model       TEXT NOT NULL,
    vector      BLOB NOT NULL,
    embedded_at BIGINT NOT NULL
);
CREATE INDEX memory_vectors_newest ON memory_vectors (user_id, model, embedded_at, memory_id);
