//! Batches of what products consist of.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use catalog::model::{AttributeValue, Image};
use catalog::query;
use context::Ctx;
use kernel::id::{AttributeId, CategoryId, ChannelId, ProductId, VariantId};

use crate::loader::{LoadError, OfRequest};

macro_rules! loaders {
    ($($(#[$doc:meta])* $name:ident($key:ty) -> $value:ty = $query:path;)*) => {$(
        $(#[$doc])*
        pub struct $name(Ctx);

        impl OfRequest for $name {
            fn of(ctx: Ctx) -> Self {
                Self(ctx)
            }
        }

        impl Loader<$key> for $name {
            type Value = $value;
            type Error = LoadError;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, $value>, LoadError> {
                $query(&self.0, keys).await.map_err(LoadError::new)
            }
        }
    )*};
}

loaders! {
    /// Products by id.
    ProductLoader(ProductId) -> catalog::Product = query::product::by_ids;
    /// Channels in which products are published.
    ChannelsLoader(ProductId) -> Vec<ChannelId> = query::product::channels_by_product_ids;
    /// Variants by id.
    VariantLoader(VariantId) -> catalog::Variant = query::variant::by_ids;
    /// Variants of products.
    VariantsLoader(ProductId) -> Vec<catalog::Variant> = query::variant::by_product_ids;
    /// Images of products.
    ImagesLoader(ProductId) -> Vec<Image> = query::parts::images_by_product_ids;
    /// Categories of products.
    ProductCategoriesLoader(ProductId) -> Vec<CategoryId> = query::parts::categories_by_product_ids;
    /// Values of products.
    ProductValuesLoader(ProductId) -> Vec<AttributeValue> = query::parts::values_by_product_ids;
    /// Values of variants.
    VariantValuesLoader(VariantId) -> Vec<AttributeValue> = query::parts::values_by_variant_ids;
    /// Categories by id.
    CategoryLoader(CategoryId) -> catalog::Category = query::category::by_ids;
    /// Attributes by id.
    AttributeLoader(AttributeId) -> catalog::Attribute = query::attribute::by_ids;
}
