//! Tasks that fail, and tasks that refuse their message.

use bondhu_tasks::{RegistryBuilder, State, StoredResult, TaskError, TaskOptions, python::PyException};
use serde_json::Value;

use super::task_macro::{Suite, raise, task};

const PLAIN: TaskOptions = TaskOptions::new();

pub(crate) fn register(registry: RegistryBuilder<Suite>) -> RegistryBuilder<Suite> {
    registry
        .register::<RaiseError>()
        .register::<Fail>()
        .register::<FailUnpickleable>()
        .register::<RejectWithoutRequeue>()
        .register::<RejectThenSucceed>()
        .register::<StoreSuccessThenReject>()
}

/// An exception class of the suite's own module.
pub(crate) fn exception(class: &str, args: Vec<Value>) -> PyException {
    PyException { exc_message: args, ..PyException::new("t.integration.tasks", class, "") }
}

task!("t.integration.tasks.raise_error", RaiseError(Vec<Value>), PLAIN, |_this, _cx| -> () {
    Err(raise("ValueError", "deliberate error"))
});

task!("t.integration.tasks.fail", Fail(Vec<Value>), PLAIN, |this, _cx| -> () {
    let args = [Value::from("Task expected to fail")].into_iter().chain(this.0).collect();
    Err(TaskError::fail(exception("ExpectedException", args)))
});

task!("t.integration.tasks.fail_unpickleable", FailUnpickleable { foo: Value, bar: Value }, PLAIN, |this, _cx| -> () {
    Err(TaskError::fail(exception("UnpickleableException", vec![this.foo])))
});

task!("t.integration.tasks.reject_without_requeue", RejectWithoutRequeue {}, PLAIN, |_this, _cx| -> () {
    Err(TaskError::reject("rejected"))
});

task!("t.integration.tasks.reject_then_succeed", RejectThenSucceed {}, PLAIN, |_this, cx| -> String {
    if cx.message().is_redelivered() {
        return Ok("second-pass".to_owned());
    }
    Err(TaskError::Reject { reason: "not yet".to_owned(), requeue: true })
});

task!("t.integration.tasks.store_success_then_reject", StoreSuccessThenReject {}, PLAIN, |_this, cx| -> String {
    if cx.message().is_redelivered() {
        return Ok("dedup-pass".to_owned());
    }
    if let Some(backend) = cx.queue().backend() {
        backend.store(&[StoredResult::new(cx.id().clone(), State::Success, "first-pass".into())]).await?;
    }
    Err(TaskError::Reject { reason: "again".to_owned(), requeue: true })
});
