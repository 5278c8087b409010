//! Memberships and invitations, always within the reach of a grant or of an invitation's token.

use access::Grant;
use chrono::{DateTime, Utc};
use context::within_merchants;
use kernel::PageArgs;
use kernel::id::{InvitationId, MembershipId, UserId};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::Error;
use crate::entity::{invitation, membership};
use crate::model::{Invitation, Membership, Secret, Team, TeamRole};

impl From<membership::Model> for Membership {
    fn from(row: membership::Model) -> Self {
        Self {
            id: row.id,
            user: row.user_id,
            team: Team::of(row.merchant_id),
            role: row.role,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

impl From<invitation::Model> for Invitation {
    fn from(row: invitation::Model) -> Self {
        Self {
            id: row.id,
            email: row.email,
            name: row.name,
            team: Team::of(row.merchant_id),
            role: row.role,
            invited_by: row.invited_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            accepted_at: row.accepted_at,
            revoked_at: row.revoked_at,
        }
    }
}

fn of_team(team: Team) -> Condition {
    match team {
        Team::Operator => Condition::all().add(membership::Column::MerchantId.is_null()),
        Team::Merchant(id) => Condition::all().add(membership::Column::MerchantId.eq(id)),
    }
}

fn invitations_of(team: Team) -> Condition {
    match team {
        Team::Operator => Condition::all().add(invitation::Column::MerchantId.is_null()),
        Team::Merchant(id) => Condition::all().add(invitation::Column::MerchantId.eq(id)),
    }
}

/// Inserts a membership; tells `false` when the person holds it already.
pub(crate) async fn insert<C: ConnectionTrait>(conn: &C, membership: &Membership) -> Result<bool, Error> {
    let row = membership::ActiveModel {
        id: Set(membership.id),
        user_id: Set(membership.user),
        merchant_id: Set(membership.team.merchant()),
        role: Set(membership.role),
        version: Set(membership.version),
        created_at: Set(membership.created_at),
    };
    let inserted = membership::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(conn)
        .await?;
    Ok(inserted == 1)
}

/// A membership within the grant.
pub(crate) async fn find<C: ConnectionTrait>(conn: &C, grant: &Grant, id: MembershipId) -> Result<Membership, Error> {
    let row = membership::Entity::find_by_id(id)
        .filter(within_merchants(grant, membership::Column::MerchantId))
        .one(conn)
        .await?;
    Ok(row.ok_or(context::Error::NotFound("membership"))?.into())
}

/// Locks everybody who holds `role` in `team`, in a fixed order, and gives them.
///
/// Two owners who remove each other at once wait here for one another.
pub(crate) async fn lock_holders<C: ConnectionTrait>(
    conn: &C,
    team: Team,
    role: TeamRole,
) -> Result<Vec<Membership>, Error> {
    let rows = membership::Entity::find()
        .filter(of_team(team))
        .filter(membership::Column::Role.eq(role))
        .order_by_asc(membership::Column::Id)
        .lock_exclusive()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(Membership::from).collect())
}

pub(crate) async fn delete<C: ConnectionTrait>(conn: &C, id: MembershipId) -> Result<bool, Error> {
    Ok(membership::Entity::delete_by_id(id).exec(conn).await?.rows_affected == 1)
}

/// Changes the role over the version that was read; tells `false` when it is stale.
pub(crate) async fn set_role<C: ConnectionTrait>(conn: &C, seen: &Membership, role: TeamRole) -> Result<bool, Error> {
    let result = membership::Entity::update_many()
        .col_expr(membership::Column::Role, Expr::value(role.to_string()))
        .col_expr(membership::Column::Version, Expr::value(seen.version + 1))
        .filter(membership::Column::Id.eq(seen.id))
        .filter(membership::Column::Version.eq(seen.version))
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Whether the person holds `role` in `team`.
pub(crate) async fn holds<C: ConnectionTrait>(
    conn: &C,
    user: UserId,
    team: Team,
    role: TeamRole,
) -> Result<bool, Error> {
    let row = membership::Entity::find()
        .filter(of_team(team))
        .filter(membership::Column::UserId.eq(user))
        .filter(membership::Column::Role.eq(role))
        .one(conn)
        .await?;
    Ok(row.is_some())
}

/// Who of `users` is in `team`.
pub(crate) async fn among<C: ConnectionTrait>(conn: &C, team: Team, users: &[UserId]) -> Result<Vec<UserId>, Error> {
    let rows: Vec<UserId> = membership::Entity::find()
        .select_only()
        .column(membership::Column::UserId)
        .distinct()
        .filter(of_team(team))
        .filter(membership::Column::UserId.is_in(db::dialect::pad(users.to_vec())))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows)
}

pub(crate) async fn of_user<C: ConnectionTrait>(conn: &C, user: UserId) -> Result<Vec<Membership>, Error> {
    let rows = membership::Entity::find()
        .filter(membership::Column::UserId.eq(user))
        .order_by_asc(membership::Column::Id)
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(Membership::from).collect())
}

pub(crate) async fn page<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    team: Team,
    page: &PageArgs,
) -> Result<Vec<Membership>, Error> {
    team.within(grant)?;
    let mut query =
        membership::Entity::find().filter(of_team(team)).order_by_asc(membership::Column::Id).limit(page.limit());
    if let Some(after) = page.after_key::<MembershipId>()? {
        query = query.filter(membership::Column::Id.gt(after));
    }
    Ok(query.all(conn).await?.into_iter().map(Membership::from).collect())
}

