//! The table `merchant_billing`.

use chrono::{DateTime, Utc};
use kernel::id::MerchantId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "merchant_billing")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub merchant_id: MerchantId,
    pub statement_cycle: Option<String>,
    pub payout_schedule: Option<String>,
    pub payout_day: Option<i32>,
    pub payout_minimum: String,
    pub payout_hold_reason: Option<String>,
    pub stripe_account: Option<String>,
    pub stripe_account_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
