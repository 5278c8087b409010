//! Table `quote`.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::Currency;
use kernel::id::{ChannelId, CompanyId, CustomerId, MerchantId, OrderId, QuoteId, QuoteRequestId};
use sea_orm::entity::prelude::*;

use crate::model::quote::QuoteState;
use crate::model::types::Address;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quote")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: QuoteId,
    pub number: String,
    pub request_id: QuoteRequestId,
    pub channel_id: ChannelId,
    pub currency: Currency,
    pub customer_id: CustomerId,
    pub buyer_name: String,
    pub company_id: Option<CompanyId>,
    pub company_name: Option<String>,
    pub merchant_id: MerchantId,
    pub merchant_name: String,
    pub ship_to: Address,
    pub wished_on: Option<NaiveDate>,
    pub po_number: Option<String>,
    pub note: Option<String>,
    pub state: QuoteState,
    pub offer_version: i64,
    pub due_at: Option<DateTime<Utc>>,
    pub approved_by: Option<CustomerId>,
    pub approved_version: Option<i64>,
    pub approved_minor: Option<i64>,
    pub order_id: Option<OrderId>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
