//! Beat: sends tasks on a schedule.
//!
//! Several beats may run; one leads. The lead is held until a little after the next entry is due, so a beat that waits
//! sends nothing. The others know when the hold ends and try then. Each run is one atomic step that notes the run and
//! sends its task, refused if a newer leader has been seen; so a beat that was away for a while cannot run an entry a
//! second time.

mod crontab;
mod schedule;

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use crontab::{Crontab, CrontabError};
pub use schedule::Schedule;

use crate::{
    broker::{Lead, Tick},
    call::Call,
    error::{Error, TransportError},
    queue::Queue,
    timestamp,
};

/// The clock of the wall is looked at at least this often: it may jump while a timer does not.
const LOOK: Duration = Duration::from_mins(1);
/// How long after the next due time the lead ends unless it is extended.
const GRACE: Duration = Duration::from_secs(15);
/// A leader that vanishes is replaced after this long at the latest, also when nothing is due for days.
const LONGEST_HOLD: Duration = Duration::from_hours(6);
/// A run counts as late from here on.
const LATE: SignedDuration = SignedDuration::from_secs(10);
/// The wait after the broker could not be reached.
const AGAIN: Duration = Duration::from_secs(5);

/// What to do with runs that were due while no beat was there.
///
/// ```
/// use bondhu_tasks::{Call, beat::{Beat, CatchUp, Entry}};
/// # use bondhu_tasks::{Broker, Clock, Queue, Sender};
/// # use jiff::SignedDuration;
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let clock = Clock::manual("2026-11-22T20:00:00Z".parse()?);
/// # let queue = Queue::new(Broker::memory(clock.clone()), Sender::default(), clock.clone());
///
/// // Every run counts: after a day without a beat, the newest twelve are made up for.
/// let bill = Entry::new("bill", Duration::from_secs(3600), Call::named("bill")).catch_up(CatchUp::All(12));
/// // Only the present counts: what was missed is left out, and seen as skipped.
/// let warm = Entry::new("warm", Duration::from_secs(60), Call::named("warm")).catch_up(CatchUp::Skip);
///
/// let beat = Beat::new(queue.clone(), "main", "me").entry(bill).entry(warm);
/// beat.step().await?;
/// clock.advance(SignedDuration::from_secs(24 * 3600 + 30));
/// beat.step().await?;
/// let known = queue.broker().schedule("main").await?;
/// assert_eq!((&known["bill"]["total_runs"], &known["bill"]["skipped"]), (&12.into(), &12.into()));
/// assert_eq!((&known["warm"]["total_runs"], &known["warm"]["skipped"]), (&0.into(), &1440.into()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CatchUp {
    /// Leave them out; they are counted as skipped. A run that is no more than ten seconds late is not left out.
    Skip,
    /// Run once for all of them.
    #[default]
    Once,
    /// Run for each of them, at most for so many of the newest.
    All(u32),
}

/// A task and when to send it.
///
/// ```
/// use bondhu_tasks::{Call, beat::{Crontab, Entry}};
///
/// let call = Call::named("report").kwarg("kind", "weekly").queue("slow");
/// let weekly = Entry::new("weekly report", Crontab::parse("0 7 * * mon")?.in_zone("Asia/Kolkata")?, call);
/// assert_eq!((weekly.name(), weekly.task()), ("weekly report", "report"));
/// assert_eq!(weekly.schedule().to_string(), "0 7 * * mon (Asia/Kolkata)");
/// # Ok::<(), bondhu_tasks::beat::CrontabError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Entry {
    name: String,
    schedule: Schedule,
    call: Call,
    catch_up: CatchUp,
}

impl Entry {
    /// Sends `call` on this schedule. The name is what its last run is remembered under.
    pub fn new(name: impl Into<String>, schedule: impl Into<Schedule>, call: Call) -> Self {
        Self { name: name.into(), schedule: schedule.into(), call, catch_up: CatchUp::default() }
    }

