//! One Souk for one run: a data folder, a database, a port, and the process while it runs.
//!
//! On SQLite it is `souk demo`, which brings everything with it. On PostgreSQL it is `souk serve` as in production,
//! with an S3 storage and a mail server beside it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::database::{self, PostgresDatabase};
use crate::mails::Mail;
use crate::peer::{self, S3, Smtp};
use crate::program::{Output, Program};
use crate::{Client, Error, Kind, Result, environment, mails};

/// How long the program may take to be ready, in a debug build on a busy machine.
const READY: Duration = Duration::from_secs(600);
/// How long it may take to stop.
const STOPPED: Duration = Duration::from_secs(40);

/// The sign-in of the operator: e-mail and password, the same as in the demo.
pub const OPERATOR: (&str, &str) = ("operator@souk.example", "souk-demo-operator");

/// What a site starts with.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether SQLite starts with the demo marketplace in it. PostgreSQL always starts empty.
    pub content: bool,
    /// Settings on top, such as `SOUK__LOG__LEVEL`.
    pub settings: Vec<(String, String)>,
}

impl Options {
    /// The same with one more setting.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// One Souk. Dropping it kills the process and removes its folder; call [`Site::close`] to remove its database, too.
#[derive(Debug)]
pub struct Site {
    kind: Kind,
    port: u16,
    content: bool,
    program: Program,
    child: Option<Child>,
    postgres: Option<PostgresDatabase>,
    _peers: Option<(S3, Smtp)>,
    folder: TempDir,
}

impl Site {
    /// Makes a site on a database of its own and starts it.
    ///
    /// # Errors
    /// [`Error::Program`] with the end of its log when it does not get ready.
    pub async fn start(kind: Kind, options: Options) -> Result<Self> {
        let mut site = Self::prepare(kind, options).await?;
        site.up().await?;
        Ok(site)
    }

    /// Makes a site without starting it.
    ///
    /// # Errors
    /// When there is no program, no database server or no disk.
    pub async fn prepare(kind: Kind, options: Options) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("souk-e2e").tempdir();
        let folder = folder.map_err(|e| Error::File("temporary folder".to_owned(), e))?;
        let port = free_port()?;
        let mut program = Program { file: environment::souk_binary()?, environment: Vec::new() };
        let (postgres, peers) = match kind {
            Kind::Sqlite => (None, None),
            Kind::Postgres => {
                let database = PostgresDatabase::create().await?;
                let s3 = S3::start(&folder.path().join("objects")).await?;
                let smtp = Smtp::start(&folder.path().join("mails")).await?;
                program.environment = production(port, &database.url(), &s3.endpoint(), &smtp.url());
                (Some(database), Some((s3, smtp)))
            }
        };
        program.environment.extend(options.settings);
        let content = options.content;
        let site = Self { kind, port, content, program, child: None, postgres, _peers: peers, folder };
        if kind == Kind::Postgres {
            site.run(&["migrate"]).await?.success("souk migrate")?;
            let (email, password) = OPERATOR;
            let arguments = ["operator", "create", "--email", email, "--name", "Operator", "--password", password];
            site.run(&arguments).await?.success("souk operator create")?;
        }
        Ok(site)
    }

    /// Which database it has.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Host and port.
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Sets a setting for the next start, or takes it away.
    pub fn set(&mut self, name: &str, value: Option<&str>) {
        self.program.environment.retain(|(known, _)| known != name);
        self.program.environment.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    }

    /// Its data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The URL of its database, for measurements.
    #[must_use]
    pub fn database_url(&self) -> String {
        match &self.postgres {
            Some(database) => database.url(),
            None => format!("sqlite:{}", self.data().join("souk.db").display()),
        }
    }

    /// A client for nobody signed in.
    ///
    /// # Errors
    /// Like [`Client::new`].
    pub fn client(&self) -> Result<Client> {
        Client::new(&self.url())
    }

    /// Starts the process and waits until it is ready.
    ///
    /// # Errors
    /// [`Error::Program`] with the end of its log when it does not get ready.
    pub async fn up(&mut self) -> Result<()> {
        self.spawn()?;
        self.wait_ready().await
    }

