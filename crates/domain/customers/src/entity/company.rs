use chrono::{DateTime, Utc};
use kernel::id::CompanyId;
use sea_orm::entity::prelude::*;

use crate::model::{CompanyAddresses, VatIds};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "company")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CompanyId,
    pub name: String,
    pub search_fold: String,
    pub registration_number: Option<String>,
    pub vat_ids: VatIds,
    pub addresses: CompanyAddresses,
    pub po_number_required: bool,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
