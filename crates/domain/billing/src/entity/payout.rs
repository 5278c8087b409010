//! The table `payout`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{MerchantId, PayoutId, PayoutRunId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payout")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PayoutId,
    pub run_id: PayoutRunId,
    pub merchant_id: MerchantId,
    pub currency: Currency,
    pub amount_minor: i64,
    pub state: String,
    pub hold_reason: Option<String>,
    pub via: String,
    pub provider_account: Option<String>,
    pub provider_transfer: Option<String>,
    pub provider_tries: i32,
    pub holder: String,
    pub iban: String,
    pub reference: String,
    pub bank_reference: Option<String>,
    pub return_reason: Option<String>,
    pub created_at: DateTime<Utc>,
    pub initiated_at: Option<DateTime<Utc>>,
    pub paid_at: Option<DateTime<Utc>>,
    pub returned_at: Option<DateTime<Utc>>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
