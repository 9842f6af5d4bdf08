//! A short form for many small tasks, and what they share.

use std::env;

use bondhu_tasks::{
    Signature, TaskError, TaskResult,
    python::{PyException, Python},
};
use redis::{AsyncCommands, aio::MultiplexedConnection};
use serde_json::Value;

/// Declares a task type. The Python suite has about seventy tasks of one line each; written out, the line would
/// drown in the frame.
macro_rules! task {
    ($(#[$about:meta])* $name:literal, $type:ident { $($fields:tt)* }, $options:expr,
     |$this:ident, $cx:ident| -> $output:ty $body:block) => {
        $(#[$about])*
        #[derive(Debug, serde::Serialize, serde::Deserialize)]
        struct $type { $($fields)* }
        $crate::integration_worker::task_macro::task!(@run $name, $type, $options, $this, $cx, $output, $body);
    };
    ($(#[$about:meta])* $name:literal, $type:ident ( $($fields:tt)* ), $options:expr,
     |$this:ident, $cx:ident| -> $output:ty $body:block) => {
        $(#[$about])*
        #[derive(Debug, serde::Serialize, serde::Deserialize)]
        struct $type ( $($fields)* );
        $crate::integration_worker::task_macro::task!(@run $name, $type, $options, $this, $cx, $output, $body);
    };
    (@run $name:literal, $type:ident, $options:expr, $this:ident, $cx:ident, $output:ty, $body:block) => {
        impl bondhu_tasks::Task for $type {
            const NAME: &'static str = $name;
            const OPTIONS: bondhu_tasks::TaskOptions = $options;
            type State = $crate::integration_worker::task_macro::Suite;
            type Output = $output;
            async fn run(self, $cx: bondhu_tasks::TaskContext<Self::State>) -> bondhu_tasks::TaskResult<$output> {
                let $this = self;
                $body
            }
        }
    };
}
pub(crate) use task;

/// Where the Python suite looks for traces: its own Redis connection, beside broker and backend.
#[derive(Clone)]
pub(crate) struct Suite {
    redis: MultiplexedConnection,
}

impl Suite {
    pub(crate) async fn connect() -> Result<Self, Box<dyn std::error::Error>> {
        let host = env::var("REDIS_HOST").unwrap_or_else(|_| "127.0.0.1".to_owned());
        let port = env::var("REDIS_PORT").unwrap_or_else(|_| "6379".to_owned());
        let client = redis::Client::open(format!("redis://{host}:{port}/0"))?;
        Ok(Self { redis: client.get_multiplexed_async_connection().await? })
    }

    /// Appends to a list.
    pub(crate) async fn echo(&self, key: &str, value: &Value) -> TaskResult {
        let bytes = match value {
            Value::String(text) => text.clone().into_bytes(),
            value => serde_json::from_value::<Python<Vec<u8>>>(value.clone())
                .map_or_else(|_| value.to_string().into_bytes(), |bytes| bytes.0),
        };
        Ok(self.redis.clone().rpush(key, bytes).await?)
    }

    /// Counts one up.
    pub(crate) async fn count(&self, key: &str) -> TaskResult {
        Ok(self.redis.clone().incr(key, 1).await?)
    }

    /// Waits until a test puts something into a list. Asks again and again: a blocking command would hold up the
    /// connection that all tasks share.
    pub(crate) async fn wait_for(&self, key: &str) -> TaskResult {
        loop {
            let found: Option<String> = self.redis.clone().lpop(key, None).await?;
            if found.is_some() {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

/// A call of one of the suite's tasks.
pub(crate) fn call(task: &str) -> Signature {
    Signature::named(format!("t.integration.tasks.{task}"))
}

/// Ends a task with a Python exception.
pub(crate) fn raise(class: &str, message: &str) -> TaskError {
    TaskError::fail(PyException::builtin(class, message))
}
