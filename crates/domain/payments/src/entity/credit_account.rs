//! The table `credit_account`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{CompanyId, CreditAccountId, CustomerId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CreditAccountId,
    pub kind: String,
    pub customer_id: Option<CustomerId>,
    pub company_id: Option<CompanyId>,
    pub code_hash: Option<String>,
    pub code_tail: Option<String>,
    pub currency: Currency,
    pub balance_minor: i64,
    pub reserved_minor: i64,
    pub expires_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
