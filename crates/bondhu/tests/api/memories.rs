//! What is remembered: learnt from messages, used in replies, shown, corrected, forgotten.

use std::time::Duration;

use bondhu_llm::{Scripted, Turn};
use serde_json::{Value, json};

use crate::{
    background::work,
    test_app::{Person, TestApp, reply_of, text_of},
};

async fn lines(person: &Person) -> Vec<String> {
    let page = person.get("/memories?limit=100").await;
    assert_eq!(page.status, 200, "{}", page.body);
    let mut lines: Vec<String> =
        page.body["items"].as_array().unwrap().iter().map(|item| item["line"].as_str().unwrap().to_owned()).collect();
    lines.sort();
    lines
}

async fn id_of(person: &Person, line: &str) -> String {
    let page = person.get("/memories?limit=100").await;
    let items = page.body["items"].as_array().unwrap().clone();
    let item = items.iter().find(|item| item["line"] == line).unwrap_or_else(|| unreachable!("no {line}: {items:?}"));
    item["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_message_teaches_and_says_what() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let events = asha.say(&conversation, "I am a software engineer and my favorite food is pizza.").await;
    let said = &events[0].data["user_message"];
    assert_eq!(said["memories_learnt"], 2);
    let about = asha.get(&format!("/messages/{}/memories", said["id"].as_str().unwrap())).await.body;
    let learnt: Vec<&Value> = about["learnt"].as_array().unwrap().iter().map(|item| &item["line"]).collect();
    assert_eq!(learnt, ["works as: software engineer", "favourite food: pizza"]);
    let page = asha.get("/memories").await.body;
    let pizza = &page["items"][0];
    assert_eq!(
        (&pizza["predicate"], &pizza["created_by"], &pizza["status"]),
        (&json!("favourite_food"), &json!("rule"), &json!("active"))
    );
    assert!(pizza["sources"][0]["quote"].as_str().unwrap().contains("pizza"));
    assert_eq!(page["counts"], json!([{"kind": "likes", "count": 1}, {"kind": "work", "count": 1}]));
}

#[tokio::test]
async fn the_model_is_told_what_matters_and_the_reply_says_so() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let first = asha.conversation().await;
    asha.say(&first, "My sister is Meera. We grew up near the river.").await;
    let second = asha.conversation().await;
    let events = asha.say(&second, "My sister is coming to visit, what could we do?").await;
    let system = &app.model().requests()[1].system;
    assert!(system.contains("sister: Meera (said "), "{system}");
    let reply = reply_of(&events);
    assert!(reply["memories_used"].as_i64().unwrap() >= 1, "{reply}");
    let used = asha.get(&format!("/messages/{}/memories", reply["id"].as_str().unwrap())).await.body;
    assert_eq!(used["used"][0]["memory"]["line"], "sister: Meera");
    assert!(used["used"][0]["signals"]["words"].as_f64().unwrap() > 0.0);
    let me = id_of(&asha, "sister: Meera").await;
    let item = asha.get(&format!("/memories/{me}")).await.body;
    assert_eq!(item["uses"], 1);
    assert!(item["last_used_at"].is_string());
}

#[tokio::test]
async fn a_contradiction_supersedes_and_undo_brings_back() {
    let app = TestApp::without_model().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    asha.say(&conversation, "I live in Delhi.").await;
    app.clock.advance(Duration::from_mins(1));
    asha.say(&conversation, "I moved to Pune.").await;
    assert_eq!(lines(&asha).await, ["lives in: Pune"]);
    let older = asha.get("/memories?status=superseded").await.body;
    assert_eq!(older["items"][0]["object"], "Delhi");
    assert!(older["items"][0]["valid_to"].is_string());
    let pune = id_of(&asha, "lives in: Pune").await;
    assert_eq!(asha.delete(&format!("/memories/{pune}?undo=true")).await.status, 204);
    assert_eq!(lines(&asha).await, ["lives in: Delhi"]);
}

