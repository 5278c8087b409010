//! Table `draft_order`.

use chrono::{DateTime, Utc};
use kernel::id::{CartId, DraftOrderId, OrderId};
use sea_orm::entity::prelude::*;

use crate::model::status::DraftState;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draft_order")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DraftOrderId,
    pub cart_id: CartId,
    pub state: DraftState,
    pub note: Option<String>,
    pub order_id: Option<OrderId>,
    pub created_by: String,
    pub created_by_name: String,
    pub expires_at: DateTime<Utc>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