    /// Starts the process without waiting for it.
    ///
    /// # Errors
    /// [`Error::Program`] when there is no such program.
    pub fn spawn(&mut self) -> Result<()> {
        let (data, port) = (self.data().display().to_string(), self.port.to_string());
        let mut arguments = match self.kind {
            Kind::Sqlite => vec!["demo", "--data", &data, "--port", &port],
            Kind::Postgres => vec!["serve"],
        };
        if self.kind == Kind::Sqlite && !self.content {
            arguments.push("--empty");
        }
        let path = self.log_path();
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&path);
        let log = log.map_err(|e| Error::file(&path, e))?;
        let errors = log.try_clone().map_err(|e| Error::file(&path, e))?;
        let mut command = self.program.command(&arguments);
        command.stdout(Stdio::from(log)).stderr(Stdio::from(errors));
        self.child = Some(command.spawn().map_err(|e| Error::Program(format!("souk: {e}")))?);
        Ok(())
    }

    async fn wait_ready(&mut self) -> Result<()> {
        let client = self.client()?;
        let ready = format!("{}/readyz", self.url());
        let started = Instant::now();
        while started.elapsed() < READY {
            if let Ok(answer) = client.http().get(&ready).send().await
                && answer.status().is_success()
            {
                return Ok(());
            }
            if let Some(status) = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten()) {
                return Err(Error::Program(format!("souk ended with {status} at start:\n{}", self.log_end())));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err(Error::Program(format!("souk is not ready after {} s:\n{}", READY.as_secs(), self.log_end())))
    }

    /// The process id, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }

    /// Whether the process runs.
    pub fn runs(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// Asks the process to stop (SIGTERM) and waits for its end.
    ///
    /// # Errors
    /// [`Error::Program`] when it does not end in time or not well.
    pub async fn stop(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        if let Some(pid) = child.id() {
            let sent = Command::new("kill").args(["-TERM", &pid.to_string()]).status().await;
            sent.map_err(|e| Error::Program(format!("kill: {e}")))?;
        }
        match tokio::time::timeout(STOPPED, child.wait()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(Error::Program(format!("souk stopped with {status}:\n{}", self.log_end()))),
            Ok(Err(error)) => Err(Error::Program(format!("souk: {error}"))),
            Err(_) => Err(Error::Program(format!("souk does not stop:\n{}", self.log_end()))),
        }
    }

    /// Ends the process at once, as a lost machine would (SIGKILL).
    ///
    /// # Errors
    /// [`Error::Program`] when it cannot be ended.
    pub async fn kill(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        child.kill().await.map_err(|e| Error::Program(format!("souk: {e}")))
    }

    /// Runs another command of the program on this site's settings.
    ///
    /// # Errors
    /// Like [`Program::run`].
    pub async fn run(&self, arguments: &[&str]) -> Result<Output> {
        self.program.run(arguments).await
    }

    /// Runs `souk verify`: everything that can be derived is derived again and compared.
    ///
    /// # Errors
    /// [`Error::Program`] listing the differences.
    pub async fn verify(&self) -> Result<()> {
        let data = self.data().display().to_string();
        let output = match self.kind {
            Kind::Sqlite => self.run(&["verify", "--data", &data]).await?,
            Kind::Postgres => self.run(&["verify"]).await?,
        };
        output.success("souk verify").map(drop)
    }

    /// Waits until every event is delivered and every job done; gives how long that took.
    ///
    /// # Errors
    /// [`Error::Timeout`]; the database error.
    pub async fn wait_quiet(&self, patience: Duration) -> Result<Duration> {
        let pool = database::connect(&self.database_url(), 1).await?;
        let since = Instant::now();
        let mut waiting = database::waiting(&pool).await?;
        while waiting > 0 && since.elapsed() < patience {
            tokio::time::sleep(Duration::from_millis(50)).await;
            waiting = database::waiting(&pool).await?;
        }
        let took = since.elapsed();
        let stuck = if waiting > 0 { database::stuck(&pool).await? } else { Vec::new() };
        pool.close().await?;
        if waiting == 0 {
            return Ok(took);
        }
        let what = format!("{waiting} events and jobs: {}", stuck.join(", "));
        Err(Error::Timeout { what, seconds: patience.as_secs() })
    }

    /// The mails that left so far.
    ///
    /// # Errors
    /// [`Error::File`] when one cannot be read.
    pub fn mails(&self) -> Result<Vec<Mail>> {
        match self.kind {
            Kind::Sqlite => mails::read(&self.data().join("mails")),
            Kind::Postgres => mails::read(&self.folder.path().join("mails")),
        }
    }

    /// Everything the program has logged.
    #[must_use]
    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.log_path()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("souk.log")
    }

    fn log_end(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    /// Resident memory of the process in KiB.
    ///
    /// # Errors
    /// [`Error::Program`] when it does not run.
    pub fn resident_kib(&self) -> Result<u64> {
        let pid = self.pid().ok_or_else(|| Error::Program("souk does not run".to_owned()))?;
        resident_kib_of(pid)
    }

    /// CPU time that the process has used so far, in milliseconds.
    ///
    /// # Errors
    /// [`Error::Program`] when it does not run.
    pub fn cpu_ms(&self) -> Result<u64> {
        let pid = self.pid().ok_or_else(|| Error::Program("souk does not run".to_owned()))?;
        let path = PathBuf::from(format!("/proc/{pid}/stat"));
        let stat = std::fs::read_to_string(&path).map_err(|e| Error::file(&path, e))?;
        // After the name in brackets, which may hold anything: state is the first, user and system time 12th and 13th.
        let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks = after.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok());
        // Linux counts in hundredths of a second for programs, whatever it does inside.
        Ok(ticks.sum::<u64>() * 10)
    }

    /// Stops the process and removes everything of the site.
    ///
    /// # Errors
    /// Like [`Site::stop`]; the database error.
    pub async fn close(mut self) -> Result<()> {
        self.stop().await?;
        if let Some(database) = &self.postgres {
            database.drop_now().await?;
        }
        Ok(())
    }
}

