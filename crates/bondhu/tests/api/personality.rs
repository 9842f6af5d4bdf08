//! Personality: the questionnaire, evidence, vetoes, locks, history and reset.

use std::time::Duration;

use bondhu_tasks::Call;
use serde_json::{Value, json};

use crate::{
    background::work,
    test_app::{Person, TestApp},
};

const PROSE: &str = "The river by the house is high and the door to the garden stands open in the wind, and a boat \
    with a lamp on the bow goes along the bank to the bridge at the end of the town.";

async fn answer(person: &Person, answers: Value) -> Value {
    let answer = person.post("/personality/questionnaire", json!({ "answers": answers })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

async fn sit(person: &Person, answer_all: i16) {
    let answers: Vec<Value> = (1..=20).map(|item| json!({ "item": item, "answer": answer_all })).collect();
    answer(person, json!(answers)).await;
}

/// An answer of somebody who is quiet, and otherwise in the middle.
fn quiet(item: i16) -> Value {
    let answer = match item {
        1 | 11 => 1,
        6 | 16 => 5,
        _ => 3,
    };
    json!({ "item": item, "answer": answer })
}

async fn traits(person: &Person) -> Vec<Value> {
    person.get("/personality").await.body["traits"].as_array().unwrap().clone()
}

async fn evidence(person: &Person) -> Vec<Value> {
    person.get("/personality/evidence").await.body["items"].as_array().unwrap().clone()
}

/// Says enough for something to be learnt from, and has it learnt.
async fn chat(app: &TestApp, person: &Person) {
    let conversation = person.conversation().await;
    for _ in 0..6 {
        app.clock.advance(Duration::from_mins(1));
        person.say(&conversation, PROSE).await;
    }
    work(app, Vec::new()).await;
}

#[tokio::test]
async fn nothing_is_known_of_a_stranger() {
    let app = TestApp::start().await;
    let ana = app.sign_up("ana").await;
    let body = ana.get("/personality").await.body;
    let all = body["traits"].as_array().unwrap();
    assert_eq!((all.len(), &all[0]["trait"], &all[0]["evidence"]), (5, &json!("openness"), &json!(0)));
    assert_eq!(
        (&body["sources"], &body["questionnaire_at"], &body["retake_at"]),
        (&json!([]), &json!(null), &json!(null))
    );
    assert_eq!(app.anonymous().get("/personality").await.status, 401);
    assert_eq!(ana.get("/personality/history").await.body, json!({ "items": [], "changes": [] }));
}

#[tokio::test]
async fn a_sitting_is_kept_answer_by_answer_and_scored_at_its_end() {
    let app = TestApp::start().await;
    let ana = app.sign_up("ana").await;
    answer(&ana, json!([{ "item": 1, "answer": 5 }])).await;
    answer(&ana, json!([{ "item": 2, "answer": null }])).await;
    answer(&ana, json!([{ "item": 1, "answer": 4 }])).await;
    let form = ana.get("/personality/questionnaire").await.body;
    assert_eq!((&form["items"][0]["answer"], &form["items"][1]["left_out"]), (&json!(4), &json!(true)));
    assert_eq!(form["items"][0]["text"], "Am the life of the party.");
    assert_eq!(ana.get("/personality").await.body["questionnaire_progress"], 2);
    assert_eq!(traits(&ana).await[2]["evidence"], 0, "an unfinished sitting says nothing");

    let rest: Vec<Value> = (3..=20).map(|item| json!({ "item": item, "answer": 5 })).collect();
    let done = answer(&ana, json!(rest)).await;
    assert_eq!((&done["items"][0]["answer"], done["finished_at"].is_string()), (&json!(null), true));
    let known = traits(&ana).await;
    assert!(known.iter().all(|one| one["evidence"] == 1), "{known:?}");
    let body = ana.get("/personality").await.body;
    assert!(body["retake_at"].as_str().unwrap().starts_with("2027-05-21"), "{body}");
    assert_eq!(evidence(&ana).await[0]["label"], "Your answers in the questionnaire");
}

#[tokio::test]
async fn wrong_answers_are_refused_and_lose_nothing() {
    let app = TestApp::start().await;
    let ana = app.sign_up("ana").await;
    answer(&ana, json!([{ "item": 3, "answer": 2 }])).await;
    for wrong in
        [json!({ "item": 0, "answer": 3 }), json!({ "item": 21, "answer": 3 }), json!({ "item": 1, "answer": 6 })]
    {
        let refused =
            ana.post("/personality/questionnaire", json!({ "answers": [{ "item": 4, "answer": 1 }, wrong] })).await;
        assert_eq!(refused.code(), "invalid_fields");
    }
    let form = ana.get("/personality/questionnaire").await.body;
    assert_eq!((&form["items"][2]["answer"], &form["items"][3]["answer"]), (&json!(2), &json!(null)));
    ana.delete("/personality/questionnaire").await;
    let finish = json!({ "answers": [{ "item": 4, "answer": null }], "finish": true });
    assert_eq!(ana.post("/personality/questionnaire", finish).await.code(), "nothing_answered");
    assert_eq!(ana.get("/personality").await.body["questionnaire_progress"], 0);
    let finish = json!({ "answers": [{ "item": 1, "answer": 5 }, { "item": 6, "answer": 1 }], "finish": true });
    assert_eq!(ana.post("/personality/questionnaire", finish).await.status, 200);
    let known: Vec<u64> = traits(&ana).await.iter().map(|one| one["evidence"].as_u64().unwrap()).collect();
    assert_eq!(known, [0, 0, 1, 0, 0], "two answers on extraversion and none on the others");
}

#[tokio::test]
async fn the_profile_without_a_cue_is_as_if_it_had_never_been() {
    let app = TestApp::start().await;
    let ana = app.sign_up("ana").await;
    sit(&ana, 4).await;
    let before = traits(&ana).await;
    chat(&app, &ana).await;
    let learnt = evidence(&ana).await;
    let of_chat: Vec<&Value> = learnt.iter().filter(|one| one["source"] == "chat").collect();
    assert_eq!(of_chat.len(), 30);
    assert_ne!(traits(&ana).await, before);
    let articles = of_chat.iter().find(|one| one["cue"] == "articles" && one["trait"] == "openness").unwrap();
    assert!(articles["delta"].as_f64().unwrap() > 0.0 && articles["weight"].as_f64().unwrap() < 0.05, "{articles}");
    let message = articles["message_ids"][0].as_str().unwrap();
    assert_eq!(ana.get(&format!("/messages/{message}")).await.body["text"], PROSE);

    for one in &of_chat {
        let id = one["id"].as_str().unwrap();
        assert_eq!(ana.delete(&format!("/personality/evidence/{id}")).await.status, 204);
    }
    let means =
        |all: &[Value]| all.iter().map(|one| (one["mean"].clone(), one["variance"].clone())).collect::<Vec<_>>();
    assert_eq!(means(&traits(&ana).await), means(&before), "exactly the profile before");

    chat(&app, &ana).await;
    assert_eq!(means(&traits(&ana).await), means(&before), "what was struck out is not learnt again");
    let id = articles["id"].as_str().unwrap();
    assert_eq!(ana.post(&format!("/personality/evidence/{id}/restore"), json!(null)).await.status, 204);
    assert!(traits(&ana).await[0]["mean"].as_f64() > before[0]["mean"].as_f64());
    let ben = app.sign_up("ben").await;
    assert_eq!(ben.delete(&format!("/personality/evidence/{id}")).await.status, 404);
}

#[tokio::test]
async fn a_locked_trait_stays_where_it_is() {
    let app = TestApp::start().await;
    let ana = app.sign_up("ana").await;
    sit(&ana, 5).await;
    let before = traits(&ana).await;
    let locked = ana.put("/personality/traits/openness/lock", json!({})).await;
    assert_eq!((locked.status, &locked.body["traits"][0]["locked"]), (200, &json!(true)));
    answer(&ana, json!((1..=20).map(quiet).collect::<Vec<_>>())).await;
    let after = traits(&ana).await;
    assert_eq!(after[0]["mean"], before[0]["mean"]);
    assert_ne!(after[2]["mean"], before[2]["mean"]);
    assert_eq!(evidence(&ana).await[0]["delta"], 0.0);
    ana.delete("/personality/traits/openness/lock").await;
    assert_ne!(traits(&ana).await[0]["mean"], before[0]["mean"]);
    assert_eq!(ana.put("/personality/traits/courage/lock", json!({})).await.status, 404);
}

#[tokio::test]
async fn a_change_is_called_one_only_beyond_chance() {
    let app = TestApp::start().await;
    let ana = app.sign_up("ana").await;
    sit(&ana, 3).await;
    app.clock.advance(Duration::from_hours(24 * 20));
    let all_for: Vec<Value> = (1..=20)
        .map(|item| {
            // Much more extraverted; the rest a little different.
            let answer = match item {
                1 | 11 => 5,
                6 | 16 => 1,
                3 => 4,
                _ => 3,
            };
            json!({ "item": item, "answer": answer })
        })
        .collect();
    answer(&ana, json!(all_for)).await;
    let history = ana.get("/personality/history").await.body;
    assert_eq!(history["items"].as_array().unwrap().len(), 2);
    let verdicts: Vec<&str> =
        history["changes"].as_array().unwrap().iter().map(|one| one["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["steady", "steady", "rose", "steady", "steady"]);
}

#[tokio::test]
async fn a_reset_forgets_all_and_what_was_said_before_is_not_learnt_again() {
    let app = TestApp::start().await;
    let ana = app.sign_up("ana").await;
    chat(&app, &ana).await;
    ana.put("/personality/traits/openness/lock", json!({})).await;
    assert_eq!(evidence(&ana).await.len(), 30);
    assert_eq!(ana.delete("/personality").await.status, 204);
    assert_eq!(evidence(&ana).await, Vec::<Value>::new());
    assert_eq!(ana.get("/personality/history").await.body["items"], json!([]));
    let conversation = ana.conversation().await;
    for _ in 0..5 {
        app.clock.advance(Duration::from_mins(6));
        ana.say(&conversation, "Good evening").await;
    }
    work(&app, Vec::new()).await;
    assert_eq!(evidence(&ana).await, Vec::<Value>::new());
}

#[tokio::test]
async fn moments_of_danger_teach_nothing() {
    let app = TestApp::start().await;
    let ana = app.sign_up("ana").await;
    let conversation = ana.conversation().await;
    for _ in 0..6 {
        app.clock.advance(Duration::from_mins(1));
        ana.say(&conversation, &format!("I want to die. {PROSE}")).await;
    }
    work(&app, Vec::new()).await;
    assert_eq!(evidence(&ana).await, Vec::<Value>::new());
    let insights = ana.get("/mood/insights").await.body["items"].to_string();
    assert!(insights.contains("\"messages\":6") && !insights.contains("crisis"), "{insights}");
}

#[tokio::test]
async fn music_counts_a_little() {
    let app = TestApp::start().await;
    let ana = app.sign_up("ana").await;
    let user = ana.get("/me").await.body["id"].clone();
    let note = |genres: Value| {
        Call::named("core.tasks.personality.update_personality_from_activity")
            .queue("personality")
            .arg(user.clone())
            .arg("music")
            .arg(json!({ "genres": genres }))
    };
    work(&app, vec![note(json!({ "jazz": 30 }))]).await;
    assert_eq!(evidence(&ana).await, Vec::<Value>::new(), "half an hour says nothing");
    work(&app, vec![note(json!({ "Classical": 400, "blues": 90 }))]).await;
    let kinds = evidence(&ana).await;
    assert_eq!(kinds.len(), 7);
    let openness = &traits(&ana).await[0];
    assert!(openness["mean"].as_f64().unwrap() > 67.5 && openness["mean"].as_f64().unwrap() < 80.0, "{openness}");
    work(&app, vec![note(json!("not genres"))]).await;
    assert_eq!(evidence(&ana).await.len(), 7);
}

#[tokio::test]
async fn what_stands_out_shapes_the_next_reply() {
    let app = TestApp::start().await;
    let ana = app.sign_up("ana").await;
    let conversation = ana.conversation().await;
    ana.say(&conversation, "Hello").await;
    answer(&ana, json!((1..=20).map(quiet).collect::<Vec<_>>())).await;
    ana.say(&conversation, "Hello again").await;
    let requests = app.model().requests();
    assert!(!requests[0].system.contains("quiet by nature"));
    assert!(requests[1].system.contains("quiet by nature"), "{}", requests[1].system);
}
