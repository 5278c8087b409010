//! Table `quote_step`.

use chrono::{DateTime, Utc};
use kernel::id::{ChangeId, CustomerId, QuoteId};
use sea_orm::entity::prelude::*;

use crate::model::quote::{QuoteReason, QuoteStepKind};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quote_step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChangeId,
    pub quote_id: QuoteId,
    pub kind: QuoteStepKind,
    pub offer_version: i64,
    pub customer_id: Option<CustomerId>,
    pub actor: String,
    pub actor_name: String,
    pub reason: Option<QuoteReason>,
    pub words: Option<String>,
    pub happened_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
