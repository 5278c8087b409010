//! Roles that the operator and merchants make.

use std::collections::HashMap;

use access::{Action, Extent, Limit, Masks};
use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use context::Ctx;
use identity::{Narrowing, TeamRole};
use kernel::Invalid;
use kernel::id::CustomRoleId;

use super::object::Role;
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::history::Change;
use crate::input;
use crate::loader::{LoadError, Loader, OfRequest};
use crate::page::{connection, page_args};

/// In teams of which kind a role can be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "identity::TeamKind")]
pub enum TeamKind {
    /// The operator's.
    Operator,
    /// Those of merchants.
    Merchant,
}

/// Fields that a role does not show: they are null for whoever acts by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "identity::FieldMask")]
pub enum FieldMask {
    /// Bank accounts of merchants: `Merchant.bank`, `merchantBankAccount`.
    BankAccounts,
    /// Names, addresses and e-mail addresses of buyers on orders and parcels.
    PersonalData,
}

/// On which rows a permission is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum PermissionScope {
    /// On all of the marketplace. For the operator's team.
    All,
    /// On what belongs to the merchant of the team.
    OwnMerchant,
    /// On products and offers in a category or below it.
    Category,
    /// On orders of a channel.
    Channel,
}

/// A permission of a role.
#[derive(SimpleObject)]
pub struct Permission {
    /// The resource: `offer`.
    pub resource: String,
    /// The verb: `edit`.
    pub verb: String,
    /// On which rows.
    pub scope: PermissionScope,
    /// The category, for the scope `CATEGORY`.
    pub category_id: Option<ID>,
    /// The channel, for the scope `CHANNEL`.
    pub channel_id: Option<ID>,
}

impl From<&identity::Permission> for Permission {
    fn from(of: &identity::Permission) -> Self {
        let (scope, category_id, channel_id) = match of.scope {
            identity::PermissionScope::All => (PermissionScope::All, None, None),
            identity::PermissionScope::OwnMerchant => (PermissionScope::OwnMerchant, None, None),
            identity::PermissionScope::Category(id) => (PermissionScope::Category, Some(id.into()), None),
            identity::PermissionScope::Channel(id) => (PermissionScope::Channel, None, Some(id.into())),
        };
        Self { resource: of.resource.clone(), verb: of.verb.clone(), scope, category_id, channel_id }
    }
}

/// The role that is meant: a built-in one or one that somebody made.
pub(super) fn team_role(role: Option<Role>, custom: Option<&ID>) -> Result<TeamRole, context::Error> {
    match (role, input::optional_id("customRoleId", custom)?) {
        (Some(role), None) => Ok(TeamRole::BuiltIn(role.into())),
        (None, Some(id)) => Ok(TeamRole::Custom(id)),
        (None, None) => Err(Invalid::required("role").into()),
        (Some(_), Some(_)) => Err(Invalid::new("customRoleId", "CONFLICT", "is given beside `role`").into()),
    }
}

/// A role that the operator or a merchant made.
pub struct CustomRole(pub identity::CustomRole);

/// A role that the operator or a merchant made.
#[Object]
impl CustomRole {
    /// The id.
    fn id(&self) -> ID {
        self.0.id.into()
    }
    /// In teams of which kind it can be held.
    fn team(&self) -> TeamKind {
        self.0.team.into()
    }
    /// The merchant whose people alone can hold it; null for a role of the operator's making.
    fn merchant_id(&self) -> Option<ID> {
        self.0.merchant.map(ID::from)
    }
    /// What people call it.
    fn name(&self) -> &str {
        &self.0.name
    }
    /// What it is for.
    fn description(&self) -> &str {
        &self.0.description
    }
    /// What it allows. All of it.
    fn permissions(&self) -> Vec<Permission> {
        self.0.permissions.iter().map(Permission::from).collect()
    }
    /// What it does not show.
    fn masks(&self) -> Vec<FieldMask> {
        self.0.masks.iter().copied().map(FieldMask::from).collect()
    }
    /// Grows with each change.
    fn version(&self) -> i64 {
        self.0.version
    }
    /// Since when.
    fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// Last change.
    fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
    /// Since when nobody can hold it; null while it can be held.
    fn retired_at(&self) -> Option<DateTime<Utc>> {
        self.0.retired_at
    }
    /// Its changes, the newest first. For who may read roles.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn history(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Change>> {
        let page = answer(gql, page_args(first, after))?;
        let found = identity::custom_role_history(ctx(gql)?, self.0.id, &page).await;
        answer(gql, found.map(|page| connection(page, Change)))
    }
}

