//! Every provider, against a stand-in server that speaks its protocol and misbehaves on demand.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::future::Future;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bondhu_llm::{
    ChatEvent, ChatMessage, ChatModel, ChatRequest, Finish, LlmError, ModelSettings, Phase, Provider, Role, Usage,
    connect, find_ollama,
};
use bondhu_testkit::stand_in::{Reply, Stand, StandIn};
use futures_util::StreamExt;
use futures_util::future::join_all;
use serde_json::{Value, json};
use url::Url;

const KEY: &str = "sk-never-show-this-0123456789";

/// A model of one provider and the server it talks to.
struct Case {
    provider: Provider,
    model: Arc<dyn ChatModel>,
    server: StandIn,
}

fn settings(provider: Provider, url: &str) -> ModelSettings {
    ModelSettings {
        base_url: Some(Url::parse(url).unwrap()),
        api_key: Some(KEY.to_string().into()),
        ..ModelSettings::new(provider)
    }
}

async fn stand_in(provider: Provider) -> StandIn {
    let stand = Stand::named(provider.name()).unwrap();
    StandIn::start(stand, 0).await.unwrap()
}

/// Runs the same behaviour on every provider at once, each with a server of its own.
async fn on_every_provider<F: Future<Output = ()>>(change: impl Fn(&mut ModelSettings), exercise: impl Fn(Case) -> F) {
    join_all(Provider::ALL.map(async |provider| {
        let server = stand_in(provider).await;
        let mut settings = settings(provider, server.url());
        change(&mut settings);
        exercise(Case { provider, model: connect(&settings).unwrap(), server }).await;
    }))
    .await;
}

fn request() -> ChatRequest {
    let message = |role, text: &str| ChatMessage { role, text: text.into() };
    ChatRequest {
        system: "You are a quiet friend.".into(),
        messages: vec![
            message(Role::User, "a private worry"),
            message(Role::Companion, "go on"),
            message(Role::User, "it is about work"),
        ],
        max_output_tokens: 321,
        temperature: Some(0.5),
    }
}

/// The pieces of a reply, and how it ended.
async fn say(model: &dyn ChatModel) -> (Vec<String>, Result<(Finish, Option<Usage>), LlmError>) {
    let mut pieces = Vec::new();
    let mut events = match model.stream(request()).await {
        Ok(events) => events,
        Err(error) => return (pieces, Err(error)),
    };
    while let Some(event) = events.next().await {
        match event {
            Ok(ChatEvent::Delta(text)) => pieces.push(text),
            Ok(ChatEvent::Done { finish, usage }) => return (pieces, Ok((finish, usage))),
            Err(error) => return (pieces, Err(error)),
        }
    }
    panic!("a stream ends with Done or an error")
}

impl Case {
    /// The text of a reply, and how it ended.
    async fn say(&self) -> (String, Result<Finish, LlmError>) {
        let (pieces, end) = say(&*self.model).await;
        (pieces.concat(), end.map(|(finish, _)| finish))
    }

    fn calls(&self) -> usize {
        self.server.requests().len()
    }
}

fn quick_limits(settings: &mut ModelSettings) {
    settings.limits.first_token = Duration::from_secs(1);
    settings.limits.idle = Duration::from_secs(1);
}

fn patient(_: &mut ModelSettings) {}

fn never_again(settings: &mut ModelSettings) {
    settings.retries = 0;
}

#[tokio::test]
async fn a_reply_arrives_piece_by_piece_with_its_cost() {
    on_every_provider(patient, async |case: Case| {
        case.server.script([Reply::text("I hear you. Schön, dass du 🌿 schreibst.")]);
        let (pieces, end) = say(&*case.model).await;
        assert_eq!(pieces.concat(), "I hear you. Schön, dass du 🌿 schreibst.", "{:?}", case.provider);
        assert_eq!(pieces.len(), 8, "{:?}", case.provider);
        let usage = Usage { input_tokens: 11, output_tokens: 8 };
        assert_eq!(end, Ok((Finish::Stop, Some(usage))), "{:?}", case.provider);
        let info = case.model.info();
        assert_eq!((info.provider, info.leaves_machine), (case.provider.name(), false));
        assert_eq!(info.model, case.provider.default_model());
    })
    .await;
}

