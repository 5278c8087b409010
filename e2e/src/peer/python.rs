//! Programs of others from PyPI, each in a virtual environment that the first run makes.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::environment;

/// The interpreter of an environment with `package` of this version in it, which is imported as `module`. `None`, said
/// loudly, when this machine cannot install it.
pub(super) async fn interpreter(what: &str, package: &str, version: &str, module: &str) -> Option<PathBuf> {
    let folder = std::env::temp_dir().join(format!("souk-{package}-{version}"));
    let python = folder.join("bin/python");
    if works(&python, module).await {
        return Some(python);
    }
    let made = run(Path::new("python3"), &["-m", "venv", &folder.display().to_string()]).await
        && run(&python, &["-m", "pip", "install", "--quiet", &format!("{package}=={version}")]).await;
    if made && works(&python, module).await {
        return Some(python);
    }
    environment::skip(what, &format!("{package} cannot be installed: it needs python3 with venv and pip, and PyPI"));
    None
}

async fn works(python: &Path, module: &str) -> bool {
    run(python, &["-c", &format!("import {module}")]).await
}

async fn run(program: &Path, arguments: &[&str]) -> bool {
    let ended = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status().await;
    ended.is_ok_and(|status| status.success())
}
