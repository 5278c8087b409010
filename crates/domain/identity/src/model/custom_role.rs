//! Roles that the operator or a merchant makes: what they may hold, and what that comes to in the policy.

use access::{Access, Action, Limit, Masks, RoleLine, RolePolicy};
use chrono::{DateTime, Utc};
use kernel::Invalid;
use kernel::id::{CategoryId, ChannelId, CustomRoleId, MerchantId};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::{RoleName, Team, TeamRole};

/// Most permissions of a role.
pub(crate) const PERMISSIONS_MAX: usize = 200;

/// In teams of which kind a role can be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum TeamKind {
    /// The operator's.
    Operator,
    /// Those of merchants.
    Merchant,
}

impl TeamKind {
    /// The kind of `team`.
    #[must_use]
    pub const fn of(team: Team) -> Self {
        match team {
            Team::Operator => Self::Operator,
            Team::Merchant(_) => Self::Merchant,
        }
    }

    /// The permissions that roles of this kind can hold: those that built-in roles of such teams have.
    #[must_use]
    pub fn grantable(self, access: &Access) -> Vec<Action> {
        access.actions_named(|role| {
            let known = RoleName::ALL.into_iter().find(|known| known.as_str() == role);
            known.is_some_and(|known| match self {
                Self::Operator => known.is_operator(),
                Self::Merchant => known.is_merchant(),
            })
        })
    }
}

/// On which rows a permission is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermissionScope {
    /// On all of the marketplace. For the operator's team.
    All,
    /// On what belongs to the merchant of the team.
    OwnMerchant,
    /// On what lies in a category or below it.
    Category(CategoryId),
    /// On what was bought in a channel.
    Channel(ChannelId),
}

impl PermissionScope {
    pub(crate) const fn limit(self) -> Option<Limit> {
        match self {
            Self::All | Self::OwnMerchant => None,
            Self::Category(id) => Some(Limit::Category(id)),
            Self::Channel(id) => Some(Limit::Channel(id)),
        }
    }
}

/// A permission of a role.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Permission {
    /// The resource: `offer`.
    pub resource: String,
    /// The verb: `edit`.
    pub verb: String,
    /// On which rows.
    pub scope: PermissionScope,
}

/// Fields that a role does not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldMask {
    /// Bank accounts of merchants.
    BankAccounts,
    /// Names, addresses and e-mail addresses of buyers.
    PersonalData,
}

impl FieldMask {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::BankAccounts, Self::PersonalData];

    pub(crate) const fn masks(self) -> Masks {
        match self {
            Self::BankAccounts => Masks::BANK_ACCOUNTS,
            Self::PersonalData => Masks::PERSONAL_DATA,
        }
    }

    /// Whether everything that `action` shows hides these fields. What is not listed here is taken to show them.
    fn is_heeded_by(self, action: Action) -> bool {
        let goods = matches!(
            action.resource,
            "product"
                | "offer"
                | "stock"
                | "location"
                | "category"
                | "attribute"
                | "asset"
                | "tax_class"
                | "carrier"
                | "channel"
                | "delivery_method"
                | "merchant_delivery"
                | "coupon"
                | "commission_rule"
        );
        let pair = (action.resource, action.verb);
        goods
            || match self {
                Self::BankAccounts => {
                    matches!(
                        pair,
                        ("merchant", _) | ("merchant_bank", "read") | ("merchant_order", _) | ("order", "read")
                    )
                }
                Self::PersonalData => matches!(
                    pair,
                    ("merchant_order", "read" | "decide" | "ship" | "cancel")
                        | ("order", "read")
                        | ("merchant" | "merchant_terms" | "merchant_bank" | "balance" | "payout" | "statement", _)
                ),
            }
    }
}

/// A part of the rows to which an action can be narrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Narrowing {
    /// A category with everything below it.
    Category,
    /// A channel.
    Channel,
}

/// To what `action` can be narrowed; who carries it out asks for it by `authorize_within`.
#[must_use]
pub fn narrowing(action: Action) -> Option<Narrowing> {
    match (action.resource, action.verb) {
        ("product", "read" | "list" | "edit" | "archive" | "history") | ("offer", "read" | "edit") => {
            Some(Narrowing::Category)
        }
        ("order" | "merchant_order", "read") => Some(Narrowing::Channel),
        _ => None,
    }
}

/// A role that the operator or a merchant made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomRole {
    /// Its id.
    pub id: CustomRoleId,
    /// In teams of which kind it can be held.
    pub team: TeamKind,
    /// The merchant whose people alone can hold it; none for a role of the operator's making.
    pub merchant: Option<MerchantId>,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it allows.
    pub permissions: Vec<Permission>,
    /// What it does not show.
    pub masks: Vec<FieldMask>,
    /// Grows with each change.
    pub version: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
    /// Since when nobody can hold it.
    pub retired_at: Option<DateTime<Utc>>,
}

