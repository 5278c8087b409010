//! Checks of this repository that cargo does not make itself: `cargo xtask graph`.

mod graph;
mod map;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."));
    let task = std::env::args().nth(1);
    match task.as_deref() {
        Some("graph") => graph(root),
        _ => {
            eprintln!("cargo xtask graph    refuses dependencies between our crates that are not on the map");
            ExitCode::from(2)
        }
    }
}

fn graph(root: &Path) -> ExitCode {
    match graph::check(root) {
        Ok(wrong) if wrong.is_empty() => ExitCode::SUCCESS,
        Ok(wrong) => {
            for violation in wrong {
                eprintln!("{violation}");
            }
            eprintln!("the map is in crates/dev/xtask/src/map.rs and in ARCHITECTURE.md");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
