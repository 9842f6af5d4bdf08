//! Tasks that send others, and small ones that only take their time.

use std::{io::Write, time::Duration};

use bondhu_tasks::{RegistryBuilder, Signature, TaskOptions};
use serde_json::Value;

use super::task_macro::{Suite, call, task};

const PLAIN: TaskOptions = TaskOptions::new();

pub(crate) fn register(registry: RegistryBuilder<Suite>) -> RegistryBuilder<Suite> {
    registry
        .register::<Sleeping>()
        .register::<ReturnException>()
        .register::<PrintUnicode>()
        .register::<WriteToFile>()
        .register::<ChainAdd>()
        .register::<ChordAdd>()
        .register::<BuildChain>()
}

task!("t.integration.tasks.sleeping", Sleeping { i: f64 }, PLAIN, |this, _cx| -> () {
    tokio::time::sleep(Duration::from_secs_f64(this.i)).await;
    Ok(())
});

task!("t.integration.tasks.return_exception", ReturnException { e: Value }, PLAIN, |this, _cx| -> (Value, bool) {
    Ok((this.e, true))
});

task!(
    "t.integration.tasks.print_unicode",
    PrintUnicode {
        #[serde(default)]
        log_message: Value,
        #[serde(default)]
        print_message: Value
    },
    PLAIN,
    |_this, _cx| -> () {
        tracing::warn!("hå it's ünïcödé: ƒ");
        Ok(())
    }
);

task!(
    "t.integration.tasks.write_to_file_and_return_int",
    WriteToFile { file_name: String, i: i64 },
    PLAIN,
    |this, _cx| -> i64 {
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(&this.file_name)?;
        writeln!(file, "{}", this.i)?;
        Ok(this.i)
    }
);

task!("t.integration.tasks.chain_add", ChainAdd { x: Value, y: Value }, PLAIN, |this, cx| -> () {
    cx.apply(Signature::chain([call("add").arg(this.x.clone()).arg(this.x), call("add").arg(this.y)])).await?;
    Ok(())
});

task!("t.integration.tasks.chord_add", ChordAdd { x: Value, y: Value }, PLAIN, |this, cx| -> () {
    let header = [call("add").arg(this.x.clone()).arg(this.x)];
    cx.apply(Signature::chord(header, &call("add").arg(this.y))).await?;
    Ok(())
});

task!("t.integration.tasks.build_chain_inside_task", BuildChain {}, PLAIN, |_this, cx| -> bondhu_tasks::ResultTuple {
    let group = Signature::group([call("add").arg(3), call("add").arg(4)]);
    let chain = [call("add").arg(1).arg(1), call("add").arg(2), group, call("add").arg(5)];
    Ok(cx.apply(Signature::chain(chain)).await?.as_tuple().clone())
});
