//! Every setting, in one table: what loads it, what documents it and what checks spelling all read from here.

/// One setting and everything there is to say about it.
#[derive(Debug)]
pub struct Setting {
    /// Table and name in `bondhu.toml`, such as `http.listen`.
    pub key: &'static str,
    /// Name in the environment and in `.env`.
    pub env: &'static str,
    /// What is used when nothing is set; `None` means that the setting is off or found out otherwise.
    pub default: Option<&'static str>,
    /// What a value looks like, in a few words.
    pub shape: &'static str,
    /// A value that works.
    pub example: &'static str,
    /// What it does, for the person who sets it.
    pub doc: &'static str,
    /// Whether the value must never be shown.
    pub secret: bool,
}

impl Setting {
    /// The table of `bondhu.toml` it stands in, and its name there.
    pub fn table_and_name(&self) -> (&'static str, &'static str) {
        self.key.split_once('.').expect("every key has a table")
    }
}

const fn setting(
    key: &'static str,
    env: &'static str,
    default: Option<&'static str>,
    shape: &'static str,
    example: &'static str,
    doc: &'static str,
) -> Setting {
    Setting { key, env, default, shape, example, doc, secret: false }
}

const fn secret(key: &'static str, env: &'static str, shape: &'static str, doc: &'static str) -> Setting {
    Setting { key, env, default: None, shape, example: "...", doc, secret: true }
}

/// What each table of `bondhu.toml` is about, in the order of the document.
pub const TABLES: &[(&str, &str)] = &[
    ("http", "The web server."),
    ("store", "Where everything is kept."),
    ("accounts", "Who may sign up and how long they stay signed in."),
    ("model", "The language model that answers. Without one, the built-in listener does."),
    ("gemini", "Google's Gemini API."),
    ("openai", "OpenAI, or any server that speaks its chat completions."),
    ("anthropic", "Anthropic's Messages API."),
    ("ollama", "An Ollama on this machine or another."),
    ("tasks", "Background work: where it waits and who does it."),
    ("upstash", "The REST gateway at `/redis`, which speaks Upstash's protocol."),
    ("logs", "What is written to standard error."),
    ("metrics", "Figures for Prometheus."),
];