/// Where each provider wants what, and what it is told besides.
fn form(provider: Provider) -> Vec<(&'static str, Value)> {
    let system = json!("You are a quiet friend.");
    match provider {
        Provider::Gemini => vec![
            ("/systemInstruction/parts/0/text", system),
            ("/contents/0", json!({ "role": "user", "parts": [{ "text": "a private worry" }] })),
            ("/contents/1", json!({ "role": "model", "parts": [{ "text": "go on" }] })),
            ("/contents/2", json!({ "role": "user", "parts": [{ "text": "it is about work" }] })),
            ("/generationConfig/maxOutputTokens", json!(321)),
            ("/generationConfig/temperature", json!(0.5)),
            ("/generationConfig/thinkingConfig/thinkingLevel", json!("MINIMAL")),
            ("/safetySettings/3/threshold", json!("BLOCK_ONLY_HIGH")),
        ],
        Provider::OpenAi => vec![
            ("/messages/0", json!({ "role": "system", "content": system })),
            ("/messages/1", json!({ "role": "user", "content": "a private worry" })),
            ("/messages/2", json!({ "role": "assistant", "content": "go on" })),
            ("/messages/3", json!({ "role": "user", "content": "it is about work" })),
            ("/max_completion_tokens", json!(321)),
            ("/temperature", json!(0.5)),
            ("/reasoning_effort", json!("none")),
            ("/model", json!("gpt-6-luna")),
        ],
        Provider::Ollama => vec![
            ("/messages/0", json!({ "role": "system", "content": system })),
            ("/messages/1", json!({ "role": "user", "content": "a private worry" })),
            ("/messages/2", json!({ "role": "assistant", "content": "go on" })),
            ("/messages/3", json!({ "role": "user", "content": "it is about work" })),
            ("/options", json!({ "num_predict": 321, "temperature": 0.5 })),
            ("/think", json!(false)),
            ("/model", json!("llama3.2")),
        ],
        Provider::Anthropic => vec![
            ("/system", system),
            ("/messages/0", json!({ "role": "user", "content": "a private worry" })),
            ("/messages/1", json!({ "role": "assistant", "content": "go on" })),
            ("/messages/2", json!({ "role": "user", "content": "it is about work" })),
            ("/max_tokens", json!(321)),
            ("/thinking", json!({ "type": "disabled" })),
            ("/model", json!("claude-haiku-5-5")),
        ],
    }
}

