//! Table `fulfillment_line`.

use kernel::id::{FulfillmentLineId, FulfillmentOrderId, OrderId, OrderLineId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "fulfillment_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FulfillmentLineId,
    pub order_id: OrderId,
    pub fulfillment_order_id: FulfillmentOrderId,
    pub order_line_id: OrderLineId,
    pub ordered: i64,
    pub canceled: i64,
    pub shipped: i64,
    pub delivered: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
