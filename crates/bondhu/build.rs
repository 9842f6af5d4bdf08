//! Builds the binary again when the web app inside it has changed.

fn main() {
    let web = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/build");
    // Cargo watches a folder only if it is there.
    std::fs::create_dir_all(web).expect("the folder of the built web app can be made");
    println!("cargo::rerun-if-changed={web}");
}
