//! Table `customer_order`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{CartId, ChannelId, CompanyId, CouponId, CustomerId, OrderId, PaymentId};
use sea_orm::entity::prelude::*;

use crate::model::status::{CaptureTiming, FulfillmentState, OrderSource, OrderState, PaymentState};
use crate::model::types::Address;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_order")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderId,
    pub number: String,
    pub cart_id: CartId,
    pub channel_id: ChannelId,
    pub source: OrderSource,
    pub placed_by: Option<String>,
    pub currency: Currency,
    pub prices_include_tax: bool,
    pub rounding: String,
    pub locale: String,
    pub customer_id: Option<CustomerId>,
    pub company_id: Option<CompanyId>,
    pub company_name: Option<String>,
    pub company_vat_id: Option<String>,
    pub po_number: Option<String>,
    pub approved_by: Option<CustomerId>,
    pub token_hash: Option<String>,
    pub email: String,
    pub ship_to: Address,
    pub bill_to: Option<Address>,
    pub goods_minor: i64,
    pub delivery_minor: i64,
    pub discount_minor: i64,
    pub coupon_id: Option<CouponId>,
    pub coupon_code: Option<String>,
    pub tax_minor: i64,
    pub total_minor: i64,
    pub payment_id: PaymentId,
    pub payment_method: String,
    pub capture: CaptureTiming,
    pub authorized_minor: i64,
    pub captured_minor: i64,
    pub refund_minor: i64,
    pub owed_minor: i64,
    pub state: OrderState,
    pub fulfillment_state: FulfillmentState,
    pub payment_state: PaymentState,
    pub plan_hash: String,
    pub placed_at: DateTime<Utc>,
    pub released_at: Option<DateTime<Utc>>,
    pub erase_wanted_at: Option<DateTime<Utc>>,
    pub erased_at: Option<DateTime<Utc>>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
