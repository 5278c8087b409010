//! Accounts of persons.

use chrono::{DateTime, Utc};
use kernel::id::{CustomerId, UserId};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::Error;
use crate::entity::user;
use crate::model::{PasswordHash, User, UserStatus};

impl From<user::Model> for User {
    fn from(row: user::Model) -> Self {
        Self {
            id: row.id,
            email: row.email,
            email_verified_at: row.email_verified_at,
            name: row.name,
            status: row.status,
            customer: row.customer_id,
            has_password: row.password_hash.is_some(),
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// An account with the hash of its password, for the commands that verify it.
pub(crate) struct Account {
    pub(crate) user: User,
    pub(crate) password_hash: Option<String>,
}

impl From<user::Model> for Account {
    fn from(mut row: user::Model) -> Self {
        let password_hash = row.password_hash.clone();
        row.password_hash = row.password_hash.map(|_| String::new());
        Self { user: row.into(), password_hash }
    }
}

/// Inserts an account; tells `false` when the address is taken. Waits for a rival that is not committed yet.
pub(crate) async fn insert<C: ConnectionTrait>(
    conn: &C,
    user: &User,
    password: Option<&PasswordHash>,
) -> Result<bool, Error> {
    let row = user::ActiveModel {
        id: Set(user.id),
        email: Set(user.email.clone()),
        email_verified_at: Set(user.email_verified_at),
        name: Set(user.name.clone()),
        name_fold: Set(kernel::text::fold(&user.name)),
        status: Set(user.status),
        password_hash: Set(password.map(|hash| hash.0.clone())),
        customer_id: Set(user.customer),
        version: Set(user.version),
        created_at: Set(user.created_at),
        updated_at: Set(user.created_at),
    };
    let inserted = user::Entity::insert(row)
        .on_conflict(OnConflict::column(user::Column::Email).do_nothing().to_owned())
        .exec_without_returning(conn)
        .await?;
    Ok(inserted == 1)
}

pub(crate) async fn by_email<C: ConnectionTrait>(conn: &C, email: &str) -> Result<Option<Account>, Error> {
    Ok(user::Entity::find().filter(user::Column::Email.eq(email)).one(conn).await?.map(Account::from))
}

pub(crate) async fn by_id<C: ConnectionTrait>(conn: &C, id: UserId) -> Result<Option<Account>, Error> {
    Ok(user::Entity::find_by_id(id).one(conn).await?.map(Account::from))
}

/// Loads an account and keeps others from changing it until the transaction ends.
pub(crate) async fn lock<C: ConnectionTrait>(conn: &C, id: UserId) -> Result<Option<Account>, Error> {
    Ok(user::Entity::find_by_id(id).lock_exclusive().one(conn).await?.map(Account::from))
}

pub(crate) async fn by_ids<C: ConnectionTrait>(conn: &C, ids: &[UserId]) -> Result<Vec<User>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = db::dialect::pad(ids.to_vec());
    let rows = user::Entity::find().filter(user::Column::Id.is_in(wanted)).all(conn).await?;
    Ok(rows.into_iter().map(User::from).collect())
}

/// Saves the changeable fields over the version that was read; tells `false` when it is stale.
pub(crate) async fn save<C: ConnectionTrait>(
    conn: &C,
    user: &User,
    seen: i64,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let result = user::Entity::update_many()
        .col_expr(user::Column::Email, Expr::value(user.email.clone()))
        .col_expr(user::Column::EmailVerifiedAt, Expr::value(user.email_verified_at))
        .col_expr(user::Column::Name, Expr::value(user.name.clone()))
        .col_expr(user::Column::NameFold, Expr::value(kernel::text::fold(&user.name)))
        .col_expr(user::Column::Status, Expr::value(status_text(user.status)))
        .col_expr(user::Column::CustomerId, Expr::value(user.customer))
        .col_expr(user::Column::Version, Expr::value(seen + 1))
        .col_expr(user::Column::UpdatedAt, Expr::value(now))
        .filter(user::Column::Id.eq(user.id))
        .filter(user::Column::Version.eq(seen))
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

fn status_text(status: UserStatus) -> String {
    sea_orm::ActiveEnum::to_value(&status)
}

/// Sets or removes the password.
pub(crate) async fn set_password<C: ConnectionTrait>(
    conn: &C,
    id: UserId,
    hash: Option<&PasswordHash>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::value(hash.map(|hash| hash.0.clone())))
        .col_expr(user::Column::Version, Expr::col(user::Column::Version).add(1))
        .col_expr(user::Column::UpdatedAt, Expr::value(now))
        .filter(user::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Renews a hash of another cost, unless the password was changed meanwhile. Not a change a person made.
pub(crate) async fn renew_hash<C: ConnectionTrait>(
    conn: &C,
    id: UserId,
    old: &str,
    new: &PasswordHash,
) -> Result<(), Error> {
    user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::value(new.0.clone()))
        .filter(user::Column::Id.eq(id))
        .filter(user::Column::PasswordHash.eq(old))
        .exec(conn)
        .await?;
    Ok(())
}

/// Gives the account a buyer's account if it has none; tells whether it did.
pub(crate) async fn link_customer<C: ConnectionTrait>(
    conn: &C,
    id: UserId,
    customer: CustomerId,
) -> Result<bool, Error> {
    let result = user::Entity::update_many()
        .col_expr(user::Column::CustomerId, Expr::value(customer))
        .col_expr(user::Column::Version, Expr::col(user::Column::Version).add(1))
        .filter(user::Column::Id.eq(id))
        .filter(user::Column::CustomerId.is_null())
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}
