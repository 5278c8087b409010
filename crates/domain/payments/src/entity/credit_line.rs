//! The table `credit_line`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{CompanyId, CreditLineId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CreditLineId,
    pub company_id: CompanyId,
    pub currency: Currency,
    pub limit_minor: i64,
    pub reserved_minor: i64,
    pub open_minor: i64,
    pub blocked_minor: i64,
    pub terms_kind: String,
    pub net_days: i64,
    pub guaranteed: bool,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
