//! The table `stock_location`.

use chrono::{DateTime, Utc};
use kernel::id::{LocationId, MerchantId};
use sea_orm::entity::prelude::*;

use crate::model::Store;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_location")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LocationId,
    pub merchant_id: MerchantId,
    pub code: String,
    pub name: String,
    pub country: String,
    pub priority: i32,
    pub store: Option<Store>,
    pub active: bool,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
