//! Roles that the operator and merchants made, and what can be granted.

use std::collections::HashMap;

use access::{Action, Extent, Masks};
use context::Ctx;
use kernel::id::CustomRoleId;
use kernel::{Page, PageArgs};

use crate::model::{CustomRole, Team, TeamKind};
use crate::{Error, actions, repo};

/// The roles of the operator's team, those that a merchant made for its people, or (`None`) those that the operator made
/// for the people of all merchants; the newest first.
///
/// # Errors
/// Denied; not found for a team of others; a bad cursor.
pub async fn custom_roles(ctx: &Ctx, team: Option<Team>, page: &PageArgs) -> Result<Page<CustomRole>, Error> {
    let grant = ctx.authorize(actions::ROLE_READ)?;
    let rows = repo::role::page(&ctx.read_for(&grant), &grant, team, page).await?;
    Ok(Page::from_rows(rows, page, |role| role.id))
}

/// One role, also one that has ended.
///
/// # Errors
/// Denied; not found for a role of others.
pub async fn custom_role(ctx: &Ctx, id: CustomRoleId) -> Result<CustomRole, Error> {
    let grant = ctx.authorize(actions::ROLE_READ)?;
    repo::role::find(&ctx.read_for(&grant), &grant, id).await
}

/// Roles by id, to tell what a member holds; only for who looks at members, invitations and keys that hold them.
///
/// # Errors
/// The database error.
pub async fn custom_roles_by_ids(ctx: &Ctx, ids: &[CustomRoleId]) -> Result<HashMap<CustomRoleId, CustomRole>, Error> {
    let found = repo::role::by_ids(ctx.read(), ids).await?;
    Ok(found.into_iter().map(|role| (role.id, role)).collect())
}

/// The changes of a role, the newest first.
///
/// # Errors
/// Denied; not found for a role of others; a bad cursor.
pub async fn custom_role_history(
    ctx: &Ctx,
    id: CustomRoleId,
    page: &PageArgs,
) -> Result<Page<history::ChangeRow>, Error> {
    let grant = ctx.authorize(actions::ROLE_READ)?;
    repo::role::find(&ctx.read_for(&grant), &grant, id).await?;
    let rows = history::list(&ctx.read_for(&grant), &history::ChangeFilter::of("custom_role", id), None, page).await;
    Ok(rows.map_err(context::Error::from)??)
}

/// What roles for teams of this kind can allow.
///
/// # Errors
/// Denied.
pub fn grantable(ctx: &Ctx, team: TeamKind) -> Result<Vec<Action>, Error> {
    ctx.authorize(actions::ROLE_READ)?;
    Ok(team.grantable(&ctx.world().access))
}

/// What the caller may do in this request among all that people of teams can be allowed: how far, and what stays
/// hidden. By the same decisions that guard every command.
#[must_use]
pub fn rights(ctx: &Ctx) -> Vec<(Action, Extent, Masks)> {
    let access = &ctx.world().access;
    let known = access.actions_named(|_| true);
    let right = |action: Action| {
        let grant = access.authorize_within(ctx.actor(), action).ok()?;
        let extent = grant.bounds().cloned().map_or(Extent::All, Extent::Within);
        Some((action, extent, grant.masks()))
    };
    known.into_iter().filter_map(right).collect()
}
