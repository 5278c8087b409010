//! The table `release_pause`.

use chrono::{DateTime, Utc};
use kernel::id::MerchantOrderId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "release_pause")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub merchant_order_id: MerchantOrderId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub reason: String,
    pub paused: bool,
    pub step: i64,
    pub changed_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
