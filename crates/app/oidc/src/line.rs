//! The HTTP of the protocol.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};
use url::Url;

use crate::reach::{may_name, on_this_machine};

/// How long a provider may take to be reached.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long it may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest answer that is read.
const ANSWER_MAX: usize = 1 << 20;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LineError {
    #[error(transparent)]
    Http(reqwest::Error),
    #[error("the answer is longer than {ANSWER_MAX} bytes")]
    TooLong,
    #[error("an address in the clear is not spoken to")]
    Unsafe,
    #[error("the answer is none of HTTP: {0}")]
    Answer(#[from] http::Error),
}

impl From<reqwest::Error> for LineError {
    fn from(error: reqwest::Error) -> Self {
        // Addresses may hold what is secret.
        Self::Http(error.without_url())
    }
}

/// Carries requests to one provider. Redirects are not followed.
pub(crate) struct Line {
    http: reqwest::Client,
    issuer: Url,
}

impl Line {
    pub(crate) fn to(issuer: &Url) -> Self {
        let redirect = reqwest::redirect::Policy::none();
        let mut builder =
            reqwest::Client::builder().timeout(TIMEOUT).connect_timeout(CONNECT_TIMEOUT).redirect(redirect);
        if on_this_machine(issuer) {
            builder = builder.no_proxy();
        }
        Self { http: builder.build().unwrap_or_default(), issuer: issuer.clone() }
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, LineError> {
        let request = reqwest::Request::try_from(request)?;
        if !may_name(&self.issuer, request.url()) {
            return Err(LineError::Unsafe);
        }
        let mut answer = self.http.execute(request).await?;
        let mut built = http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            built = built.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await? {
            if body.len() + part.len() > ANSWER_MAX {
                return Err(LineError::TooLong);
            }
            body.extend_from_slice(&part);
        }
        Ok(built.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Line {
    type Error = LineError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, LineError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
