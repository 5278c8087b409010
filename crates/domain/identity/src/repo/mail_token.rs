//! Tokens that were mailed.

use chrono::{DateTime, Utc};
use kernel::id::UserId;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::Error;
use crate::entity::mail_token;
use crate::model::{MailPurpose, Secret, User};

/// Stores a token for `user`; former ones of the same purpose stop working.
pub(crate) async fn replace<C: ConnectionTrait>(
    conn: &C,
    user: &User,
    purpose: MailPurpose,
    token: &Secret,
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), Error> {
    drop_all(conn, user.id, purpose).await?;
    let row = mail_token::ActiveModel {
        token_hash: Set(token.digest()),
        user_id: Set(user.id),
        purpose: Set(purpose),
        email: Set(user.email.clone()),
        created_at: Set(now),
        expires_at: Set(expires_at),
        used_at: Set(None),
    };
    mail_token::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Makes all tokens of a user for this purpose useless.
pub(crate) async fn drop_all<C: ConnectionTrait>(conn: &C, user: UserId, purpose: MailPurpose) -> Result<(), Error> {
    mail_token::Entity::delete_many()
        .filter(mail_token::Column::UserId.eq(user))
        .filter(mail_token::Column::Purpose.eq(purpose))
        .exec(conn)
        .await?;
    Ok(())
}

/// Whose token it is, if it can still be used.
pub(crate) async fn owner<C: ConnectionTrait>(
    conn: &C,
    purpose: MailPurpose,
    token: &Secret,
    now: DateTime<Utc>,
) -> Result<Option<(UserId, String)>, Error> {
    let row = mail_token::Entity::find_by_id(token.digest())
        .filter(mail_token::Column::Purpose.eq(purpose))
        .filter(mail_token::Column::UsedAt.is_null())
        .filter(mail_token::Column::ExpiresAt.gt(now))
        .one(conn)
        .await?;
    Ok(row.map(|row| (row.user_id, row.email)))
}

/// Uses a token up; tells `false` when somebody was faster.
pub(crate) async fn use_up<C: ConnectionTrait>(conn: &C, token: &Secret, now: DateTime<Utc>) -> Result<bool, Error> {
    let result = mail_token::Entity::update_many()
        .col_expr(mail_token::Column::UsedAt, Expr::value(now))
        .filter(mail_token::Column::TokenHash.eq(token.digest()))
        .filter(mail_token::Column::UsedAt.is_null())
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

pub(crate) async fn purge<C: ConnectionTrait>(conn: &C, now: DateTime<Utc>) -> Result<u64, Error> {
    let result = mail_token::Entity::delete_many().filter(mail_token::Column::ExpiresAt.lte(now)).exec(conn).await?;
    Ok(result.rows_affected)
}
