//! What is asked of those who sign in, beside their password.

use std::collections::HashSet;

use crate::Role;

/// What is asked of persons before they may do certain things. The same on all nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInRules {
    /// For so many minutes a password or code that was given counts as given just now.
    pub fresh_minutes: i64,
    /// Roles whose seats are held only by who has signed in with a second factor.
    pub second_factor: HashSet<Role>,
}

impl Default for SignInRules {
    fn default() -> Self {
        Self { fresh_minutes: 15, second_factor: HashSet::new() }
    }
}
