use bondhu_llm::{Scripted, Turn};
use reqwest::Method;
use serde_json::json;

use crate::test_app::TestApp;

#[tokio::test]
async fn a_message_outside_its_length_is_a_field_error_and_stores_nothing() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    for (text, code) in [("", "required"), (" \n ", "required"), (&"a".repeat(5_001), "too_long")] {
        let answer = asha.send(asha.saying(&conversation, text)).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["field"]), (422, &json!("text")));
        assert_eq!(answer.body["errors"][0]["code"], code);
    }
    assert!(asha.texts(&conversation).await.is_empty());
    let longest = "ক".repeat(5_000);
    asha.say(&conversation, &longest).await;
    assert_eq!(asha.texts(&conversation).await[0], format!("u: {longest}"));
}

#[tokio::test]
async fn bodies_that_do_not_fit_are_refused_with_a_reason() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let path = format!("/conversations/{conversation}/messages");
    let post = |body: &'static str| {
        asha.send(asha.request(Method::POST, &path).header("content-type", "application/json").body(body))
    };
    for (body, status, code) in [
        ("{", 400, "malformed_json"),
        ("", 400, "malformed_json"),
        ("[1,2]", 422, "wrong_shape"),
        ("{\"text\":7}", 422, "wrong_shape"),
        ("{}", 422, "wrong_shape"),
    ] {
        let answer = post(body).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{body}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert!(!answer.body["request_id"].as_str().unwrap().is_empty());
        assert_eq!(answer.headers["x-request-id"], answer.body["request_id"].as_str().unwrap());
    }
    let form = asha.send(asha.request(Method::POST, &path).body("text=hi")).await;
    assert_eq!((form.status, form.code()), (415, "not_json"));
    let oversized = asha.send(asha.saying(&conversation, &"a".repeat(70_000))).await;
    assert_eq!((oversized.status, oversized.code()), (413, "body_too_large"));
}

#[tokio::test]
async fn unknown_and_foreign_ids_get_the_same_answer() {
    let app = TestApp::start().await;
    let (asha, ravi) = (app.sign_up("asha").await, app.sign_up("ravi").await);
    let conversation = asha.conversation().await;
    let events = asha.say(&conversation, "Mine alone").await;
    let message = events[0].data["user_message"]["id"].as_str().unwrap().to_owned();
    let reply = events[0].data["reply"]["id"].as_str().unwrap().to_owned();
    let unknown = "0193d1a5-0000-7000-8000-000000000000";

    let calls = [
        (Method::GET, "/conversations/{c}", json!(null)),
        (Method::PATCH, "/conversations/{c}", json!({ "title": "x" })),
        (Method::DELETE, "/conversations/{c}", json!(null)),
        (Method::GET, "/conversations/{c}/messages", json!(null)),
        (Method::GET, "/conversations/{c}/messages?limit=10&before={m}", json!(null)),
        (Method::POST, "/conversations/{c}/messages", json!({ "text": "x" })),
        (Method::GET, "/messages/{m}", json!(null)),
        (Method::DELETE, "/messages/{m}", json!(null)),
        (Method::GET, "/messages/{m}/variants", json!(null)),
        (Method::POST, "/messages/{m}/activate", json!({})),
        (Method::POST, "/messages/{m}/edit", json!({ "text": "x" })),
        (Method::POST, "/messages/{r}/regenerate", json!({})),
        (Method::POST, "/messages/{r}/stop", json!({})),
        (Method::GET, "/messages/{r}/stream", json!(null)),
    ];
    for (method, path, body) in calls {
        let mut answers = Vec::new();
        for (c, m, r) in [(unknown, unknown, unknown), (&*conversation, &*message, &*reply), ("7", "x", "y")] {
            let path = path.replace("{c}", c).replace("{m}", m).replace("{r}", r);
            let mut request = ravi.request(method.clone(), &path);
            if !body.is_null() {
                request = request.json(&body);
            }
            let mut answer = ravi.send(request).await;
            answer.body["request_id"] = json!("");
            answers.push((answer.status, answer.body));
        }
        assert_eq!(answers[0].0, 404, "{method} {path}: {}", answers[0].1);
        assert_eq!(answers[0], answers[1], "{method} {path} tells a foreign id from an unknown one");
        if !path.contains('?') {
            assert_eq!(answers[0], answers[2], "{method} {path} tells a malformed id from an unknown one");
        }
    }
    assert_eq!(asha.texts(&conversation).await.len(), 2, "nothing of hers was touched");
}

#[tokio::test]
async fn everything_of_a_person_asks_who_is_there() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    for path in ["/me", "/conversations", "/history", "/search?q=a", "/sessions", "/tokens", "/model"] {
        let answer = anonymous.get(path).await;
        assert_eq!((answer.status, answer.code()), (401, "not_signed_in"), "{path}");
    }
}

#[tokio::test]
async fn writes_from_another_site_are_refused() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let from = |origin: &str| asha.request(Method::POST, "/conversations").header("origin", origin).json(&json!({}));
    let refused = asha.send(from("https://evil.example")).await;
    assert_eq!((refused.status, refused.code()), (403, "cross_site_request"));
    let own = format!("http://{}", app.address());
    assert_eq!(asha.send(from(&own)).await.status, 201);
}

#[tokio::test]
async fn unknown_addresses_and_methods_answer_as_problems() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    let unknown = anonymous.get("/api/v1/nothing-here").await;
    assert_eq!((unknown.status, unknown.code()), (404, "no_such_route"));
    let method = anonymous.put("/session", json!({})).await;
    assert_eq!((method.status, method.code()), (405, "method_not_allowed"));
}

#[tokio::test]
async fn a_model_that_sends_garbage_does_not_reach_the_person() {
    let app = TestApp::with_model(Scripted::always(Turn::fail(bondhu_llm::LlmError::Malformed))).await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    let events = asha.say(&conversation, "Hello").await;
    assert_eq!(events.last().unwrap().data["message"]["answered_by"], "listener");
}
