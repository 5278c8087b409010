//! A Stripe on this machine: `localstripe` from PyPI, in a virtual environment that the first run makes.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};

use super::python::interpreter;
use crate::site::free_port;
use crate::{Error, Result};

/// The version that is known to answer what is asked.
const VERSION: &str = "1.15.10";
/// How long it may take to be there.
const READY: Duration = Duration::from_secs(60);

/// A running `localstripe`. Dropping it ends it.
#[derive(Debug)]
pub struct Localstripe {
    port: u16,
    http: reqwest::Client,
    _child: Child,
}

impl Localstripe {
    /// Starts one. `None`, said loudly, when this machine cannot install it.
    ///
    /// # Errors
    /// It was installed but does not answer.
    pub async fn start(what: &str) -> Result<Option<Self>> {
        let Some(python) = interpreter(what, "localstripe", VERSION, "localstripe").await else { return Ok(None) };
        let port = free_port()?;
        let child = Command::new(&python)
            .args(["-m", "localstripe", "--from-scratch", "--port", &port.to_string()])
            .current_dir(python.parent().unwrap_or(Path::new("/")))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| Error::file(&python, e))?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        let stripe = Self { port, http, _child: child };
        let started = Instant::now();
        while stripe.http.get(format!("{}/js.stripe.com/v3/", stripe.url())).send().await.is_err() {
            if started.elapsed() > READY {
                return Err(Error::Timeout { what: "localstripe".to_owned(), seconds: READY.as_secs() });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(Some(stripe))
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Lets it tell everything to `url`, signed with `secret`.
    ///
    /// # Errors
    /// No answer.
    pub async fn tell(&self, url: &str, secret: &str) -> Result<()> {
        let form = serde_json::json!({ "url": url, "secret": secret });
        let answer = self.http.post(format!("{}/_config/webhooks/souk", self.url())).json(&form).send().await?;
        answer.error_for_status()?;
        Ok(())
    }
}
