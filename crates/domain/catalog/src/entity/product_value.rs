//! The table `product_value`.

use kernel::id::{AttributeId, ProductId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_value")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub attribute_id: AttributeId,
    pub value: String,
    pub number_micro: Option<i64>,
}

no_relations!();
