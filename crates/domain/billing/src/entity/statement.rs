//! The table `statement`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{MerchantId, StatementId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "statement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StatementId,
    pub merchant_id: MerchantId,
    pub currency: Currency,
    pub cycle_no: i64,
    pub cycle: String,
    pub time_zone: String,
    pub from_at: DateTime<Utc>,
    pub to_at: DateTime<Utc>,
    pub opening_minor: i64,
    pub closing_minor: i64,
    pub entry_count: i64,
    pub lines: String,
    pub hash: String,
    pub closed_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
