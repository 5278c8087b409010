//! Persons who can sign in.

use chrono::{DateTime, Utc};
use kernel::id::{CustomerId, UserId};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// Whether an account can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    /// It can.
    Active,
    /// The operator shut it.
    Blocked,
    /// The person asked to be forgotten; the row stays for histories.
    Erased,
}

/// A person who can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Lower case; unique.
    pub email: String,
    /// When the address was proven.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// As shown.
    pub name: String,
    /// Whether it can be used.
    pub status: UserStatus,
    /// The buyer's account, if the person buys.
    pub customer: Option<CustomerId>,
    /// Whether a password is set.
    pub has_password: bool,
    /// Grows with each change.
    pub version: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// What a mailed token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum MailPurpose {
    /// Sets a password.
    PasswordReset,
    /// Proves an address.
    EmailVerification,
}
