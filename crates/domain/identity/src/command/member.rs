//! Members of teams: added, moved to another role, removed.

use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::{InvitationId, MembershipId, UserId};
use kernel::text;

use super::account::{NAME_MAX, NewUser, user_create_in_tx};
use super::role;
use crate::event::{InvitationCreated, MemberAdded, MemberRemoved};
use crate::model::{INVITATION_LIFE, Invitation, Membership, PasswordHash, RoleName, Secret, Team, TeamRole};
use crate::{Error, actions, repo};

/// How a new member comes to sign in.
#[derive(Debug, Clone)]
pub enum MemberAccess {
    /// By the token of a mail. The membership begins when the person accepts.
    Invite,
    /// With this password, at once. Not for an address that has an account: its password is the person's own.
    Password(PasswordHash),
}

/// Who is to become a member.
#[derive(Debug, Clone)]
pub struct AddMember {
    /// Address of the person.
    pub email: String,
    /// Name of the person.
    pub name: String,
    /// Of which team.
    pub team: Team,
    /// In which role.
    pub role: TeamRole,
    /// How the person comes to sign in.
    pub access: MemberAccess,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// A mail is on its way.
    Invited(Invitation),
    /// The person is a member.
    Member(Membership),
}

impl Added {
    /// The invitation, if one was sent.
    #[must_use]
    pub fn invitation(&self) -> Option<InvitationId> {
        match self {
            Self::Invited(invitation) => Some(invitation.id),
            Self::Member(_) => None,
        }
    }
}

/// Adds a member to a team that the caller runs.
///
/// # Errors
/// Denied; not found for a team of others; [`Error::RoleTooWide`], [`Error::RoleMisplaced`]; taken (field `email`)
/// when the person holds this role, or has an account and a password was given; invalid `email` or `name`.
pub async fn member_add(ctx: &Ctx, input: AddMember) -> Result<Added, Error> {
    let grant = ctx.authorize(actions::MEMBER_MANAGE)?;
    ctx.require_fresh()?;
    input.team.within(&grant)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    role::may_grant(ctx, &tx, input.role, input.team).await?;
    let added = member_add_in_tx(ctx, &mut tx, input).await?;
    tx.commit().await?;
    Ok(added)
}

/// Adds a member in the transaction of the caller, who has authorized it: a new merchant with its owner, for instance.
///
/// # Errors
/// As [`member_add`], without denial.
pub async fn member_add_in_tx(ctx: &Ctx, tx: &mut WriteTx, input: AddMember) -> Result<Added, Error> {
    role::fits(tx, input.role, input.team).await?;
    let email = text::email("email", &input.email)?;
    let name = text::line("name", &input.name, NAME_MAX)?;
    match input.access {
        MemberAccess::Invite => {
            let known = repo::account::by_email(&**tx, &email).await?;
            if let Some(known) = known
                && repo::member::holds(&**tx, known.user.id, input.team, input.role).await?
            {
                return Err(context::Error::Taken { field: "email".to_owned() }.into());
            }
            invite(ctx, tx, email, name, input.team, input.role).await.map(Added::Invited)
        }
        MemberAccess::Password(hash) => {
            let new = NewUser { email, name, password: Some(hash), customer: None, email_verified: true };
            let user = user_create_in_tx(ctx, tx, new).await?;
            join(ctx, tx, user.id, input.team, input.role).await.map(Added::Member)
        }
    }
}

/// Seats somebody in a team in the transaction of the caller, who has authorized it: who founds a merchant.
///
/// # Errors
/// Taken (field `email`) when the person holds the role.
pub async fn member_seat_in_tx(
    ctx: &Ctx,
    tx: &mut WriteTx,
    user: UserId,
    team: Team,
    role: RoleName,
) -> Result<Membership, Error> {
    join(ctx, tx, user, team, role.into()).await
}

