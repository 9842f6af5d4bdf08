//! Sums and products.

use std::time::Duration;

use bondhu_tasks::{RegistryBuilder, ResultPolicy, Stop, TaskError, TaskOptions, TaskResult};
use serde_json::Value;

use super::task_macro::{Suite, raise, task};

const PLAIN: TaskOptions = TaskOptions::new();
const IGNORED: TaskOptions = TaskOptions::new().result(ResultPolicy::Ignore);

pub(crate) fn register(registry: RegistryBuilder<Suite>) -> RegistryBuilder<Suite> {
    registry
        .register::<Identity>()
        .register::<Add>()
        .register::<SharedAdd>()
        .register::<Mul>()
        .register::<AddNotTyped>()
        .register::<AddIgnoreResult>()
        .register::<AddWithResult>()
        .register::<AddPydantic>()
        .register::<AddPydanticStrings>()
        .register::<Sum>()
        .register::<SumOfSums>()
        .register::<DelayedSum>()
        .register::<GuardedSum>()
        .register::<SumAndRecord>()
}

task!("t.integration.tasks.identity", Identity { x: Value }, PLAIN, |this, _cx| -> Value { Ok(this.x) });

task!(
    "t.integration.tasks.add",
    Add {
        x: Value,
        y: Value,
        #[serde(default)]
        z: Value
    },
    PLAIN,
    |this, _cx| -> Value {
        let sum = plus(&this.x, &this.y)?;
        if this.z.is_null() { Ok(sum) } else { plus(&sum, &this.z) }
    }
);

task!(
/// Python's workers in these tests know it by this name as well. It takes a moment, so that none can take all.
"shared.add", SharedAdd { x: Value, y: Value }, PLAIN, |this, _cx| -> Value {
    tokio::time::sleep(Duration::from_millis(20)).await;
    plus(&this.x, &this.y)
});

task!("t.integration.tasks.mul", Mul { x: i64, y: i64 }, PLAIN, |this, _cx| -> i64 { Ok(this.x * this.y) });

task!("t.integration.tasks.add_not_typed", AddNotTyped { x: Value, y: Value }, PLAIN, |this, _cx| -> Value {
    plus(&this.x, &this.y)
});

task!("t.integration.tasks.add_ignore_result", AddIgnoreResult { x: Value, y: Value }, IGNORED, |this, _cx| -> Value {
    plus(&this.x, &this.y)
});

task!("t.integration.tasks.add_with_result", AddWithResult { x: Value, y: Value }, PLAIN, |this, _cx| -> Value {
    plus(&this.x, &this.y)
});

/// The argument and result of the tasks that are Pydantic models in Python.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Pair {
    x: i64,
    y: i64,
}

/// The result of a [`Pair`].
#[derive(Debug, serde::Serialize)]
struct PairSum {
    result: i64,
}

task!("t.integration.tasks.add_pydantic", AddPydantic { data: Pair }, PLAIN, |this, _cx| -> PairSum {
    Ok(PairSum { result: this.data.x + this.data.y })
});

task!("t.integration.tasks.add_pydantic_string_annotations", AddPydanticStrings { data: Pair }, PLAIN, |this,
                                                                                                        _cx|
 -> PairSum {
    Ok(PairSum { result: this.data.x + this.data.y })
});

task!("t.integration.tasks.tsum", Sum { nums: Vec<Value> }, PLAIN, |this, _cx| -> Value { sum(&this.nums) });

task!("t.integration.tasks.xsum", SumOfSums { nums: Vec<Value> }, PLAIN, |this, _cx| -> Value {
    let flat: TaskResult<Vec<Value>> = this
        .nums
        .iter()
        .map(|num| num.as_array().map_or_else(|| Ok(num.clone()), |inner| sum(inner)))
        .collect();
    sum(&flat?)
});

task!("t.integration.tasks.delayed_sum",
DelayedSum { numbers: Vec<Value>, #[serde(default = "one")] pause_time: f64 }, PLAIN,
|this, cx| -> Value {
    tokio::select! {
        () = tokio::time::sleep(Duration::from_secs_f64(this.pause_time)) => sum(&this.numbers),
        // After the soft limit, an error is that limit.
        () = cx.cancellation().cancelled() => Err(TaskError::retry("cancelled")),
    }
});

task!("t.integration.tasks.delayed_sum_with_soft_guard",
GuardedSum { numbers: Vec<Value>, #[serde(default = "one")] pause_time: f64 }, PLAIN,
|this, cx| -> Value {
    tokio::select! {
        () = tokio::time::sleep(Duration::from_secs_f64(this.pause_time)) => sum(&this.numbers),
        () = cx.cancellation().cancelled() => match cx.stop_reason() {
            Some(Stop::SoftTimeLimit) => Ok(0.into()),
            _ => Err(TaskError::retry("cancelled")),
        },
    }
});

task!("t.integration.tasks.sum_and_record", SumAndRecord { values: Vec<Value>, redis_key: String }, PLAIN,
|this, cx| -> Value {
    let result = sum(&this.values)?;
    cx.state().echo(&this.redis_key, &cx.id().as_str().into()).await?;
    Ok(result)
});

fn one() -> f64 {
    1.0
}

/// Python's `+` for what JSON holds.
fn plus(x: &Value, y: &Value) -> TaskResult<Value> {
    match (x, y) {
        (Value::String(x), Value::String(y)) => Ok(format!("{x}{y}").into()),
        (Value::Array(x), Value::Array(y)) => Ok(x.iter().chain(y).cloned().collect()),
        _ => {
            if let (Some(x), Some(y)) = (x.as_i64(), y.as_i64()) {
                return Ok((x + y).into());
            }
            let (Some(x), Some(y)) = (x.as_f64(), y.as_f64()) else {
                return Err(raise("TypeError", "unsupported operand type(s) for +"));
            };
            Ok((x + y).into())
        }
    }
}

/// Python's `sum`.
pub(crate) fn sum(numbers: &[Value]) -> TaskResult<Value> {
    numbers.iter().try_fold(Value::from(0), |sum, number| plus(&sum, number))
}
