use std::sync::Arc;

use bondhu_llm::{LlmError, Scripted, Turn};
use reqwest::Method;
use serde_json::json;
use tokio::sync::Semaphore;

use crate::test_app::{TestApp, reply_of, text_of};

/// A model that waits for a permit before each word.
fn gated(words: &str) -> (Scripted, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    (Scripted::always(Turn::text(words).gated(gate.clone())), gate)
}

#[tokio::test]
async fn a_reply_streams_and_is_stored() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;

    let events = asha.say(&conversation, "My exam is on Monday.").await;

    let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!((names[0], *names.last().unwrap()), ("started", "done"));
    assert_eq!(text_of(&events), "I hear you.");
    assert_eq!(events.last().unwrap().id, "I hear you.".len());
    let started = &events[0].data;
    assert_eq!(started["user_message"]["text"], "My exam is on Monday.");
    assert_eq!(started["conversation"]["title"], "My exam is on Monday.");
    assert_eq!(started["reply"]["status"], "streaming");
    assert_eq!(started["help"], json!(null));
    let reply = reply_of(&events);
    assert_eq!((&reply["status"], &reply["answered_by"]), (&json!("complete"), &json!("model")));
    assert_eq!(asha.texts(&conversation).await, ["u: My exam is on Monday.", "c: I hear you."]);
}

#[tokio::test]
async fn the_model_is_told_the_whole_conversation() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    asha.say(&conversation, "My exam is on Monday.").await;
    asha.say(&conversation, "When is my exam?").await;

    let requests = app.model().requests();
    let told: Vec<&str> = requests[1].messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(told, ["My exam is on Monday.", "I hear you.", "When is my exam?"]);
    assert!(requests[1].system.contains("The person is called asha."));
}

#[tokio::test]
async fn a_closed_tab_loses_nothing_and_can_come_back() {
    let (model, gate) = gated("one two three");
    let app = TestApp::with_model(model).await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;

    let mut tab = asha.open(asha.saying(&conversation, "Tell me.")).await;
    let reply = tab.expect("started").await.data["reply"]["id"].as_str().unwrap().to_owned();
    gate.add_permits(1);
    let seen = tab.expect("delta").await;
    drop(tab);
    gate.add_permits(100);

    let resume = asha.request(Method::GET, &format!("/messages/{reply}/stream"));
    let rest = asha.open(resume.header("last-event-id", seen.id.to_string())).await.rest().await;
    let whole = format!("{}{}", seen.data["text"].as_str().unwrap(), text_of(&rest));
    assert_eq!(whole, "one two three");
    assert_eq!(rest.last().unwrap().name, "done");

    // The same after it has ended, from the row.
    let again = asha.request(Method::GET, &format!("/messages/{reply}/stream?after={}", seen.id));
    assert_eq!(text_of(&asha.open(again).await.rest().await), text_of(&rest));
    assert_eq!(asha.texts(&conversation).await, ["u: Tell me.", "c: one two three"]);
}

#[tokio::test]
async fn a_repeated_send_stores_one_message() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let send = |text: &str| asha.saying(&conversation, text).header("idempotency-key", "k1");

    let first = asha.open(send("Hello")).await.rest().await;
    let second = asha.open(send("Hello")).await.rest().await;

    assert_eq!(reply_of(&first)["id"], reply_of(&second)["id"]);
    assert_eq!(text_of(&second), "I hear you.");
    assert_eq!(asha.texts(&conversation).await, ["u: Hello", "c: I hear you."]);
    assert_eq!(app.model().calls(), 1);
    let other = asha.send(send("Something else")).await;
    assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));
}

#[tokio::test]
async fn the_same_send_twice_at_once_stores_one_message() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let send = async || {
        let request = asha.saying(&conversation, "Hello").header("idempotency-key", "k1");
        asha.open(request).await.rest().await
    };
    let (one, two, three) = tokio::join!(send(), send(), send());
    assert_eq!(reply_of(&one)["id"], reply_of(&two)["id"]);
    assert_eq!(reply_of(&one)["id"], reply_of(&three)["id"]);
    assert_eq!(asha.texts(&conversation).await, ["u: Hello", "c: I hear you."]);
}