    /// What to do with runs that were missed.
    #[must_use]
    pub const fn catch_up(mut self, policy: CatchUp) -> Self {
        self.catch_up = policy;
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it is due.
    pub const fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// The task that it sends.
    pub fn task(&self) -> &str {
        self.call.task()
    }
}

/// What is remembered of an entry.
///
/// ```
/// # use bondhu_tasks::{Broker, Call, Clock, Queue, Sender, beat::{Beat, Entry, EntryState}};
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// # let hourly = Entry::new("look around", Duration::from_secs(3600), Call::named("look"));
/// # Beat::new(queue.clone(), "main", "me").entry(hourly).step().await?;
/// for (entry, state) in queue.broker().schedule("main").await? {
///     let state = EntryState::from_value(&state).unwrap_or_default();
///     println!("{entry}: {} runs, the last {:?}, {} skipped", state.total_runs, state.last_run, state.skipped);
/// #   assert_eq!((entry.as_str(), state.total_runs), ("look around", 0));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EntryState {
    /// The due time of the newest run that was sent or skipped; of an entry that has not run, when it was first seen.
    #[serde(with = "timestamp::optional")]
    pub since: Option<Timestamp>,
    /// The due time of the newest run that was sent.
    #[serde(with = "timestamp::optional")]
    pub last_run: Option<Timestamp>,
    /// How often it was sent.
    pub total_runs: u64,
    /// How often it was due and not sent.
    pub skipped: u64,
    /// By how much the newest run was late, in milliseconds.
    pub late_by_ms: Option<u64>,
}

impl EntryState {
    /// Reads what a broker remembers.
    pub fn from_value(value: &Value) -> Option<Self> {
        serde_json::from_value(value.clone()).ok()
    }
}

/// Sends tasks on a schedule.
///
/// ```
/// use bondhu_tasks::{Broker, Call, Clock, Queue, Sender, beat::{Beat, Crontab, Entry}};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// let beat = Beat::new(queue.clone(), "main", "host-1")
///     .entry(Entry::new("tidy up", Crontab::parse("30 3 * * *")?.in_zone("Asia/Kolkata")?, Call::named("tidy")))
///     .entry(Entry::new("look around", Duration::from_hours(1), Call::named("look")));
/// assert!(beat.step().await? <= Duration::from_hours(1)); // sends what is due, and says when to look again
/// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
/// let work = tokio::spawn(beat.run_until(async { drop(stopped.await) })); // does so until it is stopped
/// drop(stop);
/// work.await??;
/// assert_eq!(queue.broker().schedule("main").await?.len(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a beat does nothing until it runs"]
pub struct Beat {
    queue: Queue,
    name: String,
    owner: String,
    entries: Vec<Entry>,
}

impl Beat {
    /// A beat for the schedule of this name; `owner` names this process among all that run the same schedule.
    pub fn new(queue: Queue, name: impl Into<String>, owner: impl Into<String>) -> Self {
        Self { queue, name: name.into(), owner: owner.into(), entries: Vec::new() }
    }

    /// Adds an entry.
    pub fn entry(mut self, entry: Entry) -> Self {
        self.entries.push(entry);
        self
    }

