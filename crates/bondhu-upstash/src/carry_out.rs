//! From commands to their answers, with what Upstash has and Redis has not.

use std::collections::VecDeque;

use axum::http::StatusCode;
use bondhu_cache::{
    engine::{Command, Reply},
    redis::RedisError,
};

use crate::{
    access::Access,
    answer::{self, Answer, Form},
    request::{self, PostedTo},
    texts,
};

/// What becomes of a command.
enum Step {
    /// It has an answer already.
    Answered(Reply),
    /// It goes to the engine.
    Send(Command, After),
    /// A token for a user of the server.
    RestToken { user: String, password: String },
}

/// What becomes of the engine's reply.
enum After {
    Nothing,
    /// The keys of a scan get their types.
    AddTypes,
    /// The client knows the script by this digest.
    Digest(String),
    /// A script that is not there is told in the words that clients look for.
    Script,
}

/// A body that was posted to one of the three places; what to call it in figures, and the answer.
pub(crate) async fn posted(access: &Access, to: PostedTo, body: &[u8], form: Form) -> (&'static str, Answer) {
    match to {
        PostedTo::Command => match request::command(body) {
            Ok(command) => ("command", one(access, command, form).await),
            Err(text) => ("command", answer::reply(&Reply::error(text), form)),
        },
        PostedTo::Pipeline => ("pipeline", pipeline(access, body, form).await),
        PostedTo::Transaction => ("transaction", Box::pin(transaction(access, body, form.always_json())).await),
    }
}

/// `/set/key/value`.
pub(crate) async fn path(access: &Access, path: &str, query: Option<&str>, body: &[u8], form: Form) -> Answer {
    match request::path_command(path, query, body) {
        Ok(command) => one(access, command, form).await,
        Err(text) => answer::reply(&Reply::error(text), form),
    }
}

async fn one(access: &Access, command: Command, form: Form) -> Answer {
    let reply = match prepare(access, command) {
        Step::Answered(reply) => Ok(reply),
        // The usual case, without a list.
        Step::Send(command, After::Nothing) => access.engine.run(command).await,
        step => run(access, vec![step]).await.map(|mut replies| replies.pop().unwrap_or(Reply::Nil)),
    };
    match reply {
        Ok(reply) => answer::reply(&reply, form),
        Err(error) => answer::unavailable(&error),
    }
}

/// `POST /pipeline`: in order, and each with its own answer.
async fn pipeline(access: &Access, body: &[u8], form: Form) -> Answer {
    let rows = match request::pipeline(body) {
        Ok(rows) => rows,
        Err(text) => return answer::reply(&Reply::error(text), form),
    };
    let step = |row: Result<Command, String>| match row {
        Ok(command) => prepare(access, command),
        Err(text) => Step::Answered(Reply::error(text)),
    };
    match run(access, rows.into_iter().map(step).collect()).await {
        Ok(replies) => answer::replies(&replies, form),
        Err(error) => answer::unavailable(&error),
    }
}

/// `POST /multi-exec`: all or nothing.
async fn transaction(access: &Access, body: &[u8], form: Form) -> Answer {
    let refused = |text: &str| answer::error(StatusCode::BAD_REQUEST, text);
    let rows = match request::pipeline(body) {
        Ok(rows) => rows,
        Err(text) => return refused(&text),
    };
    let mut steps = Vec::with_capacity(rows.len());
    for row in rows {
        let checked = row.and_then(|command| access.check(&command).map(|()| command));
        match checked.map(|command| prepare(access, command)) {
            Ok(Step::RestToken { .. }) => return refused(&texts::not_allowed("ACL")),
            Ok(step) => steps.push(step),
            Err(text) => return refused(&text),
        }
    }
    let (sent, plans) = part(steps);
    match access.engine.transaction(&sent).await {
        Ok(Ok(replies)) => match finish(access, plans, replies).await {
            Ok(replies) => answer::replies(&replies, form),
            Err(error) => answer::unavailable(&error),
        },
        Ok(Err(refusal)) => answer::reply(&refusal, form),
        Err(error) => answer::unavailable(&error),
    }
}

/// A step without its command, which has been sent.
enum Plan {
    Answered(Reply),
    Sent(After),
    RestToken { user: String, password: String },
}

fn part(steps: Vec<Step>) -> (Vec<Command>, Vec<Plan>) {
    let mut sent = Vec::with_capacity(steps.len());
    let mut plan = |step| match step {
        Step::Answered(reply) => Plan::Answered(reply),
        Step::RestToken { user, password } => Plan::RestToken { user, password },
        Step::Send(command, after) => {
            sent.push(command);
            Plan::Sent(after)
        }
    };
    let plans = steps.into_iter().map(&mut plan).collect();
    (sent, plans)
}

async fn run(access: &Access, steps: Vec<Step>) -> Result<Vec<Reply>, RedisError> {
    let (sent, plans) = part(steps);
    let replies = if sent.is_empty() { Vec::new() } else { access.engine.run_all(&sent).await? };
    finish(access, plans, replies).await
}

/// What clients get of the replies. Most are theirs as they are.
async fn finish(access: &Access, plans: Vec<Plan>, replies: Vec<Reply>) -> Result<Vec<Reply>, RedisError> {
    if plans.iter().all(|plan| matches!(plan, Plan::Sent(After::Nothing))) {
        return Ok(replies);
    }
    Box::pin(finish_each(access, plans, replies.into())).await
}

