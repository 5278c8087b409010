//! The table of proofs names tests that exist.

use std::path::Path;

const TABLE: &str = include_str!("../../../../../e2e/PROOFS.md");

/// `domain/orders/tests/it/returns::the_worked_quantities` as a file and a function.
fn named() -> Vec<(String, String)> {
    let rows = TABLE.lines().filter(|line| line.starts_with('|'));
    let words = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    let names = words.filter_map(|word| word.rsplit_once("::"));
    let file = |path: &str| if path.starts_with("e2e/") { format!("{path}.rs") } else { format!("crates/{path}.rs") };
    names.map(|(path, name)| (file(path), name.to_owned())).collect()
}

#[test]
fn every_test_in_the_table_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let named = named();
    assert!(named.len() > 80, "the table is read: {}", named.len());
    for (file, name) in named {
        let text = std::fs::read_to_string(root.join(&file)).unwrap_or_default();
        assert!(text.contains(&format!("fn {name}(")), "there is no {name} in {file}");
    }
}

#[test]
fn every_row_of_the_lists_is_proved() {
    let rows: Vec<&str> = TABLE.lines().filter(|line| line.starts_with('|')).collect();
    let proved = |key: &str| rows.iter().any(|row| row.starts_with(&format!("| {key} |")) && row.contains("::"));
    let complaints = (1..=21).map(|number| number.to_string());
    let faults = (1..=12).map(|number| format!("F{number}"));
    let scenarios = (1..=10).map(|number| format!("A.13 S{number}")).chain((1..=8).map(|n| format!("B.11 S{n}")));
    for key in complaints.chain(faults).chain(scenarios).chain(["B.9".to_owned()]) {
        assert!(proved(&key), "{key} has no test");
    }
}
