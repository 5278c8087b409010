//! The table `reconciliation_line`.

use chrono::{DateTime, Utc};
use kernel::id::ReconciliationId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reconciliation_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub reconciliation_id: ReconciliationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub line_no: i32,
    pub account_key: String,
    pub external_id: String,
    pub kind: String,
    pub amount_minor: i64,
    pub booked_at: DateTime<Utc>,
    pub reference: String,
    pub counterparty: String,
    pub settlement: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
