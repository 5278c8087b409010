//! From what somebody sent to checked content.

use std::collections::{HashMap, HashSet};

use kernel::id::{CategoryId, TaxClassId, VariantId};
use kernel::{Dimensions, Invalid, text};

use super::content::ImageContent;
use super::{
    Attribute, AttributeValue, Draft, ImageSource, OptionValue, PRODUCT_TYPE_DEFAULT, ProductContent, VariantContent,
    gtin,
};

const TITLE_MAX: usize = 255;
const DESCRIPTION_MAX: usize = 50_000;
const VARIANTS_MAX: usize = 250;
const IMAGES_MAX: usize = 100;
const CATEGORIES_MAX: usize = 20;
const VALUES_MAX: usize = 100;
const OPTIONS_MAX: usize = 5;
const URL_MAX: usize = 2_000;
/// A ton and a half of tons: nothing that is sold by parcel weighs more.
const WEIGHT_MAX_G: i64 = 1_500_000_000;
/// The title of the only variant of a product without options.
const VARIANT_TITLE_DEFAULT: &str = "Default";

/// The value of an attribute as somebody wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ValueInput {
    /// The attribute's code.
    pub attribute: String,
    /// The value as text.
    pub value: String,
}

/// An image as somebody wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageInput {
    /// Where its bytes are.
    pub source: ImageSource,
    /// What it shows, in words.
    pub alt: String,
    /// The article number of the variant it shows.
    pub variant_sku: Option<String>,
}

/// A variant as somebody wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VariantInput {
    /// Which variant it is; `None`: the one with the article number, or a new one.
    pub id: Option<VariantId>,
    /// The owner's article number.
    pub sku: String,
    /// The trade item number.
    pub gtin: Option<String>,
    /// The choices that make it; all variants of a product make the same choices.
    pub options: Vec<OptionValue>,
    /// The weight in grams.
    pub weight_g: Option<i64>,
    /// The outer dimensions of a packed unit.
    pub size: Option<Dimensions>,
    /// Its values.
    pub values: Vec<ValueInput>,
}

/// A product as somebody wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductInput {
    /// The owner's name for it.
    pub external_handle: Option<String>,
    /// The part of the storefront's URL; `None`: made from the title.
    pub slug: Option<String>,
    /// The slug to choose for a new product when `slug` is `None`; something is added to it when it is taken.
    pub slug_hint: Option<String>,
    /// The title.
    pub title: String,
    /// The description.
    pub description: String,
    /// The brand.
    pub brand: Option<String>,
    /// The shipping class; `None`: `parcel`.
    pub product_type: Option<String>,
    /// The class of goods for tax; `None`: the marketplace's default.
    pub tax_class_id: Option<TaxClassId>,
    /// The categories, the main one first.
    pub categories: Vec<CategoryId>,
    /// The values.
    pub values: Vec<ValueInput>,
    /// The images in order.
    pub images: Vec<ImageInput>,
    /// The variants in order. The variants a product has and that are missing here are archived.
    pub variants: Vec<VariantInput>,
}

/// Attributes by their code.
pub type Attributes = HashMap<String, Attribute>;

/// Checks a product as somebody wrote it. Whether categories, assets and tax class exist is for the caller.
///
/// # Errors
/// The first field at fault: `variants.2.sku`, `values.0.value`, ...
pub fn prepare(input: ProductInput, attributes: &Attributes) -> Result<Draft, Invalid> {
    let external_handle = optional("externalHandle", input.external_handle, 255)?;
    let slug = input.slug.map(|raw| slug("slug", &raw)).transpose()?;
    at_most("categoryIds", input.categories.len(), CATEGORIES_MAX)?;
    let mut seen = HashSet::new();
    let categories = input.categories.into_iter().filter(|id| seen.insert(*id)).collect();
    let product_type = match input.product_type {
        Some(raw) => text::code("productType", &raw, 40)?,
        None => PRODUCT_TYPE_DEFAULT.to_owned(),
    };
    let variants = prepare_variants(input.variants, attributes)?;
    let content = ProductContent {
        slug: String::new(),
        title: text::line("title", &input.title, TITLE_MAX)?,
        description: text::block("description", &input.description, DESCRIPTION_MAX)?,
        brand: optional("brand", input.brand, 120)?,
        product_type,
        tax_class_id: input.tax_class_id,
        categories,
        values: prepare_values("values", &input.values, attributes)?,
        images: prepare_images(input.images, &variants)?,
        variants,
    };
    Ok(Draft { external_handle, slug, slug_hint: input.slug_hint, content })
}

/// Checks a slug: lower-case letters and digits of any script, single hyphens between them.
pub(crate) fn slug(field: &str, raw: &str) -> Result<String, Invalid> {
    let slug = text::line(field, raw, 120)?;
    if text::slugify(&slug) == slug {
        return Ok(slug);
    }
    Err(Invalid::new(field, "MALFORMED", "use lower-case letters, digits and single hyphens"))
}

