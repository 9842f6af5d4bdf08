//! The figures of both sides as one Markdown table.

use std::fmt::Write as _;
use std::time::Duration;

use bondhu_bench::{in_mebibytes, machine};

use crate::measure::{CROWD, Figures, Turns};

/// The table with its caption, and what stood beside the servers.
pub(crate) fn table(ours: &Figures, theirs: &Figures) -> String {
    let mut text =
        format!("{}\n\n| measure | {} | {} | ratio |\n|---|---:|---:|---:|\n", machine(), ours.name, theirs.name);
    turns(&mut text, "1 person", &ours.alone, &theirs.alone);
    turns(&mut text, &format!("{CROWD} people"), &ours.crowd, &theirs.crowd);
    more(&mut text, "cached history, 50 messages, reads/s", ours.reads_per_sec, theirs.reads_per_sec);
    less(&mut text, "cached history p50", ours.read.p50, theirs.read.p50);
    less(&mut text, "cached history p99", ours.read.p99, theirs.read.p99);
    less(&mut text, "start to first answer", ours.start, theirs.start);
    bytes(&mut text, "memory when idle", ours.idle_bytes, theirs.idle_bytes);
    let after = format!("memory after {} messages", ours.messages.min(theirs.messages));
    bytes(&mut text, &after, ours.busy_bytes, theirs.busy_bytes);
    if let Some(beside) = theirs.companion_bytes {
        let mebibytes = in_mebibytes(beside);
        let _ = write!(text, "\nThe peer's Redis server held another {mebibytes:.1} MiB at the end.\n");
    }
    text
}

fn turns(text: &mut String, who: &str, ours: &Turns, theirs: &Turns) {
    less(text, &format!("{who}: send to first event p50"), ours.first_event.p50, theirs.first_event.p50);
    less(text, &format!("{who}: send to first event p99"), ours.first_event.p99, theirs.first_event.p99);
    less(text, &format!("{who}: send to done p50"), ours.done.p50, theirs.done.p50);
    less(text, &format!("{who}: send to done p99"), ours.done.p99, theirs.done.p99);
    more(text, &format!("{who}: turns/s"), ours.per_sec, theirs.per_sec);
    less(text, &format!("{who}: processor time a turn"), ours.processor, theirs.processor);
}

/// A row where less is better: the ratio says how many times less ours is.
fn less(text: &mut String, measure: &str, ours: Duration, theirs: Duration) {
    let (ours, theirs) = (ours.as_secs_f64() * 1e3, theirs.as_secs_f64() * 1e3);
    let ratio = theirs / ours;
    let _ = writeln!(text, "| {measure} | {ours:.2} ms | {theirs:.2} ms | {ratio:.1}× |");
}

/// A row where more is better: the ratio says how many times more ours is.
fn more(text: &mut String, measure: &str, ours: f64, theirs: f64) {
    let ratio = ours / theirs;
    let _ = writeln!(text, "| {measure} | {ours:.0} | {theirs:.0} | {ratio:.1}× |");
}

fn bytes(text: &mut String, measure: &str, ours: u64, theirs: u64) {
    let (ours, theirs) = (in_mebibytes(ours), in_mebibytes(theirs));
    let ratio = theirs / ours;
    let _ = writeln!(text, "| {measure} | {ours:.1} MiB | {theirs:.1} MiB | {ratio:.1}× |");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_say_how_much_better_ours_is() {
        let mut text = String::new();
        less(&mut text, "wait", Duration::from_millis(2), Duration::from_millis(9));
        more(&mut text, "rate", 300.0, 100.0);
        assert_eq!(text, "| wait | 2.00 ms | 9.00 ms | 4.5× |\n| rate | 300 | 100 | 3.0× |\n");
    }
}
