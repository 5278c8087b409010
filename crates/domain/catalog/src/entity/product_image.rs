//! The table `product_image`.

use kernel::id::{AssetId, ProductId, VariantId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_image")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    pub variant_id: Option<VariantId>,
    pub asset_id: Option<AssetId>,
    pub url: Option<String>,
    pub alt: String,
}

no_relations!();
