//! The table `debt`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{DebtId, MerchantId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "debt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DebtId,
    pub merchant_id: MerchantId,
    pub currency: Currency,
    pub state: String,
    pub is_critical: bool,
    pub amount_minor: i64,
    pub since_at: DateTime<Utc>,
    pub requested_at: Option<DateTime<Utc>>,
    pub claimed_at: Option<DateTime<Utc>>,
    pub settled_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