#[tokio::test]
async fn two_tabs_at_once_take_turns() {
    let (model, gate) = gated("slow words");
    let app = TestApp::with_model(model).await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;

    let mut first_tab = asha.open(asha.saying(&conversation, "From the first tab")).await;
    let started = first_tab.expect("started").await;
    let refused = asha.send(asha.saying(&conversation, "From the second tab")).await;

    assert_eq!((refused.status, refused.code()), (409, "reply_in_progress"));
    assert_eq!(refused.body["reply_id"], started.data["reply"]["id"]);
    gate.add_permits(100);
    first_tab.rest().await;
    asha.say(&conversation, "From the second tab").await;
    assert_eq!(
        asha.texts(&conversation).await,
        ["u: From the first tab", "c: slow words", "u: From the second tab", "c: slow words"]
    );
}

#[tokio::test]
async fn a_stopped_reply_keeps_what_came() {
    let app = TestApp::with_model(Scripted::always(Turn::hang_after("Half a thought"))).await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let mut tab = asha.open(asha.saying(&conversation, "Go on")).await;
    let reply = tab.expect("started").await.data["reply"]["id"].as_str().unwrap().to_owned();
    tab.expect("delta").await;

    let stopped = asha.post(&format!("/messages/{reply}/stop"), json!({})).await;

    assert_eq!((&stopped.body["status"], &stopped.body["text"]), (&json!("stopped"), &json!("Half a thought")));
    let events = tab.rest().await;
    assert_eq!(reply_of(&events)["status"], "stopped");
    assert_eq!(app.model().abandoned(), 1, "the request to the model is dropped");
    let again = asha.post(&format!("/messages/{reply}/stop"), json!({})).await;
    assert_eq!(again.body["status"], "stopped");
}

#[tokio::test]
async fn a_regenerated_reply_is_a_variant_and_either_can_be_shown() {
    let app =
        TestApp::with_model(Scripted::turns([Turn::text("First."), Turn::text("Second."), Turn::text("Third.")])).await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let first = asha.say(&conversation, "Hello").await;
    let first_id = reply_of(&first)["id"].as_str().unwrap();

    let regenerate = asha.request(Method::POST, &format!("/messages/{first_id}/regenerate"));
    let second = asha.open(regenerate).await.rest().await;

    assert_eq!(second[0].data["user_message"], json!(null));
    assert_eq!((&reply_of(&second)["variant"], &reply_of(&second)["variants"]), (&json!(2), &json!(2)));
    assert_eq!(asha.texts(&conversation).await, ["u: Hello", "c: Second."]);
    let variants = asha.get(&format!("/messages/{first_id}/variants")).await;
    assert_eq!(variants.body["items"].as_array().unwrap().len(), 2);

    asha.say(&conversation, "Go on").await;
    assert_eq!(asha.post(&format!("/messages/{first_id}/activate"), json!({})).await.status, 204);
    assert_eq!(asha.texts(&conversation).await, ["u: Hello", "c: First."]);
    let second_id = reply_of(&second)["id"].as_str().unwrap();
    asha.post(&format!("/messages/{second_id}/activate"), json!({})).await;
    assert_eq!(asha.texts(&conversation).await, ["u: Hello", "c: Second.", "u: Go on", "c: Third."]);
}

#[tokio::test]
async fn an_edited_message_begins_a_branch_and_the_old_one_stays() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let first = asha.say(&conversation, "I like tee").await;
    asha.say(&conversation, "And cake").await;
    let original = first[0].data["user_message"]["id"].as_str().unwrap();

    let edit = asha.request(Method::POST, &format!("/messages/{original}/edit")).json(&json!({ "text": "I like tea" }));
    let events = asha.open(edit).await.rest().await;

    assert_eq!(events[0].data["user_message"]["variants"], 2);
    assert_eq!(events[0].data["conversation"]["title"], "I like tea");
    assert_eq!(asha.texts(&conversation).await, ["u: I like tea", "c: I hear you."]);
    let told = app.model().requests().pop().unwrap();
    assert_eq!(told.messages.len(), 1, "the model is not told the old branch");
    asha.post(&format!("/messages/{original}/activate"), json!({})).await;
    assert_eq!(asha.texts(&conversation).await, ["u: I like tee", "c: I hear you.", "u: And cake", "c: I hear you."]);
}

