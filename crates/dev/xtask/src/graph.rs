//! Compares the manifests of the workspace with the map.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::map;

/// Folders whose sub-folders are crates, and crates beside them.
const GROUPS: [&str; 4] = ["crates/platform", "crates/domain", "crates/app", "crates/dev"];
const SINGLE: [&str; 2] = ["migrations", "e2e"];

/// Something that is not on the map.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Violation {
    /// A crate nobody drew.
    UnknownCrate(String),
    /// A dependency nobody drew.
    Edge { from: String, to: String },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCrate(name) => write!(f, "crate {name} is not on the map"),
            Self::Edge { from, to } => write!(f, "{from} must not depend on {to}"),
        }
    }
}

/// A manifest could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{}: {source}", path.display())]
    Parse { path: PathBuf, source: toml::de::Error },
    #[error("{}: no package.name", path.display())]
    Nameless { path: PathBuf },
}

/// All violations of the workspace at `root`, ordered by crate.
pub(crate) fn check(root: &Path) -> Result<Vec<Violation>, Error> {
    let workspace = read(&root.join("Cargo.toml"))?;
    let shared = at(&workspace, &["workspace", "dependencies"]);
    let mut crates = BTreeMap::new();
    for path in manifests(root)? {
        let manifest = read(&path)?;
        let name = at(&manifest, &["package"]).and_then(|p| p.get("name")).and_then(Value::as_str);
        let name = name.ok_or_else(|| Error::Nameless { path: path.clone() })?.to_owned();
        crates.insert(name, dependencies(&manifest, shared));
    }
    let mut wrong = Vec::new();
    for (from, dependencies) in &crates {
        let Some(allowed) = map::allowed(from) else {
            wrong.push(Violation::UnknownCrate(from.clone()));
            continue;
        };
        let ours = dependencies.iter().filter(|to| crates.contains_key(*to));
        let forbidden = ours.filter(|to| !allowed.iter().any(|group| group.contains(&to.as_str())));
        wrong.extend(forbidden.map(|to| Violation::Edge { from: from.clone(), to: to.clone() }));
    }
    Ok(wrong)
}

/// The manifests of all crates that are there.
fn manifests(root: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found: Vec<_> = SINGLE.iter().map(|name| root.join(name).join("Cargo.toml")).collect();
    for group in GROUPS {
        let path = root.join(group);
        let failed = |source| Error::Read { path: path.clone(), source };
        if path.is_dir() {
            for entry in path.read_dir().map_err(failed)? {
                found.push(entry.map_err(failed)?.path().join("Cargo.toml"));
            }
        }
    }
    found.retain(|path| path.is_file());
    Ok(found)
}

fn read(path: &Path) -> Result<Table, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    text.parse().map_err(|source| Error::Parse { path: path.to_owned(), source })
}

/// The table at a path of keys.
fn at<'a>(table: &'a Table, keys: &[&str]) -> Option<&'a Table> {
    keys.iter().try_fold(table, |table, key| table.get(*key)?.as_table())
}

/// The packages a crate is built with: its dependencies and those of its build script, on every platform.
fn dependencies(manifest: &Table, shared: Option<&Table>) -> Vec<String> {
    let everywhere = std::iter::once(manifest);
    let by_platform = at(manifest, &["target"]).into_iter().flat_map(Table::values).filter_map(Value::as_table);
    let tables = everywhere.chain(by_platform);
    let entries = tables
        .flat_map(|table| ["dependencies", "build-dependencies"].into_iter().filter_map(|kind| at(table, &[kind])));
    let mut names: Vec<_> = entries.flatten().map(|(key, entry)| package(key, entry, shared)).collect();
    names.sort();
    names.dedup();
    names
}

/// The package behind a dependency, which may go by another name.
fn package(key: &str, entry: &Value, shared: Option<&Table>) -> String {
    let renamed = |entry: &Value| entry.get("package").and_then(Value::as_str).map(str::to_owned);
    let inherited = || shared.and_then(|shared| shared.get(key)).and_then(renamed);
    renamed(entry).or_else(inherited).unwrap_or_else(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// A workspace of crates with these dependency lines.
    fn workspace(crates: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let shared = "[workspace.dependencies]\nalias = { package = \"orders\", path = \"\" }\n";
        std::fs::write(root.path().join("Cargo.toml"), shared).unwrap();
        for (path, dependencies) in crates {
            let name = path.rsplit('/').next().unwrap();
            std::fs::create_dir_all(root.path().join(path)).unwrap();
            let manifest = format!("[package]\nname = \"{name}\"\n{dependencies}\n");
            std::fs::write(root.path().join(path).join("Cargo.toml"), manifest).unwrap();
        }
        root
    }

    fn edge(from: &str, to: &str) -> Violation {
        Violation::Edge { from: from.to_owned(), to: to.to_owned() }
    }

    #[test]
    fn this_workspace_follows_the_map() {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."));
        assert_eq!(check(root).unwrap(), []);
    }

    #[test]
    fn edges_outside_the_map_are_found_however_they_are_written() {
        for entry in [
            "[dependencies]\norders.workspace = true",
            "[dependencies]\nx = { package = \"orders\", path = \"../orders\" }",
            "[dependencies]\nalias.workspace = true",
            "[build-dependencies]\norders.workspace = true",
            "[target.'cfg(unix)'.dependencies]\norders.workspace = true",
            "[dependencies.orders]\nworkspace = true",
        ] {
            let root = workspace(&[("crates/domain/billing", entry), ("crates/domain/orders", "")]);
            assert_eq!(check(root.path()).unwrap(), [edge("billing", "orders")], "{entry}");
        }
    }

    #[test]
    fn allowed_edges_foreign_crates_and_tests_are_free() {
        let root = workspace(&[
            ("crates/platform/kernel", ""),
            ("crates/platform/db", "[dependencies]\nkernel.workspace = true\nserde = \"1\""),
            ("crates/domain/orders", "[dependencies]\ndb = {}\n[dev-dependencies]\nbilling = {}\ntestkit = {}"),
            ("crates/domain/billing", "[dependencies]\nkernel = {}"),
            ("crates/dev/testkit", "[dependencies]\ndb = {}"),
        ]);
        assert_eq!(check(root.path()).unwrap(), []);
    }

    #[test]
    fn test_tools_and_new_crates_need_a_place() {
        let root = workspace(&[
            ("crates/app/server", "[dependencies]\ntestkit = {}"),
            ("crates/dev/testkit", ""),
            ("crates/platform/utils", ""),
            ("e2e", "[dependencies]\nutils = {}"),
        ]);
        let unknown = Violation::UnknownCrate("utils".to_owned());
        assert_eq!(check(root.path()).unwrap(), [edge("e2e", "utils"), edge("server", "testkit"), unknown]);
    }
}
