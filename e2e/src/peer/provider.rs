//! A provider of OpenID Connect on this machine: `oidc-provider` from npm, in `e2e/provider`, where the first run installs it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Url, redirect};
use tokio::process::{Child, Command};
use tokio::sync::OnceCell;

use crate::site::free_port;
use crate::{Error, Result, environment};

/// How long it may take to be there.
const READY: Duration = Duration::from_secs(60);
/// How often a browser follows a redirect.
const HOPS: usize = 8;
/// What names Souk there.
const CLIENT: (&str, &str) = ("souk", "secret-of-souk-at-the-provider");
/// Where browsers are sent back to. Nobody goes there.
const BACK: &str = "https://office.example/back";

/// A running provider. Dropping it ends it.
#[derive(Debug)]
pub struct OpenIdProvider {
    port: u16,
    http: reqwest::Client,
    _child: Child,
}

/// With what a browser came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameBack {
    /// The code.
    pub code: String,
    /// The state that was sent along.
    pub state: String,
    /// Who answered.
    pub issuer: String,
}

impl OpenIdProvider {
    /// Starts one. `None`, said loudly, when this machine cannot install it.
    ///
    /// # Errors
    /// It was installed but does not answer.
    pub async fn start(what: &str) -> Result<Option<Self>> {
        let Some(folder) = installed(what).await else { return Ok(None) };
        let port = free_port()?;
        let (id, secret) = CLIENT;
        let child = Command::new("node")
            .args(["provider.mjs", &port.to_string(), id, secret, BACK])
            .current_dir(&folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| Error::file(&folder, e))?;
        let http = reqwest::Client::builder().no_proxy().redirect(redirect::Policy::none()).build()?;
        let provider = Self { port, http, _child: child };
        let started = Instant::now();
        while provider.http.get(format!("{}/jwks", provider.issuer())).send().await.is_err() {
            if started.elapsed() > READY {
                return Err(Error::Timeout { what: "oidc-provider".to_owned(), seconds: READY.as_secs() });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(Some(provider))
    }

    /// What names it.
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The settings of a Souk that knows it under `code`.
    #[must_use]
    pub fn settings(&self, code: &str) -> Vec<(String, String)> {
        let (id, secret) = CLIENT;
        let set = |key: &str, value: &str| {
            (format!("SOUK__SECURITY__OIDC__{}__{key}", code.to_uppercase()), value.to_owned())
        };
        vec![
            set("NAME", "The corporation"),
            set("ISSUER", &self.issuer()),
            set("CLIENT_ID", id),
            set("CLIENT_SECRET", secret),
            set("REDIRECT_URL", BACK),
        ]
    }

    /// What `person` does in a browser that is sent to `url`: signs in there and comes back. `NAME+METHOD` shows a second
    /// factor.
    ///
    /// # Errors
    /// It does not come back.
    pub async fn visit(&self, url: &str, person: &str) -> Result<CameBack> {
        let mut next = Url::parse(url).map_err(|e| Error::Unexpected(format!("{url}: {e}")))?;
        next.query_pairs_mut().append_pair("login_hint", person);
        let mut cookies: BTreeMap<String, String> = BTreeMap::new();
        for _ in 0..HOPS {
            let held = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
            let answer = self.http.get(next.clone()).header(COOKIE, held).send().await?;
            for set in answer.headers().get_all(SET_COOKIE).iter().filter_map(|set| set.to_str().ok()) {
                if let Some((name, value)) = set.split(';').next().and_then(|pair| pair.split_once('=')) {
                    cookies.insert(name.trim().to_owned(), value.to_owned());
                }
            }
            let to = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned);
            let Some(to) = to else {
                let status = answer.status();
                return Err(Error::Unexpected(format!("{next} answers {status}: {}", answer.text().await?)));
            };
            next = next.join(&to).map_err(|e| Error::Unexpected(format!("{to}: {e}")))?;
            if next.as_str().starts_with(BACK) {
                return came_back(&next);
            }
        }
        Err(Error::Unexpected(format!("the browser is still at {next}")))
    }

    /// Makes its ID tokens wrong from now on: `audience`, `nonce`, `expired`, `issuer`, `signature`; nothing when empty.
    ///
    /// # Errors
    /// No answer.
    pub async fn spoil(&self, what: &str) -> Result<()> {
        self.tell(&format!("wrong?what={what}")).await
    }

    /// Signs with another key from now on.
    ///
    /// # Errors
    /// No answer.
    pub async fn change_keys(&self) -> Result<()> {
        self.tell("keys").await
    }

    async fn tell(&self, what: &str) -> Result<()> {
        self.http.get(format!("{}/test/{what}", self.issuer())).send().await?.error_for_status()?;
        Ok(())
    }
}

fn came_back(url: &Url) -> Result<CameBack> {
    let mut told: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let mut take = |key: &str| told.remove(key).ok_or_else(|| Error::Unexpected(format!("no {key} in {url}")));
    Ok(CameBack { code: take("code")?, state: take("state")?, issuer: take("iss")? })
}

/// The folder with the provider and all it needs. Tests of one process install it once.
async fn installed(what: &str) -> Option<PathBuf> {
    static INSTALLED: OnceCell<Option<PathBuf>> = OnceCell::const_new();
    INSTALLED.get_or_init(|| install(what)).await.clone()
}

async fn install(what: &str) -> Option<PathBuf> {
    let folder = environment::checkout().join("e2e/provider");
    if !run(&folder, "node", &["--eval", "if (process.versions.node.split('.')[0] < 20) process.exit(1)"]).await {
        environment::skip(what, "node 20 or later is not installed");
        return None;
    }
    // Not from the network each time: the lock file changes with its contents only.
    let (lock, mark) = (folder.join("package-lock.json"), folder.join("node_modules/.lock"));
    let wanted = tokio::fs::read(&lock).await.ok()?;
    if tokio::fs::read(&mark).await.is_ok_and(|have| have == wanted) {
        return Some(folder);
    }
    let arguments = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
    if run(&folder, "npm", &arguments).await && tokio::fs::write(&mark, wanted).await.is_ok() {
        return Some(folder);
    }
    environment::skip(what, "npm could not install oidc-provider");
    None
}

async fn run(folder: &Path, program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    let ended = command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null()).status().await;
    ended.is_ok_and(|status| status.success())
}
