//! How a task is sent and run, as one constant.

use std::time::Duration;

use crate::{backoff::Backoff, priority::Priority, rate_limit::RateLimit, unique::Unique};

/// The options of a task, built in a `const`. What a call says for itself goes before what stands here.
///
/// ```
/// # use std::time::Duration;
/// # use bondhu_tasks::{Backoff, Priority, RateLimit, ResultPolicy, TaskOptions, Unique};
/// const OPTIONS: TaskOptions = TaskOptions::new()
///     .queue("memory")
///     .priority(Priority::LOW)
///     .max_retries(5)
///     .backoff(Backoff::fixed(Duration::from_secs(10)))
///     .soft_time_limit(Duration::from_secs(100))
///     .time_limit(Duration::from_mins(2))
///     .rate_limit("10/m") // in one worker
///     .shared_rate_limit("100/m") // in all of them together
///     .expires_after(Duration::from_hours(1))
///     .result(ResultPolicy::Keep)
///     .unique(Unique::ByArguments(Duration::from_mins(10)))
///     .private_arguments()
///     .blocking();
/// assert_eq!((OPTIONS.max_retries, OPTIONS.rate_limit), (5, RateLimit::parse("10/m")));
/// assert!(OPTIONS.private_arguments && OPTIONS.blocking);
/// ```
///
/// A rate limit that cannot be read does not compile:
///
/// ```compile_fail
/// # use bondhu_tasks::TaskOptions;
/// const OPTIONS: TaskOptions = TaskOptions::new().rate_limit("ten a minute");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct TaskOptions {
    /// The queue; if none, what the routing table says, else `celery`.
    pub queue: Option<&'static str>,
    /// How urgent it is; if none, what the routing table says, else [`Priority::HIGHEST`].
    pub priority: Option<Priority>,
    /// Retries after the first attempt.
    pub max_retries: u32,
    /// The wait before a retry.
    pub backoff: Backoff,
    /// When the task is asked to end, after it started.
    pub soft_time_limit: Option<Duration>,
    /// When the task is stopped, after it started.
    pub time_limit: Option<Duration>,
    /// How often tasks of this kind may start, in one worker.
    pub rate_limit: Option<RateLimit>,
    /// How often it may start in all workers together.
    pub shared_rate_limit: Option<RateLimit>,
    /// After this time in the queue it is not started any more.
    pub expires_after: Option<Duration>,
    /// What is kept of its end.
    pub result: ResultPolicy,
    /// Which calls count as the same.
    pub unique: Unique,
    /// `argsrepr` and `kwargsrepr` say nothing, so that monitors such as Flower do not show private arguments.
    pub private_arguments: bool,
    /// It keeps a thread busy, so it runs on a thread of its own.
    pub blocking: bool,
}

/// What is kept of a task's end in the result store.
///
/// ```
/// use bondhu_tasks::{ResultPolicy, TaskOptions};
///
/// const OPTIONS: TaskOptions = TaskOptions::new().result(ResultPolicy::KeepErrors);
/// assert_eq!(OPTIONS.result, ResultPolicy::KeepErrors);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResultPolicy {
    /// Success and failure.
    #[default]
    Keep,
    /// Failures only (Celery's `task_store_errors_even_if_ignored`).
    KeepErrors,
    /// Nothing (Celery's `ignore_result`).
    Ignore,
}

impl TaskOptions {
    /// Three retries with exponential backoff, results kept, no limits.
    pub const fn new() -> Self {
        Self {
            queue: None,
            priority: None,
            max_retries: 3,
            backoff: Backoff::DEFAULT,
            soft_time_limit: None,
            time_limit: None,
            rate_limit: None,
            shared_rate_limit: None,
            expires_after: None,
            result: ResultPolicy::Keep,
            unique: Unique::No,
            private_arguments: false,
            blocking: false,
        }
    }

    /// Sends it to this queue.
    pub const fn queue(mut self, queue: &'static str) -> Self {
        self.queue = Some(queue);
        self
    }

    /// Sets how urgent it is.
    pub const fn priority(mut self, priority: Priority) -> Self {
        self.priority = Some(priority);
        self
    }

    /// Sets the number of retries after the first attempt.
    pub const fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// Sets the wait before a retry.
    pub const fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// Asks it to end, by its cancellation token, this long after its start.
    pub const fn soft_time_limit(mut self, limit: Duration) -> Self {
        self.soft_time_limit = Some(limit);
        self
    }

    /// Stops it this long after its start.
    pub const fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Limits how often it may start, in Celery's notation (`10/m`). Does not compile if it cannot be read.
    pub const fn rate_limit(mut self, rate: &str) -> Self {
        self.rate_limit = RateLimit::parse(rate);
        assert!(self.rate_limit.is_some(), "a rate limit is a positive number and `/s`, `/m` or `/h`, like `10/m`");
        self
    }

    /// Does not start it when it has waited longer than this.
    pub const fn expires_after(mut self, wait: Duration) -> Self {
        self.expires_after = Some(wait);
        self
    }

    /// Sets what is kept of its end.
    pub const fn result(mut self, policy: ResultPolicy) -> Self {
        self.result = policy;
        self
    }

    /// Sets which calls count as the same.
    pub const fn unique(mut self, unique: Unique) -> Self {
        self.unique = unique;
        self
    }

    /// Shows no arguments to monitors.
    pub const fn private_arguments(mut self) -> Self {
        self.private_arguments = true;
        self
    }

    /// Sets how often it may start in all workers together, in Celery's notation (`10/m`); Celery itself counts in
    /// each worker only.
    pub const fn shared_rate_limit(mut self, rate: &str) -> Self {
        self.shared_rate_limit = RateLimit::parse(rate);
        assert!(
            self.shared_rate_limit.is_some(),
            "a rate limit is a positive number and `/s`, `/m` or `/h`, like `10/m`"
        );
        self
    }

    /// Runs it on a thread of its own, for work that computes or blocks. Such a run cannot be stopped from outside:
    /// at its hard limit it is given up, and its thread ends when it ends.
    pub const fn blocking(mut self) -> Self {
        self.blocking = true;
        self
    }

    /// What contradicts itself, if anything does.
    pub(crate) const fn fault(&self) -> Option<&'static str> {
        if let Some(queue) = self.queue
            && queue.is_empty()
        {
            return Some("its queue has an empty name");
        }
        match (self.soft_time_limit, self.time_limit) {
            (Some(soft), Some(hard)) if soft.as_nanos() > hard.as_nanos() => {
                Some("its soft time limit lies after the hard one; Celery refuses that as well")
            }
            (_, Some(limit)) | (Some(limit), None) if limit.is_zero() => Some("a time limit of zero stops every run"),
            _ => None,
        }
    }
}

impl Default for TaskOptions {
    fn default() -> Self {
        Self::new()
    }
}
