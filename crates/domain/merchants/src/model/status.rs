//! The life of a merchant. Every transition of the state table is here and nowhere else.

use serde::{Deserialize, Serialize};

use crate::Error;

/// Where a merchant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The operator made it, its owner has not accepted the invitation.
    Invited,
    /// Waits for the operator to look at it.
    Applied,
    /// Brings what the checklist asks for.
    Onboarding,
    /// Says that all is there; the operator looks at it.
    InReview,
    /// The operator does not want it.
    Rejected,
    /// Sells.
    Active,
    /// Blocked by a rule: sells nothing new, the reason says what else.
    Restricted,
    /// Blocked by the operator: sells nothing new, the reason says what else.
    Suspended,
    /// Leaves: sells nothing new, finishes what was ordered and settled.
    Offboarding,
    /// Gone for good.
    Closed,
}

/// What can be done to a merchant's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    /// Let it begin with the checklist.
    Admit,
    /// Say that the checklist is done.
    Submit,
    /// Ask for more.
    Return,
    /// Let it sell.
    Approve,
    /// Do not take it.
    Reject,
    /// Take up again what was rejected.
    Revive,
    /// Block it by a rule.
    Restrict,
    /// Block it by decision.
    Suspend,
    /// Let it sell again.
    Reopen,
    /// Let it finish and leave.
    Offboard,
    /// End it for good.
    Close,
}

impl Status {
    /// All statuses.
    pub const ALL: [Self; 10] = [
        Self::Invited,
        Self::Applied,
        Self::Onboarding,
        Self::InReview,
        Self::Rejected,
        Self::Active,
        Self::Restricted,
        Self::Suspended,
        Self::Offboarding,
        Self::Closed,
    ];

    /// Those that are not decided about yet.
    pub const COMING: [Self; 4] = [Self::Invited, Self::Applied, Self::Onboarding, Self::InReview];

    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Applied => "applied",
            Self::Onboarding => "onboarding",
            Self::InReview => "in_review",
            Self::Rejected => "rejected",
            Self::Active => "active",
            Self::Restricted => "restricted",
            Self::Suspended => "suspended",
            Self::Offboarding => "offboarding",
            Self::Closed => "closed",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether new orders may contain its offers, as far as the status says.
    #[must_use]
    pub const fn can_sell(self) -> bool {
        matches!(self, Self::Active)
    }

    /// Whether somebody blocked it, with effects.
    #[must_use]
    pub const fn is_blocked(self) -> bool {
        matches!(self, Self::Restricted | Self::Suspended)
    }

    /// What can be done now.
    #[must_use]
    pub const fn allowed(self) -> &'static [Transition] {
        use Transition::{Admit, Approve, Close, Offboard, Reject, Reopen, Restrict, Return, Revive, Submit, Suspend};
        match self {
            Self::Invited => &[Admit, Close],
            Self::Applied => &[Admit, Approve, Reject, Close],
            Self::Onboarding => &[Submit, Close],
            Self::InReview => &[Approve, Return, Reject, Close],
            Self::Rejected => &[Revive, Close],
            Self::Active => &[Restrict, Suspend, Offboard],
            Self::Restricted => &[Reopen, Suspend, Offboard],
            Self::Suspended => &[Reopen, Restrict, Offboard],
            Self::Offboarding => &[Close],
            Self::Closed => &[],
        }
    }

    /// The status after `transition`.
    ///
    /// # Errors
    /// [`Error::InvalidTransition`] names the status and what is allowed in it.
    pub fn after(self, transition: Transition) -> Result<Self, Error> {
        if !self.allowed().contains(&transition) {
            return Err(Error::invalid(self.as_str(), transition.as_str(), self.allowed().iter().map(|t| t.as_str())));
        }
        Ok(match transition {
            Transition::Admit | Transition::Return | Transition::Revive => Self::Onboarding,
            Transition::Submit => Self::InReview,
            Transition::Approve | Transition::Reopen => Self::Active,
            Transition::Reject => Self::Rejected,
            Transition::Restrict => Self::Restricted,
            Transition::Suspend => Self::Suspended,
            Transition::Offboard => Self::Offboarding,
            Transition::Close => Self::Closed,
        })
    }
}

