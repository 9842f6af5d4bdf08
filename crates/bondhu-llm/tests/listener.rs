//! dev
use bondhu_llm::listener::{Heard, reply};
#[test]
fn show() {
    let file = include_str!("listener_cases.tsv");
    for (i, line) in file.lines().filter(|l| !l.starts_with('#')).enumerate() {
        let (_, text) = line.split_once('\t').unwrap();
        let r = reply(&Heard { text, turn: i, seed: 7, recent_replies: &[], recent_messages: &[] });
        println!("> {text}\n  {r}");
    }
}
