//! A queue in one file, a worker and a schedule in one program: `cargo run -p bondhu-tasks --example quick_start`.

use std::time::Duration;

use bondhu_tasks::{
    Backend, Broker, Call, Clock, Error, Queue, Sender, Task, TaskContext, TaskOptions, TaskResult, Worker,
    backend::RESULT_EXPIRES,
    beat::{Beat, Entry},
};
use serde::{Deserialize, Serialize};

/// Greets somebody. The struct is the message: its fields are the arguments.
#[derive(Serialize, Deserialize)]
struct Greet {
    name: String,
}

impl Task for Greet {
    const NAME: &'static str = "example.greet";
    const OPTIONS: TaskOptions = TaskOptions::new().max_retries(5).time_limit(Duration::from_secs(10));
    type State = ();
    type Output = String;
    async fn run(self, _: TaskContext<()>) -> TaskResult<String> {
        Ok(format!("Hello, {}!", self.name))
    }
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "it shows what comes back")]
async fn main() -> Result<(), Error> {
    let clock = Clock::system();
    let file = std::env::temp_dir().join(format!("quick-start-{}.db", std::process::id()));
    let broker = Broker::sqlite(&file, clock.clone()).await?;
    let results = Backend::beside(&broker, RESULT_EXPIRES).expect("a file has room for results");
    let queue = Queue::new(broker.clone(), Sender::default(), clock).with_backend(results);

    // What is sent waits in the file until a worker takes it, today or after a restart.
    let now = queue.enqueue(Greet { name: "Asha".to_owned() }).await?;
    let later = queue.enqueue(Greet { name: "Rahim".to_owned() }).after(Duration::from_secs(1)).await?;

    let every_hour = Entry::new("greet", Duration::from_hours(1), Call::of(&Greet { name: "all".to_owned() })?);
    let beat = Beat::new(queue.clone(), "quick-start", "one").entry(every_hour);
    tokio::spawn(beat.run_until(std::future::pending()));

    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = Worker::new(queue, ()).register::<Greet>();
    let work = tokio::spawn(worker.run_until(async { drop(stopped.await) }));
    println!("{}", now.get(Duration::from_secs(5)).await.expect("a greeting"));
    println!("{}", later.get(Duration::from_secs(5)).await.expect("another one"));
    drop(stop);
    let done = work.await.expect("no panic")?;
    println!("{} tasks", done.processed);
    let _ = std::fs::remove_file(file);
    Ok(())
}
