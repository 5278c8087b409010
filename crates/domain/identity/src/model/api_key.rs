//! Keys with which programs sign in.

use access::{Scope, Seat};
use chrono::{DateTime, Utc};
use kernel::id::{ApiKeyId, MerchantId, UserId};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::{RoleName, Team, TeamRole};

/// What a key is for, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum ApiKeyKind {
    /// A program of the operator.
    Operator,
    /// A program of one merchant.
    Merchant,
    /// A trusted storefront.
    Storefront,
}

/// For whom a key acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApiKeyScope {
    /// For the operator.
    Operator,
    /// For one merchant.
    Merchant(MerchantId),
    /// As a trusted storefront: what everybody sees, with the role `storefront`.
    Storefront,
}

impl ApiKeyScope {
    /// The scope from its stored parts. A merchant's key without merchant is taken for the narrowest.
    #[must_use]
    pub fn of(kind: ApiKeyKind, merchant: Option<MerchantId>) -> Self {
        match (kind, merchant) {
            (ApiKeyKind::Operator, _) => Self::Operator,
            (ApiKeyKind::Merchant, Some(id)) => Self::Merchant(id),
            (ApiKeyKind::Merchant, None) | (ApiKeyKind::Storefront, _) => Self::Storefront,
        }
    }

    /// The kind that is stored.
    #[must_use]
    pub const fn kind(self) -> ApiKeyKind {
        match self {
            Self::Operator => ApiKeyKind::Operator,
            Self::Merchant(_) => ApiKeyKind::Merchant,
            Self::Storefront => ApiKeyKind::Storefront,
        }
    }

    /// The team whose people make and revoke the key; storefront keys belong to the operator.
    #[must_use]
    pub const fn team(self) -> Team {
        match self {
            Self::Merchant(id) => Team::Merchant(id),
            Self::Operator | Self::Storefront => Team::Operator,
        }
    }

    /// Whether a key of this scope can hold the built-in `role`.
    #[must_use]
    pub const fn fits(self, role: RoleName) -> bool {
        match self {
            Self::Storefront => matches!(role, RoleName::Storefront),
            Self::Operator => role.is_operator(),
            Self::Merchant(_) => role.is_merchant(),
        }
    }

    /// The seat that a key gives.
    #[must_use]
    pub fn seat(self, role: TeamRole) -> Seat {
        let scope = match self {
            Self::Operator => Scope::Operator,
            Self::Merchant(id) => Scope::Merchant(id),
            Self::Storefront => Scope::Public,
        };
        Seat { scope, role: role.role() }
    }
}

/// A key with which a program signs in. The key itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What people call it.
    pub name: String,
    /// For whom it acts.
    pub scope: ApiKeyScope,
    /// As what.
    pub role: TeamRole,
    /// The last four characters of the key.
    pub hint: String,
    /// Who made it: a stable actor id.
    pub created_by: String,
    /// The person whose rights it never exceeds, whatever becomes of them; none for a key that Souk itself made.
    pub issuer: Option<UserId>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it ends; never, if none.
    pub expires_at: Option<DateTime<Utc>>,
    /// Last use, to the minute.
    pub used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}
