//! Tasks that put others in their place.

use bondhu_tasks::{RegistryBuilder, Signature, TaskError, TaskOptions, python::PyException};
use serde_json::{Value, json};

use super::task_macro::{Suite, call, task};

const PLAIN: TaskOptions = TaskOptions::new();

pub(crate) fn register(registry: RegistryBuilder<Suite>) -> RegistryBuilder<Suite> {
    registry
        .register::<AddReplaced>()
        .register::<AddReplacedWithChain>()
        .register::<AddToAll>()
        .register::<ReplaceWithChain>()
        .register::<ReplaceWithChainWhichRaises>()
        .register::<ReplaceWithEmptyChain>()
        .register::<ReplaceWithGroup>()
        .register::<FailReplaced>()
        .register::<RecordNesting>()
        .register::<SecondOrder1>()
        .register::<SecondOrder2>()
        .register::<ReplacedWithMe>()
        .register::<ReplaceWithStamped>()
}

task!("t.integration.tasks.add_replaced", AddReplaced { x: Value, y: Value }, PLAIN, |this, cx| -> () {
    Err(cx.replace(call("add").arg(this.x).arg(this.y)).await)
});

task!("t.integration.tasks.add_replaced_with_chain", AddReplacedWithChain { x: Value, y: Value }, PLAIN, |this,
                                                                                                          cx|
 -> () {
    Err(cx.replace(Signature::chain([call("add").arg(this.x).arg(this.y), call("identity")])).await)
});

task!("t.integration.tasks.add_to_all", AddToAll { nums: Vec<Value>, val: Value }, PLAIN, |this, cx| -> () {
    let sums = this.nums.into_iter().map(|num| call("add").arg(num).arg(this.val.clone()));
    Err(cx.replace(Signature::group(sums)).await)
});

task!(
    "t.integration.tasks.replace_with_chain",
    ReplaceWithChain {
        #[serde(default)]
        x: Value,
        #[serde(default)]
        y: Value,
        #[serde(default)]
        link_msg: Value
    },
    PLAIN,
    |this, cx| -> () {
        let first = Signature { args: cx.message().args.clone(), ..call("identity") };
        Err(cx.replace(Signature::chain([first, call("identity")]).link(&echo(this.link_msg))).await)
    }
);

task!(
    "t.integration.tasks.replace_with_chain_which_raises",
    ReplaceWithChainWhichRaises {
        #[serde(default)]
        x: Value,
        #[serde(default)]
        y: Value,
        #[serde(default)]
        link_msg: Value,
    },
    PLAIN,
    |this, cx| -> () {
        let first = Signature { args: cx.message().args.clone(), ..call("identity") };
        Err(cx.replace(Signature::chain([first, call("raise_error")]).link_error(&echo(this.link_msg))).await)
    }
);

/// An echo of the result, or of a message if there is one.
fn echo(message: Value) -> Signature {
    if message.is_null() { call("redis_echo") } else { call("redis_echo").arg(message).immutable() }
}

task!("t.integration.tasks.replace_with_empty_chain", ReplaceWithEmptyChain(Vec<Value>), PLAIN, |_this, _cx| -> () {
    let refused = PyException::new("celery.exceptions", "ImproperlyConfigured", "Cannot replace with an empty chain");
    Err(TaskError::fail(refused))
});

task!("t.integration.tasks.replace_with_chain_which_contains_a_group", ReplaceWithGroup {}, PLAIN, |_this, cx| -> () {
    let group = Signature::group([call("add").arg(1), call("add").arg(1)]);
    Err(cx.replace(Signature::chain([call("add").arg(1).arg(2), group])).await)
});

task!("t.integration.tasks.fail_replaced", FailReplaced(Vec<Value>), PLAIN, |this, cx| -> () {
    Err(cx.replace(Signature { args: this.0, ..call("fail") }.immutable()).await)
});

task!("t.integration.tasks.record_replaced_task_nesting",
RecordNesting { replacements: u64, #[serde(default)] nesting: Option<Vec<u32>> }, PLAIN,
|this, cx| -> Vec<u32> {
    let mut nesting = this.nesting.unwrap_or_default();
    nesting.push(cx.message().headers.replaced_task_nesting);
    if this.replacements == 0 {
        return Ok(nesting);
    }
    let next = call("record_replaced_task_nesting").arg(this.replacements - 1).arg(nesting);
    Err(cx.replace(next).await)
});

task!(
    "t.integration.tasks.second_order_replace1",
    SecondOrder1 {
        #[serde(default)]
        state: bool
    },
    PLAIN,
    |this, cx| -> () {
        if this.state {
            return cx.state().echo("redis-echo", &"Out A".into()).await;
        }
        cx.state().echo("redis-echo", &"In A".into()).await?;
        let again = call("second_order_replace1").kwarg("state", true).immutable();
        Err(cx.replace(Signature::chain([call("second_order_replace2"), again])).await)
    }
);

task!(
    "t.integration.tasks.second_order_replace2",
    SecondOrder2 {
        #[serde(default)]
        state: bool
    },
    PLAIN,
    |this, cx| -> () {
        if this.state {
            return cx.state().echo("redis-echo", &"Out B".into()).await;
        }
        cx.state().echo("redis-echo", &"In B".into()).await?;
        let again = call("second_order_replace2").kwarg("state", true).immutable();
        Err(cx.replace(Signature::chain([call("redis_echo").arg("In/Out C"), again])).await)
    }
);

task!("t.integration.tasks.replaced_with_me", ReplacedWithMe {}, PLAIN, |_this, _cx| -> bool { Ok(true) });

task!("t.integration.tasks.replace_with_stamped_task",
ReplaceWithStamped { #[serde(default)] replace_with: Option<Signature> }, PLAIN,
|this, cx| -> () {
    let mut replacement = json!(this.replace_with.unwrap_or_else(|| call("replaced_with_me")));
    stamp(&mut replacement);
    let replacement: Signature = serde_json::from_value(replacement)?;
    Err(cx.replace(replacement).await)
});

/// Stamps a signature and all that it holds.
fn stamp(value: &mut Value) {
    const NAME: &str = "StampOnReplace";
    match value {
        Value::Array(items) => items.iter_mut().for_each(stamp),
        Value::Object(map) => {
            map.values_mut().for_each(stamp);
            if map.contains_key("task")
                && let Some(Value::Object(options)) = map.get_mut("options")
            {
                options.insert(NAME.to_owned(), "This is the replaced task".into());
                let names = options.entry("stamped_headers").or_insert_with(|| json!([]));
                if let Value::Array(names) = names
                    && !names.contains(&NAME.into())
                {
                    names.push(NAME.into());
                }
            }
        }
        _ => {}
    }
}
