use chrono::{DateTime, Utc};
use kernel::id::{ApiKeyId, MerchantId, UserId};
use sea_orm::entity::prelude::*;

use crate::model::{ApiKeyKind, TeamRole};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiKeyId,
    pub name: String,
    pub kind: ApiKeyKind,
    pub merchant_id: Option<MerchantId>,
    pub role: TeamRole,
    pub hint: String,
    pub token_hash: String,
    pub created_by: String,
    pub issuer_id: Option<UserId>,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
