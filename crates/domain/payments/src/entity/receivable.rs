//! The table `receivable`.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::Currency;
use kernel::id::{CompanyId, CreditLineId, MerchantOrderId, OrderId, PaymentId, PaymentOperationId, ReceivableId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "receivable")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReceivableId,
    pub payment_id: PaymentId,
    pub line_id: CreditLineId,
    pub company_id: CompanyId,
    pub order_id: OrderId,
    pub order_number: String,
    pub merchant_order_id: Option<MerchantOrderId>,
    pub operation_id: PaymentOperationId,
    pub currency: Currency,
    pub amount_minor: i64,
    pub paid_minor: i64,
    pub credited_minor: i64,
    pub written_off_minor: i64,
    pub recovered_minor: i64,
    pub blocked_minor: i64,
    pub guaranteed: bool,
    pub due_on: NaiveDate,
    pub due_at: DateTime<Utc>,
    pub reminders: i64,
    pub reminded_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub settled_at: Option<DateTime<Utc>>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
