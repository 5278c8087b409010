//! Roles that the operator or a merchant makes.

use access::{Extent, Reach, Seat};
use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::{CustomRoleId, MerchantId};
use kernel::{Invalid, text};

use crate::model::{CustomRole, FieldMask, Permission, Team, TeamKind, TeamRole};
use crate::{Error, actions, policy, repo};

/// Most roles of a merchant, and of the operator.
const ROLES_MAX: i64 = 200;
/// Most characters of a name.
const NAME_MAX: usize = 80;

/// What role to make.
#[derive(Debug, Clone)]
pub struct CustomRoleCreate {
    /// In teams of which kind it can be held.
    pub team: TeamKind,
    /// The merchant whose people alone can hold it; merchants' own people may leave it out.
    pub merchant: Option<MerchantId>,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it allows: nothing that the caller lacks.
    pub permissions: Vec<Permission>,
    /// What it does not show: at least what the caller does not see.
    pub masks: Vec<FieldMask>,
}

/// Another content of a role; what is `None` stays.
#[derive(Debug, Clone)]
pub struct CustomRoleEdit {
    /// Which role.
    pub id: CustomRoleId,
    /// The version the caller saw.
    pub expected_version: i64,
    /// What people call it.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// All it allows.
    pub permissions: Option<Vec<Permission>>,
    /// All it does not show.
    pub masks: Option<Vec<FieldMask>>,
}

/// Makes a role.
///
/// # Errors
/// Denied; not found for a merchant of others; [`Error::PermissionTooWide`] for a permission that the caller lacks;
/// invalid `name`, `permissions` or `masks`; taken (field `name`).
pub async fn custom_role_create(ctx: &Ctx, input: CustomRoleCreate) -> Result<CustomRole, Error> {
    let grant = ctx.authorize(actions::ROLE_MANAGE)?;
    ctx.require_fresh()?;
    let merchant = match (grant.merchants(), input.merchant) {
        (Reach::All, wanted) => wanted,
        (Reach::Only(own), wanted) if wanted.is_none_or(|wanted| wanted == own) => Some(own),
        _ => return Err(context::Error::NotFound("merchant").into()),
    };
    if merchant.is_some() && input.team == TeamKind::Operator {
        return Err(Invalid::new("team", "MISPLACED", "a role of a merchant is for its own people").into());
    }
    let mut tx = ctx.begin_write_for(&grant).await?;
    let role = CustomRole {
        id: ctx.new_id(),
        team: input.team,
        merchant,
        name: text::line("name", &input.name, NAME_MAX)?,
        description: text::block("description", &input.description, 500)?,
        permissions: input.permissions,
        masks: distinct(input.masks),
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
        retired_at: None,
    };
    let role = role.checked(&ctx.world().access)?;
    may_hold(ctx, &role)?;
    // First of all: from here on changes of roles wait for each other, so a name is not given twice.
    repo::role::changed(&tx).await?;
    if repo::role::count_of(&*tx, merchant).await? >= ROLES_MAX {
        return Err(Invalid::new("merchantId", "TOO_MANY", format!("at most {ROLES_MAX} roles")).into());
    }
    refuse_taken(&tx, &role).await?;
    repo::role::insert(&*tx, &role).await?;
    tx.record(of_role(Change::new("custom_role", role.id, "created"), &role).diff(None, Some(&role)));
    finish(ctx, tx).await?;
    Ok(role)
}

/// Changes a role, for all who hold it at once.
///
/// # Errors
/// Denied; not found; stale; [`Error::PermissionTooWide`] for a permission that the caller lacks, before or after;
/// invalid and taken as in [`custom_role_create`].
pub async fn custom_role_edit(ctx: &Ctx, input: CustomRoleEdit) -> Result<CustomRole, Error> {
    let grant = ctx.authorize(actions::ROLE_MANAGE)?;
    ctx.require_fresh()?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    repo::role::changed(&tx).await?;
    let before = live(repo::role::lock(&tx, &grant, input.id).await?)?;
    if before.version != input.expected_version {
        return Err(context::Error::Stale("role").into());
    }
    may_hold(ctx, &before)?;
    let mut after = before.clone();
    if let Some(name) = input.name {
        after.name = text::line("name", &name, NAME_MAX)?;
    }
    if let Some(description) = input.description {
        after.description = text::block("description", &description, 500)?;
    }
    after.permissions = input.permissions.unwrap_or(after.permissions);
    after.masks = input.masks.map_or(after.masks, distinct);
    let mut after = after.checked(&ctx.world().access)?;
    may_hold(ctx, &after)?;
    if after == before {
        return Ok(before);
    }
    refuse_taken(&tx, &after).await?;
    after.version += 1;
    after.updated_at = tx.now();
    repo::role::save(&*tx, &after).await?;
    tx.record(of_role(Change::new("custom_role", after.id, "edited"), &after).diff(Some(&before), Some(&after)));
    finish(ctx, tx).await?;
    Ok(after)
}

