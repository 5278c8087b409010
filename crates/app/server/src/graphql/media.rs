//! Which media type an answer has.

/// The media types of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `application/json`: what everybody reads. Request errors have status 200.
    Json,
    /// `application/graphql-response+json`: only when asked for. Request errors have status 400.
    GraphqlResponse,
}

impl Media {
    /// What the `Content-Type` header says.
    #[must_use]
    pub const fn header(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }

    /// The type that suits an `Accept` header; `None` when neither does.
    ///
    /// A client that says nothing, or takes anything, gets JSON. One that names both with the same weight gets the
    /// newer type, whose status codes say more.
    #[must_use]
    pub fn negotiate(accept: Option<&str>) -> Option<Self> {
        let Some(accept) = accept.map(str::trim).filter(|a| !a.is_empty()) else {
            return Some(Self::Json);
        };
        let (mut json, mut anything, mut graphql) = (None, None, None);
        for item in accept.split(',') {
            let mut parts = item.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = thousandths(parts);
            match name.as_str() {
                "application/json" => json = json.max(Some(weight)),
                "application/graphql-response+json" => graphql = graphql.max(Some(weight)),
                "*/*" | "application/*" => anything = anything.max(Some(weight)),
                _ => {}
            }
        }
        // A type that is named is weighed by its own entry; `*/*` speaks for the others.
        let json = json.or(anything).unwrap_or(0);
        let graphql = graphql.unwrap_or(0);
        match (json, graphql) {
            (0, 0) => None,
            (json, graphql) if graphql >= json => Some(Self::GraphqlResponse),
            _ => Some(Self::Json),
        }
    }
}

/// The `q` of an entry in thousandths; an unreadable one counts as 1.
fn thousandths<'a>(mut parameters: impl Iterator<Item = &'a str>) -> u16 {
    let Some(q) = parameters.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q="))) else {
        return 1000;
    };
    match q.trim().split_once('.') {
        Some(("0", digits)) if digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{digits:0<3}").parse().unwrap_or(1000)
        }
        None if q.trim() == "0" => 0,
        _ => 1000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newer_type_is_given_only_when_named() {
        for (accept, media) in [
            (None, Some(Media::Json)),
            (Some(""), Some(Media::Json)),
            (Some("*/*"), Some(Media::Json)),
            (Some("application/*"), Some(Media::Json)),
            (Some("application/json"), Some(Media::Json)),
            (Some("Application/JSON; charset=utf-8"), Some(Media::Json)),
            (Some("application/graphql-response+json"), Some(Media::GraphqlResponse)),
            (Some("application/graphql-response+json, application/json;q=0.9"), Some(Media::GraphqlResponse)),
            (Some("application/json, application/graphql-response+json"), Some(Media::GraphqlResponse)),
            (Some("application/json, application/graphql-response+json;q=0.5"), Some(Media::Json)),
            (Some("application/graphql-response+json;q=0, */*"), Some(Media::Json)),
            (Some("text/html, */*;q=0.1"), Some(Media::Json)),
            (Some("text/html"), None),
            (Some("application/json;q=0"), None),
            (Some("application/json;q=0.000"), None),
        ] {
            assert_eq!(Media::negotiate(accept), media, "{accept:?}");
        }
    }
}
