//! What clients send about products.

use async_graphql::{ID, InputObject};
use catalog::model::{self, ImageSource};
use kernel::Invalid;

use crate::input;

/// The most categories and images that are read at all; the catalog's own limits are lower.
const LIST_MAX: usize = 1_000;

/// The value of an attribute.
#[derive(Debug, Clone, InputObject)]
pub struct AttributeValueInput {
    /// The attribute's code.
    pub attribute: String,
    /// The value as text: `12.5`, `true`, the code of an option.
    pub value: String,
}

/// One choice that makes a variant.
#[derive(Debug, Clone, InputObject)]
pub struct OptionValueInput {
    /// The name of the choice: `Size`.
    pub name: String,
    /// What was chosen: `Large`.
    pub value: String,
}

/// An image of a product: a file or a link.
#[derive(Debug, Clone, InputObject)]
pub struct ProductImageInput {
    /// A file that is ready.
    pub asset_id: Option<ID>,
    /// A link to another site; kept as it is.
    pub url: Option<String>,
    /// What it shows, in words.
    #[graphql(default)]
    pub alt: String,
    /// The article number of the variant it shows.
    pub variant_sku: Option<String>,
}

/// Outer dimensions in millimeters. Which side is called what does not matter.
#[derive(Debug, Clone, Copy, InputObject)]
pub struct DimensionsInput {
    /// Length.
    pub length_mm: i64,
    /// Width.
    pub width_mm: i64,
    /// Height.
    pub height_mm: i64,
}

impl From<DimensionsInput> for kernel::Dimensions {
    fn from(of: DimensionsInput) -> Self {
        Self { length_mm: of.length_mm, width_mm: of.width_mm, height_mm: of.height_mm }
    }
}

/// A variant of a product.
#[derive(Debug, Clone, InputObject)]
pub struct VariantInput {
    /// Which variant it is; without it the one with the article number, or a new one.
    pub id: Option<ID>,
    /// The owner's article number.
    pub sku: String,
    /// The trade item number (GTIN): 8, 12, 13 or 14 digits.
    pub gtin: Option<String>,
    /// The choices that make it; all variants of a product make the same choices.
    #[graphql(default)]
    pub options: Vec<OptionValueInput>,
    /// The weight in grams.
    pub weight_g: Option<i64>,
    /// The outer dimensions of a packed unit.
    pub size: Option<DimensionsInput>,
    /// Its attribute values.
    #[graphql(default)]
    pub values: Vec<AttributeValueInput>,
}

/// A product.
#[derive(Debug, Clone, InputObject)]
pub struct ProductInput {
    /// The owner's name for it, by which `productsUpsert` finds it again.
    pub external_handle: Option<String>,
    /// The part of the storefront's address; without it made from the title.
    pub slug: Option<String>,
    /// The title.
    pub title: String,
    /// The description.
    #[graphql(default)]
    pub description: String,
    /// The brand.
    pub brand: Option<String>,
    /// The shipping class; without it `parcel`.
    pub product_type: Option<String>,
    /// The class of goods for tax; without it the marketplace's default.
    pub tax_class_id: Option<ID>,
    /// The categories, the main one first.
    #[graphql(default)]
    pub category_ids: Vec<ID>,
    /// The attribute values.
    #[graphql(default)]
    pub values: Vec<AttributeValueInput>,
    /// The images in order.
    #[graphql(default)]
    pub images: Vec<ProductImageInput>,
    /// The variants in order.
    #[graphql(default)]
    pub variants: Vec<VariantInput>,
}

impl ProductInput {
    /// Reads the ids; `at` stands before the names of fields at fault.
    pub(super) fn read(self, at: &str) -> Result<model::ProductInput, context::Error> {
        Ok(model::ProductInput {
            external_handle: self.external_handle,
            slug: self.slug,
            slug_hint: None,
            title: self.title,
            description: self.description,
            brand: self.brand,
            product_type: self.product_type,
            tax_class_id: input::optional_id(&format!("{at}taxClassId"), self.tax_class_id.as_ref())?,
            categories: input::ids(&format!("{at}categoryIds"), &self.category_ids, LIST_MAX)?,
            values: values(self.values),
            images: images(at, self.images)?,
            variants: variants(at, self.variants)?,
        })
    }
}

pub(super) fn values(inputs: Vec<AttributeValueInput>) -> Vec<model::ValueInput> {
    inputs.into_iter().map(|v| model::ValueInput { attribute: v.attribute, value: v.value }).collect()
}

pub(super) fn images(at: &str, inputs: Vec<ProductImageInput>) -> Result<Vec<model::ImageInput>, context::Error> {
    let read = |(index, image): (usize, ProductImageInput)| {
        let source = match (image.asset_id, image.url) {
            (Some(id), None) => ImageSource::Asset(input::id(&format!("{at}images.{index}.assetId"), &id)?),
            (None, Some(url)) => ImageSource::Url(url),
            _ => {
                let field = format!("{at}images.{index}");
                return Err(Invalid::new(field, "MALFORMED", "give either assetId or url").into());
            }
        };
        Ok(model::ImageInput { source, alt: image.alt, variant_sku: image.variant_sku })
    };
    inputs.into_iter().enumerate().map(read).collect()
}

pub(super) fn variants(at: &str, inputs: Vec<VariantInput>) -> Result<Vec<model::VariantInput>, context::Error> {
    let read = |(index, variant): (usize, VariantInput)| {
        let option = |o: OptionValueInput| model::OptionValue { name: o.name, value: o.value };
        Ok(model::VariantInput {
            id: input::optional_id(&format!("{at}variants.{index}.id"), variant.id.as_ref())?,
            sku: variant.sku,
            gtin: variant.gtin,
            options: variant.options.into_iter().map(option).collect(),
            weight_g: variant.weight_g,
            size: variant.size.map(Into::into),
            values: values(variant.values),
        })
    };
    inputs.into_iter().enumerate().map(read).collect()
}
