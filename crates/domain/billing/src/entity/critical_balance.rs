//! The table `critical_balance`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{CriticalBalanceId, MerchantId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "critical_balance")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CriticalBalanceId,
    pub merchant_id: MerchantId,
    pub currency: Currency,
    pub kind: String,
    pub amount_minor: i64,
    pub threshold: i64,
    pub severity_ppm: i64,
    pub since_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
