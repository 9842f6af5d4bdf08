//! The figures of both sides as one Markdown table.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::measure::{CROWD, Figures, Turns};

const BEGIN: &str = "<!-- bench:begin -->\n";
const END: &str = "<!-- bench:end -->";

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

/// Replaces what stands between the markers in `file`.
pub(crate) fn write_between_markers(file: &Path, table: &str) -> Result<()> {
    let name = file.display();
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
    let markers = || format!("{name} has no {} … {END} lines; add them where the table belongs", BEGIN.trim());
    let (before, rest) = text.split_once(BEGIN).with_context(markers)?;
    let (_, after) = rest.split_once(END).with_context(markers)?;
    fs::write(file, format!("{before}{BEGIN}{table}{END}{after}")).with_context(|| format!("cannot write {name}"))
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

fn in_mebibytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1024).unwrap_or(u32::MAX)) / 1024.0
}

/// One line on what this ran on.
fn machine() -> String {
    let file = |path| fs::read_to_string(path).unwrap_or_default();
    let value = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.starts_with(key))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let unknown = || "unknown".to_owned();
    let processor = value(&file("/proc/cpuinfo"), "model name").unwrap_or_else(unknown);
    let memory = value(&file("/proc/meminfo"), "MemTotal");
    let memory = memory.and_then(|kib| kib.strip_suffix(" kB")?.parse::<u64>().ok()).unwrap_or_default();
    let memory = in_mebibytes(memory * 1024) / 1024.0;
    let kernel = file("/proc/sys/kernel/osrelease");
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let kernel = kernel.trim();
    format!("Measured on {cores} cores of {processor}, {memory:.0} GiB of memory, Linux {kernel}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_markers_changes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.md");
        fs::write(&file, format!("# Before\n{BEGIN}old\n{END}\nafter\n")).unwrap();
        write_between_markers(&file, "new\n").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), format!("# Before\n{BEGIN}new\n{END}\nafter\n"));
    }

    #[test]
    fn a_page_without_markers_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.md");
        fs::write(&file, "text").unwrap();
        let error = write_between_markers(&file, "new").unwrap_err();
        assert!(error.to_string().contains("bench:begin"), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "text");
    }

    #[test]
    fn ratios_say_how_much_better_ours_is() {
        let mut text = String::new();
        less(&mut text, "wait", Duration::from_millis(2), Duration::from_millis(9));
        more(&mut text, "rate", 300.0, 100.0);
        assert_eq!(text, "| wait | 2.00 ms | 9.00 ms | 4.5× |\n| rate | 300 | 100 | 3.0× |\n");
    }
}
