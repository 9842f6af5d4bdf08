//! Tasks that return signatures that are never sent, and one that reads them.

use bondhu_tasks::{RegistryBuilder, Signature, TaskOptions, TaskResult, canvas::Kind};

use super::task_macro::{Suite, call, raise, task};

const PLAIN: TaskOptions = TaskOptions::new();

pub(crate) fn register(registry: RegistryBuilder<Suite>) -> RegistryBuilder<Suite> {
    registry
        .register::<ChainChain>()
        .register::<ChainGroup>()
        .register::<ChainChord>()
        .register::<GroupChain>()
        .register::<GroupGroup>()
        .register::<GroupChord>()
        .register::<ChordChain>()
        .register::<ChordGroup>()
        .register::<ChordChord>()
        .register::<RebuildSignature>()
}

fn chain() -> Signature {
    Signature::chain([call("add")])
}

fn group() -> Signature {
    Signature::group([call("add")])
}

fn chord() -> Signature {
    Signature::chord([call("add")], &call("add"))
}

task!("t.integration.tasks.return_nested_signature_chain_chain", ChainChain {}, PLAIN, |_this, _cx| -> Signature {
    Ok(Signature::chain([chain()]))
});
task!("t.integration.tasks.return_nested_signature_chain_group", ChainGroup {}, PLAIN, |_this, _cx| -> Signature {
    Ok(Signature::chain([group()]))
});
task!("t.integration.tasks.return_nested_signature_chain_chord", ChainChord {}, PLAIN, |_this, _cx| -> Signature {
    Ok(Signature::chain([chord()]))
});
task!("t.integration.tasks.return_nested_signature_group_chain", GroupChain {}, PLAIN, |_this, _cx| -> Signature {
    Ok(Signature::group([chain()]))
});
task!("t.integration.tasks.return_nested_signature_group_group", GroupGroup {}, PLAIN, |_this, _cx| -> Signature {
    Ok(Signature::group([group()]))
});
task!("t.integration.tasks.return_nested_signature_group_chord", GroupChord {}, PLAIN, |_this, _cx| -> Signature {
    Ok(Signature::group([chord()]))
});
task!("t.integration.tasks.return_nested_signature_chord_chain", ChordChain {}, PLAIN, |_this, _cx| -> Signature {
    Ok(Signature::chord([chain()], &call("add")))
});
task!("t.integration.tasks.return_nested_signature_chord_group", ChordGroup {}, PLAIN, |_this, _cx| -> Signature {
    Ok(Signature::chord([group()], &call("add")))
});
task!("t.integration.tasks.return_nested_signature_chord_chord", ChordChord {}, PLAIN, |_this, _cx| -> Signature {
    Ok(Signature::chord([chord()], &call("add")))
});

task!("t.integration.tasks.rebuild_signature", RebuildSignature { sig_dict: Signature }, PLAIN, |this, _cx| -> () {
    check(&this.sig_dict)
});

/// Every part of a combination is a signature in turn.
fn check(signature: &Signature) -> TaskResult {
    match signature.kind() {
        Ok(Kind::Chain(parts) | Kind::Group(parts)) => parts.iter().try_for_each(check),
        Ok(Kind::Chord { header, body }) => header.iter().try_for_each(check).and_then(|()| check(&body)),
        Ok(_) => Ok(()),
        Err(_) => Err(raise("TypeError", "this is not a signature object")),
    }
}
