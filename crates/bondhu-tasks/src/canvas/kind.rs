//! Combinations of signatures, built and taken apart.

use serde_json::{Map, Value, json};

use super::Signature;
use crate::error::Error;

/// What a signature stands for.
///
/// ```
/// use bondhu_tasks::{Signature, canvas::Kind};
/// use serde_json::json;
///
/// let two = Signature::chain([Signature::named("fetch").arg(1), Signature::named("store")]);
/// let Kind::Chain(tasks) = two.kind()? else { panic!() };
/// assert_eq!(tasks[1].task, "store");
///
/// let all = Signature::chord([Signature::named("fetch").arg(1), Signature::named("fetch").arg(2)], &tasks[1]);
/// let Kind::Chord { header, body } = all.kind()? else { panic!() };
/// assert_eq!((header.len(), body.task.as_str()), (2, "store"));
///
/// let squares = Signature::map(&Signature::named("square"), [2.into(), 3.into()]); // square(2), square(3)
/// let Kind::Map { items, .. } = squares.kind()? else { panic!() };
/// assert_eq!(items, [2, 3]);
/// let pairs = || [json!([2, 3]), json!([4, 5]), json!([6, 7])]; // add(2, 3), add(4, 5), add(6, 7)
/// let Kind::Starmap { task, .. } = Signature::starmap(&Signature::named("add"), pairs()).kind()? else { panic!() };
/// assert_eq!(task.task, "add");
/// let in_twos = Signature::chunks(&Signature::named("add"), pairs(), 2);
/// assert!(matches!(in_twos.kind()?, Kind::Chunks { size: 2, .. }));
/// # Ok::<(), bondhu_tasks::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum Kind {
    /// One call.
    Task,
    /// One after the other, each with the result of the one before.
    Chain(Vec<Signature>),
    /// Side by side.
    Group(Vec<Signature>),
    /// Side by side, then the body with the list of results.
    Chord {
        /// The tasks side by side.
        header: Vec<Signature>,
        /// The task that gets their results.
        body: Box<Signature>,
    },
    /// One task that calls `task` for each item, with the item as its argument.
    Map {
        /// The task to call.
        task: Box<Signature>,
        /// One argument for each call.
        items: Vec<Value>,
    },
    /// As [`Kind::Map`], with each item being a list of arguments.
    Starmap {
        /// The task to call.
        task: Box<Signature>,
        /// One list of arguments for each call.
        items: Vec<Value>,
    },
    /// A [`Kind::Starmap`] cut into groups of `size` calls.
    Chunks {
        /// The task to call.
        task: Box<Signature>,
        /// One list of arguments for each call.
        items: Vec<Value>,
        /// Calls in one task.
        size: u64,
    },
}

impl Signature {
    /// One after the other, each with the result of the one before.
    pub fn chain(tasks: impl IntoIterator<Item = Self>) -> Self {
        Self::combination("chain", json!({"tasks": values(tasks)}))
    }

    /// Side by side.
    pub fn group(tasks: impl IntoIterator<Item = Self>) -> Self {
        Self::combination("group", json!({"tasks": values(tasks)}))
    }

    /// Side by side, then `body` with the list of results in the order of `header`.
    pub fn chord(header: impl IntoIterator<Item = Self>, body: &Self) -> Self {
        Self::combination("chord", json!({"header": values(header), "body": body.to_value(), "kwargs": {}}))
    }

    /// One task that calls `task` for each item and returns the list of results.
    pub fn map(task: &Self, items: impl IntoIterator<Item = Value>) -> Self {
        Self::repetition("celery.map", json!({"task": task.to_value(), "it": list(items)}))
    }

    /// As [`Signature::map`], with each item being a list of arguments.
    pub fn starmap(task: &Self, items: impl IntoIterator<Item = Value>) -> Self {
        Self::repetition("celery.starmap", json!({"task": task.to_value(), "it": list(items)}))
    }

    /// A starmap cut into groups of `size` calls.
    pub fn chunks(task: &Self, items: impl IntoIterator<Item = Value>, size: u64) -> Self {
        Self::repetition("celery.chunks", json!({"task": task.to_value(), "it": list(items), "n": size}))
    }

