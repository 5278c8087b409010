//! Whether it is known who a merchant is. Every transition of the state table is here and nowhere else.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Error;

/// Whether it is known who a merchant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KycState {
    /// Nobody asks.
    NotRequired,
    /// The merchant has to bring its papers.
    PendingSubmission,
    /// The operator, or a provider for it, looks at them.
    PendingApproval,
    /// It is known.
    Approved,
    /// The papers do not say it.
    Refused,
    /// It was known, the papers are too old.
    Expired,
}

/// What can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KycTransition {
    /// Ask for papers, for the first time or anew.
    Require,
    /// Ask no more.
    Waive,
    /// Say that the papers are there.
    Submit,
    /// Find them good.
    Approve,
    /// Find them wanting.
    Refuse,
    /// Find them too old.
    Expire,
}

/// Where the question stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kyc {
    /// The answer.
    pub state: KycState,
    /// Why, when it is refused or expired.
    pub reason: Option<String>,
    /// Until when the papers are good.
    pub expires_at: Option<DateTime<Utc>>,
}

impl KycState {
    /// All states.
    pub const ALL: [Self; 6] = [
        Self::NotRequired,
        Self::PendingSubmission,
        Self::PendingApproval,
        Self::Approved,
        Self::Refused,
        Self::Expired,
    ];

    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotRequired => "not_required",
            Self::PendingSubmission => "pending_submission",
            Self::PendingApproval => "pending_approval",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether a merchant can be paid, as far as this goes.
    #[must_use]
    pub const fn lets_pay(self) -> bool {
        matches!(self, Self::NotRequired | Self::Approved)
    }

    /// What can be done now.
    #[must_use]
    pub const fn allowed(self) -> &'static [KycTransition] {
        use KycTransition::{Approve, Expire, Refuse, Require, Submit, Waive};
        match self {
            Self::NotRequired => &[Require],
            Self::PendingSubmission => &[Submit, Waive],
            Self::PendingApproval => &[Approve, Refuse],
            Self::Approved => &[Expire, Require],
            Self::Refused | Self::Expired => &[Require, Waive],
        }
    }

    /// The state after `transition`.
    ///
    /// # Errors
    /// [`Error::InvalidTransition`] names the state and what is allowed in it.
    pub fn after(self, transition: KycTransition) -> Result<Self, Error> {
        if !self.allowed().contains(&transition) {
            return Err(Error::invalid(self.as_str(), transition.as_str(), self.allowed().iter().map(|t| t.as_str())));
        }
        Ok(match transition {
            KycTransition::Require => Self::PendingSubmission,
            KycTransition::Waive => Self::NotRequired,
            KycTransition::Submit => Self::PendingApproval,
            KycTransition::Approve => Self::Approved,
            KycTransition::Refuse => Self::Refused,
            KycTransition::Expire => Self::Expired,
        })
    }
}

impl KycTransition {
    /// All transitions.
    pub const ALL: [Self; 6] = [Self::Require, Self::Waive, Self::Submit, Self::Approve, Self::Refuse, Self::Expire];

    /// The name: `approve`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Require => "require",
            Self::Waive => "waive",
            Self::Submit => "submit",
            Self::Approve => "approve",
            Self::Refuse => "refuse",
            Self::Expire => "expire",
        }
    }

    /// What histories say was done.
    #[must_use]
    pub const fn done(self) -> &'static str {
        match self {
            Self::Require => "kyc_required",
            Self::Waive => "kyc_waived",
            Self::Submit => "kyc_submitted",
            Self::Approve => "kyc_approved",
            Self::Refuse => "kyc_refused",
            Self::Expire => "kyc_expired",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_state_table() {
        use KycState as S;
        use KycTransition as T;
        let table: [(S, &[(T, S)]); 6] = [
            (S::NotRequired, &[(T::Require, S::PendingSubmission)]),
            (S::PendingSubmission, &[(T::Submit, S::PendingApproval), (T::Waive, S::NotRequired)]),
            (S::PendingApproval, &[(T::Approve, S::Approved), (T::Refuse, S::Refused)]),
            (S::Approved, &[(T::Expire, S::Expired), (T::Require, S::PendingSubmission)]),
            (S::Refused, &[(T::Require, S::PendingSubmission), (T::Waive, S::NotRequired)]),
            (S::Expired, &[(T::Require, S::PendingSubmission), (T::Waive, S::NotRequired)]),
        ];
        for (from, ways) in table {
            for transition in T::ALL {
                let to = ways.iter().find(|(way, _)| *way == transition).map(|(_, to)| *to);
                assert_eq!(from.after(transition).ok(), to, "{from:?} {transition:?}");
            }
            assert_eq!(S::parse(from.as_str()), Some(from));
        }
        assert_eq!(S::ALL.into_iter().filter(|s| s.lets_pay()).collect::<Vec<_>>(), [S::NotRequired, S::Approved]);
    }
}
