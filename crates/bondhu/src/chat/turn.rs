//! The beginning of a turn: one transaction stores what the person said and an empty reply; from then on the
//! reply is generated whether or not anybody is listening.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bondhu_store::{
    AnsweredBy, Conversation, ConversationId, Finish, Message, MessageId, NewMessage, NewOutbox, OutboxId, Page,
    Sender, Status, StoreError, User,
};
use bondhu_tasks::Task;
use serde_json::json;
use tokio::sync::watch;

use crate::{
    app::App,
    chat::{
        generate::{self, LEASE, Prompted},
        history,
        live::Progress,
        stream::{Started, finished},
        text::{UNTITLED, automatic_title, message_text},
    },
    http::problem::ApiError,
    memory::{embedding, learn, tasks::extract_memories::ExtractMemories},
    mood::{
        reading::{self, Reading},
        tasks::analyze_chat_sentiment_batch::AnalyzeChatSentimentBatch,
    },
    safety::{self, CrisisLevel},
};

/// A turn that has begun, and the way to follow it.
pub struct Begun {
    /// The first event.
    pub started: Started,
    /// The rest, as it comes.
    pub progress: watch::Receiver<Progress>,
}

/// Where the new words go in the conversation.
enum Place {
    /// After the newest message.
    AtTheEnd,
    /// Beside an earlier message of the same sender, as another branch.
    Beside(Box<Message>),
}

/// Stores what a person said and begins the reply. The same idempotency key never stores it twice: it leads
/// back to the turn that is there.
pub async fn send(
    app: &Arc<App>,
    user: &User,
    conversation: ConversationId,
    text: String,
    key: Option<String>,
) -> Result<Begun, ApiError> {
    let text = message_text(text)?;
    say(app, user, conversation, Place::AtTheEnd, text, key).await
}

/// Says an earlier message of the person's again in other words, and begins a new branch from there.
pub async fn edit(
    app: &Arc<App>,
    user: &User,
    id: MessageId,
    text: String,
    key: Option<String>,
) -> Result<Begun, ApiError> {
    let text = message_text(text)?;
    let original = app.store.message(user.id, id).await?.ok_or(ApiError::NotFound)?;
    if original.sender != Sender::User {
        return Err(ApiError::conflict("not_your_words", "Only your own messages can be edited."));
    }
    say(app, user, original.conversation_id, Place::Beside(Box::new(original)), text, key).await
}

/// Begins another reply to the message that `id` answers. An empty reply that had failed is replaced.
pub async fn regenerate(app: &Arc<App>, user: &User, id: MessageId) -> Result<Begun, ApiError> {
    let old = app.store.message(user.id, id).await?.ok_or(ApiError::NotFound)?;
    if old.sender != Sender::Companion {
        return Err(ApiError::conflict("not_a_reply", "Only a reply of Bondhu's can be written again."));
    }
    if old.status == Status::Streaming {
        return Err(ApiError::ReplyInProgress(old.id));
    }
    let conversation = conversation(app, user, old.conversation_id).await?;
    let question = app.store.message(user.id, old.parent_id.unwrap_or(old.id)).await?;
    let question = question.filter(|question| question.sender == Sender::User).ok_or_else(|| {
        ApiError::conflict("nothing_to_answer", "The message that this answered is gone. Write a new one instead.")
    })?;
    let crisis = question.crisis_level.and_then(CrisisLevel::from_i16);
    let result = async {
        let mut tx = app.store.begin().await?;
        if old.text.is_empty() {
            tx.delete_message(user.id, old.id).await?;
        }
        let reply = tx.insert_message(user.id, empty_reply(app, &question)).await?;
        tx.touch_conversation(user.id, conversation.id, None, app.clock.now()).await?;
        tx.commit().await?;
        Ok(reply)
    }
    .await;
    match result {
        Ok(reply) => Ok(begin(app, user, conversation, None, reply, question, crisis).await),
        Err(error) => Err(refused(app, user, conversation.id, error).await),
    }
}

async fn say(
    app: &Arc<App>,
    user: &User,
    conversation_id: ConversationId,
    place: Place,
    text: String,
    key: Option<String>,
) -> Result<Begun, ApiError> {
    let conversation = conversation(app, user, conversation_id).await?;
    if let Some(begun) = repeated(app, user, &conversation, &text, key.as_deref()).await? {
        return Ok(begun);
    }
    let reading = reading::read(&text);
    let crisis = reading.crisis;
    match store_turn(app, user, &conversation, place, &text, key.clone(), reading).await {
        Ok((conversation, mut said, reply)) => {
            said.memories_learnt = learn::learn_from(app, user, &said).await;
            Ok(begin(app, user, conversation, Some(said.clone()), reply, said, crisis).await)
        }
        // The same send came twice at once; the other one stored it.
        Err(StoreError::Conflict { what: "idempotency_key" }) => {
            repeated(app, user, &conversation, &text, key.as_deref()).await?.ok_or(ApiError::NotFound)
        }
        Err(error) => Err(refused(app, user, conversation.id, error).await),
    }
}

