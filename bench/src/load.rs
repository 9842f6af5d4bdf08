//! People who write to a companion: accounts, requests made once, and what each turn took.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::task::LocalSet;
use tokio::time::Instant;

use crate::client::{Client, Head, find};

/// What every user writes: a sentence with a feeling in it, so nothing is skipped for being empty.
const TEXT: &str = "Today was long, and I am a little tired, but I finally finished the report.";

/// The event that ends a reply.
const DONE: &[u8] = b"event: done";

/// A signed-in person with one conversation, on a connection of their own.
pub(crate) struct User {
    client: Client,
    send: Vec<u8>,
    history: Vec<u8>,
}

/// How long one turn took, from before the request was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    /// Until the first event arrived.
    pub(crate) first_event: Duration,
    /// Until the event that ends the reply arrived.
    pub(crate) done: Duration,
}

/// When a load ends: at whichever comes first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Requests of all users together.
    pub(crate) count: usize,
    /// From the first request.
    pub(crate) time: Duration,
}

/// What a load came to.
pub(crate) struct Outcome<T> {
    /// One entry for each request.
    pub(crate) samples: Vec<T>,
    /// From the first request to the end of the last.
    pub(crate) took: Duration,
}

impl<T> Outcome<T> {
    /// Requests a second.
    pub(crate) fn rate(&self) -> f64 {
        let count = u32::try_from(self.samples.len()).unwrap_or(u32::MAX);
        f64::from(count) / self.took.as_secs_f64()
    }
}

impl User {
    /// Signs up as `name` and opens a conversation.
    pub(crate) async fn sign_up(address: SocketAddr, name: &str) -> Result<Self> {
        let mut client = Client::connect(address).await?;
        let body = json!({ "username": name, "password": "a long enough password" });
        let (head, _) = post(&mut client, address, "/api/v1/accounts", "", &body).await?;
        let cookie = head.header("set-cookie").context("signing up set no cookie")?;
        let cookie = format!("Cookie: {}\r\n", cookie.split(';').next().unwrap_or_default());
        let (_, answer) = post(&mut client, address, "/api/v1/conversations", &cookie, &json!({})).await?;
        let id = answer["id"].as_str().context("the conversation has no id")?;
        let messages = format!("/api/v1/conversations/{id}/messages");
        let send = request(address, &messages, &cookie, &json!({ "text": TEXT }));
        let history = format!("GET {messages}?limit=50 HTTP/1.1\r\nHost: {address}\r\n{cookie}\r\n");
        Ok(Self { client, send, history: history.into_bytes() })
    }

    /// Sends one message and reads the reply to its end.
    pub(crate) async fn send(&mut self) -> Result<Turn> {
        let begun = Instant::now();
        let (mut first_event, mut done) = (None, None);
        let mut body = Vec::with_capacity(8 * 1024);
        let head = self
            .client
            .exchange(&self.send, |part| {
                first_event.get_or_insert_with(|| begun.elapsed());
                // The name of the event may be cut in two, so look a little into what came before.
                let unseen = body.len().saturating_sub(DONE.len());
                body.extend_from_slice(part);
                if done.is_none() && find(&body[unseen..], DONE).is_some() {
                    done = Some(begun.elapsed());
                }
            })
            .await?;
        check(&head, 200, &body)?;
        let missing = || format!("a reply that did not end: {}", start_of(&body));
        Ok(Turn { first_event: first_event.with_context(missing)?, done: done.with_context(missing)? })
    }

    /// Reads the newest messages of the conversation; answers how long it took.
    pub(crate) async fn read_history(&mut self) -> Result<Duration> {
        let begun = Instant::now();
        let mut length = 0;
        let head = self.client.exchange(&self.history, |part| length += part.len()).await?;
        ensure!(head.status == 200, "reading the history answered {}", head.status);
        ensure!(length > 200, "the history holds {length} bytes, too few for a message");
        Ok(begun.elapsed())
    }
}

/// Signs up `count` people, one after another: making accounts is not what is measured.
pub(crate) async fn sign_up_all(address: SocketAddr, count: usize) -> Result<Vec<User>> {
    let mut users = Vec::with_capacity(count);
    for number in 0..count {
        users.push(User::sign_up(address, &format!("person{number:03}")).await?);
    }
    Ok(users)
}

/// Lets every user repeat `act`, each waiting for their own answer, until the bounds are met.
pub(crate) async fn repeat<T: 'static>(
    users: Vec<User>,
    bounds: Bounds,
    act: impl AsyncFn(&mut User) -> Result<T> + Clone + 'static,
) -> Result<(Vec<User>, Outcome<T>)> {
    let local = LocalSet::new();
    let left = Rc::new(Cell::new(bounds.count));
    let begun = Instant::now();
    let tasks: Vec<_> = users
        .into_iter()
        .map(|mut user| {
            let (left, act) = (Rc::clone(&left), act.clone());
            local.spawn_local(async move {
                let mut samples = Vec::new();
                while left.get() > 0 && begun.elapsed() < bounds.time {
                    left.set(left.get() - 1);
                    samples.push(act(&mut user).await?);
                }
                anyhow::Ok((user, samples))
            })
        })
        .collect();
    local.await;
    let took = begun.elapsed();
    let (mut users, mut samples) = (Vec::with_capacity(tasks.len()), Vec::new());
    for task in tasks {
        let (user, of_user) = task.await.context("a user's task broke off")??;
        users.push(user);
        samples.extend(of_user);
    }
    Ok((users, Outcome { samples, took }))
}

async fn post(
    client: &mut Client,
    address: SocketAddr,
    path: &str,
    cookie: &str,
    body: &Value,
) -> Result<(Head, Value)> {
    let mut answer = Vec::new();
    let request = request(address, path, cookie, body);
    let head = client.exchange(&request, |part| answer.extend_from_slice(part)).await?;
    check(&head, 201, &answer).with_context(|| format!("POST {path}"))?;
    let value = serde_json::from_slice(&answer).with_context(|| format!("POST {path} answered no JSON"))?;
    Ok((head, value))
}

fn request(address: SocketAddr, path: &str, cookie: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\n{cookie}Content-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn check(head: &Head, wanted: u16, body: &[u8]) -> Result<()> {
    ensure!(head.status == wanted, "answered {} instead of {wanted}: {}", head.status, start_of(body));
    Ok(())
}

fn start_of(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned()
}
