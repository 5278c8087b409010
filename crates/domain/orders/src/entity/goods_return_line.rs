//! Table `goods_return_line`.

use kernel::id::{OrderLineId, ReturnId};
use sea_orm::entity::prelude::*;

use crate::model::status::BadReason;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "goods_return_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub return_id: ReturnId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_line_id: OrderLineId,
    pub quantity: i64,
    pub ok: i64,
    pub bad: i64,
    pub restocked: i64,
    pub bad_reason: Option<BadReason>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
