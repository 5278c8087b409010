//! The table `change_log`.

use chrono::{DateTime, Utc};
use kernel::id::{ChangeId, MerchantId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change_log")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChangeId,
    pub entity: String,
    pub entity_id: String,
    pub merchant_id: Option<MerchantId>,
    pub action: String,
    pub actor: String,
    pub actor_name: String,
    pub on_behalf_of: Option<String>,
    pub source: String,
    pub request_id: String,
    pub ip: Option<String>,
    pub reason: Option<String>,
    pub fields: String,
    pub changed_at: DateTime<Utc>,
    // Given by a trigger: see migrations/src/m0030_integrations.rs.
    pub sequence: i64,
    pub stamp: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
