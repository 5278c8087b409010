//! Who belongs to which team.

use access::{Grant, Reach, Scope, Seat};
use chrono::{DateTime, Utc};
use kernel::id::{MembershipId, MerchantId, UserId};
use serde::{Deserialize, Serialize};

use super::TeamRole;
use crate::Error;

/// A team: the operator's, or that of one merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Team {
    /// The operator's.
    Operator,
    /// That of a merchant.
    Merchant(MerchantId),
}

impl Team {
    /// The team of a merchant, or the operator's for none.
    #[must_use]
    pub fn of(merchant: Option<MerchantId>) -> Self {
        merchant.map_or(Self::Operator, Self::Merchant)
    }

    /// The merchant, or none for the operator's team.
    #[must_use]
    pub const fn merchant(self) -> Option<MerchantId> {
        match self {
            Self::Operator => None,
            Self::Merchant(id) => Some(id),
        }
    }

    /// The scope in which members act.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self {
            Self::Operator => Scope::Operator,
            Self::Merchant(id) => Scope::Merchant(id),
        }
    }

    /// Whether `grant` reaches this team.
    ///
    /// # Errors
    /// Not found: a merchant must not learn which other teams exist.
    pub(crate) fn within(self, grant: &Grant) -> Result<(), Error> {
        let reached = match (self, grant.merchants()) {
            (_, Reach::All) => true,
            (Self::Merchant(id), Reach::Only(mine)) => id == mine,
            _ => false,
        };
        if reached { Ok(()) } else { Err(context::Error::NotFound("team").into()) }
    }
}

/// A role that a user holds in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Membership {
    /// Its id.
    pub id: MembershipId,
    /// Who.
    pub user: UserId,
    /// Where.
    pub team: Team,
    /// As what.
    pub role: TeamRole,
    /// Grows with each change.
    pub version: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl Membership {
    /// The seat that the membership gives.
    #[must_use]
    pub fn seat(&self) -> Seat {
        Seat { scope: self.team.scope(), role: self.role.role() }
    }
}

/// A membership with the person behind it, for lists of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The membership.
    pub membership: Membership,
    /// Name of the person.
    pub name: String,
    /// Address of the person.
    pub email: String,
    /// Whether the person can sign in.
    pub active: bool,
}
