use std::time::Duration;

use bondhu_llm::{Scripted, Turn};
use serde_json::json;

use crate::test_app::{TestApp, reply_of, text_of};

const ACUTE: &str = "I have a plan and I'm going to kill myself tonight";
const IDEATION: &str = "I want to die";

#[tokio::test]
async fn acute_danger_is_answered_with_reviewed_words_and_no_model() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    asha.patch("/me", json!({ "country": "IN" })).await;
    let conversation = asha.conversation().await;

    let events = asha.say(&conversation, ACUTE).await;

    let help = &events[0].data["help"];
    assert_eq!((&help["level"], &help["country"]), (&json!(3), &json!("IN")));
    assert!(help["lines"].to_string().contains("14416"), "the card comes with the first event: {help}");
    assert_eq!(reply_of(&events)["answered_by"], "safety");
    assert!(text_of(&events).contains("112"), "{}", text_of(&events));
    assert_eq!(app.model().calls(), 0);
}

#[tokio::test]
async fn thoughts_of_suicide_meet_reviewed_words_first_and_then_the_model() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let events = asha.say(&conversation, IDEATION).await;
    assert_eq!(events[0].data["help"]["level"], 2);
    let text = text_of(&events);
    assert!(text.ends_with("\n\nI hear you.") && text.len() > 40, "{text}");
    assert!(app.model().requests()[0].system.contains("Help lines are already on the screen"));
}

#[tokio::test]
async fn the_worst_moment_does_not_name_the_conversation() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let events = asha.say(&conversation, IDEATION).await;
    assert_eq!(events[0].data["conversation"]["title"], "New conversation");
    asha.say(&conversation, "My sister came over").await;
    assert_eq!(asha.get(&format!("/conversations/{conversation}")).await.body["title"], "My sister came over");
}

#[tokio::test]
async fn the_safety_path_works_without_and_with_a_failing_model() {
    let blocked = TestApp::with_model(Scripted::always(Turn::blocked())).await;
    for app in [TestApp::without_model().await, blocked] {
        let asha = app.sign_up("asha").await;
        let conversation = asha.conversation().await;
        let events = asha.say(&conversation, IDEATION).await;
        assert_eq!(events[0].data["help"]["level"], 2);
        assert_eq!(reply_of(&events)["answered_by"], "safety");
        assert_eq!(reply_of(&events)["status"], "complete");
    }
}

#[tokio::test]
async fn the_card_stays_for_a_while_and_is_the_persons_alone() {
    let app = TestApp::start().await;
    let (asha, ravi) = (app.sign_up("asha").await, app.sign_up("ravi").await);
    let conversation = asha.conversation().await;
    assert_eq!(asha.get("/help").await.body["level"], 0);
    asha.say(&conversation, ACUTE).await;
    assert_eq!(asha.get("/help").await.body["level"], 3);
    assert_eq!(ravi.get("/help").await.body["level"], 0);
    app.clock.advance(Duration::from_hours(25));
    assert_eq!(asha.get("/help").await.body["level"], 2);
    app.clock.advance(Duration::from_hours(48));
    assert_eq!(asha.get("/help").await.body["level"], 0);
}

#[tokio::test]
async fn what_holds_comes_with_every_reply_until_it_has_faded() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    asha.say(&conversation, IDEATION).await;
    let level = |events: &[crate::test_app::Event]| events[0].data["help"]["level"].clone();
    let cared_for = |request: usize| app.model().requests()[request].system.contains("Help lines are already");
    app.clock.advance(Duration::from_hours(71));
    assert_eq!(level(&asha.say(&conversation, "I made some tea").await), 2);
    assert!(cared_for(1), "the model still knows");
    app.clock.advance(Duration::from_hours(2));
    assert_eq!(level(&asha.say(&conversation, "I made some more tea").await), json!(null));
    assert!(!cared_for(2));
}

#[tokio::test]
async fn a_sharper_sign_counts_at_once_and_a_softer_one_takes_nothing_back() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    for text in [IDEATION, ACUTE, IDEATION, "I feel like a burden to everyone"] {
        app.clock.advance(Duration::from_hours(1));
        asha.say(&conversation, text).await;
    }
    assert_eq!(asha.get("/help").await.body["level"], 3);
}

#[tokio::test]
async fn signs_can_be_forgotten_and_leave_with_what_was_said() {
    let app = TestApp::start().await;
    let (asha, ravi) = (app.sign_up("asha").await, app.sign_up("ravi").await);
    for person in [&asha, &ravi] {
        let conversation = person.conversation().await;
        person.say(&conversation, ACUTE).await;
    }
    assert_eq!(asha.delete("/help/signals").await.status, 204);
    assert_eq!(asha.get("/help").await.body["level"], 0);
    assert_eq!(ravi.get("/help").await.body["level"], 3);
    let conversation = ravi.get("/conversations").await.body["items"][0]["id"].as_str().unwrap().to_owned();
    ravi.delete(&format!("/conversations/{conversation}")).await;
    assert_eq!(ravi.get("/help").await.body["level"], 0);
    assert_eq!(app.anonymous().delete("/help/signals").await.status, 401);
}

#[tokio::test]
async fn help_is_there_for_everybody() {
    let app = TestApp::start().await;
    let help = app.anonymous().get("/help?country=GB").await;
    assert_eq!(help.status, 200);
    assert!(help.body["lines"].to_string().contains("116 123"));
}

#[tokio::test]
async fn a_joke_about_dying_of_laughter_is_just_that() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let events = asha.say(&conversation, "that meme killed me, I'm dying of laughter").await;
    assert_eq!(events[0].data["help"], json!(null));
    assert_eq!(reply_of(&events)["answered_by"], "model");
}

#[tokio::test]
async fn the_level_is_not_handed_out_with_the_message() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let events = asha.say(&conversation, IDEATION).await;
    assert!(!events[0].data["user_message"].to_string().contains("crisis"));
    let page = asha.get(&format!("/conversations/{conversation}/messages")).await;
    assert!(!page.body.to_string().contains("crisis"));
}