/// Resident memory of a process in KiB.
///
/// # Errors
/// [`Error::File`] when there is no such process.
pub fn resident_kib_of(pid: u32) -> Result<u64> {
    let path = PathBuf::from(format!("/proc/{pid}/status"));
    let status = std::fs::read_to_string(&path).map_err(|e| Error::file(&path, e))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|text| text.trim().trim_end_matches("kB").trim().parse().ok());
    kib.ok_or_else(|| Error::Unexpected(format!("no VmRSS in {}", path.display())))
}

/// The settings of a production node, by environment.
fn production(port: u16, database: &str, storage: &str, mail: &str) -> Vec<(String, String)> {
    let (access_key, secret_key) = peer::KEYS;
    let settings = [
        ("SERVER__LISTEN", format!("127.0.0.1:{port}")),
        ("SERVER__PUBLIC_URL", format!("http://127.0.0.1:{port}")),
        ("DATABASE__URL", database.to_owned()),
        ("STORAGE__ENDPOINT", storage.to_owned()),
        ("STORAGE__ACCESS_KEY", access_key.to_owned()),
        ("STORAGE__SECRET_KEY", secret_key.to_owned()),
        ("MAIL__URL", mail.to_owned()),
        ("PAYMENTS__SANDBOX", "true".to_owned()),
        ("PAYMENTS__WEBHOOK_SECRET", "a secret of nobody for tests, long enough".to_owned()),
        ("SECURITY__SECRET_KEYS", "tests:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_owned()),
    ];
    settings.into_iter().map(|(name, value)| (format!("SOUK__{name}"), value)).collect()
}

/// A port nobody listens on now.
pub(crate) fn free_port() -> Result<u16> {
    let taken = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    taken.map(|addr| addr.port()).map_err(|e| Error::file(Path::new("a free port"), e))
}
