//! What all benchmarks share: where they ran, and where their tables go.

use std::{fs, path::Path};

use anyhow::{Context, Result};

/// Replaces what stands in `file` between `<!-- NAME:begin -->` and `<!-- NAME:end -->`.
pub fn write_between(file: &Path, name: &str, table: &str) -> Result<()> {
    let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
    let path = file.display();
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {path}"))?;
    let markers = || format!("{path} has no {} … {end} lines; add them where the table belongs", begin.trim());
    let (before, rest) = text.split_once(&begin).with_context(markers)?;
    let (_, after) = rest.split_once(&end).with_context(markers)?;
    fs::write(file, format!("{before}{begin}{table}{end}{after}")).with_context(|| format!("cannot write {path}"))
}

/// One line on what this ran on.
pub fn machine() -> String {
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

/// Bytes as mebibytes.
pub fn in_mebibytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1024).unwrap_or(u32::MAX)) / 1024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_markers_changes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.md");
        fs::write(&file, "# Before\n<!-- x:begin -->\nold\n<!-- x:end -->\nafter\n").unwrap();
        write_between(&file, "x", "new\n").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "# Before\n<!-- x:begin -->\nnew\n<!-- x:end -->\nafter\n");
    }

    #[test]
    fn a_page_without_markers_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.md");
        fs::write(&file, "text").unwrap();
        let error = write_between(&file, "x", "new").unwrap_err();
        assert!(error.to_string().contains("x:begin"), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "text");
    }
}
