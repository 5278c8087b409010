//! The table `payout_run`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::PayoutRunId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payout_run")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PayoutRunId,
    pub run_key: String,
    pub currency: Currency,
    pub cut_off_at: DateTime<Utc>,
    pub minimum_minor: i64,
    pub payout_count: i64,
    pub total_minor: i64,
    pub skipped: String,
    pub file_key: Option<String>,
    pub file_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