impl Transition {
    /// All transitions.
    pub const ALL: [Self; 11] = [
        Self::Admit,
        Self::Submit,
        Self::Return,
        Self::Approve,
        Self::Reject,
        Self::Revive,
        Self::Restrict,
        Self::Suspend,
        Self::Reopen,
        Self::Offboard,
        Self::Close,
    ];

    /// The name: `approve`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admit => "admit",
            Self::Submit => "submit",
            Self::Return => "return",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Revive => "revive",
            Self::Restrict => "restrict",
            Self::Suspend => "suspend",
            Self::Reopen => "reopen",
            Self::Offboard => "offboard",
            Self::Close => "close",
        }
    }

    /// What histories say was done.
    #[must_use]
    pub const fn done(self) -> &'static str {
        match self {
            Self::Admit => "admitted",
            Self::Submit => "submitted",
            Self::Return => "returned",
            Self::Approve => "approved",
            Self::Reject => "rejected",
            Self::Revive => "revived",
            Self::Restrict => "restricted",
            Self::Suspend => "suspended",
            Self::Reopen => "reopened",
            Self::Offboard => "offboarded",
            Self::Close => "closed",
        }
    }

    /// Whether it takes something from somebody, who may ask why.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Return | Self::Reject | Self::Restrict | Self::Suspend | Self::Offboard | Self::Close)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use kernel::Fault as _;

    /// Each status with the only transitions that leave it, and where they lead.
    #[test]
    fn the_whole_state_table() {
        use Status::*;
        use Transition::*;
        let table: [(Status, &[(Transition, Status)]); 10] = [
            (Invited, &[(Admit, Onboarding), (Close, Closed)]),
            (Applied, &[(Admit, Onboarding), (Approve, Active), (Reject, Rejected), (Close, Closed)]),
            (Onboarding, &[(Submit, InReview), (Close, Closed)]),
            (InReview, &[(Approve, Active), (Return, Onboarding), (Reject, Rejected), (Close, Closed)]),
            (Rejected, &[(Revive, Onboarding), (Close, Closed)]),
            (Active, &[(Restrict, Restricted), (Suspend, Suspended), (Offboard, Offboarding)]),
            (Restricted, &[(Reopen, Active), (Suspend, Suspended), (Offboard, Offboarding)]),
            (Suspended, &[(Reopen, Active), (Restrict, Restricted), (Offboard, Offboarding)]),
            (Offboarding, &[(Close, Closed)]),
            (Closed, &[]),
        ];
        for (from, ways) in table {
            for transition in Transition::ALL {
                let to = ways.iter().find(|(way, _)| *way == transition).map(|(_, to)| *to);
                assert_eq!(from.after(transition).ok(), to, "{from:?} {transition:?}");
            }
            assert_eq!(from.allowed().len(), ways.len(), "{from:?}");
        }
    }

    #[test]
    fn a_refusal_names_the_state_and_what_is_allowed() {
        let error = Status::Suspended.after(Transition::Approve).unwrap_err();
        assert_eq!(error.code(), "INVALID_TRANSITION");
        let text = "cannot approve a merchant that is suspended; allowed: reopen, restrict, offboard";
        assert_eq!(error.to_string(), text);
        let details = serde_json::json!({ "status": "suspended", "allowed": ["reopen", "restrict", "offboard"] });
        assert_eq!(error.details(), Some(details));
        let end = Status::Closed.after(Transition::Reopen).unwrap_err();
        assert_eq!(end.to_string(), "cannot reopen a merchant that is closed; allowed: nothing");
    }

    #[test]
    fn only_an_active_merchant_sells() {
        assert_eq!(Status::ALL.into_iter().filter(|status| status.can_sell()).collect::<Vec<_>>(), [Status::Active]);
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
    }
}
