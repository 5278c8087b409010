//! What can be allowed: a verb on a resource.

use std::fmt;

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
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.resource, self.verb)
    }
}