async fn conversation(app: &App, user: &User, id: ConversationId) -> Result<Conversation, ApiError> {
    app.store.conversation(user.id, id).await?.ok_or(ApiError::NotFound)
}

/// The one transaction: what was said, an empty reply, and the work that follows from it.
async fn store_turn(
    app: &App,
    user: &User,
    conversation: &Conversation,
    place: Place,
    text: &str,
    key: Option<String>,
    reading: Reading,
) -> Result<(Conversation, Message, Message), StoreError> {
    let mut conversation = conversation.clone();
    let mut tx = app.store.begin().await?;
    let is_beside = matches!(place, Place::Beside(_));
    let parent = match place {
        Place::Beside(original) => original.parent_id,
        Place::AtTheEnd => tx.last_active(user.id, conversation.id).await?,
    };
    let now = app.clock.now();
    let said = NewMessage {
        id: MessageId(app.clock.new_id_after(parent.map_or(conversation.id.0, |parent| parent.0))),
        conversation_id: conversation.id,
        parent_id: parent,
        sender: Sender::User,
        text: text.to_owned(),
        status: Status::Complete,
        answered_by: None,
        sentiment: Some(reading.sentiment),
        mood: Some(reading.mood.name().to_owned()),
        confidence: Some(reading.confidence),
        crisis_level: reading.crisis.map(CrisisLevel::as_i16),
        idempotency_key: key,
        lease_until: None,
        created_at: now,
    };
    let said =
        if is_beside { tx.insert_message(user.id, said).await? } else { tx.append_message(user.id, said).await? };
    let reply = tx.append_message(user.id, empty_reply(app, &said)).await?;
    // The worst moment of somebody's life is no name to meet in a list every day; a later message names it.
    let may_name = reading.crisis.is_none_or(|level| level < CrisisLevel::Ideation);
    let wants_name = parent.is_none() || conversation.title == UNTITLED;
    let title = (may_name && wants_name).then(|| automatic_title(text));
    if let Some(title) = tx.touch_conversation(user.id, conversation.id, title.as_deref(), now).await? {
        conversation.title = title;
    }
    conversation.updated_at = now;
    tx.enqueue_paced(sentiment_batch(app, user), BATCH_PACE).await?;
    if app.models.current().is_some() && reading.crisis.is_none() {
        tx.enqueue_paced(extraction(app, user, said.id), EXTRACTION_PACE).await?;
    }
    if reading.crisis.is_none() {
        embedding::ask(app, &mut tx, user.id).await?;
    }
    tx.commit().await?;
    app.outbox_filled.notify_one();
    Ok((conversation, said, reply))
}

/// A person's messages are put together at most this often, however much is said.
const BATCH_PACE: Duration = Duration::from_mins(5);

/// Asks for the person's messages to be looked at later.
fn sentiment_batch(app: &App, user: &User) -> NewOutbox {
    let now = app.clock.now();
    NewOutbox {
        id: OutboxId(app.clock.new_id()),
        name: AnalyzeChatSentimentBatch::NAME.to_owned(),
        args: json!(AnalyzeChatSentimentBatch { user_id: user.id }),
        queue: "personality".to_owned(),
        unique_key: Some(format!("analyze_chat_sentiment_batch:{}", user.id)),
        available_at: now,
        created_at: now,
    }
}

/// A model looks for facts at most this often; in one go it reads all that was said in between.
const EXTRACTION_PACE: Duration = Duration::from_mins(2);

/// Asks for a model to look for facts in what the person has said.
fn extraction(app: &App, user: &User, from: MessageId) -> NewOutbox {
    let now = app.clock.now();
    NewOutbox {
        id: OutboxId(app.clock.new_id()),
        name: ExtractMemories::NAME.to_owned(),
        args: json!(ExtractMemories { user_id: user.id, from }),
        queue: "memory".to_owned(),
        unique_key: Some(format!("extract_memories:{}", user.id)),
        available_at: now,
        created_at: now,
    }
}

fn empty_reply(app: &App, question: &Message) -> NewMessage {
    let now = app.clock.now();
    NewMessage {
        id: MessageId(app.clock.new_id_after(question.id.0)),
        conversation_id: question.conversation_id,
        parent_id: Some(question.id),
        sender: Sender::Companion,
        text: String::new(),
        status: Status::Streaming,
        answered_by: None,
        sentiment: None,
        mood: None,
        confidence: None,
        crisis_level: None,
        idempotency_key: None,
        lease_until: Some(now.plus(LEASE)),
        created_at: now,
    }
}

