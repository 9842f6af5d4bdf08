//! The cache on Redis: what it costs, who else can read it, and what happens when the server is gone.

use std::process::Command;

use bondhu_testkit::redis::RedisServer;
use serde_json::Value;

use crate::{
    faults::Server,
    test_app::{Person, TestApp, text_of},
};

async fn app_on(server: &RedisServer) -> TestApp {
    TestApp::with_settings(&[("store.redis_url", &server.url())]).await
}

#[tokio::test]
async fn a_message_costs_at_most_six_commands() {
    let server = RedisServer::start().await.unwrap();
    let app = app_on(&server).await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    // The first message makes the connection and reads what is not held yet.
    asha.say(&conversation, "Hello").await;
    let before = server.commands().unwrap();
    for _ in 0..10 {
        asha.say(&conversation, "Are you there?").await;
    }
    let spent = server.commands().unwrap() - before;
    assert!((10..=60).contains(&spent), "ten messages cost {spent} commands");
    let idle = server.commands().unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(server.commands().unwrap(), idle, "nothing is asked while nothing happens");
}

#[tokio::test]
async fn deleting_and_switching_cost_the_same_however_many_keys_there_are() {
    let server = RedisServer::start().await.unwrap();
    let app = app_on(&server).await;
    let asha = app.sign_up("asha").await;
    let (one, other) = (asha.conversation().await, asha.conversation().await);
    for conversation in [&one, &other] {
        asha.say(conversation, "Hello").await;
    }
    let pages = ["/history?limit=50".to_owned(), messages_of(&one), messages_of(&other)];
    server.cli(["eval", "for n = 1, 20000 do redis.call('set', 'of:others:' .. n, 'x') end", "0"]).unwrap();
    let me = asha.get("/me").await.body["id"].as_str().unwrap().to_owned();
    let held = async || {
        for page in &pages {
            assert_eq!(asha.get(page).await.status, 200);
        }
        let kept = server.cli(["keys", &format!("chat:history:{me}:*")]).unwrap();
        assert_eq!(kept.lines().count(), 3, "{kept}");
        let newest = asha.get(&messages_of(&one)).await.body["items"][0]["id"].as_str().unwrap().to_owned();
        (newest, server.commands().unwrap())
    };

    let (reply, before) = held().await;
    assert_eq!(asha.post(&format!("/messages/{reply}/activate"), serde_json::json!({})).await.status, 204);
    assert_eq!(server.commands().unwrap() - before, 1, "the pages of one conversation are dropped by name");
    let kept = server.cli(["keys", &format!("chat:history:{me}:*")]).unwrap();
    assert!(kept.lines().all(|key| key.contains(&other)), "those of the other stay: {kept}");

    let (reply, before) = held().await;
    assert_eq!(asha.delete(&format!("/messages/{reply}")).await.status, 204);
    assert_eq!(server.commands().unwrap() - before, 1, "the pages of all conversations are dropped by name");
    assert_eq!(server.cli(["keys", &format!("chat:history:{me}:*")]).unwrap(), "");
}

fn messages_of(conversation: &str) -> String {
    format!("/conversations/{conversation}/messages?limit=50")
}

#[tokio::test]
async fn history_is_kept_under_the_key_that_other_programs_read() {
    let server = RedisServer::start().await.unwrap();
    let app = app_on(&server).await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    asha.say(&conversation, "Hello").await;
    let answer = asha.get("/history?limit=50").await.body;
    let me = asha.get("/me").await.body["id"].as_str().unwrap().to_owned();
    let kept = server.cli(["get", &format!("chat:history:{me}:50")]).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), answer);
    let ttl: u64 = server.cli(["ttl", &format!("chat:history:{me}:50")]).unwrap().parse().unwrap();
    assert!((1..=300).contains(&ttl), "{ttl}");

    asha.say(&conversation, "Again").await;
    assert_eq!(server.cli(["exists", &format!("chat:history:{me}:50")]).unwrap(), "0", "a message drops it");
    assert_eq!(asha.get("/history?limit=50").await.body["items"].as_array().unwrap().len(), 4);
    let shorter = asha.get(&format!("/conversations/{conversation}/messages?limit=3")).await.body;
    assert_eq!(shorter["items"].as_array().unwrap().len(), 3);
    assert_eq!(shorter["older"], shorter["items"][2]["id"]);
}