    /// Takes the signature apart. Fails if it claims to be a combination without having the parts of one.
    pub fn kind(&self) -> Result<Kind, Error> {
        let repeated = || Ok::<_, Error>((Box::new(self.part("task")?), self.items("it")?));
        Ok(match self.task.as_str() {
            "celery.chain" => Kind::Chain(self.signatures("tasks")?),
            "celery.group" => Kind::Group(self.signatures("tasks")?),
            "celery.chord" => Kind::Chord { header: self.signatures("header")?, body: Box::new(self.part("body")?) },
            "celery.map" => repeated().map(|(task, items)| Kind::Map { task, items })?,
            "celery.starmap" => repeated().map(|(task, items)| Kind::Starmap { task, items })?,
            "celery.chunks" => {
                let size = self.kwargs.get("n").and_then(Value::as_u64).filter(|size| *size > 0);
                let size = size.ok_or_else(|| self.malformed("`n` is not a positive number"))?;
                repeated().map(|(task, items)| Kind::Chunks { task, items, size })?
            }
            _ => Kind::Task,
        })
    }

    fn combination(kind: &str, kwargs: Value) -> Self {
        let kwargs = object(kwargs);
        Self { kwargs, subtask_type: Some(kind.to_owned()), ..Self::named(format!("celery.{kind}")) }
    }

    fn repetition(task: &str, kwargs: Value) -> Self {
        Self { kwargs: object(kwargs), immutable: true, ..Self::named(task) }
    }

    /// A list of signatures; the header of a chord may also be a group.
    fn signatures(&self, name: &str) -> Result<Vec<Self>, Error> {
        match self.kwargs.get(name) {
            Some(Value::Array(items)) => items.iter().map(|item| self.signature(name, item)).collect(),
            Some(single @ Value::Object(_)) => match self.signature(name, single)?.kind()? {
                Kind::Group(tasks) => Ok(tasks),
                _ => Ok(vec![self.signature(name, single)?]),
            },
            _ => Err(self.malformed(&format!("`{name}` is not a list"))),
        }
    }

    fn part(&self, name: &str) -> Result<Self, Error> {
        self.signature(name, self.kwargs.get(name).unwrap_or(&Value::Null))
    }

    fn items(&self, name: &str) -> Result<Vec<Value>, Error> {
        let items = self.kwargs.get(name).and_then(Value::as_array);
        items.cloned().ok_or_else(|| self.malformed(&format!("`{name}` is not a list")))
    }

    fn signature(&self, name: &str, value: &Value) -> Result<Self, Error> {
        serde_json::from_value(value.clone()).map_err(|_| self.malformed(&format!("`{name}` holds something else")))
    }

    fn malformed(&self, reason: &str) -> Error {
        Error::Malformed { what: "signature", reason: format!("in `{}`, {reason}", self.task) }
    }
}

fn values(signatures: impl IntoIterator<Item = Signature>) -> Value {
    signatures.into_iter().map(|signature| signature.to_value()).collect()
}

fn list(items: impl IntoIterator<Item = Value>) -> Value {
    items.into_iter().collect()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_come_apart_as_they_were_put_together() {
        let (a, b) = (Signature::named("a").arg(1), Signature::named("b"));
        assert_eq!(Signature::chain([a.clone(), b.clone()]).kind().unwrap(), Kind::Chain(vec![a.clone(), b.clone()]));
        let group = Signature::group([a.clone(), b.clone()]);
        assert_eq!(group.kind().unwrap(), Kind::Group(vec![a.clone(), b.clone()]));
        let expected = Kind::Chord { header: vec![a.clone(), b.clone()], body: Box::new(b.clone()) };
        let mut chord = Signature::chord([a.clone(), b.clone()], &b);
        assert_eq!(chord.kind().unwrap(), expected);
        chord.kwargs.insert("header".into(), group.to_value());
        assert_eq!(chord.kind().unwrap(), expected);
        assert_eq!(a.kind().unwrap(), Kind::Task);
    }

    #[test]
    fn a_broken_combination_says_which_part() {
        let error = Signature::combination("chord", json!({"header": [5], "body": null})).kind().unwrap_err();
        assert_eq!(error.to_string(), "not a Celery signature: in `celery.chord`, `header` holds something else");
        let error = Signature::repetition("celery.chunks", json!({"n": 0})).kind().unwrap_err();
        assert!(error.to_string().contains("`n` is not a positive number"));
    }

    #[test]
    fn an_immutable_signature_ignores_the_result_before_it() {
        assert_eq!(Signature::named("a").arg(2).with_result(json!(1)).args, [json!(1), json!(2)]);
        assert_eq!(Signature::named("a").arg(2).immutable().with_result(json!(1)).args, [json!(2)]);
    }
}
