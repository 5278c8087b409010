//! The table `finding`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{FindingId, LedgerTxId, ReconciliationId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "finding")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FindingId,
    pub reconciliation_id: ReconciliationId,
    pub line_no: Option<i32>,
    pub outcome: String,
    pub account_key: String,
    pub ledger_tx_id: Option<LedgerTxId>,
    pub external_id: String,
    pub subject: String,
    pub currency: Currency,
    pub here_minor: Option<i64>,
    pub there_minor: Option<i64>,
    pub occurred_at: DateTime<Utc>,
    pub detail: String,
    pub resolved_at: Option<DateTime<Utc>>,
    pub resolved_by: Option<String>,
    pub note: Option<String>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
