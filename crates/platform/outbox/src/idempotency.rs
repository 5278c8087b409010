//! Answers kept under the key a client chose.
//!
//! The key is claimed by the first statement of a transaction and answered by its last, so a second request
//! with the key waits for the first on PostgreSQL (unique index) and on SQLite (one writer), and then sees
//! its answer. A command that fails leaves no trace of the key.

use chrono::{DateTime, Utc};
use db::Tx;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};

use crate::entity::key_row;

/// A key as a client sent it, with the owner and the route that keep keys of others apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Who chose the key: the actor's id, or the cart for somebody who did not sign in.
    pub owner: String,
    /// The mutation.
    pub route: &'static str,
    /// What the client sent.
    pub key: String,
}

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The key is new: do the work, then [`answer`].
    New,
    /// The work was done: this was the answer.
    Done(String),
    /// The key was used with other input.
    Mismatch,
}

/// A digest of the input, to tell a retry from a new request under an old key.
#[must_use]
pub fn input_hash<T: serde::Serialize>(input: &T) -> String {
    let bytes = serde_json::to_vec(input).unwrap_or_default();
    kernel::text::hex(Sha256::digest(bytes))
}

/// Claims `key` for an input.
///
/// # Errors
/// The database error.
pub async fn claim(tx: &Tx, key: &Key, input_hash: &str, now: DateTime<Utc>) -> Result<Claim, DbErr> {
    let row = key_row::ActiveModel {
        owner: Set(key.owner.clone()),
        route: Set(key.route.to_owned()),
        key: Set(key.key.clone()),
        input_hash: Set(input_hash.to_owned()),
        response: Set(None),
        created_at: Set(now),
    };
    let inserted = key_row::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    if inserted == 1 {
        return Ok(Claim::New);
    }
    let id = (key.owner.clone(), key.route.to_owned(), key.key.clone());
    let stored = key_row::Entity::find_by_id(id).one(tx).await?;
    Ok(match stored {
        Some(row) if row.input_hash != input_hash => Claim::Mismatch,
        Some(row) => Claim::Done(row.response.unwrap_or_default()),
        None => Claim::New,
    })
}

/// Stores the answer of a claimed key.
///
/// # Errors
/// The database error.
pub async fn answer(tx: &Tx, key: &Key, response: String) -> Result<(), DbErr> {
    key_row::Entity::update_many()
        .col_expr(key_row::Column::Response, sea_orm::sea_query::Expr::value(response))
        .filter(key_row::Column::Owner.eq(key.owner.as_str()))
        .filter(key_row::Column::Route.eq(key.route))
        .filter(key_row::Column::Key.eq(key.key.as_str()))
        .exec(tx)
        .await?;
    Ok(())
}
