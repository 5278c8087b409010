//! The table `stock_movement`.

use chrono::{DateTime, Utc};
use kernel::id::{MerchantId, MovementId, StockLevelId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_movement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MovementId,
    pub stock_level_id: StockLevelId,
    pub merchant_id: MerchantId,
    pub kind: String,
    pub quantity: i64,
    pub balance: i64,
    pub reference: Option<String>,
    pub reason: Option<String>,
    pub actor: String,
    pub moved_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
