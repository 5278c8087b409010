//! Why a request is answered before the schema sees it.

use std::borrow::Cow;

use actix_web::http::StatusCode;

/// A request that is answered before the schema sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status of the answer.
    pub status: StatusCode,
    /// A stable code: `BODY_TOO_LARGE`.
    pub code: &'static str,
    /// A sentence for people.
    pub message: Cow<'static, str>,
    /// The methods to use instead, for a 405.
    pub allow: Option<&'static str>,
}

impl Refusal {
    /// A refusal with `status`.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, message: message.into(), allow: None }
    }

    /// 400: the request is not one that GraphQL could work on.
    pub fn bad_request(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 405: not with this method.
    pub fn method(code: &'static str, message: &'static str, allow: &'static str) -> Self {
        Self { allow: Some(allow), ..Self::new(StatusCode::METHOD_NOT_ALLOWED, code, message) }
    }

    /// 500: a surprise. Its text stays here.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "internal error")
    }
}
