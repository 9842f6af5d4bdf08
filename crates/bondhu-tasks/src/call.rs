//! Calls of tasks, and the messages they become.

mod from_signature;
mod outgoing;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

pub use outgoing::{Fresh, Outgoing};

use crate::{
    arguments::Arguments,
    canvas::Signature,
    error::Error,
    id::TaskId,
    message::{Embed, Headers, Message, Properties, TimeLimits},
    options::{ResultPolicy, TaskOptions},
    priority::Priority,
    python::{args_repr, kwargs_repr},
    routing::Routes,
    task::Task,
    timestamp,
    unique::UniqueKey,
};

/// The queue of tasks that neither the call, nor the task, nor a route sends elsewhere (Celery's default).
const DEFAULT_QUEUE: &str = "celery";

/// The header that says when a message was sent. Celery has none such, and takes it for one of the caller's.
pub(crate) const SENT_AT: &str = "sent_at";

/// A call of a task that is about to be sent. What is set here goes before the task's own options.
///
/// ```
/// use bondhu_tasks::{Call, Priority, Signature};
/// use std::time::Duration;
///
/// // A task that only Python knows.
/// let call = Call::named("reports.render")
///     .arg(7)
///     .kwarg("format", "pdf")
///     .queue("slow")
///     .priority(Priority::LOW)
///     .after(Duration::from_secs(60))
///     .expires_after(Duration::from_secs(3600))
///     .unique("report:7", Duration::from_secs(600))
///     .link_error(Signature::named("reports.sorry"));
/// assert_eq!(call.task(), "reports.render");
/// ```
///
/// Private, at a time of day, with a header of the caller's own:
///
/// ```
/// use bondhu_tasks::{Call, Signature};
/// # use bondhu_tasks::{Fresh, Sender};
/// # use jiff::{SignedDuration, Timestamp};
/// # let fresh = || Fresh { now: Timestamp::UNIX_EPOCH, id: "any".into(), delivery_tag: "tag".into() };
///
/// let nine: Timestamp = "2026-11-22T21:00:00Z".parse()?;
/// let call = Call::named("reports.render").arg("all salaries").private().id("report-7")
///     .at(nine).expires(nine + SignedDuration::from_hours(1))
///     .header("ordered_by", "ann").link(Signature::named("reports.store"));
/// let message = call.seal(&Sender::default(), fresh())?.message;
/// assert_eq!((message.headers.eta, message.headers.argsrepr.as_str()), (Some(nine), "(...)"));
/// assert!(message.is_expired(nine + SignedDuration::from_hours(1)));
/// assert_eq!(message.headers.other["ordered_by"], "ann");
///
/// // What the task sends in its turn belongs to the same workflow.
/// let child = Call::named("mail").child_of(&message).seal(&Sender::default(), fresh())?.message;
/// assert_eq!((child.headers.root_id, child.headers.parent_id), (Some("report-7".into()), Some("report-7".into())));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use = "a call is sent only when it is sealed and handed to a broker"]
pub struct Call {
    task: String,
    arguments: Arguments,
    options: TaskOptions,
    queue: Option<String>,
    priority: Option<Priority>,
    due: When,
    expires: When,
    unique: Option<UniqueKey>,
    id: Option<TaskId>,
    embed: Embed,
    shadow: Option<String>,
    limits: TimeLimits,
    ignore_result: bool,
    headers: Map<String, Value>,
    reply_to: Option<String>,
    place: Place,
    stamps: Option<(Vec<String>, Map<String, Value>)>,
    retries: u32,
    nesting: u32,
}

/// Where a call stands in a workflow.
#[derive(Clone, Default)]
struct Place {
    root: Option<TaskId>,
    parent: Option<TaskId>,
    group: Option<String>,
    group_index: Option<u64>,
}

#[derive(Clone, Copy, Default)]
enum When {
    #[default]
    Never,
    After(Duration),
    At(Timestamp),
}

impl When {
    /// A time too far away to be written counts as the last one that can be.
    fn resolve(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Never => None,
            Self::At(at) => Some(at),
            Self::After(wait) => {
                let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
                Some(now.checked_add(wait).unwrap_or(Timestamp::MAX))
            }
        }
    }
}

