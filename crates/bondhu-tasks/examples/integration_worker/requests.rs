//! Tasks that say how they were called.

use bondhu_tasks::{RegistryBuilder, TaskOptions, message::Headers};
use serde_json::{Map, Value, json};

use super::task_macro::{Suite, task};

const PLAIN: TaskOptions = TaskOptions::new();
const LIMITED: TaskOptions = TaskOptions::new()
    .time_limit(std::time::Duration::from_mins(1))
    .soft_time_limit(std::time::Duration::from_secs(45));

pub(crate) fn register(registry: RegistryBuilder<Suite>) -> RegistryBuilder<Suite> {
    registry
        .register::<Ids>()
        .register::<CollectIds>()
        .register::<ReturnPriority>()
        .register::<ReturnRequestEta>()
        .register::<ReturnProperties>()
        .register::<ReturnTimeLimits>()
        .register::<DeclaredTimeLimits>()
}

/// `[root_id, parent_id, i]`
fn place(headers: &Headers, i: &Value) -> Value {
    json!([headers.root_id, headers.parent_id, i])
}

task!("t.integration.tasks.ids", Ids { i: Value }, PLAIN, |this, cx| -> Value {
    Ok(place(&cx.message().headers, &this.i))
});

task!("t.integration.tasks.collect_ids", CollectIds { res: Value, i: Value }, PLAIN, |this, cx| -> Value {
    Ok(json!([this.res, place(&cx.message().headers, &this.i)]))
});

task!("t.integration.tasks.return_priority", ReturnPriority(Vec<Value>), PLAIN, |_this, cx| -> String {
    let level = cx.message().properties.priority.map_or(0, bondhu_tasks::Priority::level);
    Ok(format!("Priority: {level}"))
});

task!("t.integration.tasks.return_request_eta", ReturnRequestEta {}, PLAIN, |_this, cx| -> Option<String> {
    Ok(cx.message().headers.eta.map(bondhu_tasks::timestamp::format))
});

task!("t.integration.tasks.return_properties", ReturnProperties {}, PLAIN, |_this, cx| -> Value {
    Ok(serde_json::to_value(&cx.message().properties)?)
});

task!("t.integration.tasks.return_request_time_limits", ReturnTimeLimits {}, PLAIN, |_this, cx| -> Value {
    Ok(limits(&cx.message().headers, &PLAIN))
});

task!("t.integration.tasks.task_with_declared_time_limits", DeclaredTimeLimits {}, LIMITED, |_this, cx| -> Value {
    Ok(limits(&cx.message().headers, &LIMITED))
});

/// The limits of the call, else those of the task.
fn limits(headers: &Headers, options: &TaskOptions) -> Value {
    let secs = |limit: Option<std::time::Duration>| limit.map(|limit| limit.as_secs_f64());
    let mut found = Map::new();
    for (name, called, declared) in [
        ("time_limit", headers.timelimit.hard_secs, options.time_limit),
        ("soft_time_limit", headers.timelimit.soft_secs, options.soft_time_limit),
    ] {
        found.insert(name.to_owned(), called.or(secs(declared)).into());
    }
    found.into()
}
