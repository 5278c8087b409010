//! Roles that are rows, and the one row that tells nodes of their changes.

use access::{Grant, Reach};
use chrono::{DateTime, Utc};
use context::{WriteTx, within_merchants};
use db::dialect::statement;
use kernel::PageArgs;
use kernel::id::{CustomRoleId, MerchantId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::Error;
use crate::entity::custom_role::{ActiveModel, Column, Entity, Model};
use crate::model::{CustomRole, Team, TeamKind};

/// The channel on which PostgreSQL tells nodes that roles have changed.
pub(crate) const CHANNEL: &str = "souk_access";

fn role(row: Model) -> Result<CustomRole, Error> {
    Ok(CustomRole {
        id: row.id,
        team: row.team,
        merchant: row.merchant_id,
        name: row.name,
        description: row.description,
        permissions: serde_json::from_str(&row.permissions).map_err(context::Error::from)?,
        masks: serde_json::from_str(&row.masks).map_err(context::Error::from)?,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        retired_at: row.retired_at,
    })
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, Error> {
    Ok(serde_json::to_string(value).map_err(context::Error::from)?)
}

/// Inserts a role.
pub(crate) async fn insert<C: ConnectionTrait>(conn: &C, of: &CustomRole) -> Result<(), Error> {
    let row = ActiveModel {
        id: Set(of.id),
        team: Set(of.team),
        merchant_id: Set(of.merchant),
        name: Set(of.name.clone()),
        name_fold: Set(kernel::text::fold(&of.name)),
        description: Set(of.description.clone()),
        permissions: Set(json(&of.permissions)?),
        masks: Set(json(&of.masks)?),
        version: Set(of.version),
        created_at: Set(of.created_at),
        updated_at: Set(of.updated_at),
        retired_at: Set(of.retired_at),
    };
    Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Saves a role over the version before.
pub(crate) async fn save<C: ConnectionTrait>(conn: &C, of: &CustomRole) -> Result<(), Error> {
    let done = Entity::update_many()
        .col_expr(Column::Name, Expr::value(of.name.clone()))
        .col_expr(Column::NameFold, Expr::value(kernel::text::fold(&of.name)))
        .col_expr(Column::Description, Expr::value(of.description.clone()))
        .col_expr(Column::Permissions, Expr::value(json(&of.permissions)?))
        .col_expr(Column::Masks, Expr::value(json(&of.masks)?))
        .col_expr(Column::Version, Expr::value(of.version))
        .col_expr(Column::UpdatedAt, Expr::value(of.updated_at))
        .col_expr(Column::RetiredAt, Expr::value(of.retired_at))
        .filter(Column::Id.eq(of.id))
        .filter(Column::Version.eq(of.version - 1))
        .exec(conn)
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(context::Error::Stale("role").into()) }
}

/// The name that another role has where this one would be seen.
pub(crate) async fn name_is_taken<C: ConnectionTrait>(conn: &C, of: &CustomRole) -> Result<bool, Error> {
    let whose = match of.merchant {
        Some(id) => Column::MerchantId.eq(id),
        None => Column::MerchantId.is_null(),
    };
    let found = Entity::find()
        .filter(whose)
        .filter(Column::Team.eq(of.team))
        .filter(Column::NameFold.eq(kernel::text::fold(&of.name)))
        .filter(Column::RetiredAt.is_null())
        .filter(Column::Id.ne(of.id));
    Ok(found.one(conn).await?.is_some())
}

/// What a grant may change: all of them, or those of the merchant.
pub(crate) async fn lock(tx: &WriteTx, grant: &Grant, id: CustomRoleId) -> Result<CustomRole, Error> {
    let found = Entity::find_by_id(id).filter(within_merchants(grant, Column::MerchantId)).lock_exclusive();
    found.one(&**tx).await?.map(role).transpose()?.ok_or(context::Error::NotFound("role").into())
}

/// What a grant may look at: all of them; those of the merchant and those that the operator made for merchants.
fn readable(grant: &Grant) -> Condition {
    match grant.merchants() {
        Reach::All => Condition::all(),
        Reach::Only(id) => Condition::any()
            .add(Column::MerchantId.eq(id))
            .add(Condition::all().add(Column::MerchantId.is_null()).add(Column::Team.eq(TeamKind::Merchant))),
        Reach::Nothing => within_merchants(grant, Column::MerchantId),
    }
}

/// A role that may be looked at.
pub(crate) async fn find<C: ConnectionTrait>(conn: &C, grant: &Grant, id: CustomRoleId) -> Result<CustomRole, Error> {
    let found = Entity::find_by_id(id).filter(readable(grant)).one(conn).await?;
    found.map(role).transpose()?.ok_or(context::Error::NotFound("role").into())
}

/// Roles by id, for the people who hold them.
pub(crate) async fn by_ids<C: ConnectionTrait>(conn: &C, ids: &[CustomRoleId]) -> Result<Vec<CustomRole>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = Entity::find().filter(Column::Id.is_in(db::dialect::pad(ids.to_vec()))).all(conn).await?;
    rows.into_iter().map(role).collect()
}

/// A role that is about to be given to somebody: it does not change or end meanwhile.
pub(crate) async fn hold(tx: &WriteTx, id: CustomRoleId) -> Result<Option<CustomRole>, Error> {
    Entity::find_by_id(id).lock_exclusive().one(&**tx).await?.map(role).transpose()
}

/// The roles of the operator's team, of a merchant's own making, or (`None`) of the operator's for all merchants; the
/// newest first, ended ones left out.
pub(crate) async fn page<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    team: Option<Team>,
    page: &PageArgs,
) -> Result<Vec<CustomRole>, Error> {
    if let Some(team) = team {
        team.within(grant)?;
    }
    let whose = match team {
        Some(Team::Merchant(id)) => Column::MerchantId.eq(id),
        Some(Team::Operator) | None => Column::MerchantId.is_null(),
    };
    let kind = team.map_or(TeamKind::Merchant, TeamKind::of);
    let mut wanted = Condition::all().add(whose).add(Column::Team.eq(kind)).add(Column::RetiredAt.is_null());
    if let Some(after) = page.after_key::<CustomRoleId>()? {
        wanted = wanted.add(Column::Id.lt(after));
    }
    let rows = Entity::find().filter(wanted).order_by_desc(Column::Id).limit(page.limit()).all(conn).await?;
    rows.into_iter().map(role).collect()
}

