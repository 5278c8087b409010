//! Table `quote_line`.

use kernel::id::{OfferId, QuoteId, QuoteLineId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quote_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: QuoteLineId,
    pub quote_id: QuoteId,
    pub position: i64,
    pub offer_id: OfferId,
    pub sku: String,
    pub title: String,
    pub variant_title: String,
    pub quantity: i64,
    pub list_price_minor: Option<i64>,
    pub wished_minor: Option<i64>,
    pub note: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
