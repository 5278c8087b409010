//! Table `order_words`: what people wrote about steps of an order.

use kernel::id::{ChangeId, OrderId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_words")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: ChangeId,
    pub order_id: OrderId,
    pub field: String,
    pub words: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
