//! Table `goods_return`.

use chrono::{DateTime, Utc};
use kernel::id::{CustomerId, LocationId, MerchantId, MerchantOrderId, OrderId, RefundId, ReturnId};
use sea_orm::entity::prelude::*;

use crate::model::status::{ReturnMethod, ReturnReason, ReturnRejection, ReturnState};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "goods_return")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReturnId,
    pub order_id: OrderId,
    pub merchant_order_id: MerchantOrderId,
    pub merchant_id: MerchantId,
    pub customer_id: Option<CustomerId>,
    pub number: String,
    pub state: ReturnState,
    pub reason: ReturnReason,
    pub note: Option<String>,
    pub method: Option<ReturnMethod>,
    pub label: Option<String>,
    pub location_id: Option<LocationId>,
    pub rejection: Option<ReturnRejection>,
    pub answer: Option<String>,
    pub carrier: Option<String>,
    pub tracking_number: Option<String>,
    pub refund_id: Option<RefundId>,
    pub requested_by: String,
    pub requested_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    pub received_at: Option<DateTime<Utc>>,
    pub inspected_at: Option<DateTime<Utc>>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
