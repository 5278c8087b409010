//! Table `shipment`.

use chrono::{DateTime, Utc};
use kernel::id::{AssetId, FulfillmentOrderId, MerchantId, MerchantOrderId, OrderId, ShipmentId};
use sea_orm::entity::prelude::*;

use crate::model::status::ShipmentState;
use crate::model::types::{FulfillmentOrderIds, StoredParts};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "shipment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ShipmentId,
    pub order_id: OrderId,
    pub merchant_order_id: MerchantOrderId,
    pub merchant_id: MerchantId,
    pub fulfillment_order_id: FulfillmentOrderId,
    pub parcel_no: i64,
    pub carrier_code: Option<String>,
    pub carrier_name: Option<String>,
    pub tracking_number: Option<String>,
    pub tracking_url: Option<String>,
    pub state: ShipmentState,
    pub recognized: bool,
    pub parts: StoredParts,
    pub shipping_of: FulfillmentOrderIds,
    pub gross_minor: i64,
    pub shipped_at: DateTime<Utc>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub received_by: Option<String>,
    pub proof_asset_id: Option<AssetId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
