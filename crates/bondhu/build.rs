//! Builds the binary again when the web app inside it has changed, and packs its relocations.

use std::process::Command;

fn main() {
    let web = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/build");
    // Cargo watches a folder only if it is there.
    std::fs::create_dir_all(web).expect("the folder of the built web app can be made");
    println!("cargo::rerun-if-changed={web}");
    println!("cargo::rerun-if-changed=build.rs");
    if glibc_reads_packed_relocations() {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// Addresses inside the program, which the loader corrects at every start, take 24 bytes each in the usual form, and some
/// bits in the packed one: 2.4 MB less to read, and to hold in memory, for every process. glibc knows it since 2.36.
/// <https://sourceware.org/glibc/wiki/Release/2.36>
fn glibc_reads_packed_relocations() -> bool {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let is_gnu = variable("CARGO_CFG_TARGET_OS") == "linux" && variable("CARGO_CFG_TARGET_ENV") == "gnu";
    // Of another machine we do not know.
    if !is_gnu || variable("HOST") != variable("TARGET") {
        return false;
    }
    let Ok(output) = Command::new("getconf").arg("GNU_LIBC_VERSION").output() else { return false };
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.trim().strip_prefix("glibc ").and_then(|version| version.split_once('.'));
    version.is_some_and(|(major, minor)| major == "2" && minor.parse::<u32>().is_ok_and(|minor| minor >= 36))
}
