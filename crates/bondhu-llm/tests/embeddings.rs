//! Vectors from every provider that makes them, against a stand-in server that speaks its protocol.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use bondhu_llm::{Embedder, LlmError, ModelSettings, Phase, Provider};
use bondhu_testkit::stand_in::{Reply, Stand, StandIn};
use tokio::time::Instant;
use url::Url;

const KEY: &str = "sk-never-show-this-0123456789";
const PROVIDERS: [Provider; 3] = [Provider::Ollama, Provider::Gemini, Provider::OpenAi];
const PATIENCE: Duration = Duration::from_millis(400);

async fn case(provider: Provider) -> (Embedder, StandIn) {
    let server = StandIn::start(Stand::named(provider.name()).unwrap(), 0).await.unwrap();
    let settings = ModelSettings {
        model: Some("an-embedding-model".to_owned()),
        base_url: Some(Url::parse(server.url()).unwrap()),
        api_key: Some(KEY.to_owned().into()),
        ..ModelSettings::new(provider)
    };
    server.require_key(KEY);
    (Embedder::new(&settings).unwrap(), server)
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[tokio::test]
async fn each_text_gets_its_vector() {
    for provider in PROVIDERS {
        let (embedder, server) = case(provider).await;
        server.mean_the_same(&["doctor", "physician"]);
        assert_eq!(embedder.name(), format!("{}/an-embedding-model", provider.name()));
        let found = embedder.embed(texts(&["the doctor was kind", "we painted the fence"])).await.unwrap();
        let question = embedder.embed_question("which physician?".to_owned(), PATIENCE).await.unwrap();
        assert_eq!(found.len(), 2, "{provider:?}");
        assert!(cosine(&question, &found[0]) > 0.4, "{provider:?}");
        assert!(cosine(&question, &found[1]) < 0.2, "{provider:?}");
        assert_eq!(server.embedding_requests().len(), 2);
        assert!(server.requests().is_empty());
    }
}

#[tokio::test]
async fn gemini_is_told_which_side_a_text_is_on() {
    let (embedder, server) = case(Provider::Gemini).await;
    embedder.embed(texts(&["a kiwi"])).await.unwrap();
    embedder.embed_question("a kiwi?".to_owned(), PATIENCE).await.unwrap();
    let asked = server.embedding_requests();
    assert_eq!(asked[0].path, "/v1beta/models/an-embedding-model:batchEmbedContents");
    assert_eq!(asked[0].body["requests"][0]["taskType"], "RETRIEVAL_DOCUMENT");
    assert_eq!(asked[0].body["requests"][0]["outputDimensionality"], 768);
    assert_eq!(asked[1].body["requests"][0]["taskType"], "RETRIEVAL_QUERY");
}

#[tokio::test]
async fn failures_are_told_apart() {
    let overloaded = LlmError::Overloaded { status: 503, retry_after: None };
    for provider in PROVIDERS {
        let (embedder, server) = case(provider).await;
        let asking = async |reply| {
            server.instead_of_vectors(Some(reply));
            embedder.embed(texts(&["a kiwi"])).await.unwrap_err()
        };
        assert_eq!(asking(Reply::status(503)).await, overloaded, "{provider:?}");
        let limited = LlmError::RateLimited { retry_after: Some(Duration::from_secs(7)) };
        assert_eq!(asking(Reply::rate_limited(Some(7))).await, limited, "{provider:?}");
        assert!(matches!(asking(Reply::status(404)).await, LlmError::Refused { status: 404, .. }), "{provider:?}");
        assert_eq!(asking(Reply::WebPage).await, LlmError::Malformed, "{provider:?}");
        server.instead_of_vectors(None);
        server.require_key("another");
        assert_eq!(embedder.embed(texts(&["a kiwi"])).await, Err(LlmError::Unauthorized), "{provider:?}");
        drop(server);
        let gone = embedder.embed(texts(&["a kiwi"])).await.unwrap_err();
        assert!(matches!(gone, LlmError::Unreachable { .. }), "{provider:?}: {gone:?}");
    }
}

#[tokio::test]
async fn a_provider_that_keeps_one_waiting_is_left_alone_for_a_while() {
    let (embedder, server) = case(Provider::Ollama).await;
    server.instead_of_vectors(Some(Reply::Hang));
    let late = Err(LlmError::Timeout { phase: Phase::FirstToken });
    for _ in 0..4 {
        assert_eq!(embedder.embed_question("a kiwi?".to_owned(), Duration::from_millis(50)).await, late);
    }
    let began = Instant::now();
    assert_eq!(embedder.embed_question("a kiwi?".to_owned(), Duration::from_secs(10)).await, late);
    assert!(began.elapsed() < Duration::from_secs(5), "it was not asked");
    assert_eq!(server.embedding_requests().len(), 4);
    // Who works in the background has patience of its own.
    server.instead_of_vectors(None);
    assert_eq!(embedder.embed(texts(&["a kiwi"])).await.unwrap().len(), 1);
}
