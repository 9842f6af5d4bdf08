//! Tasks that will not run again by themselves: to be looked at, sent again, or dropped.

use bondhu_tasks::{Message, Queue, TransportError, broker::DeadLetter};
use serde::Serialize;
use utoipa::ToSchema;

/// How many letters "send all again" and "drop all" take at once.
const BATCH: u64 = 200;

/// One dead letter in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadTask {
    /// Names the letter.
    pub id: String,
    /// The queue that it came from.
    pub queue: String,
    /// Name of the task, if that much could be read.
    pub task: Option<String>,
    /// Id of the task, if that much could be read.
    pub task_id: Option<String>,
    /// Why it died.
    pub reason: String,
    /// When (RFC 3339).
    pub died_at: String,
}

/// One dead letter with its call.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadTaskDetail {
    /// What the list says.
    #[serde(flatten)]
    pub letter: DeadTask,
    /// How often it was started; none if the message cannot be read.
    pub attempts: Option<u32>,
    /// Positional arguments as a monitor may show them.
    pub args: Option<String>,
    /// Keyword arguments as a monitor may show them.
    pub kwargs: Option<String>,
}

/// A part of the list, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadTaskPage {
    /// Length of the whole list.
    pub total: u64,
    /// The part.
    pub items: Vec<DeadTask>,
}

/// How many letters were dealt with.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadTaskCount {
    /// How many.
    pub count: u64,
}

impl From<DeadLetter> for DeadTask {
    fn from(letter: DeadLetter) -> Self {
        Self {
            id: letter.id,
            queue: letter.queue,
            task: letter.task,
            task_id: letter.task_id.map(|id| id.to_string()),
            reason: letter.reason,
            died_at: letter.died_at.to_string(),
        }
    }
}

/// A part of the list.
pub async fn list(queue: &Queue, offset: u64, limit: u64) -> Result<DeadTaskPage, TransportError> {
    let page = queue.broker().dead(offset, limit).await?;
    Ok(DeadTaskPage { total: page.total, items: page.items.into_iter().map(DeadTask::from).collect() })
}

/// One letter. Arguments come as the sender made them fit for monitors: tasks about a person hide them.
pub async fn inspect(queue: &Queue, id: &str) -> Result<Option<DeadTaskDetail>, TransportError> {
    Ok(queue.broker().dead_letter(id).await?.map(|letter| {
        let message = Message::decode(&letter.message()).ok();
        let shown = |text: fn(&Message) -> &String| message.as_ref().map(text).filter(|text| !text.is_empty()).cloned();
        DeadTaskDetail {
            attempts: message.as_ref().map(Message::attempt),
            args: shown(|message| &message.headers.argsrepr),
            kwargs: shown(|message| &message.headers.kwargsrepr),
            letter: letter.into(),
        }
    }))
}

/// Sends one again from its first attempt; false if it is gone.
pub async fn replay(queue: &Queue, id: &str) -> anyhow::Result<bool> {
    Ok(queue.replay_dead(id).await?)
}

/// Sends all again that are there now, and says how many.
pub async fn replay_all(queue: &Queue) -> anyhow::Result<u64> {
    let mut count = 0;
    for id in ids(queue).await? {
        count += u64::from(queue.replay_dead(&id).await?);
    }
    Ok(count)
}

/// Drops all that are there now, and says how many.
pub async fn drop_all(queue: &Queue) -> anyhow::Result<u64> {
    let mut count = 0;
    for id in ids(queue).await? {
        count += u64::from(queue.broker().drop_dead(&id).await?);
    }
    Ok(count)
}

/// What is there now. What dies while they are dealt with is left for the next time.
async fn ids(queue: &Queue) -> Result<Vec<String>, TransportError> {
    let mut ids = Vec::new();
    loop {
        let page = queue.broker().dead(ids.len() as u64, BATCH).await?;
        let last = page.items.len() as u64 != BATCH;
        ids.extend(page.items.into_iter().map(|letter| letter.id));
        if last {
            return Ok(ids);
        }
    }
}
