//! The REST gateway inside the app.

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_app::{Person, TestApp};

const TOKEN: &str = "a-token-of-the-tests";

/// Asks the gateway: status and answer.
async fn ask(app: &TestApp, token: &str, command: Value, headers: &[(&str, &str)]) -> (u16, Value) {
    let Person { http, base, .. } = app.anonymous();
    let mut request = http.request(Method::POST, format!("{base}/redis")).bearer_auth(token).json(&command);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), serde_json::from_str(&response.text().await.unwrap()).unwrap())
}

#[tokio::test]
async fn it_is_off_until_there_is_a_token() {
    let app = TestApp::start().await;
    let (status, answer) = ask(&app, TOKEN, json!(["keys", "*"]), &[]).await;
    assert_eq!(status, 401);
    assert!(answer["error"].as_str().unwrap().contains("UPSTASH_REDIS_REST_TOKEN"), "{answer}");
}

#[tokio::test]
async fn what_the_app_keeps_for_a_person_is_read_through_it() {
    let app = TestApp::with_settings(&[("upstash.token", TOKEN)]).await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    asha.say(&conversation, "Hello there").await;
    let history = asha.get("/history?limit=20").await;
    assert_eq!(history.status, 200, "{}", history.body);
    let (status, keys) = ask(&app, TOKEN, json!(["keys", "chat:history:*:20"]), &[]).await;
    assert_eq!(status, 200);
    let key = keys["result"][0].as_str().expect("the page is there").to_owned();
    // Not from our own pages: the token is what counts.
    let other_site = [("origin", "https://app.example")];
    let (_, page) = ask(&app, TOKEN, json!(["get", key]), &other_site).await;
    let page: Value = serde_json::from_str(page["result"].as_str().unwrap()).unwrap();
    assert_eq!(page["items"][1]["text"], "Hello there", "{page}");

    // A new message drops it, there as well.
    asha.say(&conversation, "And again").await;
    let (_, gone) = ask(&app, TOKEN, json!(["get", key]), &[]).await;
    assert_eq!(gone, json!({ "result": null }));
    let (status, refused) = ask(&app, "something else", json!(["get", key]), &[]).await;
    assert_eq!((status, &refused), (401, &json!({ "error": "WRONGPASS invalid or missing auth token" })));
}