/// What all calls of one process share.
///
/// ```
/// use bondhu_tasks::{Routes, Sender};
///
/// let routes = Routes::new().route("core.tasks.music.*", "music");
/// let sender = Sender { origin: Some("gen4711@host".to_owned()), routes, ..Sender::default() };
/// assert!(sender.reply_to.is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Sender {
    /// The sending process, `gen<pid>@<host>` in Celery; none is written as null.
    pub origin: Option<String>,
    /// A UUID of the sending application; empty for none.
    pub reply_to: String,
    /// Queues by task name.
    pub routes: Routes,
}

/// Names the task and leaves its arguments out: they may be private.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("task", &self.task).field("id", &self.id).finish_non_exhaustive()
    }
}

impl Call {
    /// A call of a Rust task; its fields are the arguments.
    pub fn of<T: Task>(task: &T) -> Result<Self, Error> {
        let options = T::OPTIONS;
        let arguments = Arguments::of(task)?;
        let unique = UniqueKey::of(options.unique, T::NAME, &arguments.args, &arguments.kwargs);
        let seconds = |limit: Option<Duration>| limit.map(|limit| limit.as_secs_f64());
        Ok(Self {
            arguments,
            expires: options.expires_after.map_or(When::Never, When::After),
            unique,
            limits: TimeLimits { hard_secs: seconds(options.time_limit), soft_secs: seconds(options.soft_time_limit) },
            ignore_result: options.result != ResultPolicy::Keep,
            options,
            ..Self::named(T::NAME)
        })
    }

    /// A call of a task by name, which may be one that only Python knows.
    pub fn named(task: impl Into<String>) -> Self {
        Self {
            task: task.into(),
            arguments: Arguments::default(),
            options: TaskOptions::new(),
            queue: None,
            priority: None,
            due: When::Never,
            expires: When::Never,
            unique: None,
            id: None,
            embed: Embed::default(),
            shadow: None,
            limits: TimeLimits::default(),
            ignore_result: false,
            headers: Map::new(),
            reply_to: None,
            place: Place::default(),
            stamps: None,
            retries: 0,
            nesting: 0,
        }
    }

    /// Name of the task.
    pub fn task(&self) -> &str {
        &self.task
    }

    /// Adds a positional argument.
    pub fn arg(mut self, value: impl Into<Value>) -> Self {
        self.arguments.args.push(value.into());
        self
    }

    /// Adds a keyword argument.
    pub fn kwarg(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.arguments.kwargs.insert(name.into(), value.into());
        self
    }

    /// Runs it no sooner than this long from now (Celery's `countdown`).
    pub const fn after(mut self, wait: Duration) -> Self {
        self.due = When::After(wait);
        self
    }

    /// Runs it no sooner than at this time (Celery's `eta`).
    pub const fn at(mut self, at: Timestamp) -> Self {
        self.due = When::At(at);
        self
    }

    /// Does not start it at or after this time.
    pub const fn expires(mut self, at: Timestamp) -> Self {
        self.expires = When::At(at);
        self
    }

    /// Does not start it when it has waited this long.
    pub const fn expires_after(mut self, wait: Duration) -> Self {
        self.expires = When::After(wait);
        self
    }

    /// Sets how urgent it is.
    pub const fn priority(mut self, priority: Priority) -> Self {
        self.priority = Some(priority);
        self
    }

    /// Sends it to this queue.
    pub fn queue(mut self, queue: impl Into<String>) -> Self {
        self.queue = Some(queue.into());
        self
    }

    /// Sends it only if no other task holds this key. It holds the key until it has ended, at most for `hold`.
    pub fn unique(mut self, key: impl Into<String>, hold: Duration) -> Self {
        self.unique = Some(UniqueKey { key: key.into(), hold });
        self
    }

    /// Adds a header of the caller's own. The names of protocol headers cannot be used.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// Sends this one with the result when the task succeeds.
    pub fn link(mut self, callback: Signature) -> Self {
        self.embed.callbacks.get_or_insert_default().push(callback);
        self
    }

    /// Sends this one when the task fails.
    pub fn link_error(mut self, errback: Signature) -> Self {
        self.embed.errbacks.get_or_insert_default().push(errback);
        self
    }