/// Sends an invitation; open ones of the same person to the same seat stop working.
pub(crate) async fn invite(
    ctx: &Ctx,
    tx: &mut WriteTx,
    email: String,
    name: String,
    team: Team,
    role: TeamRole,
) -> Result<Invitation, Error> {
    super::throttle::admit_mail(tx, &format!("invite:{}", team_key(team)), &email).await?;
    repo::member::revoke_open(&**tx, &email, team, role, tx.now()).await?;
    let invitation = Invitation {
        id: ctx.new_id(),
        email,
        name,
        team,
        role,
        invited_by: ctx.actor().id(),
        created_at: tx.now(),
        expires_at: tx.now() + INVITATION_LIFE,
        accepted_at: None,
        revoked_at: None,
    };
    let token = Secret::random();
    repo::member::insert_invitation(&**tx, &invitation, &token).await?;
    let change = of_team(Change::new("invitation", invitation.id, "created"), team);
    tx.record(change.field("role", None::<TeamRole>, role).field("expiresAt", None::<String>, invitation.expires_at));
    tx.emit(&InvitationCreated {
        invitation: invitation.id,
        email: invitation.email.clone(),
        name: invitation.name.clone(),
        merchant: team.merchant(),
        role,
        token,
        expires_at: invitation.expires_at,
    });
    Ok(invitation)
}

/// Seats a person in a team.
pub(crate) async fn join(
    ctx: &Ctx,
    tx: &mut WriteTx,
    user: UserId,
    team: Team,
    role: TeamRole,
) -> Result<Membership, Error> {
    let membership = Membership { id: ctx.new_id(), user, team, role, version: 1, created_at: tx.now() };
    if !repo::member::insert(&**tx, &membership).await? {
        return Err(context::Error::Taken { field: "email".to_owned() }.into());
    }
    tx.record(of_team(Change::new("membership", membership.id, "created"), team).diff(None, Some(&membership)));
    tx.emit(&MemberAdded { user, merchant: team.merchant(), role });
    Ok(membership)
}

/// Somebody who is to be a member at once, with a first password.
#[derive(Clone)]
pub struct MemberCreate {
    /// Address of the person; it must not have an account.
    pub email: String,
    /// Name of the person.
    pub name: String,
    /// Of which team.
    pub team: Team,
    /// In which role.
    pub role: TeamRole,
    /// The first password.
    pub password: String,
}

impl std::fmt::Debug for MemberCreate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemberCreate").field("email", &self.email).field("role", &self.role).finish_non_exhaustive()
    }
}

/// Makes an account with a first password and seats it in a team at once.
///
/// # Errors
/// As [`member_add`]; an invalid `password`.
pub async fn member_create(ctx: &Ctx, input: MemberCreate) -> Result<Membership, Error> {
    let grant = ctx.authorize(actions::MEMBER_MANAGE)?;
    ctx.require_fresh()?;
    input.team.within(&grant)?;
    if let TeamRole::BuiltIn(name) = input.role {
        may_grant(ctx, name, input.team)?;
    }
    let hash = PasswordHash::of("password", &input.password, &input.email, &input.name).await?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    role::may_grant(ctx, &tx, input.role, input.team).await?;
    let access = MemberAccess::Password(hash);
    let MemberCreate { email, name, team, role, .. } = input;
    let added = member_add_in_tx(ctx, &mut tx, AddMember { email, name, team, role, access }).await?;
    tx.commit().await?;
    match added {
        Added::Member(membership) => Ok(membership),
        Added::Invited(_) => Err(context::Error::internal("a member with a password was invited").into()),
    }
}

/// Makes an administrator of the operator. For the command line, which acts as Souk itself.
///
/// # Errors
/// As [`member_create`].
pub async fn operator_create(ctx: &Ctx, email: &str, name: &str, password: &str) -> Result<Membership, Error> {
    let (team, role) = (Team::Operator, RoleName::OperatorAdmin.into());
    let (email, name, password) = (email.to_owned(), name.to_owned(), password.to_owned());
    member_create(ctx, MemberCreate { email, name, team, role, password }).await
}

/// Takes a membership away. The sessions stay: roles are read anew for each request.
///
/// # Errors
/// Denied; not found; [`Error::RoleTooWide`] for a role that the caller could not give; [`Error::LastOfRole`].
pub async fn member_remove(ctx: &Ctx, id: MembershipId) -> Result<Membership, Error> {
    let grant = ctx.authorize(actions::MEMBER_MANAGE)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let membership = repo::member::find(&*tx, &grant, id).await?;
    role::may_grant(ctx, &tx, membership.role, membership.team).await?;
    drop_membership(&mut tx, &membership).await?;
    tx.commit().await?;
    Ok(membership)
}

