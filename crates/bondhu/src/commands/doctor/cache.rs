//! The cache: whether the server behind it answers, and suits.

use bondhu_cache::Cache;
use bondhu_cache::redis::{Redis, RedisError, cmd};

use super::Check;
use crate::config::StoreConfig;

const NAME: &str = "cache";

/// Whether Redis answers, can be relied on for news of changes, and makes room when it is full.
pub(super) async fn cache(config: &StoreConfig) -> Check {
    let cache: Cache = config.cache();
    let Some(redis) = cache.redis() else {
        return Check::ok(NAME, format!("in memory, at most {} entries", config.cache_entries));
    };
    match look_into(redis).await {
        Ok(check) => check,
        Err(error) => {
            let advice = error.advice().unwrap_or("Start it, or correct REDIS_URL.");
            Check::fail(NAME, format!("{error}; until it answers, Bondhu works without it"), advice)
        }
    }
}

async fn look_into(redis: &Redis) -> Result<Check, RedisError> {
    redis.query::<()>(&cmd("PING")).await?;
    // Hosted servers may keep these to themselves.
    let server: String = redis.query(cmd("INFO").arg("server")).await.unwrap_or_default();
    let memory: String = redis.query(cmd("INFO").arg("memory")).await.unwrap_or_default();
    let field = |text: &str, name: &str| -> Option<String> {
        text.lines().find_map(|line| Some(line.trim().strip_prefix(name)?.strip_prefix(':')?.to_owned()))
    };
    let version = field(&server, "valkey_version").map(|version| format!("Valkey {version}"));
    let version = version.or_else(|| field(&server, "redis_version").map(|version| format!("Redis {version}")));
    let news = if redis.tracks() { "changes are told" } else { "changes are not told, so they are seen after 2 s" };
    let found = format!("{}: {}, {news}", redis.name(), version.as_deref().unwrap_or("answers"));
    let is_bounded = field(&memory, "maxmemory").is_some_and(|bytes| bytes != "0");
    if is_bounded && field(&memory, "maxmemory_policy").as_deref() == Some("noeviction") {
        let advice = "Set maxmemory-policy to volatile-lru: it makes room by dropping cached values, and never tasks.";
        return Ok(Check::warn(NAME, format!("{found}, but when it is full, nothing new is cached"), advice));
    }
    Ok(Check::ok(NAME, found))
}

#[cfg(test)]
mod tests {
    use bondhu_testkit::redis::RedisServer;

    use super::*;
    use crate::commands::doctor::Status;
    use crate::config::Config;

    async fn checked(url: &str) -> Check {
        cache(&Config::from_pairs(&[("store.redis_url", url)]).unwrap().store).await
    }

    #[tokio::test]
    async fn a_server_that_answers_is_named_with_what_it_can_do() {
        let server = RedisServer::start().await.unwrap();
        let check = checked(&server.url()).await;
        assert_eq!(check.status, Status::Ok);
        assert!(check.detail.contains("127.0.0.1") && check.detail.ends_with("changes are told"), "{}", check.detail);
    }

    #[tokio::test]
    async fn what_is_wrong_with_a_server_is_said_with_what_to_do() {
        let full = ["--save", "", "--maxmemory", "100mb", "--maxmemory-policy", "noeviction"];
        let full = RedisServer::start_with(full).await.unwrap();
        let check = checked(&full.url()).await;
        assert_eq!(check.status, Status::Warn);
        assert!(check.advice.unwrap().contains("volatile-lru"));

        let locked = RedisServer::start_with(["--save", "", "--requirepass", "secret"]).await.unwrap();
        let check = checked(&locked.url()).await;
        assert_eq!(check.status, Status::Fail);
        assert!(check.advice.unwrap().contains("password"));
        assert_eq!(checked("redis://127.0.0.1:1").await.status, Status::Fail);
    }
}
