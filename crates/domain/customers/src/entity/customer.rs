use chrono::{DateTime, Utc};
use kernel::id::{CustomerId, UserId};
use sea_orm::entity::prelude::*;

use crate::model::CustomerStatus;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerId,
    pub user_id: UserId,
    pub email: String,
    pub name: String,
    pub search_fold: String,
    pub phone: Option<String>,
    pub locale: Option<String>,
    pub status: CustomerStatus,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub erased_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
