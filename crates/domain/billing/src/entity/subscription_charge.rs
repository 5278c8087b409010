//! The table `subscription_charge`.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::Currency;
use kernel::id::{LedgerTxId, MerchantId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscription_charge")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub merchant_id: MerchantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub currency: Currency,
    #[sea_orm(primary_key, auto_increment = false)]
    pub month_on: NaiveDate,
    pub amount_minor: i64,
    pub tax_minor: i64,
    pub tx_id: LedgerTxId,
    pub charged_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
