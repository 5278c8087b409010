//! The life of a merchant. Every transition of the state table is here and nowhere else.

use serde::{Deserialize, Serialize};

use crate::Error;

/// Where a merchant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waits for the operator's approval.
    Applied,
    /// Sells.
    Active,
    /// Blocked by the operator: sells nothing new, finishes what was ordered.
    Suspended,
    /// Gone for good.
    Closed,
}

/// What can be done to a merchant's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    /// Let it sell.
    Approve,
    /// Block it.
    Suspend,
    /// Let it sell again.
    Reopen,
    /// End it for good.
    Close,
}

impl Status {
    /// All statuses.
    pub const ALL: [Self; 4] = [Self::Applied, Self::Active, Self::Suspended, Self::Closed];

    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether new orders may contain its offers.
    #[must_use]
    pub const fn can_sell(self) -> bool {
        matches!(self, Self::Active)
    }

    /// What can be done now.
    #[must_use]
    pub const fn allowed(self) -> &'static [Transition] {
        match self {
            Self::Applied => &[Transition::Approve, Transition::Close],
            Self::Active => &[Transition::Suspend, Transition::Close],
            Self::Suspended => &[Transition::Reopen, Transition::Close],
            Self::Closed => &[],
        }
    }

    /// The status after `transition`.
    ///
    /// # Errors
    /// [`Error::InvalidTransition`] names the status and what is allowed in it.
    pub fn after(self, transition: Transition) -> Result<Self, Error> {
        if !self.allowed().contains(&transition) {
            return Err(Error::InvalidTransition { status: self, transition });
        }
        Ok(match transition {
            Transition::Approve | Transition::Reopen => Self::Active,
            Transition::Suspend => Self::Suspended,
            Transition::Close => Self::Closed,
        })
    }
}

impl Transition {
    /// All transitions.
    pub const ALL: [Self; 4] = [Self::Approve, Self::Suspend, Self::Reopen, Self::Close];

    /// The name: `approve`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Suspend => "suspend",
            Self::Reopen => "reopen",
            Self::Close => "close",
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use kernel::Fault as _;

    #[test]
    fn the_whole_state_table() {
        use Status::{Active, Applied, Closed, Suspended};
        use Transition::{Approve, Close, Reopen, Suspend};
        let table = [
            (Applied, Approve, Some(Active)),
            (Applied, Suspend, None),
            (Applied, Reopen, None),
            (Applied, Close, Some(Closed)),
            (Active, Approve, None),
            (Active, Suspend, Some(Suspended)),
            (Active, Reopen, None),
            (Active, Close, Some(Closed)),
            (Suspended, Approve, None),
            (Suspended, Suspend, None),
            (Suspended, Reopen, Some(Active)),
            (Suspended, Close, Some(Closed)),
            (Closed, Approve, None),
            (Closed, Suspend, None),
            (Closed, Reopen, None),
            (Closed, Close, None),
        ];
        for (from, transition, to) in table {
            assert_eq!(from.after(transition).ok(), to, "{from:?} {transition:?}");
        }
    }

    #[test]
    fn a_refusal_names_the_state_and_what_is_allowed() {
        let error = Status::Suspended.after(Transition::Approve).unwrap_err();
        assert_eq!(error.code(), "INVALID_TRANSITION");
        assert_eq!(error.to_string(), "cannot approve a merchant that is suspended; allowed: reopen, close");
        let details = serde_json::json!({ "status": "suspended", "allowed": ["reopen", "close"] });
        assert_eq!(error.details(), Some(details));
        let end = Status::Closed.after(Transition::Reopen).unwrap_err();
        assert_eq!(end.to_string(), "cannot reopen a merchant that is closed; allowed: nothing");
    }

    #[test]
    fn only_an_active_merchant_sells() {
        assert_eq!(Status::ALL.map(Status::can_sell), [false, true, false, false]);
    }
}
