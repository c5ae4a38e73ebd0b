//! Every vector, with its exact code: those of this project, and those made by an independent
//! implementation, of which the project's own are a copy in its own layout.

use std::collections::BTreeMap;
use std::path::Path;

use ikd_verifier::conformance;
use serde_json::Value;

const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../sdk/vectors");

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn run_folder(folder: &Path) -> usize {
    let mut passed = 0;
    for entry in std::fs::read_dir(folder).expect("the folder of vectors") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|e| e == "json") {
            let outcomes = conformance::run(&read(&path)).expect("a file of vectors");
            let wrong: Vec<_> = outcomes.iter().filter(|o| o.difference.is_some()).collect();
            assert!(wrong.is_empty(), "{}: {wrong:#?}", path.display());
            passed += outcomes.len();
        }
    }
    passed
}

#[test]
fn the_projects_vectors() {
    assert!(run_folder(Path::new(OWN)) > 160);
}

#[test]
fn the_shared_vectors() {
    if let Some(folder) = ikd_tests::shared("vectors") {
        assert!(run_folder(&folder) > 160);
    }
}

/// Name → what decides, without the prose.
fn cases(file: &Path) -> BTreeMap<String, Value> {
    let file: Value = serde_json::from_str(&read(file)).expect("JSON");
    let cases = file["cases"].as_array().expect("cases").iter().cloned();
    cases
        .map(|mut case| {
            let name = case["name"].as_str().expect("a name").to_owned();
            let case_map = case.as_object_mut().expect("an object");
            case_map.retain(|key, _| !matches!(key.as_str(), "name" | "why" | "step"));
            case_map.entry("policy").or_insert_with(|| Value::Object(serde_json::Map::new()));
            (name, case)
        })
        .collect()
}

#[test]
fn the_projects_vectors_are_the_shared_ones() {
    let Some(shared) = ikd_tests::shared("vectors") else { return };
    for (own, theirs) in [("presentations.json", "ikd-qr.json"), ("trust-lists.json", "trust.json")]
    {
        let own = cases(&Path::new(OWN).join(own));
        for (name, case) in cases(&shared.join(theirs)) {
            assert_eq!(own.get(&name), Some(&case), "{theirs}: {name}");
        }
    }
}
