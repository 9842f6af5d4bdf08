//! What has to be sent for a signature: combinations taken apart into messages, without sending any.
//!
//! The rules are Celery's. A group inside a group is part of it. A group with something after it is a chord whose body
//! is what comes after. What follows a chord follows its body. A chord over one task stays one:
//! its body gets a list. The rest of a chain travels with its first task, reversed, each with its id; the last one
//! carries the chord that the chain belongs to.

use serde_json::{Value, json};

use super::{Kind, Signature};
use crate::{error::Error, id::TaskId, result::ResultTuple};

/// What has to be done, in order.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Chords with the number of their members; to be said before anything is sent.
    pub(crate) chords: Vec<(String, u64)>,
    /// Headers with groups inside, whose results the body gets nested; to be saved before anything is sent.
    pub(crate) headers: Vec<ResultTuple>,
    /// Single calls to send.
    pub(crate) calls: Vec<Signature>,
    /// The result that stands for the whole.
    pub(crate) result: ResultTuple,
}

/// Plans a signature. `new_id` makes ids for what has none.
pub(crate) fn plan(signature: Signature, new_id: &mut dyn FnMut() -> String) -> Result<Plan, Error> {
    let mut planner = Planner { chords: Vec::new(), headers: Vec::new(), calls: Vec::new(), new_id };
    let result = planner.send(signature, None)?;
    let result = result.unwrap_or_else(|| ResultTuple::group((planner.new_id)().into(), Vec::new()));
    Ok(Plan { chords: planner.chords, headers: planner.headers, calls: planner.calls, result })
}

/// How many members a signature is to the chord whose header it is in.
pub(crate) fn members(signature: &Signature) -> Result<u64, Error> {
    Ok(match signature.kind()? {
        Kind::Task | Kind::Map { .. } | Kind::Starmap { .. } => 1,
        Kind::Chain(tasks) => match tasks.last() {
            Some(last) => members(last)?,
            None => 0,
        },
        Kind::Group(tasks) => tasks.iter().map(members).sum::<Result<_, _>>()?,
        Kind::Chord { body, .. } => members(&body)?,
        Kind::Chunks { items, size, .. } => (items.len() as u64).div_ceil(size),
    })
}

struct Planner<'a> {
    chords: Vec<(String, u64)>,
    headers: Vec<ResultTuple>,
    calls: Vec<Signature>,
    new_id: &'a mut dyn FnMut() -> String,
}