/// Something that roles can allow.
#[derive(SimpleObject)]
pub struct GrantablePermission {
    /// The resource.
    pub resource: String,
    /// The verb.
    pub verb: String,
    /// The scopes in which it can be given.
    pub scopes: Vec<PermissionScope>,
}

fn grantable(team: TeamKind, action: Action) -> GrantablePermission {
    let whole = if team == TeamKind::Operator { PermissionScope::All } else { PermissionScope::OwnMerchant };
    let part = identity::narrowing(action).map(|narrowing| match narrowing {
        Narrowing::Category => PermissionScope::Category,
        Narrowing::Channel => PermissionScope::Channel,
    });
    let scopes = std::iter::once(whole).chain(part).collect();
    GrantablePermission { resource: action.resource.to_owned(), verb: action.verb.to_owned(), scopes }
}

/// What the caller may do in this request.
#[derive(SimpleObject)]
pub struct Right {
    /// The resource.
    pub resource: String,
    /// The verb.
    pub verb: String,
    /// The categories to which it is narrowed; empty when it is not.
    pub category_ids: Vec<ID>,
    /// The channels to which it is narrowed; empty when it is not.
    pub channel_ids: Vec<ID>,
    /// What is null in what is read by it.
    pub hides: Vec<FieldMask>,
}

pub(super) fn right((action, extent, masks): (Action, Extent, Masks)) -> Right {
    let limits = if let Extent::Within(bounds) = &extent { bounds.limits().to_vec() } else { Vec::new() };
    let (mut category_ids, mut channel_ids) = (Vec::new(), Vec::new());
    for limit in limits {
        match limit {
            Limit::Category(id) => category_ids.push(ID::from(id)),
            Limit::Channel(id) => channel_ids.push(ID::from(id)),
        }
    }
    let known = [(Masks::BANK_ACCOUNTS, FieldMask::BankAccounts), (Masks::PERSONAL_DATA, FieldMask::PersonalData)];
    let hides = known.into_iter().filter(|(mask, _)| masks.contains(*mask)).map(|(_, of)| of).collect();
    Right { resource: action.resource.to_owned(), verb: action.verb.to_owned(), category_ids, channel_ids, hides }
}

/// Roles by id, for members who hold them.
pub struct CustomRoleLoader(Ctx);

impl OfRequest for CustomRoleLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<CustomRoleId> for CustomRoleLoader {
    type Value = identity::CustomRole;

    async fn load(&self, keys: &[CustomRoleId]) -> Result<HashMap<CustomRoleId, identity::CustomRole>, LoadError> {
        identity::custom_roles_by_ids(&self.0, keys).await.map_err(LoadError::new)
    }
}

/// Questions about roles.
#[derive(Default)]
pub struct RoleQuery;

#[Object]
impl RoleQuery {
    /// Roles beside the built-in ones, the newest first; those that have ended are left out. Of a merchant those that it
    /// made for its people; what the operator made for the people of all merchants comes by `forMerchants`.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn custom_roles(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whose team; the caller's own if absent")] merchant_id: Option<ID>,
        #[graphql(desc = "Only what the operator made for the people of all merchants")] for_merchants: Option<bool>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, CustomRole>> {
        let ctx = ctx(gql)?;
        let page = answer(gql, page_args(first, after))?;
        let team = match for_merchants {
            Some(true) => None,
            _ => Some(answer(gql, super::team(ctx, merchant_id.as_ref()))?),
        };
        answer(gql, identity::custom_roles(ctx, team, &page).await.map(|page| connection(page, CustomRole)))
    }

    /// One role, also one that has ended; null when there is none.
    async fn custom_role(&self, gql: &Context<'_>, id: ID) -> Gql<Option<CustomRole>> {
        let id = answer(gql, input::id("id", &id))?;
        answer_optional(gql, identity::custom_role(ctx(gql)?, id).await.map(CustomRole))
    }

    /// What roles for teams of this kind can allow. All of them.
    fn grantable_permissions(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "For teams of which kind")] team: TeamKind,
    ) -> Gql<Vec<GrantablePermission>> {
        let found = answer(gql, identity::grantable(ctx(gql)?, team.into()))?;
        Ok(found.into_iter().map(|action| grantable(team, action)).collect())
    }
}
