use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{CompanyId, CompanyMemberId, CustomerId};
use sea_orm::entity::prelude::*;

use crate::model::CompanyRole;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "company_member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CompanyMemberId,
    pub company_id: CompanyId,
    pub customer_id: Option<CustomerId>,
    pub email: String,
    pub role: CompanyRole,
    pub limit_minor: Option<i64>,
    pub limit_currency: Option<Currency>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub joined_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
