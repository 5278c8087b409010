//! What is counted of a document whatever its variables are.

use std::collections::HashSet;

use async_graphql::Name;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

use super::Refusal;
use super::weight::Limits;

/// What is counted of an operation without its variables, every fragment at each of its spreads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    /// The fields of the operation itself.
    pub(crate) roots: u64,
    /// See [`Limits::repeats`].
    pub(crate) repeats: u64,
}

/// Counts the operation of a document that has most of it. Call `expanded_size` first: it bounds the walk.
pub(crate) fn counts(doc: &ExecutableDocument) -> Counts {
    let mut most = Counts::default();
    for (_, operation) in doc.operations.iter() {
        let (mut keys, mut repeats) = (HashSet::new(), 0);
        let roots = scope(doc, &operation.node.selection_set.node, &mut keys, &mut repeats);
        most = Counts { roots: most.roots.max(roots), repeats: most.repeats.max(repeats) };
    }
    most
}

/// Counts the fields of one object; `keys` are the names that it has already.
fn scope<'a>(
    doc: &'a ExecutableDocument,
    set: &'a SelectionSet,
    keys: &mut HashSet<&'a Name>,
    repeats: &mut u64,
) -> u64 {
    let mut fields = 0;
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                fields += 1;
                *repeats += u64::from(field.node.alias.is_some() || !keys.insert(&field.node.name.node));
                scope(doc, &field.node.selection_set.node, &mut HashSet::new(), repeats);
            }
            Selection::InlineFragment(inline) => {
                fields += scope(doc, &inline.node.selection_set.node, keys, repeats);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = doc.fragments.get(&spread.node.fragment_name.node) {
                    fields += scope(doc, &fragment.node.selection_set.node, keys, repeats);
                }
            }
        }
    }
    fields
}

impl Counts {
    /// Refuses what is over a limit.
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        let refused = |max: u64, what: &str| {
            Err(Refusal::bad_request("QUERY_TOO_LARGE", format!("an operation has at most {max} {what}")))
        };
        if self.roots > limits.roots {
            return refused(limits.roots, "fields at its root");
        }
        if self.repeats > limits.repeats {
            return refused(limits.repeats, "aliases and repeated fields");
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn what_is_executed_again_is_counted() {
        let of = |query: &str| {
            let Counts { roots, repeats } = counts(&parse_query(query).unwrap());
            (roots, repeats)
        };
        assert_eq!(of("{ a b c { a b } }"), (3, 0));
        assert_eq!(of("{ x: a a a c { a ... { a } ...F } ...F } fragment F on T { a }"), (5, 5));
        assert_eq!(of("query A { a a } mutation B { b c d }"), (3, 1));
    }
}