fn prepare_variants(inputs: Vec<VariantInput>, attributes: &Attributes) -> Result<Vec<VariantContent>, Invalid> {
    at_most("variants", inputs.len(), VARIANTS_MAX)?;
    let (mut skus, mut ids, mut combinations) = (HashSet::new(), HashSet::new(), HashSet::new());
    let mut gtins = HashSet::new();
    let mut axes: Option<Vec<String>> = None;
    let mut variants = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.into_iter().enumerate() {
        let at = |name: &str| format!("variants.{index}.{name}");
        let variant = prepare_variant(input, &at, attributes)?;
        if !skus.insert(variant.sku.clone()) {
            return Err(Invalid::new(at("sku"), "DUPLICATE", "another variant has this article number"));
        }
        if variant.gtin.as_ref().is_some_and(|gtin| !gtins.insert(gtin.clone())) {
            return Err(Invalid::new(at("gtin"), "DUPLICATE", "another variant has this trade item number"));
        }
        if variant.id.is_some_and(|id| !ids.insert(id)) {
            return Err(Invalid::new(at("id"), "DUPLICATE", "the variant is there twice"));
        }
        let names: Vec<String> = variant.options.iter().map(|option| text::fold(&option.name)).collect();
        if *axes.get_or_insert_with(|| names.clone()) != names {
            return Err(Invalid::new(at("options"), "AXIS_MISMATCH", "all variants make the same choices"));
        }
        let values: Vec<String> = variant.options.iter().map(|option| text::fold(&option.value)).collect();
        if !combinations.insert(values) {
            return Err(Invalid::new(at("options"), "AXIS_DUPLICATE", "another variant has these options"));
        }
        variants.push(variant);
    }
    Ok(variants)
}

fn prepare_variant(
    input: VariantInput,
    at: &dyn Fn(&str) -> String,
    attributes: &Attributes,
) -> Result<VariantContent, Invalid> {
    at_most(&at("options"), input.options.len(), OPTIONS_MAX)?;
    let mut names = HashSet::new();
    let mut options = Vec::with_capacity(input.options.len());
    for (index, option) in input.options.iter().enumerate() {
        let name = text::line(&at(&format!("options.{index}.name")), &option.name, 60)?;
        let value = text::line(&at(&format!("options.{index}.value")), &option.value, 120)?;
        if !names.insert(text::fold(&name)) {
            return Err(Invalid::new(at(&format!("options.{index}.name")), "DUPLICATE", "the choice is there twice"));
        }
        options.push(OptionValue { name, value });
    }
    if input.weight_g.is_some_and(|weight| !(0..=WEIGHT_MAX_G).contains(&weight)) {
        return Err(Invalid::range(at("weightG"), 0, WEIGHT_MAX_G));
    }
    let size = input.size.map(|size| size.checked(&at("size"))).transpose()?;
    let title = match options.as_slice() {
        [] => VARIANT_TITLE_DEFAULT.to_owned(),
        options => options.iter().map(|option| option.value.as_str()).collect::<Vec<_>>().join(" / "),
    };
    let gtin = match input.gtin.filter(|raw| !raw.trim().is_empty()) {
        Some(raw) => Some(gtin(&at("gtin"), &raw)?),
        None => None,
    };
    Ok(VariantContent {
        id: input.id,
        sku: text::line(&at("sku"), &input.sku, 120)?,
        gtin,
        title,
        options,
        weight_g: input.weight_g,
        size,
        values: prepare_values(&at("values"), &input.values, attributes)?,
    })
}

fn prepare_values(field: &str, inputs: &[ValueInput], attributes: &Attributes) -> Result<Vec<AttributeValue>, Invalid> {
    at_most(field, inputs.len(), VALUES_MAX)?;
    let mut values: Vec<AttributeValue> = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.iter().enumerate() {
        let Some(attribute) = attributes.get(input.attribute.trim()) else {
            let path = format!("{field}.{index}.attribute");
            return Err(Invalid::new(path, "UNKNOWN_ATTRIBUTE", "there is no such attribute"));
        };
        if values.iter().any(|value| value.attribute_id == attribute.id) {
            return Err(Invalid::new(
                format!("{field}.{index}.attribute"),
                "DUPLICATE",
                "the attribute is there twice",
            ));
        }
        let value = attribute.read(&format!("{field}.{index}.value"), &input.value)?;
        values.push(AttributeValue { attribute_id: attribute.id, value });
    }
    values.sort_by_key(|value| value.attribute_id);
    Ok(values)
}

fn prepare_images(inputs: Vec<ImageInput>, variants: &[VariantContent]) -> Result<Vec<ImageContent>, Invalid> {
    at_most("images", inputs.len(), IMAGES_MAX)?;
    let mut images = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.into_iter().enumerate() {
        let at = |name: &str| format!("images.{index}.{name}");
        let source = match input.source {
            ImageSource::Asset(id) => ImageSource::Asset(id),
            ImageSource::Url(raw) => ImageSource::Url(image_url(&at("url"), &raw)?),
        };
        if let Some(sku) = &input.variant_sku
            && !variants.iter().any(|variant| variant.sku == *sku)
        {
            return Err(Invalid::new(at("variantSku"), "UNKNOWN_VARIANT", "no variant has this article number"));
        }
        let alt = text::block(&at("alt"), &input.alt, 500)?;
        images.push(ImageContent { source, alt, variant_sku: input.variant_sku });
    }
    Ok(images)
}

/// Only what a browser shows as a picture of another site: never `javascript:` or `data:`.
pub(crate) fn image_url(field: &str, raw: &str) -> Result<String, Invalid> {
    let url = text::line(field, raw, URL_MAX)?;
    let lower = url.to_ascii_lowercase();
    let host = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    match host {
        Some(rest) if !rest.is_empty() && !rest.starts_with('/') && !url.contains(char::is_whitespace) => Ok(url),
        _ => Err(Invalid::new(field, "MALFORMED", "must be an http or https address")),
    }
}

fn optional(field: &str, raw: Option<String>, max: usize) -> Result<Option<String>, Invalid> {
    raw.filter(|text| !text.trim().is_empty()).map(|raw| text::line(field, &raw, max)).transpose()
}

fn at_most(field: &str, count: usize, max: usize) -> Result<(), Invalid> {
    if count <= max { Ok(()) } else { Err(Invalid::new(field, "TOO_MANY", format!("at most {max}"))) }
}
