//! Any bytes on a queue: either a message, which reads the same after it is written again, or poison that holds them.
#![no_main]

use bondhu_tasks::Message;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| match Message::decode(raw) {
    Ok(message) => {
        let written = message.encode().expect("what was read can be written");
        let again = Message::decode(&written).expect("what was written can be read");
        assert!(again == message, "a message changes on the wire");
    }
    Err(poison) => assert!(poison.raw == raw, "poison keeps the bytes as they came"),
});