/// Lets the reply be written on a task of its own, and hands out the way to follow it.
async fn begin(
    app: &Arc<App>,
    user: &User,
    conversation: Conversation,
    user_message: Option<Message>,
    reply: Message,
    question: Message,
    crisis: Option<CrisisLevel>,
) -> Begun {
    history::forget(&app.cache, user.id, conversation.id).await;
    let live = app.live.open(reply.id, user.id);
    let progress = live.follow();
    let (lasting, help) = safety::state::card(app, user.id, country(app, user), crisis).await;
    let prompted =
        Prompted { user: user.clone(), question, reply: reply.clone(), crisis, lasting, used: OnceLock::new() };
    app.tasks.spawn(generate::run(app.clone(), live, prompted));
    Begun { started: Started { conversation, user_message, reply, help }, progress }
}

/// The country whose help lines a person should see.
pub fn country<'a>(app: &'a App, user: &'a User) -> Option<&'a str> {
    user.country.as_deref().or(app.config.accounts.default_country.as_deref())
}

/// The turn that an idempotency key has begun before.
async fn repeated(
    app: &Arc<App>,
    user: &User,
    conversation: &Conversation,
    text: &str,
    key: Option<&str>,
) -> Result<Option<Begun>, ApiError> {
    let Some(key) = key else { return Ok(None) };
    let Some(said) = app.store.message_by_idempotency_key(user.id, key).await? else { return Ok(None) };
    if said.text != text || said.conversation_id != conversation.id {
        return Err(ApiError::refused(
            axum::http::StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "This Idempotency-Key was used for another message. Use a new one for each message.",
        ));
    }
    let Some(reply) = app.store.active_reply_to(user.id, said.id).await? else { return Err(ApiError::NotFound) };
    let level = said.crisis_level.and_then(CrisisLevel::from_i16);
    let (_, help) = safety::state::card(app, user.id, country(app, user), level).await;
    let progress = follow(app, user, reply.clone()).await?;
    let started = Started { conversation: conversation.clone(), user_message: Some(said), reply, help };
    Ok(Some(Begun { started, progress }))
}

/// A way to follow a reply: live when it is being written here, by looking at its row when another process
/// writes it, and as it is when it has ended.
pub async fn follow(app: &Arc<App>, user: &User, reply: Message) -> Result<watch::Receiver<Progress>, ApiError> {
    if let Some(live) = app.live.get(reply.id, user.id) {
        return Ok(live.follow());
    }
    // It may have ended between the read of the row and the look at the live ones.
    let reply = app.store.message(user.id, reply.id).await?.ok_or(ApiError::NotFound)?;
    if reply.status == Status::Streaming {
        return Ok(generate::watch_row(app.clone(), user.id, &reply));
    }
    Ok(finished(reply))
}

/// Stops a reply and returns it with the text that had come.
pub async fn stop(app: &Arc<App>, user: &User, id: MessageId) -> Result<Message, ApiError> {
    if let Some(live) = app.live.get(id, user.id) {
        live.stop.cancel();
        let mut progress = live.follow();
        // An error means that it is over, which is what was asked for.
        let _ = progress.wait_for(|progress| progress.end.is_some()).await;
    }
    let reply = app.store.message(user.id, id).await?.ok_or(ApiError::NotFound)?;
    if reply.status == Status::Streaming {
        // Another process writes it, or none does any more; the row tells the writer.
        let finish = Finish {
            text: reply.text.clone(),
            status: Status::Stopped,
            answered_by: reply.answered_by.or(Some(AnsweredBy::Model)),
            model: reply.model.clone(),
            error_code: None,
            now: app.clock.now(),
        };
        app.store.finish_reply(user.id, id, finish).await?;
        history::forget(&app.cache, user.id, reply.conversation_id).await;
    }
    app.store.message(user.id, id).await?.ok_or(ApiError::NotFound)
}

/// Turns a refusal of the store into an answer; a reply in progress is named, so that a second tab can follow it.
async fn refused(app: &App, user: &User, conversation: ConversationId, error: StoreError) -> ApiError {
    if matches!(error, StoreError::Conflict { what: "reply_in_progress" }) {
        let newest = app.store.messages(user.id, conversation, Page::Newest, 1).await;
        if let Some(reply) = newest.ok().and_then(|page| page.items.into_iter().next()) {
            return ApiError::ReplyInProgress(reply.id);
        }
    }
    error.into()
}