#[tokio::test]
async fn what_is_forgotten_is_gone_from_every_place() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let first = asha.conversation().await;
    asha.say(&first, "My sister is Meera.").await;
    let second = asha.conversation().await;
    let events = asha.say(&second, "Tell me about my sister.").await;
    let reply = reply_of(&events)["id"].as_str().unwrap().to_owned();
    let meera = id_of(&asha, "sister: Meera").await;
    assert_eq!(asha.delete(&format!("/memories/{meera}")).await.status, 204);

    assert_eq!(lines(&asha).await, Vec::<String>::new());
    assert_eq!(asha.get(&format!("/memories/{meera}")).await.status, 404);
    assert_eq!(asha.get(&format!("/messages/{reply}/memories")).await.body["used"], json!([]));
    assert_eq!(asha.get(&format!("/messages/{reply}")).await.body["memories_used"], 0);
    let third = asha.conversation().await;
    asha.say(&third, "Tell me about my sister again.").await;
    let last = app.model().requests().last().unwrap().system.clone();
    assert!(!last.contains("Meera"), "{last}");
    // A message that is deleted takes with it what it taught.
    let events = asha.say(&third, "I live in Pune.").await;
    let said = events[0].data["user_message"]["id"].as_str().unwrap().to_owned();
    assert_eq!(lines(&asha).await, ["lives in: Pune"]);
    asha.delete(&format!("/messages/{said}")).await;
    assert_eq!(lines(&asha).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_crisis_teaches_nothing_and_brings_nothing_up() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let first = asha.conversation().await;
    asha.say(&first, "My brother is Ravi.").await;
    let second = asha.conversation().await;
    let events = asha.say(&second, "I want to die. My brother is Ravi and I live in Pune.").await;
    assert_eq!(reply_of(&events)["memories_used"], 0);
    assert_eq!(lines(&asha).await, ["brother: Ravi"]);
    let third = asha.conversation().await;
    asha.say(&third, "Where do I live, in Pune?").await;
    let last = app.model().requests().last().unwrap().system.clone();
    assert!(!last.contains("want to die") && !last.contains("Pune"), "{last}");
}

#[tokio::test]
async fn pausing_stops_learning_and_recalling() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    asha.say(&conversation, "My brother is Ravi.").await;
    assert_eq!(asha.patch("/memories/settings", json!({"paused": true})).await.body, json!({"paused": true}));
    let other = asha.conversation().await;
    asha.say(&other, "I live in Pune. Do you know my brother?").await;
    assert_eq!(lines(&asha).await, ["brother: Ravi"]);
    assert!(!app.model().requests().last().unwrap().system.contains("Ravi"));
    asha.patch("/memories/settings", json!({"paused": false})).await;
    asha.say(&other, "And my brother?").await;
    assert!(app.model().requests().last().unwrap().system.contains("Ravi"));
}

#[tokio::test]
async fn a_person_adds_corrects_pins_and_rejects() {
    let app = TestApp::without_model().await;
    let asha = app.sign_up("asha").await;
    let own = asha.post("/memories", json!({"object": "Tea before any talk"})).await;
    assert_eq!((own.status, &own.body["created_by"]), (201, &json!("user")));
    let conversation = asha.conversation().await;
    asha.say(&conversation, "I live in Puna.").await;
    let puna = id_of(&asha, "lives in: Puna").await;
    let right = asha.patch(&format!("/memories/{puna}"), json!({"object": "Pune", "pinned": true})).await.body;
    assert_eq!((&right["object"], &right["status"]), (&json!("Pune"), &json!("pinned")));
    assert_eq!(right["sources"].as_array().unwrap().len(), 1);
    asha.say(&conversation, "I live in Puna.").await;
    assert!(lines(&asha).await.contains(&"lives in: Pune".to_owned()), "what was corrected is not learnt again");
    let refused = asha.patch(&format!("/memories/{puna}"), json!({"pinned": true})).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("memory_not_in_use")));
    for (body, field) in [
        (json!({"object": " "}), "object"),
        (json!({"object": "x".repeat(301)}), "object"),
        (json!({"object": "x", "predicate": "Lives In"}), "predicate"),
    ] {
        let answer = asha.post("/memories", body).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["field"]), (422, &json!(field)));
    }
    assert_eq!(asha.delete("/memories").await.body, json!({"count": 3}));
    assert_eq!(lines(&asha).await, Vec::<String>::new());
}

