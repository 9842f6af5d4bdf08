//! Tasks that leave traces in Redis: echoes, counters and errbacks.

use bondhu_tasks::{RegistryBuilder, TaskOptions};
use serde_json::Value;

use super::task_macro::{Suite, task};

const PLAIN: TaskOptions = TaskOptions::new();

pub(crate) fn register(registry: RegistryBuilder<Suite>) -> RegistryBuilder<Suite> {
    registry
        .register::<RedisEcho>()
        .register::<RedisEchoGroupId>()
        .register::<RedisCount>()
        .register::<ErrbackOldStyle>()
        .register::<ErrbackNewStyle>()
        .register::<ErrbackOldStyleWithArgs>()
        .register::<ErrbackNewStyleWithArgs>()
}

task!(
    "t.integration.tasks.redis_echo",
    RedisEcho {
        message: Value,
        #[serde(default = "echo")]
        redis_key: String
    },
    PLAIN,
    |this, cx| -> () { cx.state().echo(&this.redis_key, &this.message).await }
);

task!(
    "t.integration.tasks.redis_echo_group_id",
    RedisEchoGroupId {
        _result: Value,
        #[serde(default = "group_ids")]
        redis_key: String
    },
    PLAIN,
    |this, cx| -> () { cx.state().echo(&this.redis_key, &cx.message().headers.group.clone().into()).await }
);

task!(
    "t.integration.tasks.redis_count",
    RedisCount {
        #[serde(default = "count")]
        redis_key: String
    },
    PLAIN,
    |this, cx| -> () { cx.state().count(&this.redis_key).await }
);

task!("t.integration.tasks.errback_old_style", ErrbackOldStyle { request_id: String }, PLAIN, |this, cx| -> String {
    cx.state().count(&this.request_id).await?;
    Ok(this.request_id)
});

task!(
/// In Python it is called with the request, the exception and the traceback, inside the worker that failed. From
/// another language an errback gets the id alone.
"t.integration.tasks.errback_new_style", ErrbackNewStyle { request_id: String }, PLAIN,
|this, cx| -> String {
    cx.state().count(&this.request_id).await?;
    Ok(this.request_id)
});

task!(
    "t.integration.tasks.errback_old_style_with_args",
    ErrbackOldStyleWithArgs { request_id: String, label: Value },
    PLAIN,
    |this, cx| -> () { cx.state().echo(&this.request_id, &this.label).await }
);

task!(
    "t.integration.tasks.errback_new_style_with_args",
    ErrbackNewStyleWithArgs { request_id: String, label: Value },
    PLAIN,
    |this, cx| -> () { cx.state().echo(&this.request_id, &this.label).await }
);

fn echo() -> String {
    "redis-echo".to_owned()
}

fn group_ids() -> String {
    "redis-group-ids".to_owned()
}

fn count() -> String {
    "redis-count".to_owned()
}
