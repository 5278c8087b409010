//! The table `stock_level`.

use chrono::{DateTime, Utc};
use kernel::id::{LocationId, MerchantId, StockItemId, StockLevelId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_level")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StockLevelId,
    pub stock_item_id: StockItemId,
    pub location_id: LocationId,
    pub merchant_id: MerchantId,
    pub sku: String,
    pub on_hand: i64,
    pub reserved: i64,
    pub safety: i64,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
