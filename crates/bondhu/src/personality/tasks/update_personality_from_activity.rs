//! Notes what a person did elsewhere, as evidence for their profile.

use std::sync::Arc;

use bondhu_store::{NewActivity, UserId};
use bondhu_tasks::{Task, TaskContext, TaskError, TaskOptions, TaskResult};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    app::App,
    personality::{chat, music},
};

/// What a profile can be learnt from.
const KINDS: [&str; 4] = ["chat", "music", "video", "questionnaire"];
/// The largest note, in bytes of JSON.
const MOST_BYTES: usize = 64 * 1024;

/// Notes what a person did elsewhere. The notes are kept in full, so a profile can be worked out from them again.
#[derive(Debug, Serialize, Deserialize)]
pub struct UpdatePersonalityFromActivity {
    /// Whose.
    pub user_id: UserId,
    /// `chat`, `music`, `video` or `questionnaire`.
    pub activity_type: String,
    /// What is known of it.
    #[serde(default)]
    pub activity_data: Value,
}

impl Task for UpdatePersonalityFromActivity {
    const NAME: &'static str = "core.tasks.personality.update_personality_from_activity";
    const OPTIONS: TaskOptions = TaskOptions::new().queue("personality").private_arguments();
    type State = Arc<App>;
    type Output = ();

    async fn run(self, cx: TaskContext<Arc<App>>) -> TaskResult<()> {
        if !KINDS.contains(&self.activity_type.as_str()) {
            return Err(TaskError::fail(format!("the activity type must be one of {}", KINDS.join(", "))));
        }
        if self.activity_data.to_string().len() > MOST_BYTES {
            return Err(TaskError::fail(format!("the activity has more than {MOST_BYTES} bytes; send it in parts")));
        }
        let app = cx.state();
        if app.store.user(self.user_id).await?.is_none() {
            return Err(TaskError::fail("there is no such account"));
        }
        // The same task twice is the same note.
        let id = Uuid::parse_str(cx.id().as_str()).unwrap_or_else(|_| app.clock.new_id());
        let note = NewActivity {
            id,
            user_id: self.user_id,
            kind: self.activity_type,
            data: self.activity_data,
            created_at: app.clock.now(),
        };
        let kind = note.kind.clone();
        app.store.add_activity(note).await?;
        // Also when the note was there already: the task may have died between the two.
        match kind.as_str() {
            "music" => music::learn(app, self.user_id).await.map(drop)?,
            "chat" => chat::learn(app, self.user_id).await.map(drop)?,
            // Nothing is concluded from videos yet; a questionnaire is answered in the product itself.
            _ => {}
        }
        Ok(())
    }
}
