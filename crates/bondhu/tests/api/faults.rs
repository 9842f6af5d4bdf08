//! What goes wrong around a running server, with the real binary where a process has to die.

use std::{net::TcpListener, path::Path, process::Stdio, sync::Arc, time::Duration};

use bondhu_llm::{Scripted, Turn};
use bondhu_store::Store;
use bondhu_testkit::stand_in::{Reply, StandIn};
use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::test_app::{PATIENCE, Person, TestApp, reply_of, text_of};

/// The real binary on a data folder. Killed when dropped.
pub struct Server {
    process: Child,
    pub url: String,
}

const ANY_PORT: &str = "127.0.0.1:0";

fn bondhu(data_dir: &Path, listen: &str, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bondhu"));
    command
        .args(["serve", "--listen", listen])
        .env_clear()
        .current_dir(data_dir)
        .env("BONDHU_DATA_DIR", data_dir.join("data"))
        .envs(settings.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

impl Server {
    pub async fn start(data_dir: &Path, settings: &[(&str, &str)]) -> Self {
        let mut process = bondhu(data_dir, ANY_PORT, settings).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().expect("the server says its address");
        let url = line.rsplit(' ').next().unwrap().to_owned();
        // Keep the pipe open, or the server would fail to print its next line.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { process, url }
    }

    async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }

    pub async fn terminate(mut self) -> i32 {
        let id = self.process.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
        timeout(PATIENCE, self.process.wait()).await.unwrap().unwrap().code().unwrap()
    }
}

/// Runs a server that must refuse to start, and returns what it says about it.
async fn refusal(mut command: Command) -> String {
    let mut process = command.spawn().unwrap();
    let status = timeout(PATIENCE, process.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(1));
    let mut said = String::new();
    process.stderr.take().unwrap().read_to_string(&mut said).await.unwrap();
    said
}

#[tokio::test]
async fn a_process_killed_in_the_middle_of_a_reply_loses_nothing_said() {
    let folder = tempfile::tempdir().unwrap();
    let model = StandIn::openai().await;
    let settings = [("BONDHU_MODEL_PROVIDER", "openai"), ("OPENAI_BASE_URL", model.url()), ("OPENAI_API_KEY", "k")];
    let chunks = ["One ", "two ", "three ", "four ", "five"].map(str::to_owned).to_vec();
    model.otherwise(Reply::Slow { chunks, first_token: Duration::ZERO, between: Duration::from_secs(2) });
    let server = Server::start(folder.path(), &settings).await;
    let asha = Person::nobody(server.url.clone()).sign_up("asha").await;
    let conversation = asha.conversation().await;
    let mut tab = asha.open(asha.saying(&conversation, "Do not lose this")).await;
    let reply = tab.expect("started").await.data["reply"]["id"].as_str().unwrap().to_owned();
    tab.expect("delta").await;
    // The words so far are stored every second, so a part of the reply is on disk by the next word.
    tab.expect("delta").await;
    server.kill().await;

    model.otherwise(Reply::text("Here again."));
    let server = Server::start(folder.path(), &settings).await;
    let asha = asha.at(server.url.clone());
    let row = asha.get(&format!("/messages/{reply}")).await.body;
    assert_eq!(row["status"], "interrupted");
    assert!(!row["text"].as_str().unwrap().is_empty(), "what had come is kept");
    assert_eq!(asha.texts(&conversation).await[0], "u: Do not lose this");
    let retried = asha.open(asha.request(Method::POST, &format!("/messages/{reply}/regenerate"))).await.rest().await;
    assert_eq!(text_of(&retried), "Here again.");
    assert_eq!(server.terminate().await, 0);
}

#[tokio::test]
async fn a_reply_streams_from_each_configured_model() {
    let gemini = StandIn::gemini().await;
    let ollama = StandIn::ollama().await;
    gemini.otherwise(Reply::text("From Gemini."));
    ollama.otherwise(Reply::text("From Ollama."));
    let with_gemini = [("GEMINI_API_KEY", "secret-key"), ("GEMINI_BASE_URL", gemini.url())];
    let with_ollama = [("OLLAMA_HOST", ollama.url())];
    for (settings, words) in [(&with_gemini[..], "From Gemini."), (&with_ollama[..], "From Ollama.")] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path(), settings).await;
        let asha = Person::nobody(server.url.clone()).sign_up("asha").await;
        let conversation = asha.conversation().await;
        let events = asha.say(&conversation, "Hello").await;
        assert_eq!(text_of(&events), words);
        assert_eq!(reply_of(&events)["answered_by"], "model");
        assert_eq!(asha.get("/model").await.body["state"], "ready");
    }
}