impl Planner<'_> {
    /// Adds what has to be sent now. `rest` is what follows, already reversed and named. None if there is nothing.
    fn send(&mut self, signature: Signature, rest: Option<Vec<Signature>>) -> Result<Option<ResultTuple>, Error> {
        let follows = rest.as_ref().is_some_and(|rest| !rest.is_empty());
        match signature.kind()? {
            Kind::Task | Kind::Map { .. } | Kind::Starmap { .. } => self.task(signature, rest).map(Some),
            Kind::Chain(tasks) => {
                let mut tasks = handed_down(&signature, tasks);
                tasks.extend(rest.into_iter().flatten().rev());
                self.chain(tasks)
            }
            Kind::Group(_) | Kind::Chunks { .. } if follows => {
                let mut tasks = vec![signature];
                tasks.extend(rest.into_iter().flatten().rev());
                self.chain(tasks)
            }
            Kind::Group(tasks) => self.group(&signature, tasks).map(Some),
            Kind::Chunks { task, items, size } => self.group(&signature, starmaps(&task, &items, size)).map(Some),
            Kind::Chord { header, body } => {
                let body = if follows {
                    let mut tasks = vec![*body];
                    tasks.extend(rest.into_iter().flatten().rev());
                    Signature::chain(tasks)
                } else {
                    *body
                };
                self.chord(&signature, header, body)
            }
        }
    }

    fn task(&mut self, signature: Signature, rest: Option<Vec<Signature>>) -> Result<ResultTuple, Error> {
        let mut signature = self.named(signature);
        if let Some(rest) = rest.filter(|rest| !rest.is_empty()) {
            signature = signature.option("chain", rest.iter().map(Signature::to_value).collect::<Value>());
        }
        let id = id_of(&signature)?;
        self.calls.push(signature);
        Ok(ResultTuple::task(id))
    }

    fn chain(&mut self, tasks: Vec<Signature>) -> Result<Option<ResultTuple>, Error> {
        let mut steps = Vec::new();
        flatten(tasks, &mut steps)?;
        // From the back: a group takes what comes after it as the body of a chord.
        let mut chain: Vec<Signature> = Vec::new();
        for step in steps.into_iter().rev() {
            let step = match step.kind()? {
                Kind::Group(header) if !chain.is_empty() => {
                    let header = handed_down(&step, header);
                    let body = joined(std::mem::take(&mut chain));
                    Signature { options: step.options.clone(), ..Signature::chord(header, &body) }
                }
                Kind::Chord { header, body } if !chain.is_empty() => {
                    let mut tasks = vec![*body];
                    tasks.append(&mut chain);
                    let args = step.args.clone();
                    Signature { options: step.options.clone(), args, ..Signature::chord(header, &joined(tasks)) }
                }
                _ => step,
            };
            chain.insert(0, step);
        }
        let mut chain = chain.into_iter();
        let Some(first) = chain.next() else { return Ok(None) };
        let later = chain.map(|step| self.frozen(step)).collect::<Result<Vec<_>, _>>()?;
        let (rest, results): (Vec<Signature>, Vec<ResultTuple>) = later.into_iter().unzip();
        let mut result = self.send(first, Some(rest.into_iter().rev().collect()))?;
        for later in results {
            result = Some(ResultTuple { parent: result.map(Box::new), ..later });
        }
        Ok(result)
    }

    /// Gives ids to everything that has a result of its own, so that what is sent later is known now.
    fn frozen(&mut self, mut signature: Signature) -> Result<(Signature, ResultTuple), Error> {
        match signature.kind()? {
            Kind::Chunks { task, items, size } => {
                let group = Signature::group(starmaps(&task, &items, size));
                self.frozen(Signature { options: signature.options, ..group })
            }
            Kind::Group(tasks) => {
                let mut members = Vec::new();
                flatten_groups(tasks, &mut members)?;
                let members = members.into_iter().map(|member| self.frozen(member)).collect::<Result<Vec<_>, _>>()?;
                let (tasks, results): (Vec<Signature>, Vec<ResultTuple>) = members.into_iter().unzip();
                let mut signature = self.named(signature);
                signature.kwargs.insert("tasks".to_owned(), tasks.iter().map(Signature::to_value).collect());
                let id = id_of(&signature)?;
                Ok((signature, ResultTuple::group(id, results)))
            }
            Kind::Chain(mut tasks) if !tasks.is_empty() => {
                let last = with_name_of(&signature, tasks.pop().expect("it has one"));
                let (last, result) = self.frozen(last)?;
                tasks.push(last);
                signature.kwargs.insert("tasks".to_owned(), tasks.iter().map(Signature::to_value).collect());
                Ok((signature, result))
            }
            Kind::Chord { body, .. } => {
                let (body, result) = self.frozen(with_name_of(&signature, *body))?;
                signature.kwargs.insert("body".to_owned(), body.to_value());
                Ok((signature.option("task_id", result.id.as_str()), result))
            }
            _ => {
                let signature = self.named(signature);
                let id = id_of(&signature)?;
                Ok((signature, ResultTuple::task(id)))
            }
        }
    }

    fn group(&mut self, signature: &Signature, tasks: Vec<Signature>) -> Result<ResultTuple, Error> {
        let tasks = handed_down(signature, tasks);
        let mut members = Vec::new();
        flatten_groups(tasks, &mut members)?;
        let id =
            signature.options.get("task_id").and_then(Value::as_str).map_or_else(|| (self.new_id)(), ToOwned::to_owned);
        // Inside the header of a chord its members are members of that header.
        let outer = signature.options.get("chord").filter(|chord| !chord.is_null());
        let outer_group = signature.options.get("group_id").filter(|_| outer.is_some()).cloned();
        let mut results = Vec::new();
        for (index, member) in members.into_iter().enumerate() {
            let member = match (&outer_group, outer) {
                (Some(group), Some(chord)) => {
                    let index = signature.options.get("group_index").cloned().unwrap_or_else(|| index.into());
                    belongs(member, group.clone(), index, Some(chord.clone()))
                }
                _ => belongs(member, id.clone().into(), index.into(), None),
            };
            results.extend(self.send(member, None)?);
        }
        Ok(ResultTuple::group(id.into(), results))
    }

    fn chord(
        &mut self,
        signature: &Signature,
        header: Vec<Signature>,
        body: Signature,
    ) -> Result<Option<ResultTuple>, Error> {
        let header = given_args(signature, header);
        let mut tasks = Vec::new();
        flatten_groups(header, &mut tasks)?;
        // What the chord belongs to, its body belongs to; so do its callbacks and its name.
        let mut body = body;
        for (name, value) in &signature.options {
            body.options.entry(name.clone()).or_insert_with(|| value.clone());
        }
        if tasks.is_empty() {
            return self.send(body.with_result(json!([])), None);
        }
        // A body that ends in a group has a group's result, and a header around this chord must know that form.
        let (body, result) = self.frozen(body)?;
        let count = tasks.iter().map(members).sum::<Result<u64, _>>()?;
        let group = (self.new_id)();
        self.chords.push((group.clone(), count));
        let mut results = Vec::new();
        for (index, task) in tasks.into_iter().enumerate() {
            let member = belongs(task, group.clone().into(), index.into(), Some(body.to_value()));
            results.extend(self.send(member, None)?);
        }
        let nested = results.iter().any(|result| result.members.is_some());
        let parent = ResultTuple::group(group.into(), results);
        if nested {
            self.headers.push(parent.clone());
        }
        Ok(Some(ResultTuple { parent: Some(Box::new(parent)), ..result }))
    }

    fn named(&mut self, signature: Signature) -> Signature {
        if signature.options.get("task_id").is_some_and(Value::is_string) {
            return signature;
        }
        let id = (self.new_id)();
        signature.option("task_id", id)
    }
}