    /// Hides its arguments from monitors, logs and the operator's page.
    pub fn private(mut self) -> Self {
        self.options = self.options.private_arguments();
        self
    }

    /// Sets the id.
    pub fn id(mut self, id: impl Into<TaskId>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Marks it as sent by the task that runs `parent`: same root, and its stamps if the call has none.
    pub fn child_of(mut self, parent: &Message) -> Self {
        let headers = &parent.headers;
        self.place.root = Some(headers.root_id.clone().unwrap_or_else(|| headers.id.clone()));
        self.place.parent = Some(headers.id.clone());
        if let (None, Some(names)) = (&self.stamps, &headers.stamped_headers) {
            self.stamps = Some((names.clone(), headers.stamps.clone()));
        }
        self
    }

    /// Makes the message. The queue is that of the call, else of the task, else of the routing table, else `celery`.
    pub fn seal(mut self, sender: &Sender, fresh: Fresh) -> Result<Outgoing, Error> {
        let id = self.id.take().unwrap_or(fresh.id);
        let (queue, priority) = self.destination(&sender.routes);
        let mut properties = Properties::new(queue, id.clone(), fresh.delivery_tag);
        properties.priority = Some(priority);
        properties.reply_to = self.reply_to.take().unwrap_or_else(|| sender.reply_to.clone());

        let mut headers = self.protocol_headers(id, sender.origin.clone(), fresh.now);
        headers.other = own_headers(self.headers, &headers)?;
        if let Some(unique) = &self.unique {
            headers.other.insert(UniqueKey::HEADER.to_owned(), unique.key.clone().into());
        }
        // So that monitors can tell how long it has waited.
        headers.other.insert(SENT_AT.to_owned(), timestamp::format(fresh.now).into());
        if let Some(expires) = headers.expires {
            let left = expires.duration_since(fresh.now).as_millis().max(0);
            properties.other.insert("expiration".to_owned(), left.to_string().into());
        }
        let Arguments { args, kwargs } = self.arguments;
        Ok(Outgoing { message: Message { headers, properties, args, kwargs, embed: self.embed }, unique: self.unique })
    }

    fn destination(&self, routes: &Routes) -> (String, Priority) {
        let route = routes.find(&self.task);
        let own = self.queue.as_deref().or(self.options.queue);
        let queue = own.or(route.map(|route| route.queue.as_str())).unwrap_or(DEFAULT_QUEUE).to_owned();
        let priority = self.priority.or(self.options.priority).or(route.and_then(|route| route.priority));
        (queue, priority.unwrap_or_default())
    }

    fn protocol_headers(&self, id: TaskId, origin: Option<String>, now: Timestamp) -> Headers {
        let Arguments { args, kwargs } = &self.arguments;
        let (argsrepr, kwargsrepr) = if self.options.private_arguments {
            ("(...)".to_owned(), "{...}".to_owned())
        } else {
            (args_repr(args), kwargs_repr(kwargs))
        };
        let (stamped_headers, stamps) =
            self.stamps.clone().map_or((None, Map::new()), |(names, stamps)| (Some(names), stamps));
        Headers {
            shadow: self.shadow.clone(),
            eta: self.due.resolve(now),
            expires: self.expires.resolve(now),
            group: self.place.group.clone(),
            group_index: self.place.group_index,
            retries: self.retries,
            timelimit: self.limits,
            root_id: Some(self.place.root.clone().unwrap_or_else(|| id.clone())),
            parent_id: self.place.parent.clone(),
            argsrepr,
            kwargsrepr,
            origin,
            ignore_result: self.ignore_result,
            replaced_task_nesting: self.nesting,
            stamped_headers,
            stamps,
            ..Headers::new(self.task.clone(), id)
        }
    }
}

/// A caller's header must not stand beside a protocol header of the same name.
fn own_headers(own: Map<String, Value>, headers: &Headers) -> Result<Map<String, Value>, Error> {
    let known = serde_json::to_value(headers).expect("headers consist of JSON values");
    match own.keys().find(|name| known.get(name.as_str()).is_some() || name.as_str() == "compression") {
        None => Ok(own),
        Some(name) => Err(Error::Malformed {
            what: "header",
            reason: format!("`{name}` belongs to the protocol; choose another name for a header of your own"),
        }),
    }
}
