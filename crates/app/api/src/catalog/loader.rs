//! Batches of what products consist of.

use std::collections::HashMap;
use std::sync::Arc;

use catalog::model::{AttributeValue, Image};
use catalog::query;
use context::Ctx;
use kernel::id::{AttributeId, CategoryId, ChannelId, ProductId, VariantId};

use crate::loader::{LoadError, Loader, OfRequest, loaders};

loaders! {
    /// Products by id.
    ProductLoader: ProductId => Arc<catalog::Product>, query::product::by_ids;
    /// Channels in which products are published.
    ChannelsLoader: ProductId => Vec<ChannelId>, query::product::channels_by_product_ids;
    /// Variants by id.
    VariantLoader: VariantId => Arc<catalog::Variant>, query::variant::by_ids;
    /// Images of products.
    ImagesLoader: ProductId => Arc<[Image]>, query::parts::images_by_product_ids;
    /// Categories of products.
    ProductCategoriesLoader: ProductId => Vec<CategoryId>, query::parts::categories_by_product_ids;
    /// Values of products.
    ProductValuesLoader: ProductId => Vec<AttributeValue>, query::parts::values_by_product_ids;
    /// Values of variants.
    VariantValuesLoader: VariantId => Vec<AttributeValue>, query::parts::values_by_variant_ids;
    /// Categories by id.
    CategoryLoader: CategoryId => catalog::Category, query::category::by_ids;
    /// Attributes by id.
    AttributeLoader: AttributeId => catalog::Attribute, query::attribute::by_ids;
}

/// Variants of products.
pub struct VariantsLoader(Ctx);

impl OfRequest for VariantsLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<ProductId> for VariantsLoader {
    type Value = Arc<[Arc<catalog::Variant>]>;
    async fn load(&self, keys: &[ProductId]) -> Result<HashMap<ProductId, Self::Value>, LoadError> {
        let found = query::variant::by_product_ids(&self.0, keys).await.map_err(LoadError::new)?;
        Ok(found
            .into_iter()
            .map(|(product, variants)| (product, variants.into_iter().map(Arc::new).collect()))
            .collect())
    }
}