/// Arguments of a combination go to its first task (chain) or each (group); its place and callbacks to the last (chain)
/// or stay with the group; errbacks go to all.
pub(crate) fn handed_down(whole: &Signature, mut tasks: Vec<Signature>) -> Vec<Signature> {
    if whole.task == "celery.chain" {
        if let Some(first) = tasks.first_mut() {
            give(first, &whole.args);
        }
        if let Some(last) = tasks.last_mut() {
            for name in ["chord", "group_id", "group_index", "task_id", "link"] {
                if let Some(value) = whole.options.get(name).filter(|value| !value.is_null()) {
                    last.options.entry(name.to_owned()).or_insert_with(|| value.clone());
                }
            }
        }
    } else {
        tasks = given_args(whole, tasks);
    }
    if let Some(errbacks) = whole.options.get("link_error").filter(|errbacks| !errbacks.is_null()) {
        for task in &mut tasks {
            task.options.entry("link_error").or_insert_with(|| errbacks.clone());
        }
    }
    tasks
}

fn given_args(whole: &Signature, mut tasks: Vec<Signature>) -> Vec<Signature> {
    for task in &mut tasks {
        give(task, &whole.args);
    }
    tasks
}

/// The parts of chunks.
fn starmaps(task: &Signature, items: &[Value], size: u64) -> Vec<Signature> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    items.chunks(size).map(|part| Signature::starmap(task, part.to_vec())).collect()
}

fn id_of(signature: &Signature) -> Result<TaskId, Error> {
    let id = signature.options.get("task_id").and_then(Value::as_str);
    id.map(TaskId::from).ok_or_else(|| Error::Malformed { what: "signature", reason: "its id is no text".to_owned() })
}

/// The last part of a combination; the name of the whole is its name.
fn with_name_of(whole: &Signature, mut last: Signature) -> Signature {
    if let Some(id) = whole.options.get("task_id").filter(|id| id.is_string()) {
        last.options.entry("task_id").or_insert_with(|| id.clone());
    }
    last
}

/// Puts arguments before those that are there, unless the signature keeps its own.
pub(crate) fn give(signature: &mut Signature, args: &[Value]) {
    if !signature.immutable {
        signature.args.splice(0..0, args.iter().cloned());
    }
}

/// Makes a signature a member of a group, and of the header of a chord.
fn belongs(signature: Signature, group: Value, index: Value, chord: Option<Value>) -> Signature {
    let signature = signature.option("group_id", group).option("group_index", index);
    match chord {
        Some(chord) => signature.option("chord", chord),
        None => signature,
    }
}

fn joined(mut chain: Vec<Signature>) -> Signature {
    if chain.len() == 1 { chain.remove(0) } else { Signature::chain(chain) }
}

fn flatten(tasks: Vec<Signature>, steps: &mut Vec<Signature>) -> Result<(), Error> {
    for task in tasks {
        match task.kind()? {
            Kind::Chain(mut inner) => {
                if let Some(first) = inner.first_mut() {
                    give(first, &task.args);
                }
                // The chain's own place and callbacks are those of its last task.
                if let Some(last) = inner.last_mut() {
                    for (name, value) in task.options {
                        last.options.entry(name).or_insert(value);
                    }
                }
                flatten(inner, steps)?;
            }
            _ => steps.push(task),
        }
    }
    Ok(())
}

fn flatten_groups(tasks: Vec<Signature>, members: &mut Vec<Signature>) -> Result<(), Error> {
    for task in tasks {
        match task.kind()? {
            // A chain of one is that one.
            Kind::Chain(inner) if inner.len() == 1 => flatten_groups(handed_down(&task, inner), members)?,
            Kind::Group(mut inner) => {
                for member in &mut inner {
                    give(member, &task.args);
                }
                flatten_groups(inner, members)?;
            }
            Kind::Chunks { task, items, size } => {
                members.extend(starmaps(&task, &items, size));
            }
            _ => members.push(task),
        }
    }
    Ok(())
}