pub(crate) async fn insert_invitation<C: ConnectionTrait>(
    conn: &C,
    invitation: &Invitation,
    token: &Secret,
) -> Result<(), Error> {
    let row = invitation::ActiveModel {
        id: Set(invitation.id),
        email: Set(invitation.email.clone()),
        name: Set(invitation.name.clone()),
        merchant_id: Set(invitation.team.merchant()),
        role: Set(invitation.role),
        token_hash: Set(token.digest()),
        invited_by: Set(invitation.invited_by.clone()),
        created_at: Set(invitation.created_at),
        expires_at: Set(invitation.expires_at),
        accepted_at: Set(None),
        revoked_at: Set(None),
    };
    invitation::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Takes back the open invitations of an address to the same seat: a new one replaces them.
pub(crate) async fn revoke_open<C: ConnectionTrait>(
    conn: &C,
    email: &str,
    team: Team,
    role: TeamRole,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    invitation::Entity::update_many()
        .col_expr(invitation::Column::RevokedAt, Expr::value(now))
        .filter(invitations_of(team))
        .filter(invitation::Column::Email.eq(email))
        .filter(invitation::Column::Role.eq(role))
        .filter(invitation::Column::AcceptedAt.is_null())
        .filter(invitation::Column::RevokedAt.is_null())
        .exec(conn)
        .await?;
    Ok(())
}

pub(crate) async fn invitation_by_token<C: ConnectionTrait>(
    conn: &C,
    token: &Secret,
) -> Result<Option<Invitation>, Error> {
    let row = invitation::Entity::find().filter(invitation::Column::TokenHash.eq(token.digest())).one(conn).await?;
    Ok(row.map(Invitation::from))
}

/// Uses an invitation up; tells `false` when somebody was faster, or it was taken back or expired.
pub(crate) async fn use_up<C: ConnectionTrait>(conn: &C, id: InvitationId, now: DateTime<Utc>) -> Result<bool, Error> {
    let result = invitation::Entity::update_many()
        .col_expr(invitation::Column::AcceptedAt, Expr::value(now))
        .filter(invitation::Column::Id.eq(id))
        .filter(invitation::Column::AcceptedAt.is_null())
        .filter(invitation::Column::RevokedAt.is_null())
        .filter(invitation::Column::ExpiresAt.gt(now))
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

/// An invitation within the grant.
pub(crate) async fn find_invitation<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    id: InvitationId,
) -> Result<Invitation, Error> {
    let row = invitation::Entity::find_by_id(id)
        .filter(within_merchants(grant, invitation::Column::MerchantId))
        .one(conn)
        .await?;
    Ok(row.ok_or(context::Error::NotFound("invitation"))?.into())
}

/// Takes an open invitation back; tells `false` when it is not open any more.
pub(crate) async fn revoke_invitation<C: ConnectionTrait>(
    conn: &C,
    id: InvitationId,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let result = invitation::Entity::update_many()
        .col_expr(invitation::Column::RevokedAt, Expr::value(now))
        .filter(invitation::Column::Id.eq(id))
        .filter(invitation::Column::AcceptedAt.is_null())
        .filter(invitation::Column::RevokedAt.is_null())
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

pub(crate) async fn page_invitations<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    team: Team,
    page: &PageArgs,
) -> Result<Vec<Invitation>, Error> {
    team.within(grant)?;
    let mut query = invitation::Entity::find()
        .filter(invitations_of(team))
        .order_by_desc(invitation::Column::Id)
        .limit(page.limit());
    if let Some(after) = page.after_key::<InvitationId>()? {
        query = query.filter(invitation::Column::Id.lt(after));
    }
    Ok(query.all(conn).await?.into_iter().map(Invitation::from).collect())
}
