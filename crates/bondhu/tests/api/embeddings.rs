//! Recall by meaning, with an embedding model that a stand-in server plays.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use bondhu_llm::{Scripted, Turn};
use bondhu_store::{MemoryId, MessageId, Timestamp, UserId};
use bondhu_tasks::{Call, State};
use bondhu_testkit::{
    postgres::PgServer,
    stand_in::{Reply, StandIn},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    background::work,
    faults::Server,
    test_app::{PATIENCE, Person, TestApp, reply_of, text_of},
};

const MODEL: &str = "ollama/nomic-embed-text";

/// A Bondhu whose embedding model is this stand-in's, perhaps with more settings.
async fn start(server: &StandIn, more: &[(&str, &str)]) -> TestApp {
    server.mean_the_same(&["doctor", "physician", "surgery"]);
    let mut pairs = vec![("ollama.host", server.url()), ("model.embedding", "nomic-embed-text")];
    pairs.extend(more);
    let model = Arc::new(Scripted::always(Turn::text("I hear you.")));
    TestApp::launch(Arc::new(tempfile::tempdir().unwrap()), Some(model), &pairs).await
}

async fn id_of(person: &Person) -> UserId {
    person.get("/me").await.body["id"].as_str().unwrap().parse().unwrap()
}

/// Says a few things in a conversation of their own, and has them embedded.
async fn tell(app: &TestApp, person: &Person, texts: &[&str]) -> Vec<String> {
    let mut said = Vec::new();
    for text in texts {
        let conversation = person.conversation().await;
        let events = person.say(&conversation, text).await;
        said.push(events[0].data["user_message"]["id"].as_str().unwrap().to_owned());
    }
    app.clock.advance(Duration::from_mins(2));
    work(app, Vec::new()).await;
    said
}

/// How many messages and facts of a person have a vector.
async fn embedded(app: &TestApp, user: UserId) -> (usize, usize) {
    let start = Timestamp::from_millis(0);
    let messages =
        app.app.store.message_vectors_after(user, MODEL, (start, MessageId(Uuid::nil())), 100).await.unwrap();
    let facts = app.app.store.memory_vectors_after(user, MODEL, (start, MemoryId(Uuid::nil())), 100).await.unwrap();
    (messages.len(), facts.len())
}

/// What the reply to a question in a new conversation was given to go by.
async fn used(person: &Person, question: &str) -> Vec<Value> {
    let conversation = person.conversation().await;
    let events = person.say(&conversation, question).await;
    let path = format!("/messages/{}/memories", reply_of(&events)["id"].as_str().unwrap());
    person.get(&path).await.body["used"].as_array().unwrap().clone()
}

fn quotes(used: &[Value]) -> Vec<&str> {
    used.iter().filter_map(|used| used["source"]["quote"].as_str()).collect()
}

const VISIT: &str = "Yesterday the surgery called about results.";

#[tokio::test]
async fn what_means_the_same_is_found_without_a_shared_word() {
    let server = StandIn::ollama().await;
    let app = start(&server, &[]).await;
    let asha = app.sign_up("asha").await;
    tell(&app, &asha, &[VISIT, "Rain fell over the garden.", "My physician is strict about sugar."]).await;
    let found = used(&asha, "Should I see a doctor?").await;
    let found_quotes: BTreeSet<&str> = quotes(&found).into_iter().collect();
    assert!(found_quotes.contains(VISIT), "{found:?}");
    assert!(!found_quotes.contains("Rain fell over the garden."), "{found:?}");
    let visit = found.iter().find(|used| used["source"]["quote"] == VISIT).unwrap();
    let signals = &visit["signals"];
    assert!(signals["meaning"].as_f64().unwrap() > 0.3, "{signals}");
    assert!(signals["meaning_rank"].as_f64().unwrap() >= 1.0, "{signals}");
    assert_eq!((signals["words"].as_f64(), &signals["words_rank"]), (Some(0.0), &Value::Null), "no word is shared");
    let rank = signals["meaning_rank"].as_f64().unwrap();
    assert!((visit["score"].as_f64().unwrap() - 1.0 / (60.0 + rank)).abs() < 1e-9);
    let prompt = app.model().requests().last().unwrap().system.clone();
    assert!(prompt.contains(VISIT), "{prompt}");
}

