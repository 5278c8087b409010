//! What a request asks for: query, operation name, variables.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use async_graphql::Variables;
use futures::StreamExt as _;
use serde::Deserialize;
use url::form_urlencoded;

use super::Refusal;

/// The parameters of a request.
#[derive(Debug, Default)]
pub(crate) struct Params {
    pub(crate) query: String,
    pub(crate) operation_name: Option<String>,
    pub(crate) variables: Variables,
}

#[derive(Deserialize)]
struct Body {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<Variables>,
    // Nothing reads them, but their type is part of the protocol.
    #[allow(dead_code, reason = "checked by its type")]
    extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

/// A body that is too long is read to its end as far as this many times the limit, so that the client, which is
/// still sending, gets to read the answer.
const DRAIN: usize = 8;

/// The parameters of a POST.
pub(crate) fn from_json(body: &[u8]) -> Result<Params, Refusal> {
    match body.iter().find(|b| !b.is_ascii_whitespace()) {
        Some(b'{') => {}
        Some(b'[') => return Err(Refusal::bad_request("BATCH_UNSUPPORTED", "send one operation a request")),
        Some(_) => return Err(malformed("the body must be a JSON object")),
        None => return Err(malformed("the body is empty")),
    }
    let body: Body = serde_json::from_slice(body).map_err(|error| malformed(format!("the body: {error}")))?;
    let operation_name = body.operation_name.filter(|name| !name.is_empty());
    let Some(query) = body.query else {
        return Err(Refusal::bad_request("QUERY_MISSING", "`query` is missing"));
    };
    Ok(Params { query, operation_name, variables: body.variables.unwrap_or_default() })
}

/// The parameters of a GET.
pub(crate) fn from_query_string(text: &str) -> Result<Params, Refusal> {
    let (mut query, mut operation_name, mut variables, mut extensions) = (None, None, None, None);
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        let slot = match name.as_ref() {
            "query" => &mut query,
            "operationName" => &mut operation_name,
            "variables" => &mut variables,
            "extensions" => &mut extensions,
            _ => continue,
        };
        if slot.replace(value.into_owned()).is_some() {
            return Err(malformed(format!("`{name}` stands twice in the address")));
        }
    }
    let Some(query) = query else {
        return Err(Refusal::bad_request("QUERY_MISSING", "`query` is missing"));
    };
    let variables: Option<Variables> = variables.map(|text| json("variables", &text)).transpose()?;
    if let Some(text) = extensions {
        json::<serde_json::Map<String, serde_json::Value>>("extensions", &text)?;
    }
    let operation_name = operation_name.filter(|name| !name.is_empty());
    Ok(Params { query, operation_name, variables: variables.unwrap_or_default() })
}

/// Refuses a body that is not announced as JSON: a page of another origin cannot send that type unasked.
pub(crate) fn require_json(content_type: Option<&str>, content_encoding: Option<&str>) -> Result<(), Refusal> {
    let unsupported = |message: &'static str| {
        Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message))
    };
    let mut parts = content_type.unwrap_or_default().split(';').map(str::trim);
    if !parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json")) {
        return unsupported("send `Content-Type: application/json`");
    }
    let foreign_charset = |p: &str| {
        let (name, value) = p.split_once('=').unwrap_or((p, ""));
        name.trim().eq_ignore_ascii_case("charset") && !value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
    };
    if parts.any(foreign_charset) {
        return unsupported("send UTF-8");
    }
    match content_encoding {
        None | Some("identity") => Ok(()),
        Some(_) => unsupported("send the body as it is, not compressed"),
    }
}

/// Reads the body, at most `max` bytes of it.
///
/// # Errors
/// 413 for a longer one, 400 for one that breaks off.
pub async fn read_body(mut payload: Payload, max: usize) -> Result<Vec<u8>, Refusal> {
    let mut body = Vec::new();
    let mut length = 0_usize;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| malformed("the body broke off"))?;
        length = length.saturating_add(chunk.len());
        if length <= max {
            body.extend_from_slice(&chunk);
        } else if length > max.saturating_mul(DRAIN) {
            break;
        }
    }
    if length > max {
        let message = format!("the body is longer than {max} bytes");
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", message));
    }
    Ok(body)
}

fn json<'a, T: Deserialize<'a>>(name: &str, text: &'a str) -> Result<T, Refusal> {
    serde_json::from_str(text).map_err(|error| malformed(format!("`{name}`: {error}")))
}

fn malformed(message: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::bad_request("MALFORMED_REQUEST", message)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn refused(body: &str) -> &'static str {
        from_json(body.as_bytes()).unwrap_err().code
    }

    #[test]
    fn a_body_is_one_object_with_a_query() {
        let params =
            from_json(br#" {"query":"{a}","operationName":null,"variables":{"x":1},"extensions":null}"#).unwrap();
        assert_eq!(params.query, "{a}");
        assert_eq!(params.operation_name, None);
        assert_eq!(params.variables.len(), 1);
        assert_eq!(refused(""), "MALFORMED_REQUEST");
        assert_eq!(refused("{\"query"), "MALFORMED_REQUEST");
        assert_eq!(refused("7"), "MALFORMED_REQUEST");
        assert_eq!(refused(r#"{"qeury":"{a}"}"#), "QUERY_MISSING");
        assert_eq!(refused(r#"{"query":7}"#), "MALFORMED_REQUEST");
        assert_eq!(refused(r#"{"query":"{a}","variables":[1]}"#), "MALFORMED_REQUEST");
        assert_eq!(refused(r#"{"query":"{a}","variables":"{}"}"#), "MALFORMED_REQUEST");
        assert_eq!(refused(r#"{"query":"{a}","extensions":0}"#), "MALFORMED_REQUEST");
        assert_eq!(refused(r#"[{"query":"{a}"}]"#), "BATCH_UNSUPPORTED");
        assert_eq!(
            refused(&format!(r#"{{"query":"{{a}}","variables":{{"x":{}"#, "[".repeat(100_000))),
            "MALFORMED_REQUEST"
        );
    }

    #[test]
    fn an_address_carries_variables_as_json() {
        let params = from_query_string("query=%7Ba%7D&operationName=&variables=%7B%22x%22%3A1%7D&other=1").unwrap();
        assert_eq!((params.query.as_str(), params.operation_name, params.variables.len()), ("{a}", None, 1));
        for (text, code) in [
            ("", "QUERY_MISSING"),
            ("query=a&query=b", "MALFORMED_REQUEST"),
            ("query=a&variables=%7B", "MALFORMED_REQUEST"),
            ("query=a&extensions=7", "MALFORMED_REQUEST"),
        ] {
            assert_eq!(from_query_string(text).unwrap_err().code, code, "{text}");
        }
    }

    #[test]
    fn only_json_in_utf8_is_read() {
        for good in ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""] {
            assert!(require_json(Some(good), None).is_ok(), "{good}");
        }
        for bad in ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1"] {
            assert!(require_json(Some(bad), None).is_err(), "{bad}");
        }
        assert!(require_json(None, None).is_err());
        assert!(require_json(Some("application/json"), Some("gzip")).is_err());
    }
}
