//! The table `offer`.

use chrono::{DateTime, Utc};
use kernel::id::{MerchantId, OfferId, ProductId, StockItemId, VariantId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "offer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OfferId,
    pub merchant_id: MerchantId,
    pub product_id: ProductId,
    pub variant_id: VariantId,
    pub sku: String,
    pub stock_item_id: StockItemId,
    pub condition: String,
    pub status: String,
    pub handling_days: Option<i32>,
    pub min_quantity: i64,
    pub max_quantity: Option<i64>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
