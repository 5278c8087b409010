//! Table `order_capture`.

use chrono::{DateTime, Utc};
use kernel::id::{MerchantOrderId, OrderId, PaymentOperationId, ShipmentId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_capture")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub operation_id: PaymentOperationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub merchant_order_id: MerchantOrderId,
    pub order_id: OrderId,
    pub amount_minor: i64,
    pub discount_minor: i64,
    pub shipment_id: Option<ShipmentId>,
    pub captured_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
