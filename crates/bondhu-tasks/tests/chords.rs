//! Chords and combinations of any form: what is counted, and what comes out.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{collections::BTreeSet, time::Duration};

use bondhu_tasks::{
    Backend, Broker, Clock, Queue, RedisOptions, Sender, Signature, State, Task, TaskContext, TaskResult, Worker,
    backend::{ChordEnd, ChordMember, ChordStep, RESULT_EXPIRES},
};
use bondhu_testkit::redis::RedisServer;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(20);

/// Adds a number to every number in whatever comes in.
#[derive(Serialize, Deserialize)]
struct Add {
    what: Value,
    number: i64,
}

impl Task for Add {
    const NAME: &'static str = "add";
    type State = ();
    type Output = Value;
    async fn run(self, _: TaskContext<()>) -> TaskResult<Value> {
        Ok(added(&self.what, self.number))
    }
}

fn added(what: &Value, number: i64) -> Value {
    match what {
        Value::Array(items) => items.iter().map(|item| added(item, number)).collect(),
        other => json!(other.as_i64().unwrap() + number),
    }
}

/// A combination of `add`s, each of which gets the result of what came before.
#[derive(Clone, Debug)]
enum Tree {
    Add(i64),
    Chain(Vec<Tree>),
    Group(Vec<Tree>),
    Chord(Vec<Tree>, Box<Tree>),
}

impl Tree {
    fn signature(&self) -> Signature {
        let all = |trees: &[Self]| -> Vec<Signature> { trees.iter().map(Self::signature).collect() };
        match self {
            Self::Add(number) => Signature::named("add").kwarg("number", *number),
            Self::Chain(trees) => Signature::chain(all(trees)),
            Self::Group(trees) => Signature::group(all(trees)),
            Self::Chord(header, body) => Signature::chord(all(header), &body.signature()),
        }
    }

    /// As in Celery, a chain of one is that one.
    fn core(&self) -> &Self {
        match self {
            Self::Chain(trees) if trees.len() == 1 => trees[0].core(),
            tree => tree,
        }
    }

    /// What comes out if `what` comes in.
    fn value(&self, what: &Value) -> Value {
        let all = |trees: &[Self]| -> Value {
            // As in Celery, a group directly inside a group or a header is a part of it.
            let mut values = Vec::new();
            for tree in trees {
                match (tree.core(), tree.value(what)) {
                    (Self::Group(_), Value::Array(parts)) => values.extend(parts),
                    (_, value) => values.push(value),
                }
            }
            values.into()
        };
        match self {
            Self::Add(number) => added(what, *number),
            Self::Chain(trees) => trees.iter().fold(what.clone(), |what, tree| tree.value(&what)),
            Self::Group(trees) => all(trees),
            Self::Chord(header, body) => body.value(&all(header)),
        }
    }
}

/// Ends in one task, so that the whole has one result.
fn any_tree() -> impl Strategy<Value = Tree> {
    let part = (0_i64..10).prop_map(Tree::Add).prop_recursive(3, 14, 3, |inner| {
        let some = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            some.clone().prop_map(Tree::Chain),
            some.clone().prop_map(Tree::Group),
            (some, 0_i64..10).prop_map(|(header, body)| Tree::Chord(header, Box::new(Tree::Add(body)))),
        ]
    });
    part.prop_map(|tree| Tree::Chain(vec![tree, Tree::Add(100)]))
}

/// The order in which members end, each at least once and perhaps again.
fn any_ends() -> impl Strategy<Value = (usize, Vec<usize>)> {
    (1_usize..9).prop_flat_map(|size| {
        let ends = prop::collection::vec(0..size, 0..20).prop_map(move |mut again| {
            again.extend(0..size);
            again
        });
        (Just(size), ends.prop_shuffle())
    })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn counts(backend: &Backend, size: usize, ends: &[usize]) -> Result<(), TestCaseError> {
    let group = Clock::system().new_id().to_string();
    backend.size_chord(&group, size as u64).await.unwrap();
    let (mut ended, mut bodies) = (BTreeSet::new(), 0);
    for index in ends {
        let failed = index % 3 == 2;
        let state = if failed { State::Failure } else { State::Success };
        let id = format!("{group}-{index}").as_str().into();
        let member = ChordMember { id, index: Some(*index as u64), state, value: json!(index) };
        let step = backend.join_chord(&group, &member).await.unwrap();
        ended.insert(*index);
        if let ChordStep::Complete { members, claim } = step {
            bodies += 1;
            prop_assert_eq!(ended.len(), size, "nobody is missing");
            let values: Vec<Value> = members.into_iter().map(|member| member.value).collect();
            prop_assert_eq!(values, (0..size).map(|index| json!(index)).collect::<Vec<_>>());
            backend
                .close_chord(&group, &claim, if failed { ChordEnd::Failed } else { ChordEnd::BodySent })
                .await
                .unwrap();
        }
    }
    prop_assert_eq!(bodies, 1, "one body for one chord");
    Ok(())
}

#[test]
fn a_body_runs_once_whoever_ends_when_and_however_often() {
    let runtime = runtime();
    let server = runtime.block_on(RedisServer::start()).unwrap();
    let redis = Backend::redis(&server.url(), RedisOptions::default(), RESULT_EXPIRES).unwrap();
    let sqlite = Backend::memory(Clock::system());
    proptest!(ProptestConfig::with_cases(100), |((size, ends) in any_ends())| {
        runtime.block_on(counts(&redis, size, &ends))?;
        runtime.block_on(counts(&sqlite, size, &ends))?;
    });
}

#[test]
fn a_combination_gives_what_its_parts_give() {
    let runtime = runtime();
    let server = runtime.block_on(RedisServer::start()).unwrap();
    let queue = |broker: Broker| {
        let backend = Backend::beside(&broker, RESULT_EXPIRES);
        Queue::new(broker, Sender::default(), Clock::system()).with_backend(
            backend.unwrap_or_else(|| Backend::redis(&server.url(), RedisOptions::default(), RESULT_EXPIRES).unwrap()),
        )
    };
    let queues =
        [queue(Broker::memory(Clock::system())), queue(Broker::redis(&server.url(), RedisOptions::default()).unwrap())];
    for queue in &queues {
        let worker = Worker::new(queue.clone(), ()).register::<Add>().concurrency(8);
        runtime.spawn(worker.run_until(std::future::pending()));
    }
    let check = |tree: &Tree| {
        let Tree::Chain(parts) = &tree else { unreachable!("it ends in one task") };
        let start = Tree::Add(0).signature().arg(0);
        let whole = Signature::chain(std::iter::once(start).chain(parts.iter().map(Tree::signature)));
        for queue in &queues {
            let given = runtime.block_on(async { queue.apply(whole.clone()).await.unwrap().get(SOON).await.unwrap() });
            prop_assert_eq!(given, tree.value(&json!(0)), "{:?}", tree);
        }
        Ok(())
    };
    // Found by chance: a chord whose body ends in a group, as a member of a header.
    let group = |part: Tree| Tree::Group(vec![part]);
    let two = Tree::Chain(vec![group(Tree::Add(0)), group(Tree::Add(0))]);
    check(&Tree::Chain(vec![group(two), Tree::Add(100)])).unwrap();
    proptest!(ProptestConfig::with_cases(150), |(tree in any_tree())| check(&tree)?);
}
