//! The table `sale_invoice`.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::Currency;
use kernel::id::{CompanyId, MerchantId, MerchantOrderId, OrderId, SaleInvoiceId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sale_invoice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SaleInvoiceId,
    pub legal_entity: String,
    pub kind: String,
    pub year: i32,
    pub seq_no: i64,
    pub number: String,
    pub merchant_id: MerchantId,
    pub merchant_order_id: MerchantOrderId,
    pub order_id: OrderId,
    pub company_id: Option<CompanyId>,
    pub source: String,
    pub currency: Currency,
    pub issued_on: NaiveDate,
    pub net_minor: i64,
    pub tax_minor: i64,
    pub gross_minor: i64,
    pub promotion_minor: i64,
    pub content: String,
    pub hash: String,
    pub issued_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
