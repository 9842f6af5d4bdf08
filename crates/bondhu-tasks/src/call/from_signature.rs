//! A call from a signature, with the options that Celery's `apply_async` knows.

use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Call, When};
use crate::{canvas::Signature, error::Error, id::TaskId, priority::Priority, python::Python, timestamp};

impl Call {
    /// A call as the signature says. For a single task; a combination has to be taken apart first
    /// ([`Signature::kind`]).
    ///
    /// Options that say how Celery connects or serialises (`serializer`, `compression`, `retry`, ...) mean nothing
    /// here and are left out.
    ///
    /// ```
    /// # use bondhu_tasks::{Broker, Call, Clock, Queue, Sender, Signature};
    /// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
    /// let render = Signature::named("render").arg(7).queue("slow").option("task_id", "report-7");
    /// let outgoing = queue.seal(Call::from_signature(render)?)?;
    /// assert_eq!((outgoing.queue(), outgoing.message.headers.id.as_str()), ("slow", "report-7"));
    /// # Ok::<(), bondhu_tasks::Error>(())
    /// ```
    pub fn from_signature(signature: Signature) -> Result<Self, Error> {
        let mut call = Self::named(signature.task);
        call.arguments.args = signature.args;
        call.arguments.kwargs = signature.kwargs;
        let mut options = Options { task: call.task.clone(), map: signature.options };

        call.id = options.take::<TaskId>("task_id")?;
        call.reply_to = options.take("reply_to")?;
        call.queue = options.take("queue")?.or(options.take("routing_key")?);
        call.priority = options.take::<Priority>("priority")?;
        call.due = match options.when("eta")? {
            When::Never => options.when("countdown")?,
            at => at,
        };
        call.expires = options.when("expires")?;
        call.shadow = options.take("shadow")?;
        call.limits.hard_secs = options.take("time_limit")?;
        call.limits.soft_secs = options.take("soft_time_limit")?;
        call.ignore_result = options.take("ignore_result")?.unwrap_or_default();
        call.headers = options.take("headers")?.unwrap_or_default();
        call.retries = options.take("retries")?.unwrap_or_default();
        call.nesting = options.take("replaced_task_nesting")?.unwrap_or_default();
        call.place.root = options.take("root_id")?;
        call.place.parent = options.take("parent_id")?;
        call.place.group = options.take("group_id")?;
        call.place.group_index = options.take("group_index")?;
        call.embed.callbacks = options.signatures("link")?;
        call.embed.errbacks = options.signatures("link_error")?;
        call.embed.chain = options.signatures("chain")?;
        call.embed.chord = options.take("chord")?;
        if let Some(names) = options.take::<Vec<String>>("stamped_headers")? {
            let stamps = names.iter().filter_map(|name| Some((name.clone(), options.map.remove(name)?))).collect();
            call.stamps = Some((names, stamps));
        }
        Ok(call)
    }
}

struct Options {
    task: String,
    map: Map<String, Value>,
}

impl Options {
    /// Takes an option out; null is the same as none.
    fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Error> {
        match self.map.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => serde_json::from_value(value).map(Some).map_err(|_| self.malformed(name)),
        }
    }

    /// A time, or a number of seconds from now. Celery writes a time as text or as a kombu `datetime`.
    fn when(&mut self, name: &str) -> Result<When, Error> {
        match self.map.remove(name) {
            None | Some(Value::Null) => Ok(When::Never),
            Some(Value::Number(secs)) => {
                let secs = secs.as_f64().ok_or_else(|| self.malformed(name))?.max(0.0);
                Duration::try_from_secs_f64(secs).map(When::After).map_err(|_| self.malformed(name))
            }
            Some(Value::String(text)) => timestamp::parse(&text).map(When::At),
            Some(value) => serde_json::from_value::<Python<Timestamp>>(value)
                .map(|at| When::At(at.0))
                .map_err(|_| self.malformed(name)),
        }
    }

    /// A list of signatures, or a single one.
    fn signatures(&mut self, name: &str) -> Result<Option<Vec<Signature>>, Error> {
        match self.map.get(name) {
            Some(Value::Object(_)) => Ok(self.take(name)?.map(|single| vec![single])),
            _ => self.take(name),
        }
    }

    fn malformed(&self, name: &str) -> Error {
        Error::Malformed {
            what: "signature",
            reason: format!("for `{}`, the option `{name}` has another form than Celery's", self.task),
        }
    }
}
