//! What the environment says: the one place of this crate that reads it.

use std::path::{Path, PathBuf};

use crate::{Error, Result};

#[allow(clippy::disallowed_methods, reason = "tools that drive the program from outside have no configuration file")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The URL of a PostgreSQL server on which databases may be made, from `SOUK_TEST_POSTGRES_URL`.
#[must_use]
pub fn postgres_url() -> Option<String> {
    variable("SOUK_TEST_POSTGRES_URL")
}

/// The program: `SOUK_BIN`, or `souk` in the folder of target that this program was built into.
///
/// # Errors
/// [`Error::Program`] saying how to build it.
pub fn souk_binary() -> Result<PathBuf> {
    if let Some(path) = variable("SOUK_BIN") {
        return Ok(PathBuf::from(path));
    }
    let own = std::env::current_exe().map_err(|e| Error::Program(format!("where am I? {e}")))?;
    let found = own.ancestors().skip(1).take(2).map(|folder| folder.join("souk")).find(|path| path.is_file());
    found.ok_or_else(|| {
        let folder = own.parent().unwrap_or(Path::new(".")).display().to_string();
        Error::Program(format!("no souk near {folder}: run `cargo build -p server` first, or set SOUK_BIN"))
    })
}

/// The folder of this checkout.
#[must_use]
pub fn checkout() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// The Olist files: `SOUK_OLIST_DIR`, or `shared/data/olist` beside the checkout, when they are there.
#[must_use]
pub fn olist() -> Option<PathBuf> {
    let beside = || checkout().parent().map(|folder| folder.join("shared/data/olist"));
    let folder = variable("SOUK_OLIST_DIR").map(PathBuf::from).or_else(beside)?;
    folder.join("order_items.csv").is_file().then_some(folder)
}

/// Says loudly that something was not tested, here and in the list that the test script prints at its end.
#[allow(clippy::print_stderr, reason = "a skip must be seen")]
pub fn skip(what: &str, why: &str) {
    use std::io::Write as _;
    eprintln!("SKIPPED: {what} ({why})");
    if let Some(list) = variable("SOUK_SKIPPED")
        && let Ok(mut file) = std::fs::OpenOptions::new().append(true).create(true).open(list)
    {
        let _ = writeln!(file, "{what} ({why})");
    }
}
