//! Whether money may go to a merchant's account. Every transition of the state table is here and nowhere else.

use serde::{Deserialize, Serialize};

use crate::Error;

/// Where the account for payouts stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutState {
    /// There is none.
    None,
    /// It was named; the operator has to look at it.
    Pending,
    /// It is paid to.
    Active,
    /// Nothing is paid to it until the operator lifts that.
    Restricted,
    /// The operator does not pay to it; another one has to be named.
    Rejected,
}

/// What can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutTransition {
    /// Name an account.
    Name,
    /// Take it away.
    Remove,
    /// Find it good.
    Verify,
    /// Do not pay to it.
    Reject,
    /// Pay nothing to it for now.
    Restrict,
    /// Pay to it again.
    Lift,
}

/// The account's standing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PayoutStanding {
    /// Where it stands.
    pub state: PayoutState,
    /// Why, when it is restricted or rejected.
    pub reason: Option<String>,
}

impl PayoutState {
    /// All states.
    pub const ALL: [Self; 5] = [Self::None, Self::Pending, Self::Active, Self::Restricted, Self::Rejected];

    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Restricted => "restricted",
            Self::Rejected => "rejected",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether it is paid to.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Active)
    }

    /// What can be done now. A restricted or rejected account cannot be taken away: naming it anew would whitewash it.
    #[must_use]
    pub const fn allowed(self) -> &'static [PayoutTransition] {
        use PayoutTransition::{Lift, Name, Reject, Remove, Restrict, Verify};
        match self {
            Self::None => &[Name],
            Self::Pending => &[Name, Remove, Verify, Reject],
            Self::Active => &[Name, Remove, Restrict],
            Self::Restricted => &[Name, Lift],
            Self::Rejected => &[Name],
        }
    }

    /// The state after `transition`. `verifies`: the operator looks at each account before anything is paid to it; after
    /// a restriction or rejection it always does.
    ///
    /// # Errors
    /// [`Error::InvalidTransition`] names the state and what is allowed in it.
    pub fn after(self, transition: PayoutTransition, verifies: bool) -> Result<Self, Error> {
        if !self.allowed().contains(&transition) {
            let allowed = self.allowed().iter().map(|t| t.as_str());
            return Err(Error::invalid(self.as_str(), transition.as_str(), allowed));
        }
        Ok(match transition {
            PayoutTransition::Name if verifies || matches!(self, Self::Restricted | Self::Rejected | Self::Pending) => {
                Self::Pending
            }
            PayoutTransition::Name | PayoutTransition::Verify | PayoutTransition::Lift => Self::Active,
            PayoutTransition::Remove => Self::None,
            PayoutTransition::Reject => Self::Rejected,
            PayoutTransition::Restrict => Self::Restricted,
        })
    }
}

impl PayoutTransition {
    /// All transitions.
    pub const ALL: [Self; 6] = [Self::Name, Self::Remove, Self::Verify, Self::Reject, Self::Restrict, Self::Lift];

    /// The name: `verify`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Remove => "remove",
            Self::Verify => "verify",
            Self::Reject => "reject",
            Self::Restrict => "restrict",
            Self::Lift => "lift",
        }
    }

    /// What histories say was done.
    #[must_use]
    pub const fn done(self) -> &'static str {
        match self {
            Self::Name | Self::Remove => "bank_edited",
            Self::Verify => "payout_account_verified",
            Self::Reject => "payout_account_rejected",
            Self::Restrict => "payout_account_restricted",
            Self::Lift => "payout_account_lifted",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_state_table() {
        use PayoutState as S;
        use PayoutTransition as T;
        let table: [(S, &[(T, S)]); 5] = [
            (S::None, &[(T::Name, S::Active)]),
            (
                S::Pending,
                &[(T::Name, S::Pending), (T::Remove, S::None), (T::Verify, S::Active), (T::Reject, S::Rejected)],
            ),
            (S::Active, &[(T::Name, S::Active), (T::Remove, S::None), (T::Restrict, S::Restricted)]),
            (S::Restricted, &[(T::Name, S::Pending), (T::Lift, S::Active)]),
            (S::Rejected, &[(T::Name, S::Pending)]),
        ];
        for (from, ways) in table {
            for transition in T::ALL {
                let to = ways.iter().find(|(way, _)| *way == transition).map(|(_, to)| *to);
                assert_eq!(from.after(transition, false).ok(), to, "{from:?} {transition:?}");
            }
            assert_eq!(from.after(T::Name, true).ok(), Some(S::Pending), "{from:?}");
            assert_eq!(S::parse(from.as_str()), Some(from));
        }
    }
}
