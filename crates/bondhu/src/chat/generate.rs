//! Writing a reply: the model's words as they come, the listener's when there is no model, reviewed words when
//! somebody may be in danger. Runs detached from any socket and never ends without storing what came.

use std::{
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, OnceLock},
    time::Duration,
};

use bondhu_llm::{ChatEvent, ChatModel, ChatStream, Finish as ModelFinish, listener};
use bondhu_store::{AnsweredBy, Finish, Message, Sender, Status, User, UserId, Utterance};
use futures_util::{FutureExt, StreamExt};
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval, interval_at},
};

use crate::{
    app::App,
    chat::{
        history,
        live::{End, LiveReply, Progress},
        prompt,
        recalling::{note_used, recall},
        turn::country,
    },
    memory::{answer, recall::Recalled},
    personality::context,
    safety::{self, CrisisLevel},
};

/// A reply whose row has not been renewed for this long is nobody's any more.
pub const LEASE: Duration = Duration::from_secs(30);
/// How often the words so far are stored and the lease is renewed.
const SAVE_EVERY: Duration = Duration::from_secs(1);
/// How much of the conversation is read for a prompt, in messages.
const HISTORY_LIMIT: u32 = 200;

/// From this confidence on the mood of a message helps the listener when no feeling is named.
const SURE_MOOD: f64 = 0.5;

/// What a reply answers.
pub struct Prompted {
    /// Who asked.
    pub user: User,
    /// The message to answer.
    pub question: Message,
    /// The empty reply.
    pub reply: Message,
    /// What the message gave reason to worry about.
    pub crisis: Option<CrisisLevel>,
    /// The same, or what still holds from before.
    pub lasting: Option<CrisisLevel>,
    /// How many memories the reply was given to go by, once that is known.
    pub used: OnceLock<i64>,
}

/// How the writing ended, before it is stored.
struct Outcome {
    status: Status,
    answered_by: AnsweredBy,
    model: Option<String>,
    error: Option<(String, String)>,
}

/// Writes the reply to its end and stores it.
pub async fn run(app: Arc<App>, live: Arc<LiveReply>, prompted: Prompted) {
    let started = Instant::now();
    let writing = AssertUnwindSafe(async {
        let writing = std::pin::pin!(write(&app, &live, &prompted));
        saved_while(&app, &live, &prompted, writing).await
    });
    // A fault of ours must not leave people waiting at a reply that nobody writes.
    let outcome = writing.catch_unwind().await.unwrap_or_else(|_| {
        let error = ("internal", "Something went wrong on the server. Your message is kept; try again.");
        Outcome::put_aside(Status::Failed, String::new(), Some(error))
    });
    let labels = [("answered_by", outcome.answered_by.as_str()), ("status", outcome.status.as_str())];
    metrics::counter!("bondhu_replies_total", &labels).increment(1);
    metrics::histogram!("bondhu_reply_seconds", &labels).record(started.elapsed().as_secs_f64());
    let end = finish(&app, &live, &prompted, outcome).await;
    history::forget(&app.cache, prompted.user.id, prompted.reply.conversation_id).await;
    app.live.close(prompted.reply.id, end);
}

/// Runs the writing and, beside it, stores the words so far every second: a killed process loses at most that.
async fn saved_while(
    app: &App,
    live: &LiveReply,
    prompted: &Prompted,
    mut writing: std::pin::Pin<&mut impl Future<Output = Outcome>>,
) -> Outcome {
    // An interval that begins at once would make every reply wait for the timer's next millisecond.
    let mut ticks = interval_at(Instant::now() + SAVE_EVERY, SAVE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            outcome = &mut writing => return outcome,
            _ = ticks.tick() => {
                let now = app.clock.now();
                let saved = app.store
                    .append_progress(prompted.user.id, prompted.reply.id, &live.text(), now.plus(LEASE), now)
                    .await;
                match saved {
                    Ok(true) => {}
                    // Stopped by another process, or deleted: nobody waits for the rest.
                    Ok(false) => live.stop.cancel(),
                    Err(error) => tracing::warn!(%error, "the words so far could not be stored; the reply goes on"),
                }
            }
        }
    }
}

async fn write(app: &App, live: &LiveReply, prompted: &Prompted) -> Outcome {
    if let Some(level) = prompted.crisis.filter(|level| *level >= CrisisLevel::Ideation) {
        let language = safety::language_of(&prompted.question.text);
        live.push(&safety::fixed_reply(level, language, country(app, &prompted.user), seed(prompted)));
        // In acute danger nothing is left to a model. Otherwise it may go on from the reviewed words.
        if level == CrisisLevel::Acute || app.models.current().is_none() {
            return Outcome::complete(AnsweredBy::Safety, None);
        }
    }
    let history = app
        .store
        .history_for_prompt(prompted.user.id, prompted.question.conversation_id, prompted.question.id, HISTORY_LIMIT)
        .await;
    let history = match history {
        Ok(history) => history,
        Err(error) => {
            tracing::warn!(%error, "the conversation could not be read; answering the newest message alone");
            vec![Utterance { sender: Sender::User, text: prompted.question.text.clone() }]
        }
    };
    let recalled = recall(app, prompted, &history).await;
    match app.models.current() {
        Some(model) => write_with_model(app, live, prompted, &history, &recalled, &*model).await,
        None => write_as_listener(app, live, prompted, &history, &recalled, None).await,
    }
}

