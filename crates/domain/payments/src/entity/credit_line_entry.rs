//! The table `credit_line_entry`.

use chrono::{DateTime, Utc};
use kernel::id::{BankReceiptId, CreditEntryId, CreditLineEntryId, CreditLineId, PaymentOperationId, WriteOffId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_line_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CreditLineEntryId,
    pub line_id: CreditLineId,
    pub kind: String,
    pub amount_minor: i64,
    pub operation_id: Option<PaymentOperationId>,
    pub receipt_id: Option<BankReceiptId>,
    pub credit_entry_id: Option<CreditEntryId>,
    pub write_off_id: Option<WriteOffId>,
    pub actor: String,
    pub occurred_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