#[tokio::test]
async fn nobody_reaches_the_memories_of_another() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    asha.say(&conversation, "My sister is Meera.").await;
    let meera = id_of(&asha, "sister: Meera").await;
    let ben = app.sign_up("ben").await;
    let path = format!("/memories/{meera}");
    assert_eq!(ben.get(&path).await.status, 404);
    assert_eq!(ben.patch(&path, json!({"pinned": true})).await.status, 404);
    assert_eq!(ben.delete(&path).await.status, 404);
    let his = ben.conversation().await;
    ben.say(&his, "Tell me about my sister Meera.").await;
    assert!(!app.model().requests().last().unwrap().system.contains("sister: Meera"));
    assert_eq!(lines(&ben).await, Vec::<String>::new());
    assert_eq!(app.anonymous().get(&path).await.status, 401);
    assert_eq!(lines(&asha).await, ["sister: Meera"]);
}

#[tokio::test]
async fn without_a_model_the_listener_tells_what_it_was_told() {
    let app = TestApp::without_model().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    asha.say(&conversation, "My sister is Meera.").await;
    asha.say(&conversation, "আমার বোনের কথা মনে পড়ে। আমার নাম আশা।").await;
    let other = asha.conversation().await;
    let events = asha.say(&other, "What is my sister's name?").await;
    assert!(text_of(&events).contains("sister: Meera"), "{}", text_of(&events));
    assert_eq!(reply_of(&events)["memories_used"], 1);
    let events = asha.say(&other, "আমার নাম কী?").await;
    assert!(text_of(&events).contains("আশা"), "{}", text_of(&events));
    // Asked for advice, it listens as ever.
    let events = asha.say(&other, "What should I do about my sister?").await;
    assert_eq!(reply_of(&events)["memories_used"], 0);
}

#[tokio::test]
async fn a_model_finds_what_the_rules_do_not_and_passes_the_same_guard() {
    let facts = r#"{"facts":[{"predicate":"habit","object":"tends the roof garden","quote":"tend the roof garden"},
        {"predicate":"lives_in","object":"Oslo","quote":"I live in Oslo"}]}"#;
    let app = TestApp::with_model(Scripted::turns([Turn::text("I hear you."), Turn::text(facts)])).await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    asha.say(&conversation, "On most days I tend the roof garden with my neighbour.").await;
    assert_eq!(lines(&asha).await, Vec::<String>::new());
    work(&app, Vec::new()).await;
    assert_eq!(lines(&asha).await, ["habit: tends the roof garden"]);
    let page = asha.get("/memories").await.body;
    assert_eq!(page["items"][0]["created_by"], "model");
}

#[tokio::test]
async fn after_two_hundred_turns_everything_is_still_known() {
    let app = TestApp::without_model().await;
    let asha = app.sign_up("asha").await;
    let facts = [
        ("My name is Asha.", "What is my name?", "Asha"),
        ("I live in Pune.", "Where do I live?", "Pune"),
        ("I work as a nurse.", "What do I do for work?", "nurse"),
        ("My dog is called Bruno.", "What is my dog's name?", "Bruno"),
        ("I'm allergic to peanuts.", "What am I allergic to?", "peanuts"),
        ("My favourite colour is green.", "What is my favourite colour?", "green"),
        ("আমার বোনের নাম মিতা।", "আমার বোনের নাম কী?", "মিতা"),
        ("मेरे भाई का नाम रवि है।", "मेरे भाई का नाम क्या है?", "रवि"),
        ("My birthday is on 5 June.", "When is my birthday?", "5 June"),
        ("I want to learn Spanish.", "What do I want to learn?", "Spanish"),
    ];
    let small_talk = [
        "The bus was late again.",
        "It rained all day.",
        "Lunch was fine.",
        "The office was loud.",
        "A long walk helped.",
    ];
    let mut conversation = asha.conversation().await;
    for turn in 0..200 {
        app.clock.advance(Duration::from_mins(1));
        if turn % 50 == 0 {
            conversation = asha.conversation().await;
        }
        let text = match facts.get(turn / 20).filter(|_| turn % 20 == 7) {
            Some((told, _, _)) => (*told).to_owned(),
            None => format!("{} That was number {turn}.", small_talk[turn % small_talk.len()]),
        };
        asha.say(&conversation, &text).await;
    }
    assert_eq!(lines(&asha).await.len(), facts.len(), "{:?}", lines(&asha).await);
    let last = asha.conversation().await;
    for (_, question, answer) in facts {
        let events = asha.say(&last, question).await;
        assert!(text_of(&events).contains(answer), "{question}: {}", text_of(&events));
    }
}