impl CustomRole {
    /// The role as members hold it.
    #[must_use]
    pub const fn held(&self) -> TeamRole {
        TeamRole::Custom(self.id)
    }

    /// Whether people of `team` can hold it.
    #[must_use]
    pub fn fits(&self, team: Team) -> bool {
        let whose = match (self.merchant, team) {
            (None, _) => true,
            (Some(of), Team::Merchant(id)) => of == id,
            (Some(_), Team::Operator) => false,
        };
        self.retired_at.is_none() && self.team == TeamKind::of(team) && whose
    }

    /// All masks together.
    #[must_use]
    pub fn masked(&self) -> Masks {
        self.masks.iter().fold(Masks::NONE, |all, mask| all.or(mask.masks()))
    }

    /// What it comes to in the policy.
    #[must_use]
    pub fn policy(&self) -> RolePolicy {
        let line = |of: &Permission| RoleLine {
            resource: of.resource.clone(),
            verb: of.verb.clone(),
            limit: of.scope.limit(),
        };
        RolePolicy {
            role: self.held().role(),
            version: self.version,
            lines: self.permissions.iter().map(line).collect(),
            masks: self.masked(),
        }
    }

    /// Its permissions as actions of the policy, with their place. One that the policy does not know is left out: it
    /// allows nothing.
    pub(crate) fn actions(&self, access: &Access) -> Vec<(usize, Action, Option<Limit>)> {
        let known = self.team.grantable(access);
        let action = |of: &Permission| {
            known.iter().copied().find(|action| action.resource == of.resource && action.verb == of.verb)
        };
        let numbered = self.permissions.iter().enumerate();
        numbered.filter_map(|(index, of)| Some((index, action(of)?, of.scope.limit()))).collect()
    }

    /// Refuses what a role of its kind cannot hold.
    pub(crate) fn checked(self, access: &Access) -> Result<Self, Invalid> {
        if self.permissions.is_empty() {
            return Err(Invalid::required("permissions"));
        }
        if self.permissions.len() > PERMISSIONS_MAX {
            return Err(Invalid::new("permissions", "TOO_MANY", format!("at most {PERMISSIONS_MAX}")));
        }
        let known = self.actions(access);
        for (index, of) in self.permissions.iter().enumerate() {
            let Some((_, action, _)) = known.iter().find(|(at, ..)| *at == index) else {
                let field = format!("permissions.{index}");
                let kind = if self.team == TeamKind::Operator { "the operator" } else { "merchants" };
                let text = format!("{}:{} is no permission that people of {kind} can hold", of.resource, of.verb);
                return Err(Invalid::new(field, "UNKNOWN_PERMISSION", text));
            };
            scope_fits(self.team, *action, of.scope)
                .map_err(|(code, text)| Invalid::new(format!("permissions.{index}.scope"), code, text))?;
            if let Some(at) = self.masks.iter().position(|mask| !mask.is_heeded_by(*action)) {
                let text = format!("{action} shows such fields; a role that hides them cannot hold it");
                return Err(Invalid::new(format!("masks.{at}"), "MASK_NOT_HEEDED", text));
            }
            if self.permissions[..index].contains(of) {
                return Err(Invalid::new(format!("permissions.{index}"), "DUPLICATE", "stands there already"));
            }
        }
        Ok(self)
    }
}

fn scope_fits(team: TeamKind, action: Action, scope: PermissionScope) -> Result<(), (&'static str, String)> {
    let can = match (scope, narrowing(action)) {
        (PermissionScope::All, _) => team == TeamKind::Operator,
        (PermissionScope::OwnMerchant, _) => team == TeamKind::Merchant,
        (PermissionScope::Category(_), by) => by == Some(Narrowing::Category),
        (PermissionScope::Channel(_), by) => by == Some(Narrowing::Channel),
    };
    if can {
        return Ok(());
    }
    Err(match scope {
        PermissionScope::All => ("SCOPE_TOO_WIDE", "people of a merchant act for their own merchant".to_owned()),
        PermissionScope::OwnMerchant => {
            ("SCOPE_MISPLACED", "the operator's people have no merchant of their own".to_owned())
        }
        PermissionScope::Category(_) => ("SCOPE_UNSUPPORTED", format!("{action} cannot be narrowed to a category")),
        PermissionScope::Channel(_) => ("SCOPE_UNSUPPORTED", format!("{action} cannot be narrowed to a channel")),
    })
}