async fn finish_each(
    access: &Access,
    plans: Vec<Plan>,
    mut replies: VecDeque<Reply>,
) -> Result<Vec<Reply>, RedisError> {
    let mut finished = Vec::with_capacity(plans.len());
    for plan in plans {
        finished.push(match plan {
            Plan::Answered(reply) => reply,
            Plan::RestToken { user, password } => rest_token(access, &user, &password).await,
            Plan::Sent(after) => {
                let reply = replies.pop_front().unwrap_or(Reply::Nil);
                match after {
                    After::Nothing => reply,
                    After::AddTypes => add_types(access, reply).await?,
                    After::Digest(digest) => {
                        if reply.as_error().is_none() {
                            Reply::bulk(digest)
                        } else {
                            reply
                        }
                    }
                    After::Script => match reply.as_error() {
                        Some(text) if text.starts_with(b"NOSCRIPT") => Reply::error(texts::NO_SCRIPT),
                        _ => reply,
                    },
                }
            }
        });
    }
    Ok(finished)
}

fn prepare(access: &Access, command: Command) -> Step {
    if let Err(text) = access.check(&command) {
        return Step::Answered(Reply::error(text));
    }
    let name = command.name();
    let is = |wanted: &str| name.eq_ignore_ascii_case(wanted.as_bytes());
    match name.first().map(u8::to_ascii_lowercase) {
        Some(b'e') if is("eval") || is("eval_ro") => with_script(access, command, 1),
        Some(b'e') if is("evalsha") || is("evalsha_ro") => with_digests(access, &command, 1, 2, After::Script),
        Some(b's') if is("script") => match nth(&command, 1) {
            Some(sub) if sub.eq_ignore_ascii_case(b"load") => with_script(access, command, 2),
            Some(sub) if sub.eq_ignore_ascii_case(b"exists") => {
                with_digests(access, &command, 2, usize::MAX, After::Nothing)
            }
            _ => Step::Send(command, After::Nothing),
        },
        Some(b's') if is("scan") => with_types(command),
        // Upstash answers zero, Redis has an error.
        Some(b'c') if is("copy") && command.len() <= 4 && nth(&command, 1) == nth(&command, 2) && command.len() > 2 => {
            Step::Answered(Reply::Int(0))
        }
        Some(b'a') if is("acl") => match (nth(&command, 1), nth(&command, 2), nth(&command, 3)) {
            (Some(sub), Some(user), Some(password)) if sub.eq_ignore_ascii_case(b"resttoken") => Step::RestToken {
                user: String::from_utf8_lossy(user).into_owned(),
                password: String::from_utf8_lossy(password).into_owned(),
            },
            _ => Step::Send(command, After::Nothing),
        },
        _ => Step::Send(command, After::Nothing),
    }
}

fn nth(command: &Command, index: usize) -> Option<&[u8]> {
    command.iter().nth(index)
}

/// A script, at this place of the command, without what the server does not know.
fn with_script(access: &Access, command: Command, at: usize) -> Step {
    let changed = nth(&command, at).and_then(|script| access.scripts.normalize(script));
    let Some((script, digest)) = changed else { return Step::Send(command, After::Nothing) };
    let words = command.iter().enumerate().map(|(index, word)| if index == at { script.as_slice() } else { word });
    let after = if at == 1 { After::Nothing } else { After::Digest(digest) };
    Step::Send(Command::of(words), after)
}

/// Digests of scripts, at these places of the command, as the server knows them.
fn with_digests(access: &Access, command: &Command, from: usize, to: usize, after: After) -> Step {
    let mut changed = Command::new();
    for (index, word) in command.iter().enumerate() {
        let on_server = if (from..to).contains(&index) { access.scripts.on_server(word) } else { None };
        changed.push(on_server.as_ref().map_or(word, String::as_bytes));
    }
    Step::Send(changed, after)
}

/// `SCAN 0 ... WITHTYPE`, which only Upstash has.
fn with_types(command: Command) -> Step {
    let is_last = |word: &[u8]| word.eq_ignore_ascii_case(b"withtype");
    if !command.iter().last().is_some_and(is_last) {
        return Step::Send(command, After::Nothing);
    }
    let words = command.iter().take(command.len() - 1);
    Step::Send(Command::of(words), After::AddTypes)
}

async fn add_types(access: &Access, scanned: Reply) -> Result<Reply, RedisError> {
    let Reply::Array(mut parts) = scanned else { return Ok(scanned) };
    if let Some(Reply::Array(keys)) = parts.get_mut(1) {
        let names = keys.iter().filter_map(|key| if let Reply::Bulk(name) = key { Some(name) } else { None });
        let ask: Vec<Command> = names.map(|name| Command::of([b"TYPE", name.as_ref()])).collect();
        let types = access.engine.run_all(&ask).await?;
        *keys = keys.drain(..).zip(types).flat_map(<[Reply; 2]>::from).collect();
    }
    Ok(Reply::Array(parts))
}

/// `ACL RESTTOKEN user password`.
async fn rest_token(access: &Access, user: &str, password: &str) -> Reply {
    let Some(seal) = &access.seal else { return Reply::error(texts::no_permission("acl")) };
    let Some(of_user) = access.as_user(user, password) else { return Reply::error(texts::NO_USERS) };
    match of_user.engine.run(Command::of(["PING"])).await {
        Ok(_) => Reply::bulk(seal.close(user, password)),
        Err(RedisError::Refused { .. }) => Reply::error(texts::wrong_login(user)),
        Err(error) => Reply::error(texts::unavailable(&error.to_string())),
    }
}
