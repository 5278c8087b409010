//! Parsed documents, kept by their text.

use std::sync::Arc;

use async_graphql::ServerError;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition};
use moka::sync::Cache;

use super::counts::counts;
use super::weight::{Limits, expanded_size, too_deep};
use super::{Refusal, nesting};

/// Brackets one within the other; the parser itself gives up at as many selection sets.
const NESTING_MAX: usize = 64;
/// A parsed document takes about this many times the memory of its text.
const GROWTH: usize = 12;

/// Parsed documents, kept by their text and bounded by count and bytes.
///
/// Clients send the same few documents again and again. Only those within the limits are kept.
#[derive(Clone)]
pub struct Documents {
    parsed: Cache<String, Arc<ExecutableDocument>>,
    limits: Limits,
}

/// Why there is no document.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// It would cost too much to look at.
    Refused(Refusal),
    /// It is no GraphQL.
    Malformed(ServerError),
}

impl From<Refusal> for Unusable {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Documents {
    /// Keeps at most `count` documents, and so many that they take about `bytes`.
    #[must_use]
    pub fn new(limits: Limits, count: u64, bytes: u64) -> Self {
        // One bound for both: a document weighs its bytes, but never less than an equal share of all bytes.
        let share = u32::try_from(bytes / count.max(1)).unwrap_or(u32::MAX);
        let parsed = Cache::builder()
            .max_capacity(bytes)
            .weigher(move |text: &String, _| u32::try_from(text.len() * GROWTH).unwrap_or(u32::MAX).max(share))
            .build();
        Self { parsed, limits }
    }

    /// What a document may cost at most.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn get(&self, text: &str) -> Result<Arc<ExecutableDocument>, Unusable> {
        if let Some(known) = self.parsed.get(text) {
            return Ok(known);
        }
        if text.len() > self.limits.query_bytes {
            let message =
                format!("the query is longer than {} bytes; put data into variables", self.limits.query_bytes);
            return Err(Refusal::bad_request("QUERY_TOO_LARGE", message).into());
        }
        if nesting::depth(text) > NESTING_MAX {
            return Err(too_deep(self.limits.depth).into());
        }
        let doc = parse_query(text).map_err(|error| Unusable::Malformed(error.into()))?;
        let size = expanded_size(&doc)?;
        if size > self.limits.size {
            let message = format!("with its fragments the query has more than {} fields", self.limits.size);
            return Err(Refusal::bad_request("QUERY_TOO_LARGE", message).into());
        }
        counts(&doc).check(&self.limits)?;
        let doc = Arc::new(doc);
        self.parsed.insert(text.to_owned(), doc.clone());
        Ok(doc)
    }
}

/// The operation that a request asks for; `None` when the name fits none, which the schema will say.
pub(crate) fn operation<'a>(doc: &'a ExecutableDocument, name: Option<&str>) -> Option<&'a OperationDefinition> {
    let found = match (&doc.operations, name) {
        (DocumentOperations::Single(only), None) => Some(only),
        (DocumentOperations::Multiple(all), None) if all.len() == 1 => all.values().next(),
        (DocumentOperations::Multiple(all), Some(name)) => all.get(name),
        _ => None,
    };
    found.map(|operation| &operation.node)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { query_bytes: 65_536, size: 100, depth: 20, cost: 1000, repeats: 10, roots: 10 };

    fn refused(text: &str) -> &'static str {
        match Documents::new(LIMITS, 10, 100_000).get(text).unwrap_err() {
            Unusable::Refused(refusal) => refusal.code,
            Unusable::Malformed(_) => "MALFORMED",
        }
    }

    #[test]
    fn only_usable_documents_are_kept() {
        let documents = Documents::new(LIMITS, 10, 100_000);
        let first = documents.get("{ a }").unwrap();
        assert!(Arc::ptr_eq(&first, &documents.get("{ a }").unwrap()));
        assert_eq!(refused("{ a"), "MALFORMED");
        assert_eq!(refused(&format!("{{ {} }}", "a ".repeat(101))), "QUERY_TOO_LARGE");
        assert_eq!(refused(&format!("{{ a }} #{}", "x".repeat(65_536))), "QUERY_TOO_LARGE");
    }

    #[test]
    fn what_would_overflow_the_parser_does_not_reach_it() {
        for (open, close) in [("{a", "}"), ("{a(x:[", "])}"), ("[", "]")] {
            let text = format!("{}{}", open.repeat(5_000), close.repeat(5_000));
            assert_eq!(refused(&text), "QUERY_TOO_DEEP", "{open}");
        }
        let list = |n: usize| format!("{{ a(x: {}{}) }}", "[".repeat(n), "]".repeat(n));
        assert!(Documents::new(LIMITS, 10, 100_000).get(&list(62)).is_ok());
        assert_eq!(refused(&list(63)), "QUERY_TOO_DEEP");
    }

    #[test]
    fn the_cache_is_bounded_by_count_and_by_bytes() {
        let documents = Documents::new(LIMITS, 5, 100_000);
        for n in 0..100 {
            documents.get(&format!("{{ a{n} }}")).unwrap();
        }
        documents.parsed.run_pending_tasks();
        assert!(documents.parsed.entry_count() <= 5);
        for n in 0..20 {
            documents.get(&format!("{{ a{n} }} # {}", "x".repeat(4_000))).unwrap();
        }
        documents.parsed.run_pending_tasks();
        assert!(documents.parsed.weighted_size() <= 100_000);
    }

    #[test]
    fn the_operation_is_found_by_name() {
        let doc = parse_query("query A { a } mutation B { b }").unwrap();
        assert!(operation(&doc, None).is_none());
        assert!(operation(&doc, Some("C")).is_none());
        assert!(operation(&doc, Some("B")).is_some());
        assert!(operation(&parse_query("query A { a }").unwrap(), None).is_some());
        assert!(operation(&parse_query("{ a }").unwrap(), None).is_some());
        assert!(operation(&parse_query("{ a }").unwrap(), Some("A")).is_none());
    }
}
