//! The table `attribute`.

use chrono::{DateTime, Utc};
use kernel::id::AttributeId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attribute")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttributeId,
    pub code: String,
    pub name: String,
    pub kind: String,
    pub unit: Option<String>,
    pub rules: String,
    pub filterable: bool,
    pub position: i32,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

no_relations!();
