use chrono::{DateTime, Utc};
use kernel::id::{CustomerId, UserId};
use sea_orm::entity::prelude::*;

use crate::model::UserStatus;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    pub email: String,
    pub email_verified_at: Option<DateTime<Utc>>,
    pub name: String,
    pub name_fold: String,
    pub status: UserStatus,
    pub password_hash: Option<String>,
    pub customer_id: Option<CustomerId>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