#[tokio::test]
async fn what_both_rankings_find_comes_first() {
    let server = StandIn::ollama().await;
    let app = start(&server, &[]).await;
    let asha = app.sign_up("asha").await;
    tell(&app, &asha, &[VISIT, "Another doctor looked at the garden.", "Rain fell over the garden."]).await;
    let found = used(&asha, "Was the doctor kind?").await;
    assert_eq!(quotes(&found)[0], "Another doctor looked at the garden.", "{found:?}");
    let signals = &found[0]["signals"];
    assert_eq!(signals["words_rank"], 1.0);
    assert!(signals["words"].as_f64().unwrap() > 0.0 && signals["meaning"].as_f64().unwrap() > 0.0);
}

#[tokio::test]
async fn facts_and_messages_are_embedded_once_in_batches() {
    let server = StandIn::ollama().await;
    let app = start(&server, &[]).await;
    let asha = app.sign_up("asha").await;
    let ben = app.sign_up("ben").await;
    tell(&app, &asha, &["I live in Pune.", "A long walk helped.", "The office was loud."]).await;
    let (user, other) = (id_of(&asha).await, id_of(&ben).await);
    assert_eq!(embedded(&app, user).await, (3, 1));
    let texts: BTreeSet<String> = server
        .embedding_requests()
        .iter()
        .flat_map(|asked| asked.body["input"].as_array().unwrap().clone())
        .map(|text| text.as_str().unwrap().to_owned())
        .collect();
    let expected = ["I live in Pune.", "A long walk helped.", "The office was loud.", "lives in: Pune"];
    assert!(expected.iter().all(|text| texts.contains(*text)), "{texts:?}");
    let asked = server.embedding_requests().len();
    let call = Call::named("core.tasks.memory.embed_memories").queue("memory").arg(json!(user));
    assert_eq!(work(&app, vec![call]).await, [State::Success]);
    assert_eq!(server.embedding_requests().len(), asked, "there is nothing new to embed");
    assert_eq!(embedded(&app, other).await, (0, 0));
    // What another has said is not found, however near it is.
    assert_eq!(used(&ben, "Where in Pune did you walk?").await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_is_deleted_or_forgotten_loses_its_vector_at_once() {
    let server = StandIn::ollama().await;
    let app = start(&server, &[]).await;
    let asha = app.sign_up("asha").await;
    let said = tell(&app, &asha, &[VISIT, "My sister is Meera.", "A long walk helped."]).await;
    let user = id_of(&asha).await;
    assert_eq!(embedded(&app, user).await, (3, 1));
    assert_eq!(quotes(&used(&asha, "Should I see a doctor?").await), [VISIT]);
    assert_eq!(asha.delete(&format!("/messages/{}", said[0])).await.status, 204);
    assert_eq!(embedded(&app, user).await, (2, 1));
    assert_eq!(quotes(&used(&asha, "Should I see a doctor now?").await), ["Should I see a doctor?"]);

    let meera = asha.get("/memories").await.body["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(asha.delete(&format!("/memories/{meera}")).await.status, 204);
    assert_eq!(embedded(&app, user).await, (1, 0), "the fact's vector, and that of the message that it came from");
    let prompt = |app: &TestApp| app.model().requests().last().unwrap().system.clone();
    used(&asha, "Tell me about Meera, my sister.").await;
    assert!(!prompt(&app).contains("sister: Meera") && !prompt(&app).contains("My sister is Meera."));
    asha.delete("/memories").await;
    assert_eq!(embedded(&app, user).await, (0, 0));
    app.clock.advance(Duration::from_mins(2));
    work(&app, Vec::new()).await;
    assert_eq!(embedded(&app, user).await, (0, 0), "what is muted is not embedded again");
}

#[tokio::test]
async fn nothing_of_a_crisis_is_sent_or_kept() {
    let server = StandIn::ollama().await;
    let app = start(&server, &[]).await;
    let asha = app.sign_up("asha").await;
    let conversation = asha.conversation().await;
    asha.say(&conversation, "I want to die. My physician is Ravi.").await;
    app.clock.advance(Duration::from_mins(2));
    work(&app, Vec::new()).await;
    assert_eq!(embedded(&app, id_of(&asha).await).await, (0, 0));
    let asked = server.embedding_requests();
    assert!(asked.is_empty(), "{asked:?}");
}

#[tokio::test]
async fn a_provider_that_is_down_or_slow_costs_the_meaning_and_nothing_else() {
    let server = StandIn::ollama().await;
    let app = start(&server, &[]).await;
    let asha = app.sign_up("asha").await;
    tell(&app, &asha, &[VISIT, "Another doctor looked at the garden."]).await;
    for trouble in [Reply::status(500), Reply::Hang, Reply::WebPage] {
        server.instead_of_vectors(Some(trouble));
        let found = used(&asha, "Which doctor was it?").await;
        assert_eq!(quotes(&found)[0], "Another doctor looked at the garden.", "{found:?}");
        assert!(!quotes(&found).contains(&VISIT), "{found:?}");
        assert_eq!(found[0]["signals"]["meaning"], Value::Null);
    }
    server.instead_of_vectors(None);
    let found = used(&asha, "Which doctor was it then?").await;
    assert!(quotes(&found).contains(&VISIT), "it is back: {found:?}");
}

#[tokio::test]
async fn embedding_is_tried_again_and_bears_a_text_that_is_refused() {
    let server = StandIn::ollama().await;
    let app = start(&server, &[]).await;
    let asha = app.sign_up("asha").await;
    let user = id_of(&asha).await;
    server.instead_of_vectors(Some(Reply::status(503)));
    let conversation = asha.conversation().await;
    asha.say(&conversation, VISIT).await;
    bondhu::outbox::send_due(&app.app).await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = bondhu::schedule::worker(&app.app).run_until(async { drop(stopped.await) });
    let recovering = async {
        while server.embedding_requests().len() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server.instead_of_vectors(None);
        while embedded(&app, user).await.0 == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        drop(stop);
    };
    let (ended, recovered) = tokio::join!(worker, tokio::time::timeout(PATIENCE, recovering));
    ended.unwrap();
    recovered.unwrap();
}

#[tokio::test]
async fn another_model_embeds_everything_anew() {
    let server = StandIn::ollama().await;
    let mut app = start(&server, &[]).await;
    let asha = app.sign_up("asha").await;
    tell(&app, &asha, &[VISIT, "I live in Pune."]).await;
    let user = id_of(&asha).await;
    app.stop().await;
    let settings = [("ollama.host", server.url()), ("model.embedding", "bge-m3")];
    let model = Arc::new(Scripted::always(Turn::text("I hear you.")));
    let app = TestApp::launch(app.data_dir.clone(), Some(model), &settings).await;
    app.clock.advance(Duration::from_hours(1));
    let asha = Person { base: app.anonymous().base, ..asha };
    tell(&app, &asha, &["A long walk helped."]).await;
    assert_eq!(embedded(&app, user).await, (0, 0));
    let start = (Timestamp::from_millis(0), MessageId(Uuid::nil()));
    assert_eq!(app.app.store.message_vectors_after(user, "ollama/bge-m3", start, 9).await.unwrap().len(), 3);
    assert_eq!(quotes(&used(&asha, "Should I see a doctor?").await), [VISIT]);
}

#[tokio::test]
async fn it_works_on_postgres_too() {
    let postgres = PgServer::start().await.unwrap();
    let url = postgres.database().await.unwrap();
    let server = StandIn::ollama().await;
    let app = start(&server, &[("store.url", &url)]).await;
    let asha = app.sign_up("asha").await;
    tell(&app, &asha, &[VISIT, "Rain fell over the garden."]).await;
    assert_eq!(quotes(&used(&asha, "Should I see a doctor?").await), [VISIT]);
}

/// The real binary, with the settings that a person would make.
#[tokio::test]
async fn each_provider_that_has_them_gives_vectors() {
    let gemini = StandIn::gemini().await;
    let ollama = StandIn::ollama().await;
    let with_gemini = [
        ("GEMINI_API_KEY", "secret-key"),
        ("GEMINI_BASE_URL", gemini.url()),
        ("BONDHU_EMBEDDING_MODEL", "gemini-embedding-001"),
    ];
    let with_ollama = [("OLLAMA_HOST", ollama.url()), ("BONDHU_EMBEDDING_MODEL", "nomic-embed-text")];
    for (server, settings) in [(&gemini, &with_gemini[..]), (&ollama, &with_ollama[..])] {
        server.mean_the_same(&["doctor", "surgery"]);
        let folder = tempfile::tempdir().unwrap();
        let running = Server::start(folder.path(), settings).await;
        let asha = Person::nobody(running.url.clone()).sign_up("asha").await;
        let conversation = asha.conversation().await;
        let events = asha.say(&conversation, VISIT).await;
        assert_eq!(text_of(&events), "I am here with you. Tell me more.");
        // The question's own vector was asked for at once; the message's comes from the background.
        let kept = |server: &StandIn| {
            server.embedding_requests().iter().filter(|asked| asked.body.to_string().contains("surgery")).count()
        };
        let both = async {
            while kept(server) < 2 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, both).await.unwrap();
        let found = async {
            while !quotes(&used(&asha, "Should I see a doctor?").await).contains(&VISIT) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, found).await.unwrap();
    }
}
