//! The line to other systems: HTTP, never into a network that the settings do not allow.
//!
//! The address of a host is looked up once, checked, and called: nothing can put another in its place in between. No
//! redirection is followed, no proxy asked.

use std::error::Error as StdError;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use marketplace::command::webhook::Outgoing;
use marketplace::webhook::guard::webhook_rules;
use marketplace::webhook::retry::Answer;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Response, Url, redirect};
use workflows::hooks::HookLine;

use crate::work::reason;

/// How long a receiver may take to answer.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How long it may take until it is there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How much of an answer is read.
const ANSWER_BYTES: usize = 2_048;

/// Posts messages to other systems.
#[derive(Debug, Default)]
pub struct HttpHooks {
    client: Client,
}

impl HttpHooks {
    /// A line under the rules in force at each call.
    ///
    /// # Errors
    /// The client cannot be made.
    pub fn new() -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .timeout(TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .dns_resolver(std::sync::Arc::new(Guarded))
            .user_agent(concat!("Souk/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client })
    }

    async fn send(&self, message: &Outgoing) -> Result<Response, String> {
        let url: Url = message.url.parse().map_err(|_| "the address cannot be read".to_owned())?;
        // What was allowed when the endpoint was made may be no longer, and literal addresses are not looked up.
        webhook_rules().check(&url).map_err(|why| format!("the address {why}"))?;
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", message.id.to_string())
            .header("webhook-timestamp", message.at.timestamp().to_string())
            .header("webhook-signature", message.signature.as_deref().unwrap_or_default())
            .body(message.body.clone());
        request.send().await.map_err(|error| reason(&error.without_url()))
    }
}

#[async_trait]
impl HookLine for HttpHooks {
    async fn post(&self, message: &Outgoing) -> Answer {
        let began = Instant::now();
        let mut answer = match self.send(message).await {
            Ok(response) => read(response).await,
            Err(error) => Answer { error: Some(error), ..Answer::default() },
        };
        answer.took_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        answer
    }
}

/// Status and beginning of an answer; a body that does not come is no reason to send again.
async fn read(mut response: Response) -> Answer {
    let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let status = Some(response.status().as_u16());
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() >= ANSWER_BYTES {
            bytes.truncate(ANSWER_BYTES);
            break;
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Answer { status, retry_after, text, ..Answer::default() }
}

/// Looks up hosts; one with any address that is not allowed is not called at all.
#[derive(Debug)]
struct Guarded;

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            allowed(&found)?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn allowed(found: &[SocketAddr]) -> Result<(), Box<dyn StdError + Send + Sync>> {
    let rules = webhook_rules();
    if found.is_empty() {
        return Err("the host has no address".into());
    }
    if found.iter().all(|address| rules.admit(address.ip())) {
        return Ok(());
    }
    Err("the host has an address that is not public".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;
    use kernel::id::{TypedId as _, WebhookDeliveryId};

    #[allow(clippy::disallowed_methods, reason = "the time of a message is of no interest here")]
    /// What is sent to the address, under the strict rules that hold until the settings say others.
    async fn posted(url: &str) -> Answer {
        let Ok(line) = HttpHooks::new() else { panic!("no client") };
        let id = WebhookDeliveryId::from_uuid(Default::default());
        let (signature, body) = (Some("v1,x".to_owned()), "{}".to_owned());
        line.post(&Outgoing { id, number: 1, url: url.to_owned(), at: Utc::now(), signature, body }).await
    }

    #[tokio::test]
    async fn nothing_is_sent_into_networks_of_ones_own() {
        for (url, why) in [
            // A name that the machine itself answers for: it is refused when it is looked up.
            ("https://localhost:9/", "the host has an address that is not public"),
            ("https://127.0.0.1:9/", "the address must lead to a public address"),
            ("https://[::ffff:169.254.169.254]/latest/meta-data", "the address must lead to a public address"),
            ("http://erp.example/", "the address must begin with https://"),
        ] {
            let answer = posted(url).await;
            let error = answer.error.unwrap_or_default();
            assert!(error.contains(why) && answer.status.is_none(), "{url}: {error}");
        }
    }
}
