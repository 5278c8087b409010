//! Making, changing and ending roles.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object};
use context::Ctx;
use identity::{CustomRoleCreate, CustomRoleEdit};
use kernel::Invalid;
use kernel::id::CategoryId;

use super::role::{CustomRole, FieldMask, PermissionScope, TeamKind};
use crate::error::{Gql, ctx, respond};
use crate::{input, payload};

/// A permission of a role.
#[derive(InputObject)]
pub struct PermissionInput {
    /// The resource: `offer`. See `grantablePermissions`.
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

impl PermissionInput {
    fn read(self, at: usize) -> Result<identity::Permission, context::Error> {
        let field = |name: &str| format!("permissions.{at}.{name}");
        let misplaced = |name: &str| Invalid::new(field(name), "MISPLACED", "is for another scope");
        if self.category_id.is_some() && self.scope != PermissionScope::Category {
            return Err(misplaced("categoryId").into());
        }
        if self.channel_id.is_some() && self.scope != PermissionScope::Channel {
            return Err(misplaced("channelId").into());
        }
        let scope = match self.scope {
            PermissionScope::All => identity::PermissionScope::All,
            PermissionScope::OwnMerchant => identity::PermissionScope::OwnMerchant,
            PermissionScope::Category => {
                let id = input::optional_id(&field("categoryId"), self.category_id.as_ref())?;
                identity::PermissionScope::Category(id.ok_or_else(|| Invalid::required(field("categoryId")))?)
            }
            PermissionScope::Channel => {
                let id = input::optional_id(&field("channelId"), self.channel_id.as_ref())?;
                identity::PermissionScope::Channel(id.ok_or_else(|| Invalid::required(field("channelId")))?)
            }
        };
        Ok(identity::Permission { resource: self.resource, verb: self.verb, scope })
    }
}

/// Permissions whose categories and channels are there. Identity knows neither, so they are looked up here.
async fn permissions(ctx: &Ctx, given: Vec<PermissionInput>) -> Result<Vec<identity::Permission>, identity::Error> {
    let read = given.into_iter().enumerate().map(|(at, given)| given.read(at));
    let read = read.collect::<Result<Vec<_>, _>>()?;
    let category = |of: &identity::Permission| match of.scope {
        identity::PermissionScope::Category(id) => Some(id),
        _ => None,
    };
    let wanted: Vec<CategoryId> = read.iter().filter_map(category).collect();
    let known = if wanted.is_empty() {
        HashMap::new()
    } else {
        catalog::query::category::by_ids(ctx, &wanted).await.map_err(context::Error::internal)?
    };
    let market = marketplace::snapshot(ctx).await.map_err(context::Error::internal)?;
    for (at, of) in read.iter().enumerate() {
        let (there, name) = match of.scope {
            identity::PermissionScope::Category(id) => (known.contains_key(&id), "categoryId"),
            identity::PermissionScope::Channel(id) => (market.channel(id).is_some(), "channelId"),
            _ => continue,
        };
        if !there {
            return Err(Invalid::new(format!("permissions.{at}.{name}"), "NOT_FOUND", "is not there").into());
        }
    }
    Ok(read)
}

/// What role to make.
#[derive(InputObject)]
pub struct CustomRoleCreateInput {
    /// In teams of which kind it can be held.
    pub team: TeamKind,
    /// The merchant whose people alone can hold it. A merchant's own people may leave it out.
    pub merchant_id: Option<ID>,
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[graphql(default)]
    pub description: String,
    /// What it allows: nothing that the caller lacks.
    pub permissions: Vec<PermissionInput>,
    /// What it does not show: at least what the caller does not see.
    #[graphql(default)]
    pub masks: Vec<FieldMask>,
}

/// A change of a role; what is absent stays.
#[derive(InputObject)]
pub struct CustomRoleEditInput {
    /// The role.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// What people call it.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// All it allows.
    pub permissions: Option<Vec<PermissionInput>>,
    /// All it does not show.
    pub masks: Option<Vec<FieldMask>>,
}

/// Which role to end.
#[derive(InputObject)]
pub struct CustomRoleRetireInput {
    /// The role.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i64,
}

payload! {
    /// What became of `customRoleCreate`.
    CustomRoleCreatePayload { /// The role.
        custom_role: CustomRole }
    /// What became of `customRoleEdit`.
    CustomRoleEditPayload { /// The role.
        custom_role: CustomRole }
    /// What became of `customRoleRetire`.
    CustomRoleRetirePayload { /// The role that is no more.
        custom_role: CustomRole }
}

/// Roles that the operator and merchants make.
#[derive(Default)]
pub struct RoleMutation;

#[Object]
impl RoleMutation {
    /// Makes a role of permissions that the caller has.
    async fn custom_role_create(
        &self,
        gql: &Context<'_>,
        input: CustomRoleCreateInput,
    ) -> Gql<CustomRoleCreatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(identity::actions::ROLE_MANAGE)?;
            let merchant = input::optional_id("merchantId", input.merchant_id.as_ref())?;
            if let Some(merchant) = merchant {
                super::known_merchant(ctx, merchant).await?;
            }
            let create = CustomRoleCreate {
                team: input.team.into(),
                merchant,
                name: input.name,
                description: input.description,
                permissions: permissions(ctx, input.permissions).await?,
                masks: input.masks.into_iter().map(Into::into).collect(),
            };
            identity::custom_role_create(ctx, create).await
        };
        respond(gql, Box::pin(done).await.map(CustomRole))
    }

    /// Changes a role, for all who hold it and on every node within a second.
    async fn custom_role_edit(&self, gql: &Context<'_>, input: CustomRoleEditInput) -> Gql<CustomRoleEditPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(identity::actions::ROLE_MANAGE)?;
            let given = match input.permissions {
                Some(given) => Some(permissions(ctx, given).await?),
                None => None,
            };
            let edit = CustomRoleEdit {
                id: input::id("id", &input.id)?,
                expected_version: input.expected_version,
                name: input.name,
                description: input.description,
                permissions: given,
                masks: input.masks.map(|masks| masks.into_iter().map(Into::into).collect()),
            };
            identity::custom_role_edit(ctx, edit).await
        };
        respond(gql, Box::pin(done).await.map(CustomRole))
    }

    /// Ends a role that nobody holds any more.
    async fn custom_role_retire(
        &self,
        gql: &Context<'_>,
        input: CustomRoleRetireInput,
    ) -> Gql<CustomRoleRetirePayload> {
        let ctx = ctx(gql)?;
        let done =
            async { identity::custom_role_retire(ctx, input::id("id", &input.id)?, input.expected_version).await };
        respond(gql, Box::pin(done).await.map(CustomRole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_names_what_it_needs_and_nothing_else() {
        let given = |scope, category_id: Option<&str>| PermissionInput {
            resource: "offer".to_owned(),
            verb: "edit".to_owned(),
            scope,
            category_id: category_id.map(ID::from),
            channel_id: None,
        };
        let code = |given: PermissionInput| {
            let fault: Option<Invalid> = match given.read(3) {
                Err(context::Error::Invalid(invalid)) => Some(invalid),
                _ => None,
            };
            fault.map(|fault| (fault.field, fault.code))
        };
        let at = |name: &str| format!("permissions.3.{name}");
        assert_eq!(code(given(PermissionScope::All, None)), None);
        assert_eq!(code(given(PermissionScope::All, Some("cat_1"))), Some((at("categoryId"), "MISPLACED")));
        assert_eq!(code(given(PermissionScope::Category, None)), Some((at("categoryId"), "REQUIRED")));
        assert_eq!(code(given(PermissionScope::Category, Some("cat_1"))), Some((at("categoryId"), "MALFORMED_ID")));
        assert_eq!(code(given(PermissionScope::Channel, None)), Some((at("channelId"), "REQUIRED")));
    }
}
