//! Running `souk` to its end.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::{Error, Result};

/// The longest a command may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// What a finished program leaves.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its exit code; -1 when a signal ended it.
    pub code: i32,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl Output {
    /// The same, when it ended well.
    ///
    /// # Errors
    /// [`Error::Program`] with what it wrote.
    pub fn success(self, what: &str) -> Result<Self> {
        if self.code == 0 {
            return Ok(self);
        }
        Err(Error::Program(format!("{what} ended with {}:\n{}{}", self.code, self.stdout, self.stderr)))
    }
}

/// How to start the program: its file and its environment.
#[derive(Debug, Clone)]
pub struct Program {
    pub(crate) file: PathBuf,
    pub(crate) environment: Vec<(String, String)>,
}

impl Program {
    /// A command line, not yet started. Variables with settings that this process happens to have do not reach it.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.file);
        command.args(arguments).env_clear().stdin(Stdio::null()).kill_on_drop(true);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs it with `arguments` to its end.
    ///
    /// # Errors
    /// [`Error::Program`] when it does not start or does not end.
    pub async fn run(&self, arguments: &[&str]) -> Result<Output> {
        let wrong = |why: String| Error::Program(format!("souk {}: {why}", arguments.join(" ")));
        let output = tokio::time::timeout(PATIENCE, self.command(arguments).output()).await;
        let output = output.map_err(|_| wrong("does not end".to_owned()))?.map_err(|e| wrong(e.to_string()))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let code = output.status.code().unwrap_or(-1);
        Ok(Output { code, stdout: text(&output.stdout), stderr: text(&output.stderr) })
    }
}