/// Every role that can be held.
pub(crate) async fn all<C: ConnectionTrait>(conn: &C) -> Result<Vec<CustomRole>, Error> {
    let rows = Entity::find().filter(Column::RetiredAt.is_null()).order_by_asc(Column::Id).all(conn).await?;
    rows.into_iter().map(role).collect()
}

/// How many roles a merchant made, ended ones left out.
pub(crate) async fn count_of<C: ConnectionTrait>(conn: &C, merchant: Option<MerchantId>) -> Result<i64, Error> {
    let (whose, values) = match merchant {
        Some(id) => ("= ?", vec![id.into()]),
        None => ("IS NULL", Vec::new()),
    };
    let sql = format!("SELECT count(*) FROM custom_role WHERE merchant_id {whose} AND retired_at IS NULL");
    count(conn, &sql, values).await
}

/// How many members, open invitations and keys that work hold the role.
pub(crate) async fn holders<C: ConnectionTrait>(conn: &C, id: CustomRoleId, now: DateTime<Utc>) -> Result<i64, Error> {
    let name = id.to_string();
    let sql = "SELECT (SELECT count(*) FROM membership WHERE role = ?)
        + (SELECT count(*) FROM invitation WHERE role = ? AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > ?)
        + (SELECT count(*) FROM api_key WHERE role = ? AND revoked_at IS NULL)";
    count(conn, sql, vec![name.clone().into(), name.clone().into(), now.into(), name.into()]).await
}

async fn count<C: ConnectionTrait>(conn: &C, sql: &str, values: Vec<sea_orm::Value>) -> Result<i64, Error> {
    let row = conn.query_one_raw(statement(conn, sql, values)).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0))
}

/// Which state the roles are in.
pub(crate) async fn version<C: ConnectionTrait>(conn: &C) -> Result<i64, Error> {
    count(conn, "SELECT version FROM access_state WHERE id = 1", Vec::new()).await
}

/// Another state from the commit on, of which PostgreSQL tells all nodes then. Changes of roles wait for each other.
pub(crate) async fn changed(tx: &WriteTx) -> Result<(), Error> {
    let sql = "UPDATE access_state SET version = version + 1 WHERE id = 1";
    tx.execute_raw(statement(&**tx, sql, [])).await?;
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_raw(statement(&**tx, "SELECT pg_notify(?, '')", [CHANNEL.into()])).await?;
    }
    Ok(())
}
