//! What can be allowed: a verb on a resource.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// A verb on a resource, such as `edit` on `offer`. Each domain names its own as constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Action {
    /// The resource in snake_case: `merchant_order`.
    pub resource: &'static str,
    /// The verb in snake_case: `read`, `edit`, `refund`.
    pub verb: &'static str,
}

impl Action {
    /// `verb` on `resource`.
    #[must_use]
    pub const fn new(resource: &'static str, verb: &'static str) -> Self {
        Self { resource, verb }
    }

    /// An action of words that are read from a policy file. They stay for good, each once.
    pub(crate) fn interned(resource: &str, verb: &str) -> Self {
        Self::new(interned(resource), interned(verb))
    }
}

static WORDS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);

fn interned(word: &str) -> &'static str {
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    let words = words.get_or_insert_default();
    if let Some(known) = words.get(word) {
        return known;
    }
    let kept: &'static str = word.to_owned().leak();
    words.insert(kept);
    kept
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.resource, self.verb)
    }
}
