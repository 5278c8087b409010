//! The table `bank_receipt`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{BankReceiptId, PaymentId, PaymentOperationId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bank_receipt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BankReceiptId,
    pub bank_reference: String,
    pub order_reference: String,
    pub payment_id: Option<PaymentId>,
    pub operation_id: Option<PaymentOperationId>,
    pub currency: Currency,
    pub amount_minor: i64,
    pub applied_minor: i64,
    pub credited_minor: i64,
    pub recorded_by: String,
    pub received_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
