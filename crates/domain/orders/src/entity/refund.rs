//! Table `refund`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{DisputeId, MerchantId, MerchantOrderId, OrderId, PaymentId, RefundId, ReturnId};
use sea_orm::entity::prelude::*;

use crate::model::status::{Bearer, RefundKind, RefundState};
use crate::model::types::{FulfillmentOrderIds, StoredParts, Wanted};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "refund")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RefundId,
    pub order_id: OrderId,
    pub merchant_order_id: MerchantOrderId,
    pub merchant_id: MerchantId,
    pub payment_id: PaymentId,
    pub currency: Currency,
    pub kind: RefundKind,
    pub bearer: Bearer,
    pub reason: String,
    pub note: Option<String>,
    pub amount_minor: i64,
    pub parts: StoredParts,
    pub shipping_of: FulfillmentOrderIds,
    pub wanted: Option<Wanted>,
    pub return_id: Option<ReturnId>,
    pub state: RefundState,
    pub failure: Option<String>,
    pub dispute_id: Option<DisputeId>,
    pub actor: String,
    pub decided_by: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub requested_at: DateTime<Utc>,
    pub settled_at: Option<DateTime<Utc>>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
