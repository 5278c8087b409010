//! What the operator asks of those who sign in.

use access::SignInRules;
use serde::{Deserialize, Serialize};

use super::TeamRole;

/// What the operator asks of those who sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecurityPolicy {
    /// For so many minutes a password or code that was given counts as given just now.
    pub fresh_minutes: i64,
    /// Roles whose seats are held only by who has signed in with a second factor.
    pub second_factor_roles: Vec<TeamRole>,
    /// Grows with each change.
    pub version: i64,
}

impl SecurityPolicy {
    /// In the words of `access`.
    pub(crate) fn rules(&self) -> SignInRules {
        let second_factor = self.second_factor_roles.iter().map(|role| role.role()).collect();
        SignInRules { fresh_minutes: self.fresh_minutes, second_factor }
    }
}
