//! Removes what has expired.

use std::{sync::Arc, time::Duration};

use bondhu_tasks::{Task, TaskContext, TaskOptions, TaskResult, Unique};
use serde::{Deserialize, Serialize};

use crate::app::App;

/// Insights are kept for a timeline of a good year.
const INSIGHTS: Duration = Duration::from_hours(24 * 400);
/// How long it is remembered when paced tasks were asked for.
const PACES: Duration = Duration::from_hours(24);

/// Removes what has expired.
#[derive(Debug, Serialize, Deserialize)]
pub struct CleanupExpired {}

/// How much was removed.
#[derive(Debug, Serialize, Deserialize)]
pub struct CleanedUp {
    /// Sessions that no longer count.
    pub sessions: u64,
    /// Results of tasks.
    pub results: u64,
    /// Insights of more than a year ago.
    pub insights: u64,
}

impl Task for CleanupExpired {
    const NAME: &'static str = "core.tasks.maintenance.cleanup_expired";
    const OPTIONS: TaskOptions = TaskOptions::new().unique(Unique::ByTask(Duration::from_mins(30)));
    type State = Arc<App>;
    type Output = CleanedUp;

    async fn run(self, cx: TaskContext<Arc<App>>) -> TaskResult<CleanedUp> {
        let app = cx.state();
        let now = app.clock.now();
        let results = match app.queue.backend() {
            Some(backend) => backend.clean_up().await?,
            None => 0,
        };
        app.store.delete_old_paces(now.minus(PACES)).await?;
        app.store.delete_expired_evidence(now).await?;
        Ok(CleanedUp {
            sessions: app.store.delete_expired_sessions(now).await?,
            results,
            insights: app.store.delete_old_insights(now.minus(INSIGHTS)).await?,
        })
    }
}
