//! The table `reconciliation`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::ReconciliationId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reconciliation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReconciliationId,
    pub source: String,
    pub account: String,
    pub format: String,
    pub currency: Currency,
    pub file_name: String,
    pub sha256: String,
    pub from_at: DateTime<Utc>,
    pub to_at: DateTime<Utc>,
    pub line_count: i64,
    pub balance_minor: Option<i64>,
    pub ledger_minor: i64,
    pub imported_by: String,
    pub imported_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