async fn write_with_model(
    app: &App,
    live: &LiveReply,
    prompted: &Prompted,
    history: &[Utterance],
    recalled: &[Recalled],
    model: &dyn ChatModel,
) -> Outcome {
    let name = model.info().model;
    let person = match context::of(app, prompted.user.id).await {
        Ok(context) => context::notes(&context),
        Err(error) => {
            tracing::warn!(%error, "what is known of the person could not be read; the reply goes on without it");
            String::new()
        }
    };
    let memories: Vec<String> = recalled.iter().map(Recalled::line).collect();
    note_used(app, prompted, &recalled.iter().collect::<Vec<_>>()).await;
    let request = prompt::build(&prompt::Parts {
        display_name: &prompted.user.display_name,
        now: app.clock.now(),
        person: &person,
        history,
        memories: &memories,
        crisis: prompted.lasting.filter(|level| *level >= CrisisLevel::Ideation).or(prompted.crisis),
        token_budget: app.config.model.prompt_token_budget,
        max_output_tokens: app.config.model.max_output_tokens,
    });
    let fixed_words = live.text().len();
    let relayed = tokio::select! {
        biased;
        () = live.stop.cancelled() => return Outcome::put_aside(Status::Stopped, name, None),
        () = app.parking.cancelled() => {
            let error = ("interrupted", "The server was restarted while this was being written. Try again.");
            return Outcome::put_aside(Status::Interrupted, name, Some(error));
        }
        relayed = relay(live, fixed_words, model.stream(request)) => relayed,
    };
    match relayed {
        Ok(()) => Outcome::complete(AnsweredBy::Model, Some(name)),
        Err(broken) if live.text().len() > fixed_words => {
            Outcome::put_aside(Status::Failed, name, Some((&broken.code, &broken.detail)))
        }
        Err(broken) if fixed_words > 0 => {
            tracing::warn!(code = broken.code, "the model did not answer; the reviewed words stand alone");
            Outcome::complete(AnsweredBy::Safety, None)
        }
        Err(broken) => {
            tracing::warn!(code = broken.code, "the model did not answer; the listener does");
            write_as_listener(app, live, prompted, history, recalled, Some(broken)).await
        }
    }
}

/// Why a model's words ended early.
struct Broken {
    code: String,
    detail: String,
}

/// Passes the model's words on as they come.
async fn relay(
    live: &LiveReply,
    fixed_words: usize,
    stream: impl Future<Output = Result<ChatStream, bondhu_llm::LlmError>>,
) -> Result<(), Broken> {
    let broken = |error: bondhu_llm::LlmError| Broken { code: error.code().to_owned(), detail: error.to_string() };
    let mut stream = stream.await.map_err(broken)?;
    let mut nothing_yet = true;
    while let Some(event) = stream.next().await {
        match event.map_err(broken)? {
            ChatEvent::Delta(words) => {
                if nothing_yet && fixed_words > 0 {
                    live.push("\n\n");
                }
                nothing_yet = false;
                live.push(&words);
            }
            ChatEvent::Done { finish: ModelFinish::Blocked, .. } => {
                let detail = "The model's provider held back its answer.".to_owned();
                return Err(Broken { code: "blocked".to_owned(), detail });
            }
            ChatEvent::Done { .. } if nothing_yet => break,
            ChatEvent::Done { .. } => return Ok(()),
        }
    }
    Err(Broken { code: "empty_reply".to_owned(), detail: "The model answered without a word.".to_owned() })
}

/// Answers by reflective listening, which needs no model and cannot fail.
async fn write_as_listener(
    app: &App,
    live: &LiveReply,
    prompted: &Prompted,
    history: &[Utterance],
    recalled: &[Recalled],
    broken: Option<Broken>,
) -> Outcome {
    let told = answer::from_memory(&prompted.question.text, recalled);
    let used: Vec<&Recalled> = told.iter().map(|(_, recalled)| *recalled).collect();
    note_used(app, prompted, &used).await;
    let error = broken.map(|broken| (broken.code, broken.detail));
    if let Some((words, _)) = &told {
        live.push(words);
    } else {
        live.push(&reflect(prompted, history));
    }
    Outcome { status: Status::Complete, answered_by: AnsweredBy::Listener, model: None, error }
}

