//! Steps on the axes of merchants; append-only.

use chrono::{DateTime, Utc};
use kernel::id::{MerchantId, MerchantStepId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "merchant_transition")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MerchantStepId,
    pub merchant_id: MerchantId,
    pub axis: String,
    pub transition: String,
    pub from_state: String,
    pub to_state: String,
    pub reason_code: String,
    pub reason: Option<String>,
    pub effects: Option<String>,
    pub actor: String,
    pub actor_name: String,
    pub at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
