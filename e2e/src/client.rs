//! A GraphQL client over kept-alive connections.

use std::time::Duration;

use serde_json::{Value, json};

use crate::error::UserError;
use crate::{Error, Json as _, Result};

/// Speaks to one server for one actor. Cloning is cheap and shares the connections.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    merchant: Option<String>,
}

/// An answer as it came.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body as text.
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// [`Error::Unexpected`] when it is none.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.text).map_err(|e| Error::Unexpected(format!("no JSON ({e}): {}", self.text)))
    }
}

impl Client {
    /// A client of the server at `base`, such as `http://127.0.0.1:8080`, for nobody signed in.
    ///
    /// # Errors
    /// [`Error::Http`] when the client cannot be made.
    pub fn new(base: &str) -> Result<Self> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(120)).no_proxy().build()?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned(), token: None, merchant: None })
    }

    /// The same client with a bearer token: of a session or an API key.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), merchant: None, ..self.clone() }
    }

    /// The same client acting for a merchant.
    #[must_use]
    pub fn acting_for(&self, merchant: &str) -> Self {
        Self { merchant: Some(merchant.to_owned()), ..self.clone() }
    }

    /// The token, if any.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The address of the server.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The HTTP client, for what is not GraphQL.
    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// A request to `/graphql` with the headers of this actor and without a body.
    pub fn request(&self, method: reqwest::Method) -> reqwest::RequestBuilder {
        let mut request = self.http.request(method, format!("{}/graphql", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(merchant) = &self.merchant {
            request = request.header("Souk-Merchant", merchant);
        }
        request
    }

    /// Posts a body as it is.
    ///
    /// # Errors
    /// [`Error::Http`] without an answer.
    pub async fn post(&self, body: impl Into<reqwest::Body>) -> Result<Answer> {
        let request = self.request(reqwest::Method::POST).header("content-type", "application/json").body(body);
        let response = request.send().await?;
        Ok(Answer { status: response.status().as_u16(), text: response.text().await? })
    }

    /// Runs a document and gives the whole answer, errors and all.
    ///
    /// # Errors
    /// [`Error::Http`] without an answer, [`Error::Unexpected`] when it is no JSON.
    pub async fn send(&self, document: &str, variables: Value) -> Result<(u16, Value)> {
        let answer = self.post(json!({ "query": document, "variables": variables }).to_string()).await?;
        Ok((answer.status, answer.json()?))
    }

    /// Runs a document and gives its `data`.
    ///
    /// # Errors
    /// [`Error::Answered`] when the answer has errors; like [`Client::send`].
    pub async fn query(&self, document: &str, variables: Value) -> Result<Value> {
        let (status, mut answer) = self.send(document, variables).await?;
        if let Some(error) = answer.get("errors").and_then(|errors| errors.get(0)) {
            let extension = |key: &str| error.get("extensions").and_then(|e| e.get(key)).cloned();
            let code = extension("code").and_then(|c| c.as_str().map(str::to_owned)).unwrap_or_default();
            let message = match error.get("path") {
                Some(path) => format!("{} at {path}", error.text("message").unwrap_or_default()),
                None => error.text("message").unwrap_or_default().to_owned(),
            };
            return Err(Error::Answered { status, code, message, details: extension("details") });
        }
        Ok(answer.get_mut("data").map(Value::take).unwrap_or_default())
    }

    /// Runs a document of one mutation and gives its payload.
    ///
    /// # Errors
    /// [`Error::Refused`] when it has `userErrors`; like [`Client::query`].
    pub async fn mutate(&self, document: &str, variables: Value) -> Result<Value> {
        let data = self.query(document, variables).await?;
        let payload = data.as_object().and_then(|fields| fields.values().next()).cloned().unwrap_or_default();
        let errors = payload.get("userErrors").cloned().unwrap_or_default();
        let errors: Vec<UserError> = match errors {
            Value::Null => Vec::new(),
            list => serde_json::from_value(list).map_err(|e| Error::Unexpected(format!("userErrors: {e}")))?,
        };
        if errors.is_empty() { Ok(payload) } else { Err(Error::Refused(errors)) }
    }

    /// Like [`Client::mutate`] for a document that takes one variable `input`.
    ///
    /// # Errors
    /// Like [`Client::mutate`].
    pub async fn run(&self, document: &str, input: Value) -> Result<Value> {
        self.mutate(document, json!({ "input": input })).await
    }

    /// Like [`Client::mutate`], once more after a lost connection, up to `attempts` in all. Only for mutations with an
    /// idempotency key: nobody knows what became of the first.
    ///
    /// # Errors
    /// Like [`Client::mutate`], of the last attempt.
    pub async fn mutate_again(&self, document: &str, variables: Value, attempts: u32) -> Result<Value> {
        let mut pause = Duration::from_millis(50);
        for _ in 1..attempts {
            match self.mutate(document, variables.clone()).await {
                Err(Error::Http(_)) => tokio::time::sleep(pause).await,
                other => return other,
            }
            pause *= 2;
        }
        self.mutate(document, variables).await
    }
}
