//! Tasks that add members to the chord they belong to.

use bondhu_tasks::{RegistryBuilder, Signature, TaskOptions};
use serde_json::Value;

use super::task_macro::{Suite, call, task};

const PLAIN: TaskOptions = TaskOptions::new();

pub(crate) fn register(registry: RegistryBuilder<Suite>) -> RegistryBuilder<Suite> {
    registry.register::<AddToAllToChord>().register::<AddChordToChord>()
}

task!("t.integration.tasks.add_to_all_to_chord", AddToAllToChord { nums: Vec<Value>, val: Value }, PLAIN,
|this, cx| -> i64 {
    for num in this.nums {
        cx.add_to_chord(call("add").arg(num).arg(this.val.clone())).await?;
    }
    Ok(0)
});

task!("t.integration.tasks.add_chord_to_chord", AddChordToChord { nums: Vec<Value>, val: Value }, PLAIN,
|this, cx| -> i64 {
    let header = this.nums.into_iter().map(|num| call("add").arg(num).arg(this.val.clone()));
    cx.add_to_chord(Signature::chord(header, &call("tsum"))).await?;
    Ok(0)
});
