//! Sends what a JSON request asks for and prints the answer as JSON: the Rust side of the tests in `interop/`.
//!
//! ```text
//! interop_client '{"redis": "redis://127.0.0.1:6379/0", "do": "send", "canvas": {"task": "python.add", "args": [2, 3]}}'
//! ```

use std::{env, error::Error, time::Duration};

use bondhu_tasks::{
    Backend, Broker, Call, Clock, Queue, RedisOptions, ResultTuple, Sender, Signature, StoredResult,
    backend::RESULT_EXPIRES,
    control::Control,
    python::{Decimal, Python},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

const WAIT: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
struct Request {
    redis: String,
    #[serde(flatten)]
    what: What,
}

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
enum What {
    /// Sends a canvas and waits for its end.
    Send {
        canvas: Value,
        #[serde(default = "yes")]
        wait: bool,
    },
    /// Sends a value of each of kombu's extra types to `python.describe`.
    Types { queue: String },
    /// Asks workers by remote control.
    Inspect {
        method: String,
        destination: Vec<String>,
        #[serde(default)]
        arguments: Map<String, Value>,
    },
    /// Revokes a task.
    Revoke { id: String },
}

fn yes() -> bool {
    true
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let request = env::args().nth(1).ok_or("give the request as JSON")?;
    let Request { redis, what } = serde_json::from_str(&request)?;
    let clock = Clock::system();
    let broker = Broker::redis(&redis, RedisOptions::default())?;
    let backend = Backend::redis(&redis, RedisOptions::default(), RESULT_EXPIRES)?;
    let control = Control::new(broker.clone(), clock.clone());
    let sender = Sender { origin: Some("gen1@rust".to_owned()), ..Sender::default() };
    let queue = Queue::new(broker, sender, clock).with_backend(backend);

    let answer = match what {
        What::Send { canvas, wait } => {
            let sent = queue.apply(build(canvas)?).await?;
            if !wait {
                json!({"id": sent.id()})
            } else if sent.members().is_some() {
                json!({"id": sent.id(), "state": "SUCCESS", "result": sent.join(WAIT).await?})
            } else {
                ended(sent.as_tuple(), &sent.wait(WAIT).await?)
            }
        }
        What::Types { queue: name } => {
            let sent = queue.send(types().queue(name)).await?;
            ended(sent.as_tuple(), &sent.wait(WAIT).await?)
        }
        What::Inspect { method, destination, arguments } => {
            json!(control.ask(&method, arguments.into(), Some(&destination), Duration::from_secs(10)).await?)
        }
        What::Revoke { id } => {
            control.revoke(&[&id], false).await?;
            json!({"id": id})
        }
    };
    #[expect(clippy::print_stdout, reason = "the answer is what this program is for")]
    {
        println!("{answer}");
    }
    Ok(())
}

fn ended(sent: &ResultTuple, stored: &StoredResult) -> Value {
    json!({
        "id": sent.id,
        "state": stored.status,
        "result": stored.result,
        "exception": stored.exception(),
        "traceback": stored.traceback,
        "children": stored.children,
    })
}

/// `{"chain": [...]}`, `{"group": [...]}`, `{"chord": [...], "body": ...}`, or a signature as Celery writes it.
fn build(canvas: Value) -> Result<Signature, Box<dyn Error>> {
    let parts = |list: &Value| -> Result<Vec<Signature>, Box<dyn Error>> {
        list.as_array().into_iter().flatten().cloned().map(build).collect()
    };
    Ok(if let Some(tasks) = canvas.get("chain") {
        Signature::chain(parts(tasks)?)
    } else if let Some(tasks) = canvas.get("group") {
        Signature::group(parts(tasks)?)
    } else if let (Some(header), Some(body)) = (canvas.get("chord"), canvas.get("body")) {
        Signature::chord(parts(header)?, &build(body.clone())?)
    } else {
        serde_json::from_value(canvas)?
    })
}

fn types() -> Call {
    let typed = [
        json!(Python(jiff::Timestamp::UNIX_EPOCH)),
        json!(Python(jiff::civil::date(2026, 2, 28))),
        json!(Python(jiff::civil::time(23, 59, 1, 0))),
        json!(Python(Decimal("12.340".to_owned()))),
        json!(Python(uuid::Uuid::nil())),
        json!(Python(b"abc".to_vec())),
        json!(Python(vec![0xff_u8, 0])),
    ];
    typed.into_iter().fold(Call::named("python.describe"), Call::arg)
}
