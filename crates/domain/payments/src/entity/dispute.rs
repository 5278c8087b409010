//! The table `dispute`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{DisputeId, MerchantOrderId, OrderId, PaymentId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dispute")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DisputeId,
    pub provider: String,
    pub reference: String,
    pub payment_id: PaymentId,
    pub order_id: OrderId,
    pub merchant_order_id: Option<MerchantOrderId>,
    pub currency: Currency,
    pub amount_minor: i64,
    pub fee_minor: i64,
    pub fee_returned_minor: i64,
    pub reason: String,
    pub borne_minor: Option<i64>,
    pub state: String,
    pub opened_at: DateTime<Utc>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
