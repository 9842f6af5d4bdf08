use serde_json::{Value, json};

use crate::test_app::TestApp;

fn hits(items: &Value) -> Vec<String> {
    let marked = |hit: &Value| -> String {
        let pieces = hit["snippet"].as_array().unwrap().iter();
        let text = |piece: &Value| piece["text"].as_str().unwrap().to_owned();
        pieces.map(|piece| if piece["hit"] == true { format!("[{}]", text(piece)) } else { text(piece) }).collect()
    };
    items.as_array().unwrap().iter().map(marked).collect()
}

#[tokio::test]
async fn own_words_are_found_and_marked() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let ravi = app.sign_up("ravi").await;
    let conversation = asha.conversation().await;
    asha.say(&conversation, "The garden behind my grandmother's house").await;
    asha.say(&conversation, "আমি আজ খুব একা").await;
    let other = ravi.conversation().await;
    ravi.say(&other, "A garden of my own").await;

    let found = asha.get("/search?q=Garden").await.body;
    assert_eq!(hits(&found["items"]), ["The [garden] behind my grandmother's house"]);
    assert_eq!(found["items"][0]["conversation_id"], json!(conversation));
    let path =
        format!("/conversations/{conversation}/messages?around={}", found["items"][0]["message_id"].as_str().unwrap());
    assert_eq!(asha.get(&path).await.status, 200, "a hit leads to its place");
    assert_eq!(hits(&asha.get("/search?q=grand").await.body["items"]), ["The garden behind my [grandmother's] house"]);
    assert_eq!(hits(&asha.get("/search?q=একা").await.body["items"]), ["আমি আজ খুব [একা]"]);
    assert_eq!(asha.get("/search?q=").await.body["items"], json!([]));
    assert_eq!(asha.get(&format!("/search?q={}", "a".repeat(201))).await.status, 422);
}
