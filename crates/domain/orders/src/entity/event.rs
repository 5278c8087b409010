//! Table `order_event`.

use chrono::{DateTime, Utc};
use kernel::id::{ChangeId, MerchantOrderId, OrderId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChangeId,
    pub order_id: OrderId,
    pub merchant_order_id: Option<MerchantOrderId>,
    pub kind: String,
    pub actor: String,
    pub actor_name: String,
    pub data: String,
    pub happened_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
