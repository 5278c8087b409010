//! What can be bought of a product.

use chrono::{DateTime, Utc};
use kernel::id::{CategoryId, ChannelId, ProductId, TaxClassId, VariantId};
use kernel::{Dimensions, Extent};
use serde::{Deserialize, Serialize};

/// One choice that makes a variant: `Size` is `Large`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OptionValue {
    /// The name of the choice.
    pub name: String,
    /// What was chosen.
    pub value: String,
}

/// A buyable variant of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Its id.
    pub id: VariantId,
    /// The product.
    pub product_id: ProductId,
    /// The owner's article number; unique for each owner.
    pub sku: String,
    /// The trade item number.
    pub gtin: Option<String>,
    /// The options in words, or `Default` for the only variant of a product.
    pub title: String,
    /// The choices that make it; empty for the only variant of a product.
    pub options: Vec<OptionValue>,
    /// The weight in grams; `None`: not known.
    pub weight_g: Option<i64>,
    /// The outer dimensions of a packed unit; `None`: not known.
    pub size: Option<Dimensions>,
    /// Its place among the variants.
    pub position: i32,
    /// Out of use: not shown, not sold, its id stays.
    pub archived: bool,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

/// What a sale needs to know of a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantForSale {
    /// The variant.
    pub variant_id: VariantId,
    /// Its product.
    pub product_id: ProductId,
    /// The product's slug.
    pub slug: String,
    /// The product's title.
    pub title: String,
    /// The variant's title.
    pub variant_title: String,
    /// The owner's article number.
    pub sku: String,
    /// The shipping class.
    pub product_type: String,
    /// The class of goods for tax; `None`: the marketplace's default.
    pub tax_class_id: Option<TaxClassId>,
    /// The weight in grams, 0 when not known.
    pub weight_g: i64,
    /// How much room a packed unit takes; nothing when not known.
    pub extent: Extent,
    /// The channels in which it can be bought now. Empty for a product that is not published or an archived variant.
    pub published_channels: Vec<ChannelId>,
    /// The categories of the product with all their ancestors.
    pub category_ids: Vec<CategoryId>,
}
