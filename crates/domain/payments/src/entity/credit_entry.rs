//! The table `credit_entry`.

use chrono::{DateTime, Utc};
use kernel::id::{BankReceiptId, CreditAccountId, CreditEntryId, PaymentOperationId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CreditEntryId,
    pub account_id: CreditAccountId,
    pub kind: String,
    pub amount_minor: i64,
    pub operation_id: Option<PaymentOperationId>,
    pub receipt_id: Option<BankReceiptId>,
    pub reason: Option<String>,
    pub actor: String,
    pub occurred_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
