//! How a run ended, as the worker sees it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    context::Stop,
    outcome::{Cause, TaskResult},
    python::PyException,
};

/// How a run ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// The task came to its end and says how.
    Returned(TaskResult<Value>),
    /// It panicked.
    Panicked(String),
    /// It ended with an error after its soft time limit had passed.
    SoftLimit,
    /// It was dropped at its hard time limit.
    HardLimit(Duration),
    /// It was dropped for another reason.
    Killed(Stop),
}

/// Why a task has failed for good.
#[derive(Debug)]
pub(super) enum Reason {
    /// It said so, or its retries are used up.
    Cause(Cause),
    /// It panicked.
    Panicked(String),
    /// Its soft time limit.
    SoftLimit,
    /// Its hard time limit.
    HardLimit(Duration),
    /// Nobody here knows it.
    Unknown(String),
    /// Its workers vanished again and again.
    Lost(String),
}

impl Reason {
    /// What a Python caller gets.
    pub(super) fn exception(&self) -> PyException {
        let billiard = |class: &str, args: Vec<Value>| PyException {
            exc_type: class.to_owned(),
            exc_message: args,
            exc_module: Some("billiard.exceptions".to_owned()),
        };
        match self {
            Self::Cause(cause) => cause.exception(),
            Self::Panicked(text) => PyException::builtin("RuntimeError", format!("panicked: {text}")),
            Self::SoftLimit => billiard("SoftTimeLimitExceeded", Vec::new()),
            Self::HardLimit(limit) => billiard("TimeLimitExceeded", vec![json!(limit.as_secs_f64())]),
            Self::Unknown(task) => PyException::not_registered(task),
            Self::Lost(reason) => billiard("WorkerLostError", vec![reason.as_str().into()]),
        }
    }

    /// For the operator.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Unknown(task) => format!("no task named `{task}` is registered in this worker"),
            Self::HardLimit(limit) => format!("it ran longer than its limit of {} s", limit.as_secs_f64()),
            Self::SoftLimit => "it ended with an error after its soft time limit".to_owned(),
            Self::Lost(reason) => reason.clone(),
            other => other.exception().to_string(),
        }
    }
}