#[tokio::test]
async fn python_reads_and_writes_the_same_keys() {
    let python = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.venv/bin/python");
    if !std::path::Path::new(python).exists() {
        let told = "there is no .venv; scripts/setup.sh python makes it";
        assert!(std::env::var_os("TEST_EVERYTHING").is_none(), "{told}");
        eprintln!("skipped: {told}");
        return;
    }
    let server = RedisServer::start().await.unwrap();
    let app = app_on(&server).await;
    let asha = app.sign_up("asha").await;
    asha.say(&asha.conversation().await, "Hello").await;
    asha.get("/history?limit=50").await;
    let me = asha.get("/me").await.body["id"].as_str().unwrap().to_owned();
    let program = "
import json, sys, redis
url, key = sys.argv[1:]
client = redis.Redis.from_url(url)
page = json.loads(client.get(key))
page['items'] = page['items'][:1]
client.set(key, json.dumps(page), ex=300)
print(len(page['items']))
";
    let key = format!("chat:history:{me}:50");
    let output = Command::new(python).args(["-c", program, &server.url(), &key]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "1", "{}", String::from_utf8_lossy(&output.stderr));
    // Python's change is told to the server, which holds the page itself.
    while asha.get("/history?limit=50").await.body["items"].as_array().unwrap().len() != 1 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn wrong_passwords_are_counted_for_all_processes_together() {
    let server = RedisServer::start().await.unwrap();
    let (one, other) = (app_on(&server).await, app_on(&server).await);
    let wrong = serde_json::json!({ "username": "nobody", "password": "a wrong long password" });
    for n in 0..10 {
        let app = if n % 2 == 0 { &one } else { &other };
        assert_eq!(app.anonymous().post("/session", wrong.clone()).await.status, 401);
    }
    for app in [&one, &other] {
        let refused = app.anonymous().post("/session", wrong.clone()).await;
        assert_eq!((refused.status, refused.code()), (429, "too_many_attempts"));
    }
}

#[tokio::test]
async fn chat_goes_on_while_redis_is_gone_and_caches_again_when_it_is_back() {
    let mut redis = RedisServer::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = redis.url();
    let settings = [("BONDHU_MODEL_PROVIDER", "scripted"), ("REDIS_URL", url.as_str())];
    let server = Server::start(folder.path(), &settings).await;
    let asha = Person::nobody(server.url.clone()).sign_up("asha").await;
    let conversation = asha.conversation().await;
    let history = "/history?limit=50";
    let says = async |text: &str, messages: usize| {
        let reply = text_of(&asha.say(&conversation, text).await);
        assert!(!reply.is_empty(), "{text} is answered");
        let page = asha.get(history).await;
        assert_eq!((page.status, page.body["items"].as_array().unwrap().len()), (200, messages));
    };
    says("Redis is here", 2).await;
    redis.kill();
    says("Redis is gone", 4).await;
    says("Still gone", 6).await;
    assert_eq!(asha.get("/readyz").await.status, 200);
    redis.restart().await.unwrap();
    says("Redis is back", 8).await;
    let me = asha.get("/me").await.body["id"].as_str().unwrap().to_owned();
    while redis.cli(["exists", &format!("chat:history:{me}:50")]).unwrap() == "0" {
        asha.get(history).await;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    says("And caches", 10).await;
    assert_eq!(server.terminate().await, 0);
}

#[tokio::test]
async fn a_server_without_redis_at_its_start_serves() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("BONDHU_MODEL_PROVIDER", "scripted"), ("REDIS_URL", "redis://:pw@127.0.0.1:1/0")];
    let server = Server::start(folder.path(), &settings).await;
    let asha = Person::nobody(server.url.clone()).sign_up("asha").await;
    let conversation = asha.conversation().await;
    assert!(!text_of(&asha.say(&conversation, "Hello").await).is_empty());
    assert_eq!(server.terminate().await, 0);
}