    /// Sends what falls due until `shutdown` ends, then gives the lead up. Fails only if two entries share a name.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) -> Result<(), Error> {
        let mut names: Vec<&str> = self.entries.iter().map(Entry::name).collect();
        names.sort_unstable();
        if let Some([twice, _]) = names.windows(2).find(|pair| pair.first() == pair.last()) {
            return Err(Error::Malformed { what: "schedule", reason: format!("two entries are named `{twice}`") });
        }
        let mut shutdown = std::pin::pin!(shutdown);
        let mut last_trouble = None;
        loop {
            let wait = match self.step().await {
                Ok(wait) => {
                    last_trouble = None;
                    wait
                }
                Err(error) => {
                    let text = error.to_string();
                    if last_trouble.as_ref() != Some(&text) {
                        tracing::warn!(%error, "the schedule cannot be followed; trying again");
                        last_trouble = Some(text);
                    }
                    AGAIN
                }
            };
            tokio::select! {
                () = self.sleep(wait) => {}
                () = &mut shutdown => break,
            }
        }
        if let Err(error) = self.queue.broker().resign(&self.name, &self.owner).await {
            tracing::warn!(%error, "the lead of the schedule could not be given up; it ends by itself");
        }
        Ok(())
    }

    /// Sleeps by the clock of the wall.
    async fn sleep(&self, wait: Duration) {
        let clock = self.queue.clock();
        let until = clock.now().checked_add(SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX));
        let until = until.unwrap_or(Timestamp::MAX);
        loop {
            let left = clock.until(until);
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(LOOK)).await;
        }
    }

    /// Does what is due if this beat leads, and says how long nothing is to be done.
    pub async fn step(&self) -> Result<Duration, TransportError> {
        let broker = self.queue.broker();
        let clock = self.queue.clock();
        let now = clock.now();
        let next = self.entries.iter().filter_map(|entry| entry.schedule.next_after(now)).min();
        let wait = next.map_or(LONGEST_HOLD, |next| clock.until(next));
        // A hold that outlives the next due time a little: if this beat vanishes, another one takes that run over.
        let hold = wait.min(LONGEST_HOLD) + GRACE;
        let fence = match broker.lead(&self.name, &self.owner, hold).await? {
            Lead::Won { fence } => fence,
            Lead::Lost { retry_in } => return Ok(retry_in.max(Duration::from_millis(100))),
        };
        let known = broker.schedule(&self.name).await?;
        for gone in known.keys().filter(|name| !self.entries.iter().any(|entry| entry.name == **name)) {
            broker.forget_entry(&self.name, gone).await?;
        }
        for entry in &self.entries {
            if !self.run_due(entry, &known, fence, now).await? {
                tracing::info!(schedule = self.name, "another beat leads now");
                return Ok(GRACE);
            }
        }
        Ok(wait.min(LONGEST_HOLD))
    }

    /// Runs an entry for what was due until now; false if another beat leads.
    async fn run_due(
        &self,
        entry: &Entry,
        known: &BTreeMap<String, Value>,
        fence: u64,
        now: Timestamp,
    ) -> Result<bool, TransportError> {
        let state = known.get(&entry.name).and_then(EntryState::from_value);
        let Some(mut state) = state else {
            // Seen for the first time: nothing was due before.
            let state = EntryState { since: Some(now), ..EntryState::default() };
            return self.tick(entry, fence, &state, 0).await;
        };
        let since = state.since.unwrap_or(now);
        let due = entry.schedule.due(since, now);
        let Some(newest) = due.newest else { return Ok(true) };
        let late = now.duration_since(newest);
        let runs = match entry.catch_up {
            CatchUp::Skip => u64::from(late <= LATE),
            CatchUp::Once => 1,
            CatchUp::All(most) => due.count.min(u64::from(most)),
        };
        state.since = Some(newest);
        state.skipped += due.count - runs;
        if runs > 0 {
            state.last_run = Some(newest);
            state.total_runs += runs;
            state.late_by_ms = u64::try_from(late.as_millis()).ok();
        }
        if due.count > runs || late > LATE {
            tracing::warn!(
                entry = entry.name,
                missed = due.count - runs,
                late_secs = late.as_secs(),
                "runs of the schedule were missed or late"
            );
        }
        self.tick(entry, fence, &state, runs).await
    }

    async fn tick(&self, entry: &Entry, fence: u64, state: &EntryState, runs: u64) -> Result<bool, TransportError> {
        let outgoing = (0..runs).map(|_| self.queue.seal(entry.call.clone())).collect::<Result<Vec<_>, _>>()?;
        let state = serde_json::to_value(state).expect("a state is plain data");
        let tick = Tick { schedule: &self.name, fence, entry: &entry.name, state: &state, outgoing: &outgoing };
        self.queue.broker().tick(&tick).await
    }
}
