//! Table `order_line`.

use kernel::id::{
    CommissionRuleId, MerchantId, MerchantOrderId, OfferId, OrderId, OrderLineId, ProductId, QuoteId, StockItemId,
    VariantId,
};
use sea_orm::entity::prelude::*;

use crate::model::types::GivenBack;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderLineId,
    pub order_id: OrderId,
    pub merchant_order_id: MerchantOrderId,
    pub merchant_id: MerchantId,
    pub line_no: i64,
    pub offer_id: OfferId,
    pub product_id: ProductId,
    pub variant_id: VariantId,
    pub stock_item_id: StockItemId,
    pub sku: String,
    pub title: String,
    pub variant_title: String,
    pub product_type: String,
    pub unit_price_minor: i64,
    pub list_price_minor: Option<i64>,
    pub price_reason: Option<String>,
    pub price_by: Option<String>,
    pub quote_id: Option<QuoteId>,
    pub tax_ppm: i64,
    pub gross_minor: i64,
    pub discount_minor: i64,
    pub tax_minor: i64,
    pub commission_rule_id: Option<CommissionRuleId>,
    pub commission_ppm: i64,
    pub commission_minor: i64,
    pub commission_vat_minor: i64,
    pub ordered: i64,
    pub canceled: i64,
    pub shipped: i64,
    pub delivered: i64,
    pub lost: i64,
    pub bounced: i64,
    pub refunded: i64,
    pub refunded_kept: i64,
    pub return_requested: i64,
    pub return_ok: i64,
    pub return_bad: i64,
    pub return_done: i64,
    pub given_back: GivenBack,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
