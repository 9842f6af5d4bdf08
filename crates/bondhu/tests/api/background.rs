//! Background work: what a message leads to, and the operator's page.

use std::time::Duration;

use bondhu::{outbox, schedule};
use bondhu_tasks::{Call, State};
use serde_json::json;
use tokio::sync::oneshot;

use crate::test_app::{PATIENCE, TestApp};

/// Does all background work that waits, as `bondhu serve` would.
pub async fn work(app: &TestApp, calls: Vec<Call>) -> Vec<State> {
    outbox::send_due(&app.app).await.unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let worker = tokio::spawn(schedule::worker(&app.app).run_until(async { drop(stopped.await) }));
    let mut states = Vec::new();
    for sent in app.app.queue.send_all(calls).await.unwrap() {
        states.push(sent.wait(PATIENCE).await.unwrap().status);
    }
    let broker = app.app.queue.broker();
    let queues = schedule::QUEUES.map(ToOwned::to_owned);
    let idle = async {
        while broker.depths(&queues).await.unwrap().iter().any(|depth| depth.waiting != [0; 4]) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, idle).await.unwrap();
    drop(stop);
    worker.await.unwrap().unwrap();
    states
}

#[tokio::test]
async fn messages_become_an_insight() {
    let app = TestApp::without_model().await;
    let ana = app.sign_up("ana").await;
    let conversation = ana.conversation().await;
    for _ in 0..5 {
        app.clock.advance(Duration::from_secs(1));
        ana.say(&conversation, "I am so happy today!").await;
    }
    assert_eq!(app.app.store.count_outbox().await.unwrap(), 1, "however much is said, one batch is asked for");
    work(&app, Vec::new()).await;
    assert_eq!(app.app.store.count_outbox().await.unwrap(), 0);
    let me = ana.get("/api/v1/me").await.body;
    let user = me["id"].as_str().unwrap().parse().unwrap();
    let insights = app.app.store.insights(user, 9).await.unwrap();
    assert_eq!((insights.len(), insights[0].messages, insights[0].dominant_mood.as_str()), (1, 5, "happy"));

    app.clock.advance(Duration::from_secs(1));
    ana.say(&conversation, "And tired").await;
    let next = app.app.store.next_outbox().await.unwrap().unwrap();
    let wait = next.as_millis() - app.app.clock.now().as_millis();
    assert!((290_000..300_000).contains(&wait), "the next batch waits for the rest of its five minutes: {wait}");
}

#[tokio::test]
async fn python_callers_are_understood() {
    let app = TestApp::start().await;
    let ana = app.sign_up("ana").await;
    let user = ana.get("/api/v1/me").await.body["id"].clone();
    let name = |task: &str| Call::named(format!("core.tasks.{task}")).queue("personality");
    let note = |kind: &str| {
        name("personality.update_personality_from_activity").arg(user.clone()).arg(kind).arg(json!({"minutes": 3}))
    };
    let states = work(
        &app,
        vec![
            name("personality.analyze_chat_sentiment_batch").arg(user.clone()),
            name("personality.analyze_chat_sentiment_batch").kwarg("user_id", user.clone()),
            name("personality.analyze_all_users_sentiment"),
            name("maintenance.cleanup_expired"),
            note("music"),
            note("dancing"),
            name("personality.analyze_chat_sentiment_batch").arg("00000000-0000-0000-0000-000000000000"),
        ],
    )
    .await;
    let ok = State::Success;
    assert_eq!(states.iter().collect::<Vec<_>>(), [&ok, &ok, &ok, &ok, &ok, &State::Failure, &State::Failure]);
    let user = user.as_str().unwrap().parse().unwrap();
    assert_eq!(app.app.store.count_activities(user).await.unwrap(), 1);
}

#[tokio::test]
async fn a_task_that_was_sent_before_the_crash_is_not_lost_and_not_doubled() {
    let app = TestApp::start().await;
    let ana = app.sign_up("ana").await;
    let conversation = ana.conversation().await;
    ana.say(&conversation, "hello").await;
    let row = app.app.store.outbox_due(app.app.clock.now(), 1).await.unwrap().remove(0);
    // The process died after the broker had accepted the task and before the row was removed.
    outbox::send_due(&app.app).await.unwrap();
    app.app
        .store
        .enqueue(bondhu_store::NewOutbox {
            id: row.id,
            name: row.name,
            args: row.args,
            queue: row.queue,
            unique_key: row.unique_key,
            available_at: row.available_at,
            created_at: row.created_at,
        })
        .await
        .unwrap();
    outbox::send_due(&app.app).await.unwrap();
    let known = app.app.queue.broker().waiting("personality", 0, 9).await.unwrap();
    assert!((1..=2).contains(&known.total));
    work(&app, Vec::new()).await;
    assert_eq!(app.app.store.count_outbox().await.unwrap(), 0);
    assert_eq!(app.app.queue.broker().dead(0, 0).await.unwrap().total, 0);
}

#[tokio::test]
async fn the_owner_sees_and_mends_what_failed_and_nobody_else_does() {
    let app = TestApp::with_settings(&[("accounts.sign_up", "open")]).await;
    let owner = app.sign_up("owner").await;
    let guest = app.sign_up("guest").await;
    assert_eq!(guest.get("/api/v1/admin/tasks").await.status, 403);
    assert_eq!(guest.get("/api/v1/admin/tasks/dead").await.status, 403);
    assert_eq!(app.anonymous().get("/api/v1/admin/tasks").await.status, 401);

    work(&app, vec![Call::named("no.such.task").arg("a secret").private()]).await;
    let overview = owner.get("/api/v1/admin/tasks").await;
    assert_eq!(
        (overview.status, &overview.body["dead_letters"], &overview.body["transport"]),
        (200, &json!(1), &json!("memory"))
    );
    assert_eq!(overview.body["queues"].as_array().unwrap().len(), 5);
    assert_eq!(overview.body["schedule"][0]["schedule"], "every hour");
    let dead = owner.get("/api/v1/admin/tasks/dead").await.body;
    let id = dead["items"][0]["id"].as_str().unwrap().to_owned();
    let detail = owner.get(&format!("/api/v1/admin/tasks/dead/{id}")).await;
    assert_eq!(detail.body["reason"], "no task named `no.such.task` is registered in this worker");
    assert!(!detail.body.to_string().contains("secret"), "{}", detail.body);
    assert_eq!(owner.post(&format!("/api/v1/admin/tasks/dead/{id}/replay"), json!(null)).await.status, 204);
    assert_eq!(
        owner.post(&format!("/api/v1/admin/tasks/dead/{id}/replay"), json!(null)).await.code(),
        "dead_task_gone"
    );
    work(&app, Vec::new()).await;
    assert_eq!(owner.delete("/api/v1/admin/tasks/dead").await.body["count"], 1);
    let live = owner
        .http
        .get(format!("{}/api/v1/admin/tasks/live", owner.base))
        .header("cookie", owner.cookie.clone().unwrap());
    let mut response = live.send().await.unwrap();
    let first = response.chunk().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&first).starts_with("event: overview"), "{first:?}");
}
