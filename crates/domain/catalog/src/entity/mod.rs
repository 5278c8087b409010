//! Tables of the catalog.
#![allow(missing_docs)]

macro_rules! no_relations {
    () => {
        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}
        impl ActiveModelBehavior for ActiveModel {}
    };
}

pub(crate) mod attribute;
pub(crate) mod category;
pub(crate) mod product;
pub(crate) mod product_category;
pub(crate) mod product_channel;
pub(crate) mod product_image;
pub(crate) mod product_value;
pub(crate) mod variant;
pub(crate) mod variant_value;
