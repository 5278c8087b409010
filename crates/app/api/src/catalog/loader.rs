//! Batches of what products consist of.

use catalog::model::{AttributeValue, Image};
use catalog::query;
use kernel::id::{AttributeId, CategoryId, ChannelId, ProductId, VariantId};

use crate::loader::{as_found, loaders, with_empty};

loaders! {
    /// Products by id.
    ProductLoader: ProductId => catalog::Product, query::product::by_ids, as_found;
    /// Channels in which products are published.
    ChannelsLoader: ProductId => Vec<ChannelId>, query::product::channels_by_product_ids, with_empty;
    /// Variants by id.
    VariantLoader: VariantId => catalog::Variant, query::variant::by_ids, as_found;
    /// Variants of products.
    VariantsLoader: ProductId => Vec<catalog::Variant>, query::variant::by_product_ids, with_empty;
    /// Images of products.
    ImagesLoader: ProductId => Vec<Image>, query::parts::images_by_product_ids, with_empty;
    /// Categories of products.
    ProductCategoriesLoader: ProductId => Vec<CategoryId>, query::parts::categories_by_product_ids, with_empty;
    /// Values of products.
    ProductValuesLoader: ProductId => Vec<AttributeValue>, query::parts::values_by_product_ids, with_empty;
    /// Values of variants.
    VariantValuesLoader: VariantId => Vec<AttributeValue>, query::parts::values_by_variant_ids, with_empty;
    /// Categories by id.
    CategoryLoader: CategoryId => catalog::Category, query::category::by_ids, as_found;
    /// Attributes by id.
    AttributeLoader: AttributeId => catalog::Attribute, query::attribute::by_ids, as_found;
}
