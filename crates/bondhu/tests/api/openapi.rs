use bondhu::http::router::openapi_json;

/// The description is a file in the repository, from which the web client's types are made. A change of the
/// API shows in both; `make gen` rewrites them.
#[test]
fn the_description_in_the_repository_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(stored == openapi_json(), "crates/bondhu/openapi.json is not current; run `make gen` and look at the diff");
}

#[test]
fn every_operation_is_named_and_described() {
    let document: serde_json::Value = serde_json::from_str(&openapi_json()).unwrap();
    let mut names = std::collections::BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap_or_default();
            assert!(names.insert(name.to_owned()), "{method} {path}: the name {name:?} is taken or missing");
            assert!(operation["summary"].as_str().is_some_and(|s| !s.is_empty()), "{method} {path} has no summary");
        }
    }
    assert!(names.len() > 30);
}
