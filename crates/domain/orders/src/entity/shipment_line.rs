//! Table `shipment_line`.

use kernel::id::{FulfillmentLineId, OrderLineId, ShipmentId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "shipment_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub shipment_id: ShipmentId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub fulfillment_line_id: FulfillmentLineId,
    pub order_line_id: OrderLineId,
    pub quantity: i64,
    pub slot_from: i64,
    pub slot_to: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
