//! Moods: check-ins, the timeline, what is behind a point, and insights.

use std::time::Duration;

use bondhu_llm::{Scripted, Turn};
use serde_json::{Value, json};

use crate::{
    background::work,
    test_app::{Person, TestApp},
};

const HAPPY: &str = "I am so happy today, thank you!";
const SAD: &str = "I feel so sad and empty";

async fn check_in(person: &Person, day: &str, mood: &str) -> u16 {
    person.put(&format!("/mood/check-ins/{day}"), json!({ "mood": mood })).await.status
}

async fn days(person: &Person) -> Vec<Value> {
    person.get("/mood?days=7").await.body["days"].as_array().unwrap().clone()
}

#[tokio::test]
async fn every_message_is_read_before_it_is_stored() {
    let app = TestApp::start().await;
    let ana = app.sign_up("ana").await;
    let conversation = ana.conversation().await;
    let events = ana.say(&conversation, HAPPY).await;
    let said = &events[0].data["user_message"];
    assert!(said["sentiment"].as_f64().unwrap() > 0.6 && said["confidence"].as_f64().unwrap() > 0.0, "{said}");
    let page = ana.get(&format!("/conversations/{conversation}/messages")).await.body;
    assert_eq!(page["items"][1]["mood"], said["mood"]);
    assert_eq!(page["items"][0]["mood"], json!(null), "a reply has no mood");
}

#[tokio::test]
async fn ones_own_word_stands_where_a_guess_stood() {
    let app = TestApp::start().await;
    let (ana, ben) = (app.sign_up("ana").await, app.sign_up("ben").await);
    let conversation = ana.conversation().await;
    ana.say(&conversation, SAD).await;
    let before = days(&ana).await;
    assert_eq!((before[0]["day"].as_str(), &before[0]["source"]), (Some("2026-11-22"), &json!("inferred")));
    assert!(before[0]["score"].as_f64().unwrap() < 0.4);

    assert_eq!(check_in(&ana, "2026-11-22", "calm").await, 200);
    let after = days(&ana).await;
    assert_eq!((after.len(), &after[0]["mood"], &after[0]["source"]), (1, &json!("calm"), &json!("self_reported")));
    assert_eq!(after[0]["inferred"]["messages"], 1, "what was read stays beside it");
    assert_eq!(days(&ben).await, Vec::<Value>::new());

    assert_eq!(ana.delete("/mood/check-ins/2026-11-22").await.status, 204);
    assert_eq!(ana.delete("/mood/check-ins/2026-11-22").await.status, 404);
    assert_eq!(days(&ana).await, before);
}

#[tokio::test]
async fn the_messages_behind_a_point_are_those_of_the_day_where_one_is() {
    let app = TestApp::start().await;
    let ana = app.sign_up("ana").await;
    let conversation = ana.conversation().await;
    ana.say(&conversation, HAPPY).await;
    // 20:00 in Greenwich is half past one on the next day in Kolkata.
    app.clock.advance(Duration::from_hours(12));
    ana.say(&conversation, SAD).await;
    let texts = async |path: &str| {
        let body = ana.get(path).await.body;
        let items = body["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts("/mood/days/2026-11-22/messages").await, [HAPPY, SAD]);
    assert_eq!(texts("/mood/days/2026-11-22/messages?utc_offset_minutes=330").await, [HAPPY]);
    assert_eq!(texts("/mood/days/2026-11-23/messages?utc_offset_minutes=330").await, [SAD]);
    let timeline = ana.get("/mood?utc_offset_minutes=330").await.body;
    assert_eq!((&timeline["today"], timeline["days"].as_array().unwrap().len()), (&json!("2026-11-23"), 2));
}

#[tokio::test]
async fn bad_check_ins_say_what_to_change() {
    let app = TestApp::start().await;
    let ana = app.sign_up("ana").await;
    let put = async |day: &str, body: Value| ana.put(&format!("/mood/check-ins/{day}"), body).await;
    assert_eq!(put("2026-11-22", json!({ "mood": "splendid" })).await.code(), "invalid_fields");
    assert_eq!(put("2026-11-22", json!({ "mood": "sad", "note": "a".repeat(501) })).await.code(), "invalid_fields");
    assert_eq!(put("22.11.2026", json!({ "mood": "sad" })).await.code(), "wrong_day");
    assert_eq!(put("2026-11-24", json!({ "mood": "sad" })).await.code(), "wrong_day", "not come yet anywhere");
    assert_eq!(put("2026-11-22", json!({ "mood": "sad", "note": "আজ বৃষ্টি" })).await.body["note"], "আজ বৃষ্টি");
    assert_eq!(put("2026-11-22", json!({ "mood": "sad", "note": "  " })).await.body["note"], json!(null));
    assert_eq!(ana.get("/mood?utc_offset_minutes=9000").await.code(), "wrong_query");
    assert_eq!(ana.get("/mood/days/soon/messages").await.status, 404);
    assert_eq!(app.anonymous().get("/mood").await.status, 401);
}

#[tokio::test]
async fn a_batch_becomes_an_insight_that_the_next_reply_knows() {
    let app = TestApp::with_model(Scripted::always(Turn::text("I hear you."))).await;
    let ana = app.sign_up("ana").await;
    let conversation = ana.conversation().await;
    for _ in 0..6 {
        ana.say(&conversation, SAD).await;
        app.clock.advance(Duration::from_secs(1));
    }
    assert!(!app.model().requests()[5].system.contains("What is known of them"));
    work(&app, Vec::new()).await;
    let insights = ana.get("/mood/insights").await.body;
    assert_eq!((&insights["items"][0]["messages"], &insights["items"][0]["dominant_mood"]), (&json!(6), &json!("sad")));
    ana.say(&conversation, "And now?").await;
    let system = app.model().requests().pop().unwrap().system;
    assert!(system.contains("empathetic and gentle") && system.contains("mostly sad"), "{system}");

    // A word of one's own changes the very next reply.
    assert_eq!(check_in(&ana, "2026-11-22", "happy").await, 200);
    ana.say(&conversation, "And now?").await;
    let system = app.model().requests().pop().unwrap().system;
    assert!(system.contains("how they feel: happy") && system.contains("upbeat"), "{system}");
    app.clock.advance(Duration::from_hours(100));
    app.app.cache.invalidate_matching("personality:*").await;
    ana.say(&conversation, "And now?").await;
    assert!(!app.model().requests().pop().unwrap().system.contains("What is known of them"), "all of it is old");
}
