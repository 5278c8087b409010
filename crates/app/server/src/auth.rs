//! Who sends a request.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use context::{Ctx, Origin, World};
use kernel::id::MerchantId;
use kernel::{Fault, FaultKind};

use crate::edge::text;
use crate::graphql::Refusal;

/// The header that names the merchant a member of several acts for.
pub static MERCHANT: HeaderName = HeaderName::from_static("souk-merchant");
/// The header in which a proxy tells the client's address.
static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// What a request says about its sender; nothing of it is proven yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    bearer: Option<String>,
    merchant: Option<MerchantId>,
    ip: Option<String>,
}

impl Caller {
    /// Reads the headers.
    ///
    /// # Errors
    /// 401 for another scheme than `Bearer`, 400 for a `Souk-Merchant` that is no id.
    pub fn of(request: &HttpRequest, trust_forwarded: bool) -> Result<Self, Refusal> {
        let bearer = match request.headers().get(header::AUTHORIZATION) {
            None => None,
            Some(value) => Some(token(value.to_str().unwrap_or_default()).ok_or_else(unauthenticated)?),
        };
        let merchant = match request.headers().get(&MERCHANT) {
            None => None,
            Some(value) => {
                let id = value.to_str().ok().and_then(|text| text.trim().parse().ok());
                Some(id.ok_or_else(not_a_merchant)?)
            }
        };
        let forwarded = if trust_forwarded { text(request, &FORWARDED_FOR) } else { None };
        // The proxy appends what it sees; what stands before that is what the client says.
        let ip = match forwarded.and_then(|list| list.rsplit(',').next()) {
            Some(last) => Some(last.trim().chars().take(45).collect()),
            None => request.peer_addr().map(|address| address.ip().to_string()),
        };
        Ok(Self { bearer, merchant, ip })
    }

    /// The same caller with what it says itself, where it says something: a WebSocket of a browser has no headers.
    ///
    /// # Errors
    /// As [`Caller::of`].
    pub fn who_says(self, authorization: Option<&str>, merchant: Option<&str>) -> Result<Self, Refusal> {
        let bearer = match authorization {
            None => self.bearer,
            Some(said) => Some(token(said).ok_or_else(unauthenticated)?),
        };
        let merchant = match merchant {
            None => self.merchant,
            Some(said) => Some(said.trim().parse().map_err(|_| not_a_merchant())?),
        };
        Ok(Self { bearer, merchant, ..self })
    }

    /// The context in which the sender acts now; a connection asks again and again.
    ///
    /// # Errors
    /// The fault of [`identity::authenticate`].
    pub async fn actor(self, world: &Arc<World>, request_id: String) -> Result<Ctx, identity::Error> {
        let origin = Origin { source: "api", request_id, ip: self.ip };
        identity::authenticate(world, self.bearer.as_deref(), self.merchant, origin).await
    }

    /// The context in which the sender acts.
    ///
    /// # Errors
    /// 401 for a token that nobody knows or that has expired, 403 for a merchant that is none of the sender's.
    pub async fn context(self, world: &Arc<World>, request_id: String) -> Result<Ctx, Refusal> {
        self.actor(world, request_id).await.map_err(|fault| refusal(&fault))
    }
}

/// A fault as the answer to a request that did not get as far as the schema.
pub(crate) fn refusal(fault: &dyn Fault) -> Refusal {
    let status = match fault.kind() {
        FaultKind::Invalid => StatusCode::BAD_REQUEST,
        FaultKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        FaultKind::Forbidden | FaultKind::NotFound => StatusCode::FORBIDDEN,
        FaultKind::Conflict | FaultKind::RuleBroken => StatusCode::CONFLICT,
        FaultKind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        FaultKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        FaultKind::Internal => {
            tracing::error!(error = %fault, "the sender of a request could not be looked up");
            return Refusal::internal();
        }
    };
    Refusal::new(status, fault.code(), fault.to_string())
}

fn token(header: &str) -> Option<String> {
    let (scheme, token) = header.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.to_owned())
}

fn not_a_merchant() -> Refusal {
    Refusal::bad_request("MALFORMED_ID", "`Souk-Merchant` is no id of a merchant")
}

fn unauthenticated() -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "the token is unknown or has expired: sign in")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn caller(headers: &[(&'static str, &'static str)], trust_forwarded: bool) -> Result<Caller, Refusal> {
        let mut request = TestRequest::default().peer_addr("10.0.0.9:4000".parse().unwrap());
        for header in headers {
            request = request.append_header(*header);
        }
        Caller::of(&request.to_http_request(), trust_forwarded)
    }

    #[test]
    fn a_token_is_read_or_refused_but_never_ignored() {
        assert_eq!(caller(&[], false).unwrap().bearer, None);
        assert_eq!(caller(&[("Authorization", "bearer  abc ")], false).unwrap().bearer.as_deref(), Some("abc"));
        for bad in ["", "Bearer", "Bearer ", "Basic dTpw", "abc"] {
            assert_eq!(caller(&[("Authorization", bad)], false).unwrap_err().code, "UNAUTHENTICATED", "{bad}");
        }
    }

    #[test]
    fn a_merchant_is_an_id() {
        let id = "mer_00000000000000000000000000";
        assert_eq!(caller(&[("Souk-Merchant", id)], false).unwrap().merchant.unwrap().to_string(), id);
        assert_eq!(caller(&[("Souk-Merchant", "7")], false).unwrap_err().code, "MALFORMED_ID");
    }

    #[test]
    fn a_forwarded_address_counts_only_when_the_proxy_is_trusted() {
        let header = [("X-Forwarded-For", "1.2.3.4, 5.6.7.8")];
        assert_eq!(caller(&header, false).unwrap().ip.as_deref(), Some("10.0.0.9"));
        assert_eq!(caller(&header, true).unwrap().ip.as_deref(), Some("5.6.7.8"));
    }
}
