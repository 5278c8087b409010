//! The table `ledger_account`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{LedgerAccountId, MerchantId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LedgerAccountId,
    pub path: String,
    pub currency: Currency,
    pub role: String,
    pub side: String,
    pub merchant_id: Option<MerchantId>,
    pub min_balance_minor: Option<i64>,
    pub opened_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