#[tokio::test]
async fn a_model_that_fails_at_once_leaves_the_answer_to_the_listener() {
    let app =
        TestApp::with_model(Scripted::always(Turn::fail(LlmError::Overloaded { status: 503, retry_after: None })))
            .await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;

    let events = asha.say(&conversation, "I had a hard day with my sister.").await;

    let reply = reply_of(&events);
    assert_eq!((&reply["status"], &reply["answered_by"]), (&json!("complete"), &json!("listener")));
    assert_eq!(reply["error_code"], "overloaded");
    assert!(!text_of(&events).is_empty());
}

#[tokio::test]
async fn a_blocked_prompt_is_answered_by_the_listener() {
    let app = TestApp::with_model(Scripted::always(Turn::blocked())).await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let events = asha.say(&conversation, "I am so angry.").await;
    assert_eq!(reply_of(&events)["answered_by"], "listener");
    assert_eq!(reply_of(&events)["error_code"], "blocked");
}

#[tokio::test]
async fn a_broken_stream_keeps_the_partial_text_and_retry_works() {
    let turns = [Turn::fail_after("Half of", LlmError::Truncated), Turn::text("All of it.")];
    let app = TestApp::with_model(Scripted::turns(turns)).await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;

    let events = asha.say(&conversation, "Go").await;

    let failed = events.last().unwrap();
    assert_eq!((failed.name.as_str(), &failed.data["code"]), ("failed", &json!("truncated")));
    assert_eq!((&reply_of(&events)["status"], &reply_of(&events)["text"]), (&json!("failed"), &json!("Half of")));
    let id = reply_of(&events)["id"].as_str().unwrap();
    let retried = asha.open(asha.request(Method::POST, &format!("/messages/{id}/regenerate"))).await.rest().await;
    assert_eq!(text_of(&retried), "All of it.");
    assert_eq!(asha.texts(&conversation).await, ["u: Go", "c: All of it."]);
}

#[tokio::test]
async fn without_a_model_the_listener_answers_and_varies() {
    let app = TestApp::without_model().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let mut replies = Vec::new();
    for _ in 0..10 {
        let events = asha.say(&conversation, "I feel lonely tonight.").await;
        assert_eq!(reply_of(&events)["answered_by"], "listener");
        replies.push(text_of(&events));
    }
    replies.sort();
    replies.dedup();
    assert_eq!(replies.len(), 10, "no reply is said twice within ten turns");
    let status = asha.get("/model").await;
    assert_eq!(status.body["state"], "none");
}

#[tokio::test]
async fn a_deleted_reply_is_not_written_any_further() {
    let (model, gate) = gated("never to be kept");
    let app = TestApp::with_model(model).await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let mut tab = asha.open(asha.saying(&conversation, "Go")).await;
    let reply = tab.expect("started").await.data["reply"]["id"].as_str().unwrap().to_owned();
    assert_eq!(asha.delete(&format!("/messages/{reply}")).await.status, 204);
    let events = tab.rest().await;
    assert_eq!(events.last().unwrap().data["code"], "deleted");
    gate.add_permits(100);
    assert_eq!(asha.texts(&conversation).await, ["u: Go"]);
}

#[tokio::test]
async fn a_model_that_is_down_is_shown_as_unreachable() {
    let model = Scripted::always(Turn::text("x"));
    model.set_check(Err(LlmError::Unreachable { address: "127.0.0.1:1".to_owned() }));
    let app = TestApp::with_model(model).await;
    let asha = app.sign_up("asha").await;
    let status = asha.get("/model").await;
    assert_eq!((&status.body["state"], &status.body["provider"]), (&json!("unreachable"), &json!("scripted")));
}
