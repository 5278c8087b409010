//! The table `invoice_terms`: what was agreed when an order was placed on account.

use kernel::id::{CompanyId, CreditLineId, PaymentId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoice_terms")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub payment_id: PaymentId,
    pub line_id: CreditLineId,
    pub company_id: CompanyId,
    pub terms_kind: String,
    pub net_days: i64,
    pub time_zone: String,
    pub guaranteed: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
