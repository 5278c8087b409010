//! The table `product`.

use chrono::{DateTime, Utc};
use kernel::id::{MerchantId, ProductId, TaxClassId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductId,
    pub owner_id: Option<MerchantId>,
    pub external_handle: Option<String>,
    pub slug: String,
    pub title: String,
    pub title_fold: String,
    pub search_fold: String,
    pub description: String,
    pub brand: Option<String>,
    pub product_type: String,
    pub tax_class_id: Option<TaxClassId>,
    pub status: String,
    pub review_note: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub published_at: Option<DateTime<Utc>>,
}

no_relations!();
