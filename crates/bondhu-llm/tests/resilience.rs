//! Time limits, retries and the circuit breaker, with a scripted model and a clock that only moves when all wait.

use std::sync::Arc;
use std::time::Duration;

use bondhu_llm::{
    ChatEvent, ChatMessage, ChatModel, ChatRequest, Finish, Limits, LlmError, Phase, Resilient, Role, Scripted, Turn,
    Usage,
};
use futures_util::StreamExt;
use tokio::sync::Semaphore;
use tokio::time::Instant;

const LIMITS: Limits =
    Limits { connect: Duration::from_secs(1), first_token: Duration::from_secs(20), idle: Duration::from_secs(10) };

fn request() -> ChatRequest {
    let hello = ChatMessage { role: Role::User, text: "hello there".into() };
    ChatRequest { system: "be kind".into(), messages: vec![hello], max_output_tokens: 100, temperature: None }
}

fn overloaded() -> LlmError {
    LlmError::Overloaded { status: 503, retry_after: None }
}

fn wrapped(scripted: Scripted, retries: u32) -> (Arc<Scripted>, Resilient) {
    let scripted = Arc::new(scripted);
    (scripted.clone(), Resilient::new(scripted, LIMITS, retries))
}

/// What was said, and how it ended.
async fn say(model: &Resilient) -> (String, Result<Finish, LlmError>) {
    let mut said = String::new();
    let mut events = match model.stream(request()).await {
        Ok(events) => events,
        Err(error) => return (said, Err(error)),
    };
    while let Some(event) = events.next().await {
        match event {
            Ok(ChatEvent::Delta(text)) => {
                assert!(!text.is_empty(), "a reader never sees an empty piece");
                said += &text;
            }
            Ok(ChatEvent::Done { finish, .. }) => {
                assert!(events.next().await.is_none(), "nothing follows the end");
                return (said, Ok(finish));
            }
            Err(error) => {
                assert!(events.next().await.is_none(), "nothing follows an error");
                return (said, Err(error));
            }
        }
    }
    panic!("a stream ends with Done or an error")
}

fn quiet(error: LlmError) -> (String, Result<Finish, LlmError>) {
    (String::new(), Err(error))
}