/// Every setting, grouped by table.
pub const SETTINGS: &[Setting] = &[
    setting(
        "http.listen",
        "BONDHU_LISTEN",
        Some("127.0.0.1:8383"),
        "an IP address and a port",
        "0.0.0.0:8383",
        "Where the web server listens. The default answers this machine alone.",
    ),
    setting(
        "http.public_url",
        "BONDHU_PUBLIC_URL",
        None,
        "an http:// or https:// address without a path",
        "https://bondhu.example.org",
        "The address that people open in their browser, when it differs from `http.listen`: behind a reverse \
         proxy, say. With https the session cookie is marked Secure; writes from other sites are refused.",
    ),
    setting(
        "http.trust_proxy",
        "BONDHU_TRUST_PROXY",
        Some("false"),
        "true or false",
        "true",
        "Take the caller's address from the last entry of X-Forwarded-For. Turn it on only behind a reverse \
         proxy that sets the header: anyone else could make an address up and get around the sign-in limit.",
    ),
    setting(
        "http.body_limit_bytes",
        "BONDHU_BODY_LIMIT_BYTES",
        Some("65536"),
        "a number of bytes from 1024 to 16777216",
        "131072",
        "The largest request body that is accepted.",
    ),
    setting(
        "http.shutdown_grace_secs",
        "BONDHU_SHUTDOWN_GRACE_SECS",
        Some("20"),
        "a number of seconds from 0 to 3600",
        "20",
        "How long replies that are being written may go on after the server has been told to stop.",
    ),
    setting(
        "store.data_dir",
        "BONDHU_DATA_DIR",
        Some("~/.local/share/bondhu"),
        "a folder",
        "/var/lib/bondhu",
        "The folder of the embedded database; made when missing. The default follows XDG_DATA_HOME.",
    ),
    Setting {
        key: "store.url",
        env: "DATABASE_URL",
        default: None,
        shape: "a postgres:// or sqlite: address",
        example: "postgres://bondhu:password@localhost/bondhu",
        doc: "The database. Without it, SQLite in the data folder.",
        secret: true,
    },
    Setting {
        key: "store.redis_url",
        env: "REDIS_URL",
        default: None,
        shape: "a redis://, rediss://, unix://, sentinel:// or redis-cluster:// address",
        example: "redis://:password@localhost:6379/0",
        doc: "Redis or Valkey for the cache and for counters, which all processes and other programs then share. \
              Without it, every process keeps its own in memory. When it does not answer, Bondhu works without it.",
        secret: true,
    },
    setting(
        "store.cache_entries",
        "BONDHU_CACHE_ENTRIES",
        Some("10000"),
        "a whole number from 0 to 10000000",
        "10000",
        "How many answers are kept in memory at most.",
    ),
    setting(
        "accounts.sign_up",
        "BONDHU_SIGN_UP",
        Some("open"),
        "open, invite or closed",
        "invite",
        "Who may make an account on a new instance. The owner changes it in the app, and that choice wins. The \
         first account can always be made: it becomes the owner's.",
    ),
    setting(
        "accounts.session_days",
        "BONDHU_SESSION_DAYS",
        Some("30"),
        "a number of days from 1 to 3650",
        "30",
        "How long someone stays signed in without coming back.",
    ),
    setting(
        "accounts.default_country",
        "BONDHU_DEFAULT_COUNTRY",
        None,
        "a two-letter country code (ISO 3166-1)",
        "IN",
        "Whose help lines are shown to someone who has not chosen a country.",
    ),
    setting(
        "model.provider",
        "BONDHU_MODEL_PROVIDER",
        Some("auto"),
        "auto, none, gemini, openai, anthropic or ollama",
        "ollama",
        "Who runs the model. `auto` takes the first that is set up: GEMINI_API_KEY, OPENAI_BASE_URL or \
         OPENAI_API_KEY, ANTHROPIC_API_KEY, an Ollama that answers at OLLAMA_HOST; else none.",
    ),
    setting(
        "model.name",
        "BONDHU_MODEL",
        None,
        "a model's name",
        "llama3.2",
        "The model's name at its provider. Without it, a small and quick one; with Ollama, the newest on the disk.",
    ),
    setting(
        "model.embedding",
        "BONDHU_EMBEDDING_MODEL",
        None,
        "an embedding model's name",
        "nomic-embed-text",
        "An embedding model of the same provider (Ollama, Gemini, OpenAI), so that memories are found by what they mean \
         as well as by their words. Off unless set. The provider gets every message and fact once, in the background, \
         and another time after a change of model; nothing of a crisis.",
    ),
    setting(
        "model.connect_timeout_secs",
        "BONDHU_MODEL_CONNECT_TIMEOUT_SECS",
        Some("5"),
        "a number of seconds from 1 to 3600",
        "5",
        "How long to wait for the connection to the provider.",
    ),
    setting(
        "model.first_token_timeout_secs",
        "BONDHU_MODEL_FIRST_TOKEN_TIMEOUT_SECS",
        Some("60"),
        "a number of seconds from 1 to 3600",
        "120",
        "How long to wait for the first word of a reply. A large local model needs long to load from disk.",
    ),
    setting(
        "model.idle_timeout_secs",
        "BONDHU_MODEL_IDLE_TIMEOUT_SECS",
        Some("30"),
        "a number of seconds from 1 to 3600",
        "30",
        "How long a reply may pause between two words.",
    ),
    setting(
        "model.retries",
        "BONDHU_MODEL_RETRIES",
        Some("2"),
        "a whole number from 0 to 10",
        "2",
        "How often to ask again when the provider is busy, before the built-in listener answers.",
    ),
    setting(
        "model.max_output_tokens",
        "BONDHU_MODEL_MAX_OUTPUT_TOKENS",
        Some("800"),
        "a whole number from 16 to 100000",
        "800",
        "The longest reply, in the model's tokens (about three quarters of an English word each).",
    ),
    setting(
        "model.prompt_token_budget",
        "BONDHU_PROMPT_TOKEN_BUDGET",
        Some("6000"),
        "a whole number from 500 to 1000000",
        "6000",
        "How much of the conversation is sent along, in tokens. Smaller is quicker on a local model.",
    ),
    secret("gemini.api_key", "GEMINI_API_KEY", "the key of a Gemini project", "The key for Gemini."),
    setting(
        "gemini.base_url",
        "GEMINI_BASE_URL",
        None,
        "an http:// or https:// address",
        "https://proxy.example.org/gemini",
        "Another address for Gemini, such as a proxy's.",
    ),
    secret("openai.api_key", "OPENAI_API_KEY", "the key of an OpenAI project", "The key for OpenAI."),
    setting(
        "openai.base_url",
        "OPENAI_BASE_URL",
        None,
        "an http:// or https:// address",
        "http://127.0.0.1:8080/v1",
        "Another server that speaks OpenAI's protocol: llama.cpp, vLLM, LM Studio. It may need no key.",
    ),
    secret("anthropic.api_key", "ANTHROPIC_API_KEY", "the key of an Anthropic workspace", "The key for Anthropic."),
    setting(
        "anthropic.base_url",
        "ANTHROPIC_BASE_URL",
        None,
        "an http:// or https:// address",
        "https://proxy.example.org/anthropic",
        "Another address for Anthropic, such as a proxy's.",
    ),
    setting(
        "ollama.host",
        "OLLAMA_HOST",
        Some("http://127.0.0.1:11434"),
        "an address, with or without http:// and port",
        "http://127.0.0.1:11434",
        "Where Ollama listens.",
    ),
    Setting {
        key: "tasks.broker_url",
        env: "CELERY_BROKER_URL",
        default: None,
        shape: "a redis://, rediss://, unix://, sentinel:// or redis-cluster:// address",
        example: "redis://:password@localhost:6379/0",
        doc: "Where background tasks wait. Without it, in a file in the data folder, for this machine alone. With \
              Redis or Valkey, any number of `bondhu worker` and Python Celery processes share it.",
        secret: true,
    },
    Setting {
        key: "tasks.result_backend",
        env: "CELERY_RESULT_BACKEND",
        default: None,
        shape: "an address as for `tasks.broker_url`",
        example: "redis://:password@localhost:6379/1",
        doc: "Where results of tasks are kept; by default where the tasks wait.",
        secret: true,
    },
    setting(
        "tasks.worker",
        "BONDHU_WORKER",
        Some("true"),
        "true or false",
        "false",
        "Whether `bondhu serve` also does background work and follows the schedule. Turn it off where `bondhu worker` \
         and `bondhu beat` run as processes of their own.",
    ),
    setting(
        "tasks.concurrency",
        "BONDHU_WORKER_CONCURRENCY",
        Some("4"),
        "a number from 1 to 256",
        "8",
        "How many background tasks run side by side in one process.",
    ),
    setting(
        "tasks.key_prefix",
        "BONDHU_TASKS_KEY_PREFIX",
        None,
        "a text in front of every key on Redis",
        "bondhu:",
        "The same as `global_keyprefix` in Celery's transport options. Empty by default.",
    ),
    Setting {
        key: "upstash.token",
        env: "UPSTASH_REDIS_REST_TOKEN",
        default: None,
        shape: "a text of 16 characters or more",
        example: "a-long-random-text",
        doc: "Opens the REST gateway at `/redis`, with all rights on the cache. `openssl rand -hex 32` makes one. \
              Without it the gateway is off.",
        secret: true,
    },
    Setting {
        key: "upstash.read_only_token",
        env: "UPSTASH_REDIS_REST_READ_ONLY_TOKEN",
        default: None,
        shape: "a text of 16 characters or more",
        example: "a-long-random-text",
        doc: "A second token for the gateway, for reading only.",
        secret: true,
    },
    setting(
        "upstash.tokens_file",
        "BONDHU_UPSTASH_TOKENS_FILE",
        None,
        "the path of a JSON file",
        "/etc/bondhu/tokens.json",
        "More tokens, each with a Redis server of its own. docs/UPSTASH.md says what stands in it.",
    ),
    setting(
        "upstash.max_request_bytes",
        "BONDHU_UPSTASH_MAX_REQUEST_BYTES",
        Some("10485760"),
        "a number from 1024 to 536870912",
        "1048576",
        "Largest body of a request to the gateway.",
    ),
    setting(
        "upstash.memory_bytes",
        "BONDHU_UPSTASH_MEMORY_BYTES",
        Some("67108864"),
        "a number from 1048576 to 68719476736",
        "268435456",
        "How much the keys and values of the gateway may take in memory, without Redis. Beyond it writes are refused.",
    ),
    setting(
        "logs.filter",
        "BONDHU_LOG",
        Some("info"),
        "a level (error, warn, info, debug, trace), or one per part",
        "info,bondhu=debug",
        "What is logged. Nothing that people write is, at any level.",
    ),
    setting(
        "logs.format",
        "BONDHU_LOG_FORMAT",
        Some("text"),
        "text or json",
        "json",
        "One line of text for people, or one JSON object a line for machines.",
    ),
    setting(
        "metrics.listen",
        "BONDHU_METRICS_LISTEN",
        None,
        "an IP address and a port",
        "127.0.0.1:9090",
        "Where Prometheus can read figures, at /metrics. Off unless set.",
    ),
];

/// The setting of this key.
pub fn by_key(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// The setting of this environment variable.
pub fn by_env(env: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.env == env)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_key_and_variable_is_its_own() {
        let keys: BTreeSet<_> = SETTINGS.iter().map(|setting| setting.key).collect();
        let variables: BTreeSet<_> = SETTINGS.iter().map(|setting| setting.env).collect();
        assert_eq!((keys.len(), variables.len()), (SETTINGS.len(), SETTINGS.len()));
    }

    #[test]
    fn settings_follow_the_order_of_the_tables() {
        let mut tables: Vec<_> = SETTINGS.iter().map(|setting| setting.table_and_name().0).collect();
        tables.dedup();
        assert_eq!(tables, TABLES.iter().map(|(table, _)| *table).collect::<Vec<_>>());
    }
}
