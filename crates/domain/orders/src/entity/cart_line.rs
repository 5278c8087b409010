//! Table `cart_line`.

use kernel::id::{CartId, CartLineId, OfferId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "cart_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CartLineId,
    pub cart_id: CartId,
    pub position: i64,
    pub offer_id: OfferId,
    pub quantity: i64,
    pub delivery_quote_minor: Option<i64>,
    pub price_minor: Option<i64>,
    pub price_reason: Option<String>,
    pub price_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
