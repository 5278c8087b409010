//! The answer on the wire.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};
use serde::Serialize;

use super::{Media, Refusal};

/// Errors an answer carries at most: thousands of unknown fields need no thousand sentences.
const ERRORS_MAX: usize = 50;

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "<[ServerError]>::is_empty")]
    errors: &'a [ServerError],
    /// Absent when nothing was executed: `null` would say that a field failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "Extensions::is_empty")]
    extensions: Extensions<'a>,
}

#[derive(Serialize)]
struct Extensions<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Cost>,
    #[serde(flatten)]
    others: &'a BTreeMap<String, Value>,
}

impl Extensions<'_> {
    fn is_empty(&self) -> bool {
        self.cost.is_none() && self.others.is_empty()
    }
}

/// What the operation cost, for clients that come near the limit.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Cost {
    /// The estimate, made before it was executed.
    pub(crate) requested: u64,
    /// The most that is allowed.
    pub(crate) maximum: u64,
}

/// What the schema answered.
pub(crate) fn answer(mut response: Response, media: Media, request_id: &str, cost: Option<Cost>) -> HttpResponse {
    let request_error = named(&mut response, request_id);
    let status = match media {
        Media::GraphqlResponse if request_error => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    let body = Body {
        errors: &response.errors,
        data: (!request_error).then_some(&response.data),
        extensions: Extensions { cost, others: &response.extensions },
    };
    let mut builder = HttpResponse::build(status);
    for (name, value) in &response.http_headers {
        // Two versions of the `http` crate meet here.
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        let value = HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value) {
            builder.append_header((name, value));
        }
    }
    write(builder, media, &body)
}

/// Gives the errors of an answer their codes, and says whether it is a request error. Such a one stands alone: nothing was
/// executed. A field error has a path.
pub(crate) fn named(response: &mut Response, request_id: &str) -> bool {
    let request_error = !response.errors.is_empty()
        && response.data == Value::Null
        && response.errors.iter().all(|error| error.path.is_empty());
    response.errors.truncate(ERRORS_MAX);
    for error in &mut response.errors {
        name(error, code(error), request_id);
    }
    request_error
}

/// The code of an error that the library made.
fn code(error: &ServerError) -> &'static str {
    match error.message.as_str() {
        "Query is too complex." => "QUERY_TOO_EXPENSIVE",
        "Query is nested too deep." => "QUERY_TOO_DEEP",
        _ if error.path.is_empty() => "GRAPHQL_VALIDATION_FAILED",
        _ => "INVALID_INPUT",
    }
}

/// A document that is no GraphQL.
pub(crate) fn malformed(mut error: ServerError, media: Media, request_id: &str) -> HttpResponse {
    name(&mut error, "GRAPHQL_PARSE_FAILED", request_id);
    answer(Response::from_errors(vec![error]), media, request_id, None)
}

/// The answer to a request that the schema did not see.
#[must_use]
pub fn refusal(refusal: &Refusal, media: Media, request_id: &str) -> HttpResponse {
    let mut error = ServerError::new(refusal.message.as_ref(), None);
    name(&mut error, refusal.code, request_id);
    let mut builder = HttpResponse::build(refusal.status);
    if let Some(allow) = refusal.allow {
        builder.insert_header((header::ALLOW, allow));
    }
    if refusal.status == StatusCode::UNAUTHORIZED {
        builder.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    let others = BTreeMap::new();
    write(
        builder,
        media,
        &Body { errors: &[error], data: None, extensions: Extensions { cost: None, others: &others } },
    )
}

/// Gives an error a code, if it has none, and the id under which the log knows the request.
pub(crate) fn name(error: &mut ServerError, otherwise: &'static str, request_id: &str) {
    let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
    if extensions.get("code").is_none() {
        extensions.set("code", otherwise);
    }
    extensions.set("requestId", request_id);
}

fn write(mut builder: HttpResponseBuilder, media: Media, body: &Body<'_>) -> HttpResponse {
    builder.insert_header((header::CONTENT_TYPE, HeaderValue::from_static(media.header())));
    builder.insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")));
    match serde_json::to_vec(body) {
        Ok(bytes) => builder.body(bytes),
        Err(error) => {
            tracing::error!(%error, "an answer cannot be written as JSON");
            HttpResponse::InternalServerError().finish()
        }
    }
}
