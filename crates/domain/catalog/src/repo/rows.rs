//! Rows as plain types.

use context::Error;
use kernel::Dimensions;

use crate::entity::{attribute, category, product, product_image, product_value, variant, variant_value};
use crate::model::{
    Attribute, AttributeKind, AttributeValue, Category, Image, ImageSource, Product, ProductStatus, StoredValue,
    Variant, path_ids,
};

pub(crate) fn product(row: product::Model) -> Result<Product, Error> {
    Ok(Product {
        id: row.id,
        owner: row.owner_id,
        external_handle: row.external_handle,
        slug: row.slug,
        title: row.title,
        description: row.description,
        brand: row.brand,
        product_type: row.product_type,
        tax_class_id: row.tax_class_id,
        status: ProductStatus::parse(&row.status).ok_or_else(|| unknown("status", &row.status))?,
        review_note: row.review_note,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        published_at: row.published_at,
    })
}

pub(crate) fn variant(row: variant::Model) -> Result<Variant, Error> {
    Ok(Variant {
        id: row.id,
        product_id: row.product_id,
        sku: row.sku,
        gtin: row.gtin,
        title: row.title,
        options: serde_json::from_str(&row.options)?,
        weight_g: row.weight_g,
        size: Dimensions::of(row.length_mm, row.width_mm, row.height_mm),
        position: row.position,
        archived: row.archived,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

pub(crate) fn image(row: product_image::Model) -> Image {
    Image { position: row.position, variant_id: row.variant_id, source: source(row.asset_id, row.url), alt: row.alt }
}

pub(crate) fn source(asset: Option<kernel::id::AssetId>, url: Option<String>) -> ImageSource {
    match asset {
        Some(id) => ImageSource::Asset(id),
        None => ImageSource::Url(url.unwrap_or_default()),
    }
}

pub(crate) fn product_value(row: product_value::Model) -> AttributeValue {
    AttributeValue {
        attribute_id: row.attribute_id,
        value: StoredValue { value: row.value, number_micro: row.number_micro },
    }
}

pub(crate) fn variant_value(row: variant_value::Model) -> AttributeValue {
    AttributeValue {
        attribute_id: row.attribute_id,
        value: StoredValue { value: row.value, number_micro: row.number_micro },
    }
}

pub(crate) fn category(row: category::Model) -> Category {
    let mut ancestor_ids = path_ids(&row.path);
    ancestor_ids.pop();
    Category {
        id: row.id,
        parent_id: row.parent_id,
        slug: row.slug,
        name: row.name,
        ancestor_ids,
        position: row.position,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

pub(crate) fn attribute(row: attribute::Model) -> Result<Attribute, Error> {
    Ok(Attribute {
        id: row.id,
        code: row.code,
        name: row.name,
        kind: AttributeKind::parse(&row.kind).ok_or_else(|| unknown("kind", &row.kind))?,
        unit: row.unit,
        rules: serde_json::from_str(&row.rules)?,
        filterable: row.filterable,
        position: row.position,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn unknown(what: &str, text: &str) -> Error {
    Error::internal(format!("stored {what} {text:?}"))
}
