//! Table `quote_offer`: append-only.

use chrono::{DateTime, Utc};
use kernel::id::QuoteId;
use sea_orm::entity::prelude::*;

use crate::model::quote::OfferTerms;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quote_offer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub quote_id: QuoteId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i64,
    pub terms: OfferTerms,
    pub goods_minor: i64,
    pub valid_until: DateTime<Utc>,
    pub made_by: String,
    pub made_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