#[tokio::test]
async fn the_request_has_the_providers_form() {
    on_every_provider(patient, async |case: Case| {
        case.server.require_key(KEY);
        assert_eq!(case.say().await.1, Ok(Finish::Stop), "{:?}", case.provider);
        let body = case.server.requests().remove(0).body;
        for (at, expected) in form(case.provider) {
            assert_eq!(body.pointer(at), Some(&expected), "{at} for {:?}: {body}", case.provider);
        }
        if case.provider == Provider::Anthropic {
            assert_eq!(body.get("temperature"), None, "it would be refused: {body}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_companion_that_speaks_unasked_is_framed_by_stage_directions() {
    on_every_provider(patient, async |case: Case| {
        let greeting = ChatMessage { role: Role::Companion, text: "good morning".into() };
        let request = ChatRequest { messages: vec![greeting], system: String::new(), ..request() };
        let mut events = case.model.stream(request).await.unwrap();
        while events.next().await.is_some() {}
        let body = case.server.requests().remove(0).body;
        let messages = body.get("contents").unwrap_or(&body["messages"]).as_array().unwrap();
        let companion = if case.provider == Provider::Gemini { "model" } else { "assistant" };
        let roles: Vec<_> = messages.iter().map(|message| message["role"].as_str().unwrap()).collect();
        assert_eq!(roles, ["user", companion, "user"], "{body}");
    })
    .await;
}

#[tokio::test]
async fn thoughts_are_not_shown() {
    on_every_provider(patient, async |case: Case| {
        let thoughts = vec!["let me see ".into(), "they sound tired".into()];
        case.server.script([Reply::Thinking(thoughts, vec!["You sound tired.".into()])]);
        assert_eq!(case.say().await, ("You sound tired.".into(), Ok(Finish::Stop)), "{:?}", case.provider);
    })
    .await;
}

#[tokio::test]
async fn length_and_filter_are_told_apart() {
    on_every_provider(patient, async |case: Case| {
        case.server.script([Reply::Length, Reply::Blocked]);
        assert_eq!(case.say().await, ("piece 1 piece 2 ".into(), Ok(Finish::Length)), "{:?}", case.provider);
        // Ollama has no filter.
        let blocked = if case.provider == Provider::Ollama { Finish::Stop } else { Finish::Blocked };
        assert_eq!(case.say().await, (String::new(), Ok(blocked)), "{:?}", case.provider);
        assert_eq!(case.calls(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_key_is_said_to_be_one_and_not_tried_again() {
    on_every_provider(patient, async |case: Case| {
        case.server.require_key("another key");
        assert_eq!(case.say().await, (String::new(), Err(LlmError::Unauthorized)), "{:?}", case.provider);
        assert_eq!(case.calls(), 1);
        assert_eq!(case.model.check().await, Err(LlmError::Unauthorized), "{:?}", case.provider);
    })
    .await;
}

#[tokio::test]
async fn a_server_of_ones_own_needs_no_key() {
    on_every_provider(
        |settings| settings.api_key = None,
        async |case: Case| {
            assert_eq!(case.say().await.1, Ok(Finish::Stop), "{:?}", case.provider);
            assert_eq!(case.model.check().await, Ok(()), "{:?}", case.provider);
        },
    )
    .await;
}

#[tokio::test]
async fn a_full_provider_is_asked_again() {
    on_every_provider(patient, async |case: Case| {
        case.server.script([Reply::rate_limited(None), Reply::status(503), Reply::text("here now")]);
        assert_eq!(case.say().await, ("here now".into(), Ok(Finish::Stop)), "{:?}", case.provider);
        assert_eq!(case.calls(), 3);

        case.server.otherwise(Reply::rate_limited(None));
        let limited = LlmError::RateLimited { retry_after: None };
        assert_eq!(case.say().await, (String::new(), Err(limited)), "{:?}", case.provider);
        assert_eq!(case.calls(), 6, "two retries, then the person is told");
    })
    .await;
}

#[tokio::test]
async fn the_pause_a_provider_asks_for_is_kept() {
    on_every_provider(patient, async |case: Case| {
        case.server.script([Reply::rate_limited(Some(1)), Reply::text("thanks")]);
        #[expect(clippy::disallowed_methods, reason = "real sockets need real time")]
        let asked = Instant::now();
        assert_eq!(case.say().await, ("thanks".into(), Ok(Finish::Stop)), "{:?}", case.provider);
        assert!(asked.elapsed() >= Duration::from_secs(1));
        assert_eq!(case.calls(), 2);

        case.server.script([Reply::rate_limited(Some(60))]);
        let limited = LlmError::RateLimited { retry_after: Some(Duration::from_mins(1)) };
        assert_eq!(case.say().await, (String::new(), Err(limited)), "{:?}", case.provider);
        assert_eq!(case.calls(), 3, "a long pause is not waited for");
    })
    .await;
}

#[tokio::test]
async fn a_refused_request_keeps_the_providers_reason() {
    on_every_provider(patient, async |case: Case| {
        case.server.script([Reply::status(404)]);
        let refused = LlmError::Refused { status: 404, detail: "the stand-in says 404".into() };
        assert_eq!(case.say().await, (String::new(), Err(refused)), "{:?}", case.provider);
        assert_eq!(case.calls(), 1);
    })
    .await;
}

#[tokio::test]
async fn silence_is_given_up_in_time() {
    on_every_provider(quick_limits, async |case: Case| {
        case.server.script([Reply::Hang, Reply::HangAfter(2)]);
        let first = LlmError::Timeout { phase: Phase::FirstToken };
        assert_eq!(case.say().await, (String::new(), Err(first)), "{:?}", case.provider);
        let idle = LlmError::Timeout { phase: Phase::Idle };
        assert_eq!(case.say().await, ("piece 1 piece 2 ".into(), Err(idle)), "{:?}", case.provider);
        assert_eq!(case.calls(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_slow_reply_is_waited_for() {
    on_every_provider(quick_limits, async |case: Case| {
        let pause = Duration::from_millis(150);
        let chunks = vec!["slow ".into(), "but ".into(), "sure".into()];
        case.server.script([Reply::Slow { chunks, first_token: pause, between: pause }]);
        assert_eq!(case.say().await, ("slow but sure".into(), Ok(Finish::Stop)), "{:?}", case.provider);
    })
    .await;
}

#[tokio::test]
async fn a_stream_that_breaks_off_keeps_what_came() {
    on_every_provider(never_again, async |case: Case| {
        case.server.script([Reply::Truncated(2), Reply::Dropped(2), Reply::Truncated(0)]);
        let broken = || Err(LlmError::Truncated);
        assert_eq!(case.say().await, ("piece 1 piece 2 ".into(), broken()), "{:?}", case.provider);
        assert_eq!(case.say().await, ("piece 1 piece 2 ".into(), broken()), "{:?}", case.provider);
        assert_eq!(case.say().await, (String::new(), broken()), "{:?}", case.provider);
    })
    .await;
}

#[tokio::test]
async fn an_error_inside_a_stream_keeps_what_came() {
    on_every_provider(patient, async |case: Case| {
        let status = match case.provider {
            Provider::Gemini => 503,
            Provider::OpenAi | Provider::Ollama => 500,
            Provider::Anthropic => 529,
        };
        case.server.script([Reply::MidStreamError(2), Reply::MidStreamError(0), Reply::text("well again")]);
        let failed = Err(LlmError::Overloaded { status, retry_after: None });
        assert_eq!(case.say().await, ("piece 1 piece 2 ".into(), failed), "{:?}", case.provider);
        assert_eq!(case.calls(), 1, "what was read cannot be taken back");
        assert_eq!(case.say().await, ("well again".into(), Ok(Finish::Stop)), "{:?}", case.provider);
        assert_eq!(case.calls(), 3, "before the first piece it is tried again");
    })
    .await;
}

#[tokio::test]
async fn a_reader_that_leaves_ends_the_request() {
    on_every_provider(patient, async |case: Case| {
        case.server.script([Reply::HangAfter(1)]);
        let mut events = case.model.stream(request()).await.unwrap();
        assert_eq!(events.next().await, Some(Ok(ChatEvent::Delta("piece 1 ".into()))));
        drop(events);
        let left = tokio::time::timeout(Duration::from_secs(10), case.server.at_rest()).await;
        assert!(left.is_ok(), "{:?} keeps generating", case.provider);
    })
    .await;
}

#[tokio::test]
async fn garbage_is_named_so() {
    on_every_provider(patient, async |case: Case| {
        case.server.script([Reply::Garbage, Reply::WebPage]);
        assert_eq!(case.say().await, (String::new(), Err(LlmError::Malformed)), "{:?}", case.provider);
        assert_eq!(case.say().await, (String::new(), Err(LlmError::Malformed)), "{:?}", case.provider);
        assert_eq!(case.calls(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_unreachable() {
    on_every_provider(patient, async |case: Case| {
        let address = Url::parse(case.server.url()).unwrap().authority().to_string();
        assert_eq!(case.model.check().await, Ok(()));
        drop(case.server);
        let gone = LlmError::Unreachable { address };
        assert_eq!(say(&*case.model).await, (vec![], Err(gone.clone())), "{:?}", case.provider);
        assert_eq!(case.model.check().await, Err(gone), "{:?}", case.provider);
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_is_never_made_is_given_up() {
    // Accepts, but never answers the TLS handshake.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", silent.local_addr().unwrap());
    let mut settings = settings(Provider::OpenAi, &url);
    settings.limits.connect = Duration::from_millis(200);
    let (_, end) = say(&*connect(&settings).unwrap()).await;
    assert_eq!(end, Err(LlmError::Timeout { phase: Phase::Connect }));
}

#[tokio::test]
async fn the_key_is_in_no_error() {
    on_every_provider(
        |settings| (quick_limits(settings), never_again(settings)).1,
        async |case: Case| {
            let echo = json!({ "error": { "message": format!("no access with {KEY}"), "code": 400 } });
            let status = |code| Reply::Status { code, retry_after: None, body: Some(echo.clone()) };
            let replies =
                [status(400), status(404), status(500), Reply::Garbage, Reply::Dropped(1), Reply::status(401)];
            case.server.script(replies.iter().cloned());
            for reply in &replies {
                let (_, end) = say(&*case.model).await;
                let error = end.unwrap_err();
                assert!(
                    !format!("{error} {error:?}").contains("never-show"),
                    "{reply:?} on {:?}: {error}",
                    case.provider
                );
            }
            assert_eq!(case.calls(), replies.len());
        },
    )
    .await;
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_holds_neither_words_nor_keys() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    let subscriber = subscriber.with_writer(move || writer.clone()).finish();
    let _logging = tracing::subscriber::set_default(subscriber);

    on_every_provider(never_again, async |case: Case| {
        let thinking = Reply::Thinking(vec!["a secret thought".into()], vec!["a tender answer".into()]);
        case.server.script([thinking, Reply::Garbage, Reply::MidStreamError(1), Reply::status(500)]);
        for _ in 0..4 {
            let _ = case.say().await;
        }
        assert_eq!(case.calls(), 4);
    })
    .await;

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("model gave no reply"), "our own lines are there: {log}");
    for secret in [KEY, "secret thought", "tender answer", "private worry", "quiet friend", "piece 1", "genai"] {
        assert!(!log.contains(secret), "{secret} is in the log: {log}");
    }
}

#[tokio::test]
async fn a_missing_local_model_is_named_with_its_remedy() {
    let server = StandIn::ollama().await;
    let missing = ModelSettings { model: Some("qwen3".into()), ..settings(Provider::Ollama, server.url()) };
    let error = connect(&missing).unwrap().check().await.unwrap_err();
    assert!(error.to_string().contains("run `ollama pull qwen3`"), "{error}");
}

#[tokio::test]
async fn a_local_ollama_is_found_with_its_newest_chat_model() {
    let server = StandIn::ollama().await;
    let url = Url::parse(server.url()).unwrap();
    assert_eq!(find_ollama(&url).await.as_deref(), Some("llama3.2:latest"));
    server.set_models([]);
    assert_eq!(find_ollama(&url).await, None);
    drop(server);
    assert_eq!(find_ollama(&url).await, None);
}
