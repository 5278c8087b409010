//! Sessions.

use chrono::{DateTime, Utc};
use kernel::id::{SessionId, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::Error;
use crate::entity::session;
use crate::model::{Impersonation, SESSIONS_MAX, Secret, Session};

impl From<session::Model> for Session {
    fn from(row: session::Model) -> Self {
        Self {
            id: row.id,
            user: row.user_id,
            user_agent: row.user_agent,
            ip: row.ip,
            created_at: row.created_at,
            used_at: row.used_at,
            expires_at: row.expires_at,
            proven_at: row.proven_at,
            second_factor_at: row.second_factor_at,
            impersonation: row.impersonator_id.zip(row.acting_merchant_id).map(|(by, merchant)| Impersonation {
                by,
                merchant,
                beyond: row.beyond_own_rights,
                reason: row.reason.unwrap_or_default(),
            }),
        }
    }
}

pub(crate) async fn insert<C: ConnectionTrait>(conn: &C, session: &Session, token: &Secret) -> Result<(), Error> {
    let impersonation = session.impersonation.as_ref();
    let row = session::ActiveModel {
        id: Set(session.id),
        user_id: Set(session.user),
        token_hash: Set(token.digest()),
        user_agent: Set(session.user_agent.clone()),
        ip: Set(session.ip.clone()),
        created_at: Set(session.created_at),
        used_at: Set(session.used_at),
        expires_at: Set(session.expires_at),
        proven_at: Set(session.proven_at),
        second_factor_at: Set(session.second_factor_at),
        impersonator_id: Set(impersonation.map(|of| of.by)),
        acting_merchant_id: Set(impersonation.map(|of| of.merchant)),
        beyond_own_rights: Set(impersonation.is_some_and(|of| of.beyond)),
        reason: Set(impersonation.map(|of| of.reason.clone())),
    };
    session::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Removes the sessions of a user that are over, and the oldest beyond [`SESSIONS_MAX`].
pub(crate) async fn trim<C: ConnectionTrait>(conn: &C, user: UserId, now: DateTime<Utc>) -> Result<(), Error> {
    let live = session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .filter(session::Column::UserId.eq(user))
        .filter(session::Column::ExpiresAt.gt(now))
        .order_by_desc(session::Column::Id)
        .limit(SESSIONS_MAX)
        .into_tuple::<SessionId>()
        .all(conn)
        .await?;
    let mut stale = session::Entity::delete_many().filter(session::Column::UserId.eq(user));
    if !live.is_empty() {
        stale = stale.filter(session::Column::Id.is_not_in(db::dialect::pad(live)));
    }
    stale.exec(conn).await?;
    Ok(())
}

/// Notes that the person gave a password, or with `factor` a code.
pub(crate) async fn prove<C: ConnectionTrait>(
    conn: &C,
    id: SessionId,
    now: DateTime<Utc>,
    factor: bool,
) -> Result<(), Error> {
    let mut update = session::Entity::update_many().col_expr(session::Column::ProvenAt, Expr::value(now));
    if factor {
        update = update.col_expr(session::Column::SecondFactorAt, Expr::value(now));
    }
    update.filter(session::Column::Id.eq(id)).exec(conn).await?;
    Ok(())
}

/// Moves the expiry unless another request just did.
pub(crate) async fn slide<C: ConnectionTrait>(
    conn: &C,
    id: SessionId,
    seen: DateTime<Utc>,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), Error> {
    session::Entity::update_many()
        .col_expr(session::Column::UsedAt, Expr::value(now))
        .col_expr(session::Column::ExpiresAt, Expr::value(expires_at))
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::UsedAt.eq(seen))
        .exec(conn)
        .await?;
    Ok(())
}

pub(crate) async fn of_user<C: ConnectionTrait>(
    conn: &C,
    user: UserId,
    now: DateTime<Utc>,
    page: &kernel::PageArgs,
) -> Result<Vec<Session>, Error> {
    let mut query = session::Entity::find()
        .filter(session::Column::UserId.eq(user))
        .filter(session::Column::ExpiresAt.gt(now))
        .order_by_desc(session::Column::Id)
        .limit(page.limit());
    if let Some(after) = page.after_key::<SessionId>()? {
        query = query.filter(session::Column::Id.lt(after));
    }
    Ok(query.all(conn).await?.into_iter().map(Session::from).collect())
}

/// Ends one session of a user; tells whether there was one.
pub(crate) async fn remove<C: ConnectionTrait>(conn: &C, user: UserId, id: SessionId) -> Result<bool, Error> {
    let result = session::Entity::delete_many()
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::UserId.eq(user))
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Ends a session in which somebody acts in another's place; tells whether there was one.
pub(crate) async fn remove_impersonation<C: ConnectionTrait>(conn: &C, id: SessionId) -> Result<bool, Error> {
    let result = session::Entity::delete_many()
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::ImpersonatorId.is_not_null())
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Ends all sessions of a user but `keep`, and those in which the user acts in another's place; tells how many.
pub(crate) async fn remove_all<C: ConnectionTrait>(
    conn: &C,
    user: UserId,
    keep: Option<SessionId>,
) -> Result<u64, Error> {
    let own = Condition::any().add(session::Column::UserId.eq(user)).add(session::Column::ImpersonatorId.eq(user));
    let mut delete = session::Entity::delete_many().filter(own);
    if let Some(keep) = keep {
        delete = delete.filter(session::Column::Id.ne(keep));
    }
    Ok(delete.exec(conn).await?.rows_affected)
}

pub(crate) async fn purge<C: ConnectionTrait>(conn: &C, now: DateTime<Utc>) -> Result<u64, Error> {
    let result = session::Entity::delete_many().filter(session::Column::ExpiresAt.lte(now)).exec(conn).await?;
    Ok(result.rows_affected)
}