#[tokio::test(start_paused = true)]
async fn passing_trouble_is_tried_again_and_counted() {
    let (scripted, model) = wrapped(Scripted::turns([Turn::fail(overloaded()), Turn::text("back again")]), 2);
    assert_eq!(say(&model).await, ("back again".into(), Ok(Finish::Stop)));
    assert_eq!(scripted.calls(), 2);
    assert_eq!(scripted.requests()[1], request(), "the same request is sent again");

    let (scripted, model) = wrapped(Scripted::always(Turn::fail(overloaded())), 2);
    assert_eq!(say(&model).await, quiet(overloaded()));
    assert_eq!(scripted.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn lasting_trouble_is_not_tried_again() {
    for error in [LlmError::Unauthorized, LlmError::Malformed, LlmError::Truncated] {
        let (scripted, model) = wrapped(Scripted::always(Turn::fail(error.clone())), 5);
        assert_eq!(say(&model).await, quiet(error));
        assert_eq!(scripted.calls(), 1);
    }
    let gone = LlmError::Unreachable { address: "127.0.0.1:9".into() };
    let (scripted, model) = wrapped(Scripted::always(Turn::fail(gone.clone())), 5);
    assert_eq!(say(&model).await, quiet(gone));
    assert_eq!(scripted.calls(), 2, "a connection is tried once more only");
}

#[tokio::test(start_paused = true)]
async fn the_providers_pause_is_kept_up_to_a_cap() {
    let limited = |seconds| LlmError::RateLimited { retry_after: Some(Duration::from_secs(seconds)) };
    let (_, model) = wrapped(Scripted::turns([Turn::fail(limited(7)), Turn::text("thanks")]), 1);
    let asked = Instant::now();
    assert_eq!(say(&model).await, ("thanks".into(), Ok(Finish::Stop)));
    let waited = asked.elapsed();
    assert!(waited >= Duration::from_secs(7) && waited < Duration::from_secs(8), "{waited:?}");

    let (scripted, model) = wrapped(Scripted::always(Turn::fail(limited(16))), 5);
    let asked = Instant::now();
    assert_eq!(say(&model).await, quiet(limited(16)));
    assert_eq!((scripted.calls(), asked.elapsed()), (1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_silent_model_is_given_up_in_time() {
    let (scripted, model) = wrapped(Scripted::always(Turn::hang_after("")), 2);
    let asked = Instant::now();
    assert_eq!(say(&model).await, quiet(LlmError::Timeout { phase: Phase::FirstToken }));
    assert_eq!((asked.elapsed(), scripted.calls()), (LIMITS.first_token, 1));

    let (_, model) = wrapped(Scripted::always(Turn::hang_after("I was going to")), 2);
    let asked = Instant::now();
    let broken_off = ("I was going to".into(), Err(LlmError::Timeout { phase: Phase::Idle }));
    assert_eq!(say(&model).await, broken_off);
    assert_eq!(asked.elapsed(), LIMITS.idle);
}

#[tokio::test(start_paused = true)]
async fn a_thinking_model_is_waited_for() {
    // Longer in all than any limit, but never silent for longer than one.
    let thinking = Turn::deltas(["", "", "", "", "done thinking"])
        .paced(LIMITS.first_token.mul_f64(0.9), LIMITS.idle.mul_f64(0.9));
    let (_, model) = wrapped(Scripted::always(thinking), 0);
    assert_eq!(say(&model).await, ("done thinking".into(), Ok(Finish::Stop)));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_tried_again_once_a_piece_was_read() {
    let (scripted, model) = wrapped(Scripted::always(Turn::fail_after("half a sen", overloaded())), 5);
    assert_eq!(say(&model).await, ("half a sen".into(), Err(overloaded())));
    assert_eq!(scripted.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_breaker_opens_after_four_failures_and_lets_one_probe_through() {
    let (scripted, model) = wrapped(Scripted::always(Turn::fail(overloaded())), 0);
    for _ in 0..4 {
        assert_eq!(say(&model).await, quiet(overloaded()));
    }
    assert_eq!(say(&model).await, quiet(overloaded()));
    assert_eq!(scripted.calls(), 4, "an open breaker asks nobody");

    tokio::time::advance(Duration::from_secs(29)).await;
    assert_eq!(say(&model).await, quiet(overloaded()));
    assert_eq!(scripted.calls(), 4, "it stays open for 30 s");

    tokio::time::advance(Duration::from_secs(1)).await;
    scripted.push(Turn::fail(LlmError::Truncated));
    assert_eq!(say(&model).await, quiet(LlmError::Truncated), "the probe is sent");
    assert_eq!(say(&model).await, quiet(LlmError::Truncated), "a failed probe opens it again, with its own error");
    assert_eq!(scripted.calls(), 5);

    tokio::time::advance(Duration::from_secs(30)).await;
    for _ in 0..5 {
        scripted.push(Turn::text("well again"));
        assert_eq!(say(&model).await, ("well again".into(), Ok(Finish::Stop)));
    }
    assert_eq!(scripted.calls(), 10, "a probe that succeeds closes it");
}

#[tokio::test(start_paused = true)]
async fn retries_stop_when_the_breaker_opens() {
    let (scripted, model) = wrapped(Scripted::always(Turn::fail(overloaded())), 50);
    assert_eq!(say(&model).await, quiet(overloaded()));
    assert_eq!(scripted.calls(), 4);
}

#[tokio::test(start_paused = true)]
async fn only_one_request_probes_at_a_time() {
    let (scripted, model) = wrapped(Scripted::always(Turn::fail(overloaded())), 0);
    for _ in 0..4 {
        assert_eq!(say(&model).await, quiet(overloaded()));
    }
    tokio::time::advance(Duration::from_secs(30)).await;
    let gate = Arc::new(Semaphore::new(0));
    scripted.push(Turn::deltas(["slow ", "probe"]).gated(gate.clone()));
    {
        let mut probe = std::pin::pin!(model.stream(request()));
        assert!(futures_util::poll!(&mut probe).is_pending());
        assert_eq!(say(&model).await, quiet(overloaded()), "others do not wait for the probe");
        // The person closes the tab: the probe has no verdict and the next request probes instead.
    }
    assert_eq!(scripted.abandoned(), 1);
    scripted.push(Turn::deltas(["slow ", "probe"]).gated(gate.clone()));
    gate.add_permits(1);
    let mut probe = model.stream(request()).await.expect("the first piece has come");
    scripted.push(Turn::text("me too"));
    assert_eq!(say(&model).await, ("me too".into(), Ok(Finish::Stop)), "a first piece lets others in");
    gate.add_permits(2);
    assert_eq!(probe.next().await, Some(Ok(ChatEvent::Delta("slow ".into()))));
    assert_eq!(probe.next().await, Some(Ok(ChatEvent::Delta("probe".into()))));
}

#[tokio::test(start_paused = true)]
async fn a_refused_request_says_nothing_about_the_providers_health() {
    let refused = LlmError::Refused { status: 400, detail: "too long".into() };
    let (scripted, model) = wrapped(Scripted::always(Turn::fail(refused.clone())), 0);
    for _ in 0..10 {
        assert_eq!(say(&model).await, quiet(refused.clone()));
    }
    assert_eq!(scripted.calls(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_stream_ends_the_request() {
    let (scripted, model) = wrapped(Scripted::replying("a long story that nobody hears out"), 0);
    let mut events = model.stream(request()).await.expect("it answers");
    assert_eq!(events.next().await, Some(Ok(ChatEvent::Delta("a ".into()))));
    assert_eq!(scripted.abandoned(), 0);
    drop(events);
    assert_eq!(scripted.abandoned(), 1);
}

#[tokio::test(start_paused = true)]
async fn replies_are_measured_by_provider_and_outcome_only() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let rendered = recorder.handle();
    let _measuring = metrics::set_default_local_recorder(&recorder);

    let usage = Usage { input_tokens: 7, output_tokens: 3 };
    let turns = [
        Turn::text("hello you").usage(usage),
        Turn::blocked(),
        Turn::fail(overloaded()),
        Turn::fail(overloaded()),
        Turn::text("never heard out"),
    ];
    let (_, model) = wrapped(Scripted::turns(turns), 1);
    let _ = say(&model).await;
    let _ = say(&model).await;
    let _ = say(&model).await;
    drop(model.stream(request()).await);

    let text = rendered.render();
    for outcome in ["ok", "blocked", "overloaded", "cancelled"] {
        let line = format!("bondhu_llm_replies_total{{provider=\"scripted\",outcome=\"{outcome}\"}} 1");
        assert!(text.contains(&line), "{line}\n{text}");
    }
    assert!(text.contains("bondhu_llm_retries_total{provider=\"scripted\"} 1"), "{text}");
    assert!(text.contains("bondhu_llm_tokens_total{provider=\"scripted\",kind=\"output\"} 3"), "{text}");
    assert!(text.contains("bondhu_llm_first_token_seconds_count{provider=\"scripted\"} 3"), "{text}");
    assert!(!text.contains("hello"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn the_probe_of_the_model_itself_is_passed_on() {
    let (scripted, model) = wrapped(Scripted::replying("hi"), 0);
    assert_eq!(model.check().await, Ok(()));
    scripted.set_check(Err(LlmError::Unauthorized));
    assert_eq!(model.check().await, Err(LlmError::Unauthorized));
    assert_eq!((model.info().provider, model.info().leaves_machine), ("scripted", false));
    assert_eq!(scripted.calls(), 0);
}