/// Reflective listening on the newest message.
fn reflect(prompted: &Prompted, history: &[Utterance]) -> String {
    let said_by = |sender: Sender, skip: usize| -> Vec<&str> {
        history.iter().filter(|m| m.sender == sender).skip(skip).take(10).map(|m| m.text.as_str()).collect()
    };
    let recent_messages = said_by(Sender::User, 1);
    let is_sure = prompted.question.confidence.is_some_and(|confidence| confidence >= SURE_MOOD);
    listener::reply(&listener::Heard {
        text: &prompted.question.text,
        turn: history.iter().filter(|message| message.sender == Sender::User).count(),
        seed: seed(prompted),
        recent_replies: &said_by(Sender::Companion, 0),
        recent_messages: &recent_messages,
        mood: prompted.question.mood.as_deref().filter(|_| is_sure),
    })
}

/// The same for every turn of a conversation, so its wording varies along the conversation and not at random.
/// Another variant of a reply gets another seed.
fn seed(prompted: &Prompted) -> u64 {
    let conversation = prompted.reply.conversation_id.0.as_u64_pair().1;
    conversation.wrapping_add(u64::try_from(prompted.reply.variants).unwrap_or_default())
}

impl Outcome {
    fn complete(answered_by: AnsweredBy, model: Option<String>) -> Self {
        Self { status: Status::Complete, answered_by, model, error: None }
    }

    fn put_aside(status: Status, model: String, error: Option<(&str, &str)>) -> Self {
        let error = error.map(|(code, detail)| (code.to_owned(), detail.to_owned()));
        Self { status, answered_by: AnsweredBy::Model, model: Some(model), error }
    }
}

/// Stores the reply. If that fails the text is still handed to whoever listens, and says so.
async fn finish(app: &App, live: &LiveReply, prompted: &Prompted, outcome: Outcome) -> End {
    let (code, detail) = outcome.error.unzip();
    let now = app.clock.now();
    let message = Message {
        text: live.text(),
        status: outcome.status,
        answered_by: Some(outcome.answered_by),
        model: outcome.model,
        error_code: code.clone(),
        memories_used: prompted.used.get().copied().unwrap_or_default(),
        updated_at: now,
        ..prompted.reply.clone()
    };
    let finish = Finish {
        text: message.text.clone(),
        status: message.status,
        answered_by: message.answered_by,
        model: message.model.clone(),
        error_code: message.error_code.clone(),
        now,
    };
    let (user, id) = (prompted.user.id, prompted.reply.id);
    let stored = match app.store.finish_reply(user, id, finish).await {
        Ok(true) => Ok(Some(message.clone())),
        // Another process ended it, or it is gone.
        Ok(false) => app.store.message(user, id).await,
        Err(error) => Err(error),
    };
    let failed = |code: &str, detail: &str, message| End::Failed {
        code: code.to_owned(),
        detail: detail.to_owned(),
        message: Box::new(message),
    };
    match stored {
        Ok(Some(message)) if message.status == Status::Failed => failed(
            code.as_deref().unwrap_or("failed"),
            detail.as_deref().unwrap_or("The reply broke off. What came is kept; try again."),
            message,
        ),
        Ok(Some(message)) => End::Done(Box::new(message)),
        Ok(None) => failed("deleted", "This reply was deleted while it was being written.", message),
        Err(error) => {
            tracing::error!(%error, "a reply could not be stored");
            let detail = "The reply could not be stored. Your message is kept; try again in a moment.";
            failed("not_stored", detail, Message { status: Status::Failed, ..message })
        }
    }
}

/// Follows a reply that another process writes, through its row.
pub fn watch_row(app: Arc<App>, user: UserId, reply: &Message) -> watch::Receiver<Progress> {
    let id = reply.id;
    let (progress, receiver) = watch::channel(Progress { text: reply.text.clone(), end: None });
    app.clone().tasks.spawn(async move {
        let mut looks = interval(SAVE_EVERY / 2);
        while !progress.is_closed() {
            tokio::select! {
                _ = looks.tick() => {}
                () = app.parking.cancelled() => return,
            }
            match app.store.message(user, id).await {
                Ok(Some(row)) => {
                    let end = (row.status != Status::Streaming).then(|| End::Done(Box::new(row.clone())));
                    let over = end.is_some();
                    progress.send_modify(|progress| *progress = Progress { text: row.text, end });
                    if over {
                        return;
                    }
                }
                Ok(None) => return,
                Err(error) => tracing::warn!(%error, "a reply could not be followed; trying again"),
            }
        }
    });
    receiver
}

/// Marks replies that nobody writes any more. On the embedded default only this process writes, so at its start
/// every unfinished reply is one of those; elsewhere a lease decides.
pub async fn mark_interrupted(app: &App, at_start: bool) {
    let now = app.clock.now();
    let before = if at_start && app.store.engine() == "sqlite" { now.plus(2 * LEASE) } else { now };
    match app.store.mark_interrupted(before, now).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "replies that were cut off are marked as interrupted"),
        Err(error) => tracing::warn!(%error, "replies that were cut off could not be marked"),
    }
}