/// Ends a role that nobody holds any more.
///
/// # Errors
/// Denied; reauthentication required; not found; stale; [`Error::PermissionTooWide`]; [`Error::RoleInUse`] while members, open invitations or keys
/// hold it.
pub async fn custom_role_retire(ctx: &Ctx, id: CustomRoleId, expected_version: i64) -> Result<CustomRole, Error> {
    let grant = ctx.authorize(actions::ROLE_MANAGE)?;
    ctx.require_fresh()?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    repo::role::changed(&tx).await?;
    let before = live(repo::role::lock(&tx, &grant, id).await?)?;
    if before.version != expected_version {
        return Err(context::Error::Stale("role").into());
    }
    may_hold(ctx, &before)?;
    let holders = repo::role::holders(&*tx, id, tx.now()).await?;
    if holders > 0 {
        return Err(Error::RoleInUse { holders });
    }
    let mut after = before.clone();
    after.version += 1;
    after.updated_at = tx.now();
    after.retired_at = Some(tx.now());
    repo::role::save(&*tx, &after).await?;
    tx.record(of_role(Change::new("custom_role", id, "retired"), &after).diff(Some(&before), Some(&after)));
    finish(ctx, tx).await?;
    Ok(after)
}

/// Nobody gives or takes a role wider than the own ones, nor one that is not for the team. The role stays as it is
/// until the transaction ends.
pub(crate) async fn may_grant(ctx: &Ctx, tx: &WriteTx, role: TeamRole, team: Team) -> Result<(), Error> {
    let id = match role {
        TeamRole::BuiltIn(name) => return super::member::may_grant(ctx, name, team),
        TeamRole::Custom(id) => id,
    };
    let found = repo::role::hold(tx, id).await?.filter(|role| role.team == TeamKind::of(team));
    let seen = found.filter(|role| role.merchant.is_none_or(|of| team == Team::Merchant(of)));
    let role = seen.ok_or_else(|| Invalid::new("customRoleId", "NOT_FOUND", "there is no such role in this team"))?;
    may_hold_in(ctx, &role, team)
}

/// Like [`may_grant`], for a role that somebody is to hold from now on.
pub(crate) async fn may_give(ctx: &Ctx, tx: &WriteTx, role: TeamRole, team: Team) -> Result<(), Error> {
    may_grant(ctx, tx, role, team).await?;
    fits(tx, role, team).await
}

/// Whether the role can be held in the team.
pub(crate) async fn fits(tx: &WriteTx, role: TeamRole, team: Team) -> Result<(), Error> {
    let fits = match role {
        TeamRole::BuiltIn(name) => name.fits(team),
        TeamRole::Custom(id) => repo::role::hold(tx, id).await?.is_some_and(|role| role.fits(team)),
    };
    if fits { Ok(()) } else { Err(Error::RoleMisplaced(role)) }
}

/// Whether the caller has all that the role allows.
fn may_hold(ctx: &Ctx, role: &CustomRole) -> Result<(), Error> {
    let team = match (role.team, role.merchant) {
        (TeamKind::Merchant, Some(id)) => Team::Merchant(id),
        _ => Team::Operator,
    };
    may_hold_in(ctx, role, team)
}

fn may_hold_in(ctx: &Ctx, role: &CustomRole, team: Team) -> Result<(), Error> {
    let actor = ctx.actor();
    if actor.seats().iter().any(|seat| seat.scope == access::Scope::System) {
        return Ok(());
    }
    // Operations staff runs the merchants' teams, whatever their people may do.
    let owner = crate::RoleName::MerchantOwner;
    if role.team == TeamKind::Merchant && super::member::may_grant(ctx, owner, team).is_ok() {
        return Ok(());
    }
    for seats in [Some(actor.seats()), actor.ceiling()].into_iter().flatten() {
        let of_team: Vec<Seat> = seats
            .iter()
            .filter(|seat| seat.scope == access::Scope::Operator || seat.scope == team.scope())
            .cloned()
            .collect();
        has_all(ctx, &of_team, role)?;
    }
    Ok(())
}

fn has_all(ctx: &Ctx, seats: &[Seat], role: &CustomRole) -> Result<(), Error> {
    let access = &ctx.world().access;
    for (index, action, limit) in role.actions(access) {
        let (held, hidden) = access.extent_of(seats, action);
        let reaches = match (&held, limit) {
            (Extent::All, _) => true,
            (Extent::Within(bounds), Some(limit)) => bounds.limits().contains(&limit),
            _ => false,
        };
        // What is hidden from the caller is hidden by the role too.
        if !reaches || !role.masked().contains(hidden) {
            return Err(Error::PermissionTooWide { index, action });
        }
    }
    Ok(())
}

async fn refuse_taken(tx: &WriteTx, role: &CustomRole) -> Result<(), Error> {
    if repo::role::name_is_taken(&**tx, role).await? {
        return Err(context::Error::Taken { field: "name".to_owned() }.into());
    }
    Ok(())
}

/// Commits, and puts the change in force here before the caller hears of it. Other nodes are told.
async fn finish(ctx: &Ctx, tx: WriteTx) -> Result<(), Error> {
    tx.commit().await?;
    if let Err(error) = policy::load_roles(ctx.world()).await {
        // The change stands; the timer finds it.
        tracing::error!(%error, "a changed role is not in force here yet");
    }
    Ok(())
}

fn live(role: CustomRole) -> Result<CustomRole, Error> {
    if role.retired_at.is_some() { Err(context::Error::NotFound("role").into()) } else { Ok(role) }
}

fn distinct(masks: Vec<FieldMask>) -> Vec<FieldMask> {
    FieldMask::ALL.into_iter().filter(|mask| masks.contains(mask)).collect()
}

fn of_role(change: Change, role: &CustomRole) -> Change {
    change.of_merchant(role.merchant)
}
