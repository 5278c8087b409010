//! Everything of a product that people write, as one value: what edits compare and histories show.

use kernel::Dimensions;
use kernel::id::{AssetId, CategoryId, TaxClassId, VariantId};
use serde::Serialize;

use super::{AttributeValue, OptionValue};

/// Where the bytes of an image are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ImageSource {
    /// An asset of the marketplace.
    Asset(AssetId),
    /// A link to another site, kept as it was imported.
    Url(String),
}

/// An image of a product as readers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its place; the first is the product's main image.
    pub position: i32,
    /// The variant it shows; `None`: the product.
    pub variant_id: Option<VariantId>,
    /// Where its bytes are.
    pub source: ImageSource,
    /// What it shows, in words.
    pub alt: String,
}

/// An image of a product as owners write it; its place in the list is its position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageContent {
    /// Where its bytes are.
    pub source: ImageSource,
    /// What it shows, in words.
    pub alt: String,
    /// The article number of the variant it shows.
    pub variant_sku: Option<String>,
}

/// A variant as owners write it; its place in the list is its position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VariantContent {
    /// Which variant it is; `None`: the one with the article number, or a new one.
    pub id: Option<VariantId>,
    /// The owner's article number.
    pub sku: String,
    /// The trade item number.
    pub gtin: Option<String>,
    /// The options in words.
    pub title: String,
    /// The choices that make it.
    pub options: Vec<OptionValue>,
    /// The weight in grams.
    pub weight_g: Option<i64>,
    /// The outer dimensions of a packed unit.
    pub size: Option<Dimensions>,
    /// Its values, by attribute id.
    pub values: Vec<AttributeValue>,
}

/// Everything of a product that people write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductContent {
    /// The part of the storefront's URL.
    pub slug: String,
    /// The title.
    pub title: String,
    /// The description.
    pub description: String,
    /// The brand.
    pub brand: Option<String>,
    /// The shipping class.
    pub product_type: String,
    /// The class of goods for tax.
    pub tax_class_id: Option<TaxClassId>,
    /// The categories, the main one first.
    pub categories: Vec<CategoryId>,
    /// The values, by attribute id.
    pub values: Vec<AttributeValue>,
    /// The images in order.
    pub images: Vec<ImageContent>,
    /// The variants in order, without archived ones.
    pub variants: Vec<VariantContent>,
}

/// Checked content that has no slug yet when the owner left that to the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The owner's name for the product.
    pub external_handle: Option<String>,
    /// The slug the owner wants.
    pub slug: Option<String>,
    /// The slug to choose for a new product otherwise.
    pub slug_hint: Option<String>,
    /// The content; its slug is empty until the catalog decides.
    pub content: ProductContent,
}

/// Words by which a product is found: title, brand, article numbers, trade item numbers.
#[must_use]
pub fn search_text(content: &ProductContent) -> String {
    let mut words = vec![content.title.as_str(), content.brand.as_deref().unwrap_or_default()];
    for variant in &content.variants {
        words.push(&variant.sku);
        words.extend(variant.gtin.as_deref());
    }
    let mut text = kernel::text::fold(&words.join(" "));
    if let Some((cut, _)) = text.char_indices().nth(SEARCH_TEXT_MAX) {
        text.truncate(cut);
    }
    text
}

/// The longest search text, in characters: a product of hundreds of variants need not be found by the last.
const SEARCH_TEXT_MAX: usize = 2_000;
