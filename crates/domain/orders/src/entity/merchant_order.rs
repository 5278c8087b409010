//! Table `merchant_order`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{MerchantId, MerchantOrderId, OrderId, PaymentId};
use sea_orm::entity::prelude::*;

use crate::model::status::{CaptureTiming, FeeState, MerchantOrderState, Outcome};
use crate::model::types::Address;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "merchant_order")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MerchantOrderId,
    pub order_id: OrderId,
    pub merchant_id: MerchantId,
    pub merchant_name: String,
    pub number: String,
    pub company_name: Option<String>,
    pub company_vat_id: Option<String>,
    pub po_number: Option<String>,
    pub currency: Currency,
    pub ship_to: Address,
    pub payment_id: PaymentId,
    pub payment_method: String,
    pub state: MerchantOrderState,
    pub capture: CaptureTiming,
    pub goods_minor: i64,
    pub delivery_minor: i64,
    pub discount_minor: i64,
    pub tax_minor: i64,
    pub total_minor: i64,
    pub placed_total_minor: i64,
    pub commission_item_minor: i64,
    pub commission_shipping_minor: i64,
    pub fixed_fee_minor: i64,
    pub fixed_fee_vat_minor: i64,
    pub commission_vat_minor: i64,
    pub commission_vat_ppm: i64,
    pub operator_remits_tax: bool,
    pub auto_accept: bool,
    pub captured_minor: i64,
    pub captured_discount_minor: i64,
    pub capture_requested_minor: i64,
    pub refund_minor: i64,
    pub uncollected_minor: i64,
    pub incident_open: bool,
    pub incident_steps: i64,
    pub returns_open: i64,
    pub fixed_fee_state: FeeState,
    pub outcome: Option<Outcome>,
    pub placed_at: DateTime<Utc>,
    pub released_at: Option<DateTime<Utc>>,
    pub accept_by: Option<DateTime<Utc>>,
    pub reminded_at: Option<DateTime<Utc>>,
    pub decided_at: Option<DateTime<Utc>>,
    pub ship_by: DateTime<Utc>,
    pub deliver_from: DateTime<Utc>,
    pub deliver_to: DateTime<Utc>,
    pub late_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub close_after: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
