//! The table `product_channel`.

use chrono::{DateTime, Utc};
use kernel::id::{ChannelId, ProductId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_channel")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: ChannelId,
    pub published_at: DateTime<Utc>,
}

no_relations!();