/// Which membership gets which role.
#[derive(Debug, Clone, Copy)]
pub struct MemberRoleChange {
    /// The membership.
    pub id: MembershipId,
    /// The new role.
    pub role: TeamRole,
    /// The version that the caller saw.
    pub expected_version: i64,
}

/// Gives a member another role in the same team.
///
/// # Errors
/// Denied; not found; stale; [`Error::RoleTooWide`] for either role; [`Error::RoleMisplaced`]; [`Error::LastOfRole`];
/// taken (field `role`) when the person holds the new role too.
pub async fn member_role_change(ctx: &Ctx, input: MemberRoleChange) -> Result<Membership, Error> {
    let grant = ctx.authorize(actions::MEMBER_MANAGE)?;
    ctx.require_fresh()?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = repo::member::find(&*tx, &grant, input.id).await?;
    role::may_grant(ctx, &tx, before.role, before.team).await?;
    role::may_give(ctx, &tx, input.role, before.team).await?;
    if before.version != input.expected_version {
        return Err(context::Error::Stale("membership").into());
    }
    if before.role == input.role {
        return Ok(before);
    }
    keep_last(&tx, &before).await?;
    if repo::member::holds(&*tx, before.user, before.team, input.role).await? {
        return Err(context::Error::Taken { field: "role".to_owned() }.into());
    }
    if !repo::member::set_role(&*tx, &before, input.role).await? {
        return Err(context::Error::Stale("membership").into());
    }
    let after = Membership { role: input.role, version: before.version + 1, ..before };
    tx.record(
        of_team(Change::new("membership", before.id, "role_changed"), before.team).diff(Some(&before), Some(&after)),
    );
    tx.commit().await?;
    Ok(after)
}

/// Removes a membership unless its team would be left without anybody in a vital role.
pub(crate) async fn drop_membership(tx: &mut WriteTx, membership: &Membership) -> Result<(), Error> {
    keep_last(tx, membership).await?;
    if !repo::member::delete(&**tx, membership.id).await? {
        return Err(context::Error::NotFound("membership").into());
    }
    let change = Change::new("membership", membership.id, "removed").diff(Some(membership), None);
    tx.record(of_team(change, membership.team));
    tx.emit(&MemberRemoved { user: membership.user, merchant: membership.team.merchant(), role: membership.role });
    Ok(())
}

/// Refuses to lose the last holder of a vital role who can sign in. Rivals wait for each other's locks.
pub(crate) async fn keep_last(tx: &WriteTx, membership: &Membership) -> Result<(), Error> {
    let Some(vital) = membership.role.built_in().filter(|role| role.is_vital()) else { return Ok(()) };
    let holders = repo::member::lock_holders(&**tx, membership.team, membership.role).await?;
    if !holders.iter().any(|held| held.id == membership.id) {
        return Err(context::Error::NotFound("membership").into());
    }
    let others: Vec<UserId> = holders.iter().map(|held| held.user).filter(|user| *user != membership.user).collect();
    let able = repo::account::by_ids(&**tx, &others).await?;
    if able.iter().any(|user| user.status == crate::UserStatus::Active) {
        return Ok(());
    }
    Err(Error::LastOfRole(vital.as_str()))
}

/// Nobody gives or takes a built-in role wider than the own ones.
pub(crate) fn may_grant(ctx: &Ctx, role: RoleName, team: Team) -> Result<(), Error> {
    let actor = ctx.actor();
    let mut held = [Some(actor.seats()), actor.ceiling()].into_iter().flatten();
    if held.all(|seats| role.may_be_granted_by(seats, Some(team))) {
        Ok(())
    } else {
        Err(Error::RoleTooWide(role.as_str()))
    }
}

pub(crate) fn of_team(change: Change, team: Team) -> Change {
    change.of_merchant(team.merchant())
}

fn team_key(team: Team) -> String {
    team.merchant().map_or_else(|| "operator".to_owned(), |id| id.to_string())
}
