//! The table `payment_operation`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{DisputeId, MerchantOrderId, OrphanId, PaymentId, PaymentOperationId, RefundId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_operation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaymentOperationId,
    pub payment_id: Option<PaymentId>,
    pub orphan_id: Option<OrphanId>,
    pub kind: String,
    pub provider: Option<String>,
    pub currency: Currency,
    pub amount_minor: i64,
    pub idempotency_key: String,
    pub state: String,
    pub charge: Option<String>,
    pub replaces: Option<String>,
    pub refund_total_minor: Option<i64>,
    pub reason: Option<String>,
    pub merchant_order_id: Option<MerchantOrderId>,
    pub refund_id: Option<RefundId>,
    pub dispute_id: Option<DisputeId>,
    pub attempt_count: i32,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub settled_at: Option<DateTime<Utc>>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
