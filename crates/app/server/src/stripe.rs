//! The line to Stripe: HTTP.

use std::time::Duration;

use async_trait::async_trait;
use payments::provider::stripe::{Call, Line, Reply};

/// How long Stripe may take to answer. What became of a call without an answer is asked for later.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Calls Stripe's API.
pub struct StripeLine {
    client: reqwest::Client,
    url: String,
}

impl StripeLine {
    /// Calls the API at `url`.
    #[must_use]
    pub fn new(url: &str) -> Self {
        let client = reqwest::Client::builder().timeout(TIMEOUT).build().unwrap_or_default();
        Self { client, url: url.trim_end_matches('/').to_owned() }
    }
}

#[async_trait]
impl Line for StripeLine {
    async fn send(&self, call: Call) -> Result<Reply, String> {
        let url = format!("{}{}", self.url, call.path);
        let mut request = if call.method == "POST" { self.client.post(url) } else { self.client.get(url) };
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        if let Some(body) = call.body {
            request = request.body(body);
        }
        let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await.map_err(|error| error.without_url().to_string())?;
        Ok(Reply { status, body: body.to_vec() })
    }
}
