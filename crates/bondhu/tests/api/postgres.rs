//! The same product over Postgres, with several processes beside each other.

use std::sync::Arc;

use bondhu_llm::{Scripted, Turn};
use bondhu_testkit::postgres::PgServer;
use reqwest::Method;
use serde_json::json;
use tokio::sync::Semaphore;

use crate::test_app::{TestApp, reply_of, text_of};

async fn on(url: &str, model: Scripted) -> TestApp {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    TestApp::launch(folder, Some(Arc::new(model)), &[("store.url", url)]).await
}

#[tokio::test]
async fn two_processes_share_one_conversation() {
    let postgres = PgServer::start().await.unwrap();
    let url = postgres.database().await.unwrap();
    let gate = Arc::new(Semaphore::new(0));
    let writer = on(&url, Scripted::always(Turn::text("one two three").gated(gate.clone()))).await;
    let other = on(&url, Scripted::always(Turn::text("never asked"))).await;
    let asha = writer.sign_up("asha").await;
    let asha_elsewhere = asha.at(format!("http://{}", other.address()));
    let conversation = asha.conversation().await;

    let mut tab = asha.open(asha.saying(&conversation, "Tell me about my garden")).await;
    let reply = tab.expect("started").await.data["reply"]["id"].as_str().unwrap().to_owned();
    let refused = asha_elsewhere.send(asha_elsewhere.saying(&conversation, "At the same time")).await;
    assert_eq!((refused.status, refused.body["reply_id"].as_str()), (409, Some(reply.as_str())));
    let resume = asha_elsewhere.request(Method::GET, &format!("/messages/{reply}/stream"));
    let followed = asha_elsewhere.open(resume).await;
    gate.add_permits(100);
    assert_eq!(text_of(&tab.rest().await), "one two three");
    assert_eq!(text_of(&followed.rest().await), "one two three");

    let found = asha_elsewhere.get("/search?q=garden").await.body;
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_reply_is_stopped_from_another_process() {
    let postgres = PgServer::start().await.unwrap();
    let url = postgres.database().await.unwrap();
    let writer = on(&url, Scripted::always(Turn::hang_after("Half a thought"))).await;
    let other = on(&url, Scripted::always(Turn::text("never asked"))).await;
    let asha = writer.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let mut tab = asha.open(asha.saying(&conversation, "Go")).await;
    let reply = tab.expect("started").await.data["reply"]["id"].as_str().unwrap().to_owned();
    tab.expect("delta").await;

    let asha_elsewhere = asha.at(format!("http://{}", other.address()));
    let stopped = asha_elsewhere.post(&format!("/messages/{reply}/stop"), json!({})).await;

    assert_eq!(stopped.body["status"], "stopped");
    let events = tab.rest().await;
    assert_eq!(reply_of(&events)["status"], "stopped");
    assert_eq!(writer.model().abandoned(), 1, "the process that wrote it has noticed");
}

#[tokio::test]
async fn a_database_that_goes_away_is_a_clear_answer_and_comes_back() {
    let mut postgres = PgServer::start().await.unwrap();
    let url = postgres.database().await.unwrap();
    let app = on(&url, Scripted::always(Turn::text("I hear you."))).await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;

    postgres.stop();
    let refused = asha.send(asha.saying(&conversation, "Are you there?")).await;
    assert_eq!((refused.status, refused.code()), (503, "database_unavailable"));
    assert_eq!(asha.get("/readyz").await.status, 503);

    postgres.restart().await.unwrap();
    asha.say(&conversation, "Are you there?").await;
    assert_eq!(asha.texts(&conversation).await, ["u: Are you there?", "c: I hear you."]);
}
