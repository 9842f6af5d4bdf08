use std::time::Duration;

use serde_json::json;

use crate::test_app::TestApp;

#[tokio::test]
async fn conversations_are_listed_newest_first_by_cursor() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let mut ids = Vec::new();
    for n in 0..5 {
        app.clock.advance(Duration::from_secs(1));
        let conversation = asha.conversation().await;
        asha.say(&conversation, &format!("Message {n}")).await;
        ids.push(conversation);
    }
    app.clock.advance(Duration::from_secs(1));
    asha.say(&ids[0], "And again").await;

    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = asha.get(&format!("/conversations?limit=2{cursor}")).await.body;
        seen.extend(page["items"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, [&ids[0], &ids[4], &ids[3], &ids[2], &ids[1]].map(String::clone));
    let first = &asha.get("/conversations?limit=1").await.body["items"][0];
    assert_eq!((&first["title"], &first["last_message"]), (&json!("Message 0"), &json!("I hear you.")));
}

#[tokio::test]
async fn a_name_that_was_chosen_stays() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let renamed = asha.patch(&format!("/conversations/{conversation}"), json!({ "title": "Exam week" })).await;
    assert_eq!(renamed.body["title"], "Exam week");
    asha.say(&conversation, "Hello").await;
    assert_eq!(asha.get(&format!("/conversations/{conversation}")).await.body["title"], "Exam week");
    let nameless = asha.patch(&format!("/conversations/{conversation}"), json!({ "title": " " })).await;
    assert_eq!((nameless.status, &nameless.body["errors"][0]["field"]), (422, &json!("title")));
}

#[tokio::test]
async fn history_is_paged_by_cursor_in_both_directions() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    for n in 0..6 {
        asha.say(&conversation, &format!("m{n}")).await;
    }
    let path = format!("/conversations/{conversation}/messages");
    let texts = |page: &serde_json::Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|m| m["text"].as_str().unwrap().to_owned()).collect()
    };
    let newest = asha.get(&format!("{path}?limit=3")).await.body;
    assert_eq!(texts(&newest), ["I hear you.", "m5", "I hear you."]);
    assert_eq!(newest["newer"], json!(null));
    let older = asha.get(&format!("{path}?limit=3&before={}", newest["older"].as_str().unwrap())).await.body;
    assert_eq!(texts(&older), ["m4", "I hear you.", "m3"]);
    let back = asha.get(&format!("{path}?limit=3&after={}", older["newer"].as_str().unwrap())).await.body;
    assert_eq!(texts(&back), texts(&newest));
    let middle = older["items"][1]["id"].as_str().unwrap();
    let around = asha.get(&format!("{path}?limit=3&around={middle}")).await.body;
    assert!(texts(&around).contains(&"m4".to_owned()) && texts(&around).contains(&"m3".to_owned()));
    assert_eq!(asha.get(&format!("{path}?before={middle}&after={middle}")).await.status, 400);
}

#[tokio::test]
async fn history_is_cached_and_never_stale() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    asha.say(&conversation, "One").await;
    assert_eq!(asha.texts(&conversation).await.len(), 2);
    let loads = app.app.cache.stats().loads;
    assert_eq!(asha.texts(&conversation).await.len(), 2);
    assert_eq!(app.app.cache.stats().loads, loads, "the second read is served from the cache");
    asha.say(&conversation, "Two").await;
    assert_eq!(asha.texts(&conversation).await.len(), 4);
    let newest = asha.get("/history?limit=1").await.body;
    let id = newest["items"][0]["id"].as_str().unwrap();
    asha.delete(&format!("/messages/{id}")).await;
    assert_eq!(asha.texts(&conversation).await.len(), 3);
    assert_eq!(asha.get("/history").await.body["items"].as_array().unwrap().len(), 3);
    asha.delete(&format!("/conversations/{conversation}")).await;
    assert_eq!(asha.get("/history").await.body["items"], json!([]));
}

#[tokio::test]
async fn a_deleted_message_leaves_the_rest_in_place() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let first = asha.say(&conversation, "Something I should not have written").await;
    asha.say(&conversation, "Later").await;
    let id = first[0].data["user_message"]["id"].as_str().unwrap();
    assert_eq!(asha.delete(&format!("/messages/{id}")).await.status, 204);
    assert_eq!(asha.texts(&conversation).await, ["c: I hear you.", "u: Later", "c: I hear you."]);
    assert_eq!(asha.get(&format!("/messages/{id}")).await.status, 404);
    assert_eq!(asha.get("/search?q=written").await.body["items"], json!([]));
}

#[tokio::test]
async fn a_conversation_survives_a_restart() {
    let mut app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    asha.say(&conversation, "Remember me").await;
    app.stop().await;
    app.app.store.close().await;

    let again = TestApp::launch(app.data_dir.clone(), app.model.clone(), &[]).await;
    let asha = asha.at(format!("http://{}", again.address()));
    assert_eq!(asha.texts(&conversation).await, ["u: Remember me", "c: I hear you."]);
}
