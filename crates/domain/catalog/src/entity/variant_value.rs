//! The table `variant_value`.

use kernel::id::{AttributeId, ProductId, VariantId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "variant_value")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub variant_id: VariantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub attribute_id: AttributeId,
    pub product_id: ProductId,
    pub value: String,
    pub number_micro: Option<i64>,
}

no_relations!();
