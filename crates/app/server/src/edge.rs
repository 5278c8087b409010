//! What holds for every request, whatever its route: an id, and no panic that leaves it without an answer.

use std::ops::Deref;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest};
use futures::FutureExt as _;
use kernel::{IdGen, SystemClock};

use crate::auth::MERCHANT;
use crate::graphql::{Media, Refusal, refuse};

/// The header that names a request.
pub static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken over from a client.
const REQUEST_ID_MAX: usize = 64;

/// Names a request in answers, logs and histories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl Deref for RequestId {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl RequestId {
    /// The id that [`name_and_guard`] gave the request.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_else(|| Self(Arc::from("unnamed")))
    }

    /// The client's own id when it is harmless in a log, else a new one.
    fn accept(given: Option<&str>, ids: &dyn IdGen) -> Self {
        let harmless = |id: &&str| {
            (1..=REQUEST_ID_MAX).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        };
        match given.filter(harmless) {
            Some(id) => Self(Arc::from(id)),
            None => Self(Arc::from(format!("req_{}", kernel::id::encode(ids.uuid())))),
        }
    }
}

/// Answers browsers that ask for a page of another origin. Nothing here gives rights: there are no cookies.
pub fn cross_origin(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "POST"])
        .allowed_headers([
            header::ACCEPT,
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            MERCHANT.clone(),
            REQUEST_ID.clone(),
        ])
        .expose_headers([REQUEST_ID.clone(), header::RETRY_AFTER])
        .max_age(3600);
    if origins.iter().any(|origin| origin == "*") {
        return cors.allow_any_origin().send_wildcard();
    }
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}

/// Gives every request an id, which the answer repeats, and turns a panic into an answer with it.
///
/// # Errors
/// Those of the service behind it; a panic becomes one, because the request is gone with it.
pub async fn name_and_guard<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let id = RequestId::accept(header_text(&request, &REQUEST_ID), &SystemClock);
    request.extensions_mut().insert(id.clone());
    let media = Media::negotiate(header_text(&request, &header::ACCEPT)).unwrap_or(Media::Json);
    let caught = AssertUnwindSafe(next.call(request)).catch_unwind().await;
    match caught {
        Ok(answered) => {
            let mut response = answered?;
            name(response.headers_mut(), &id);
            Ok(response)
        }
        Err(_) => {
            tracing::error!(request_id = &*id, "a handler panicked");
            let mut response = refuse(&Refusal::internal(), media, &id);
            name(response.headers_mut(), &id);
            Err(InternalError::from_response("a handler panicked", response).into())
        }
    }
}

fn name(headers: &mut HeaderMap, id: &RequestId) {
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID.clone(), value);
    }
}

fn header_text<'a>(request: &'a ServiceRequest, name: &HeaderName) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

/// A header as text; `None` when it is absent or no text.
pub fn text<'a>(request: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_harmless_id_is_taken_over() {
        let accept = |given| RequestId::accept(given, &SystemClock).to_string();
        assert_eq!(accept(Some("Trace-1.a_b")), "Trace-1.a_b");
        let long = "x".repeat(65);
        for given in [None, Some(""), Some("a b"), Some("a\nb"), Some("ä"), Some("{}"), Some(long.as_str())] {
            assert!(accept(given).starts_with("req_"), "{given:?}");
        }
    }
}