#[tokio::test]
async fn logs_hold_neither_words_nor_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let gemini = StandIn::gemini().await;
    gemini.script([Reply::Garbage, Reply::Garbage, Reply::Garbage, Reply::status(500)]);
    let settings = [
        ("GEMINI_API_KEY", "very-secret-key"),
        ("GEMINI_BASE_URL", gemini.url()),
        ("BONDHU_LOG", "trace"),
        ("BONDHU_EMBEDDING_MODEL", "gemini-embedding-001"),
        ("BONDHU_MODEL_RETRIES", "0"),
    ];
    let mut server = Server::start(folder.path(), &settings).await;
    let mut stderr = server.process.stderr.take().unwrap();
    let reading = tokio::spawn(async move {
        let mut log = String::new();
        stderr.read_to_string(&mut log).await.unwrap();
        log
    });
    let asha = Person::nobody(server.url.clone()).sign_up("asha").await;
    let conversation = asha.conversation().await;
    asha.say(&conversation, "pomegranate").await;
    asha.say(&conversation, "I want to die").await;
    asha.get("/search?q=pomegranate").await;
    let cookie = asha.cookie.clone().unwrap();
    let token = cookie.split_once('=').unwrap().1.to_owned();
    assert_eq!(server.terminate().await, 0);
    let log = reading.await.unwrap();
    assert!(log.contains("send_message") || log.contains("/api/v1/conversations/{id}/messages"), "the log is there");
    assert!(!gemini.embedding_requests().is_empty());
    // A vector says much of its text, so it stays out as well.
    for secret in ["pomegranate", "want to die", "very-secret-key", "\"values\"", &token, crate::test_app::PASSWORD] {
        assert!(!log.contains(secret), "the log holds {secret:?}");
    }
}

#[tokio::test]
async fn figures_are_served_on_a_port_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let settings = [("BONDHU_METRICS_LISTEN", free.as_str()), ("BONDHU_MODEL_PROVIDER", "scripted")];
    let server = Server::start(folder.path(), &settings).await;
    let asha = Person::nobody(server.url.clone()).sign_up("asha").await;
    let conversation = asha.conversation().await;
    asha.say(&conversation, "pomegranate").await;
    asha.get(&format!("/conversations/{conversation}/messages")).await;
    let figures = asha.http.get(format!("http://{free}/metrics")).send().await.unwrap().text().await.unwrap();
    for expected in [
        r#"bondhu_replies_total{answered_by="model",status="complete"} 1"#,
        r#"route="/api/v1/conversations/{id}/messages""#,
        "bondhu_http_request_seconds_bucket",
        r#"bondhu_cache_misses_total{namespace="chat:history"} 1"#,
    ] {
        assert!(figures.contains(expected), "{expected} is not in\n{figures}");
    }
    assert!(
        !figures.contains("pomegranate") && !figures.contains(&conversation),
        "figures name nobody and nothing said"
    );
}

#[tokio::test]
async fn a_taken_port_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refusal(bondhu(folder.path(), &address, &[])).await;
    assert!(said.contains(&format!("cannot listen on {address}")) && said.contains("--listen"), "{said}");
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_written_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("data"), "a file where the folder should be").unwrap();
    let said = refusal(bondhu(folder.path(), ANY_PORT, &[])).await;
    assert!(said.contains("cannot be written") && said.contains("BONDHU_DATA_DIR"), "{said}");
}

#[tokio::test]
async fn a_second_server_on_the_same_data_refuses_to_start() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Server::start(folder.path(), &[]).await;
    let said = refusal(bondhu(folder.path(), ANY_PORT, &[])).await;
    assert!(said.contains("another bondhu"), "{said}");
}

#[tokio::test]
async fn a_locked_database_is_a_wait_and_then_a_clear_answer() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let other = Store::open(&app.app.config.store.open_with()).await.unwrap();
    let lock = other.begin().await.unwrap();
    let refused = asha.send(asha.saying(&conversation, "Are you there?")).await;
    assert_eq!((refused.status, refused.code()), (503, "database_busy"));
    assert_eq!(refused.headers["retry-after"], "5");
    lock.rollback().await.unwrap();
    asha.say(&conversation, "Are you there?").await;
    assert_eq!(asha.texts(&conversation).await.len(), 2);
}

#[tokio::test]
async fn closing_finishes_the_reply_being_written() {
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let mut app = TestApp::with_model(Scripted::always(Turn::text("to the end").gated(gate.clone()))).await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let mut tab = asha.open(asha.saying(&conversation, "Go")).await;
    let reply = tab.expect("started").await.data["reply"]["id"].as_str().unwrap().to_owned();
    let id = reply.parse().unwrap();
    app.app.closing.cancel();
    gate.add_permits(100);
    assert_eq!(text_of(&tab.rest().await), "to the end");
    app.stop().await;
    let user = app.app.store.user_by_username("asha").await.unwrap().unwrap().user.id;
    let row = app.app.store.message(user, id).await.unwrap().unwrap();
    assert_eq!(row.text, "to the end");
}

#[tokio::test]
async fn closing_without_patience_puts_the_reply_aside() {
    let model = Arc::new(Scripted::always(Turn::hang_after("Half a thought")));
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let mut app = TestApp::launch(folder, Some(model), &[("http.shutdown_grace_secs", "0")]).await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let mut tab = asha.open(asha.saying(&conversation, "Go")).await;
    tab.expect("started").await;
    tab.expect("delta").await;
    let (events, ()) = tokio::join!(tab.rest(), app.stop());
    let reply = reply_of(&events);
    assert_eq!((&reply["status"], &reply["text"]), (&json!("interrupted"), &json!("Half a thought")));
    assert_eq!(reply["error_code"], "interrupted");
}

#[tokio::test]
async fn a_running_server_says_that_it_lives_and_is_ready() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    assert_eq!(anonymous.get("/healthz").await.status, 200);
    assert_eq!(anonymous.get("/readyz").await.status, 200);
    app.app.store.close().await;
    assert_eq!(anonymous.get("/healthz").await.status, 200);
    assert_eq!(anonymous.get("/readyz").await.status, 503);
}
