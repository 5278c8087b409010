//! The table `offer_price`.

use kernel::Currency;
use kernel::id::{ChannelId, OfferId, PriceId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "offer_price")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PriceId,
    pub offer_id: OfferId,
    pub channel_id: Option<ChannelId>,
    pub currency: Currency,
    pub amount_minor: i64,
    pub compare_at_minor: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
