//! The table `ledger_entry`.

use chrono::{DateTime, Utc};
use kernel::id::{LedgerAccountId, LedgerTxId, MerchantId, MerchantOrderId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tx_id: LedgerTxId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub line_no: i32,
    pub account_id: LedgerAccountId,
    pub direction: String,
    pub amount_minor: i64,
    pub component: String,
    pub merchant_id: Option<MerchantId>,
    pub is_own: bool,
    pub merchant_order_id: Option<MerchantOrderId>,
    pub posted_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
