//! The table `stock_reservation`.

use chrono::{DateTime, Utc};
use kernel::id::{LocationId, OrderLineId, ReservationId, StockLevelId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_reservation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReservationId,
    pub order_line_id: OrderLineId,
    pub stock_level_id: StockLevelId,
    pub location_id: LocationId,
    pub quantity: i64,
    pub consumed: i64,
    pub released: i64,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
