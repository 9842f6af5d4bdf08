//! The arrows of docs/ARCHITECTURE.md, as a test.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .no_deps()
        .exec()
        .unwrap();
    let normal = |package: &cargo_metadata::Package| -> BTreeSet<String> {
        let normal = package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
        normal.map(|dependency| dependency.name.clone()).collect()
    };
    metadata.packages.iter().map(|package| (package.name.to_string(), normal(package))).collect()
}

#[test]
fn libraries_do_not_know_each_other_or_the_product() {
    let dependencies = dependencies();
    for library in ["bondhu-cache", "bondhu-llm", "bondhu-sentiment", "bondhu-store", "bondhu-tasks"] {
        let own: Vec<&String> = dependencies[library].iter().filter(|name| name.starts_with("bondhu")).collect();
        assert!(own.is_empty(), "{library} depends on {own:?}");
    }
    let gateway: Vec<&String> =
        dependencies["bondhu-upstash"].iter().filter(|name| name.starts_with("bondhu")).collect();
    assert_eq!(gateway, ["bondhu-cache"], "the gateway knows the engine and nothing else");
}

#[test]
fn the_testkit_is_for_tests_only() {
    for (package, dependencies) in dependencies() {
        // The benchmark is a test of another kind: it starts servers for its peers.
        let may = package == "bondhu-bench" || !dependencies.contains("bondhu-testkit");
        assert!(may, "{package} depends on bondhu-testkit outside its tests");
    }
}

#[test]
fn drivers_are_named_by_the_crate_that_owns_them() {
    for (package, dependencies) in dependencies() {
        let owners: [(&str, &[&str]); 4] = [
            // The queue keeps a file of its own, and must be of use without the store.
            ("sqlx", &["bondhu-store", "bondhu-tasks"]),
            ("redis", &["bondhu-tasks", "bondhu-cache"]),
            ("genai", &["bondhu-llm"]),
            ("moka", &["bondhu-cache"]),
        ];
        for (driver, owners) in owners {
            let owned = owners.contains(&package.as_str()) || !dependencies.contains(driver);
            assert!(owned, "{package} names {driver}, which belongs to {owners:?}");
        }
    }
}
