//! The table `sandbox_operation`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sandbox_operation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub idempotency_key: String,
    pub charge_id: Option<Uuid>,
    pub kind: String,
    pub currency: Currency,
    pub amount_minor: i64,
    pub refusal: Option<String>,
    pub session: Option<Uuid>,
    pub session_state: Option<String>,
    pub session_until: Option<DateTime<Utc>>,
    pub return_url: Option<String>,
    pub known_at: DateTime<Utc>,
    pub ask_count: i32,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
