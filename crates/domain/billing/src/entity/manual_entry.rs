//! The table `manual_entry`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{LedgerTxId, ManualEntryId, MerchantId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "manual_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ManualEntryId,
    pub idempotency_key: String,
    pub kind: String,
    pub merchant_id: MerchantId,
    pub currency: Currency,
    pub amount_minor: i64,
    pub tax_minor: i64,
    pub jurisdiction: String,
    pub reason: String,
    pub state: String,
    pub requested_by: String,
    pub requested_by_name: String,
    pub requested_at: DateTime<Utc>,
    pub decided_by: Option<String>,
    pub decided_by_name: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decision_note: Option<String>,
    pub tx_id: Option<LedgerTxId>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
