//! The table `hold`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{HoldId, MerchantId, MerchantOrderId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hold")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HoldId,
    pub kind: String,
    pub merchant_id: MerchantId,
    pub merchant_order_id: MerchantOrderId,
    pub source_id: String,
    pub currency: Currency,
    pub amount_minor: i64,
    pub drawn_minor: i64,
    pub release_at: DateTime<Utc>,
    pub released_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
