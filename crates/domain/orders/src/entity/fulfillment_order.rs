//! Table `fulfillment_order`.

use chrono::{DateTime, Utc};
use kernel::id::{DeliveryMethodId, FulfillmentOrderId, LocationId, MerchantId, MerchantOrderId, OrderId};
use sea_orm::entity::prelude::*;

use crate::model::delivery_price::DeliveryOrigin;
use crate::model::pickup::Pickup;
use crate::model::promise::PromiseTerms;
use crate::model::status::{FulfillmentOrderState, ShippingState};
use crate::model::types::Texts;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "fulfillment_order")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FulfillmentOrderId,
    pub order_id: OrderId,
    pub merchant_order_id: MerchantOrderId,
    pub merchant_id: MerchantId,
    pub position: i64,
    pub plan_key: String,
    pub location_id: LocationId,
    pub location_name: String,
    pub product_type: String,
    pub method_id: DeliveryMethodId,
    pub method_code: String,
    pub method_name: String,
    pub method_kind: String,
    pub tracking_required: bool,
    pub signature_required: bool,
    pub reasons: Texts,
    pub shipping_gross_minor: i64,
    pub shipping_discount_minor: i64,
    pub shipping_tax_minor: i64,
    pub shipping_commission_minor: i64,
    pub shipping_commission_vat_minor: i64,
    pub shipping_state: ShippingState,
    pub shipping_given_minor: i64,
    pub shipping_reversed_minor: i64,
    pub group_id: FulfillmentOrderId,
    pub held_at: Option<DateTime<Utc>>,
    pub hold_reason: Option<String>,
    pub state: FulfillmentOrderState,
    pub ship_by: DateTime<Utc>,
    pub deliver_from: DateTime<Utc>,
    pub deliver_to: DateTime<Utc>,
    pub promise_terms: PromiseTerms,
    pub delivery_origin: DeliveryOrigin,
    pub pickup: Option<Pickup>,
    pub ready_at: Option<DateTime<Utc>>,
    pub late_at: Option<DateTime<Utc>>,
    pub version: i64,
}

impl Model {
    /// What the buyer pays for the delivery: the price without what the marketplace pays.
    #[must_use]
    pub const fn shipping_cash_minor(&self) -> i64 {
        self.shipping_gross_minor - self.shipping_discount_minor
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
