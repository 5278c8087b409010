//! The table `ledger_tx`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::LedgerTxId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_tx")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LedgerTxId,
    pub currency: Currency,
    pub seq: i64,
    pub idempotency_key: String,
    pub input_hash: String,
    pub kind: String,
    pub effective_at: DateTime<Utc>,
    pub posted_at: DateTime<Utc>,
    pub source_type: String,
    pub source_id: String,
    pub actor: String,
    pub reverses_tx_id: Option<LedgerTxId>,
    pub total_minor: i64,
    pub memo: Option<String>,
    pub prev_hash: String,
    pub hash: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
