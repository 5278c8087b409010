//! The table `asset`.

use chrono::{DateTime, Utc};
use kernel::id::{AssetId, MerchantId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "asset")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssetId,
    pub merchant_id: Option<MerchantId>,
    pub kind: String,
    pub filename: String,
    pub filename_fold: String,
    pub content_type: String,
    pub byte_size: i64,
    pub state: String,
    pub reason: Option<String>,
    pub upload_key: String,
    pub object_key: Option<String>,
    pub etag: Option<String>,
    pub sha256: Option<String>,
    pub thumbnail_key: Option<String>,
    pub thumbnail_state: String,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub alt: String,
    pub expires_at: DateTime<Utc>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
