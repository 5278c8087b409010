use chrono::{DateTime, Utc};
use kernel::id::{CustomRoleId, MerchantId};
use sea_orm::entity::prelude::*;

use crate::model::TeamKind;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "custom_role")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomRoleId,
    pub team: TeamKind,
    pub merchant_id: Option<MerchantId>,
    pub name: String,
    pub name_fold: String,
    pub description: String,
    pub permissions: String,
    pub masks: String,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub retired_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
