//! Products with all they consist of, locked for a change.

use std::collections::HashMap;

use access::Grant;
use context::Error;
use db::Tx;
use db::dialect::pad;
use kernel::Dimensions;
use kernel::id::{MerchantId, ProductId, VariantId};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::{product, product_category, product_image, product_value, variant, variant_value};
use crate::model::{AttributeValue, ImageContent, ProductContent, ProductStatus, VariantContent};
use crate::repo::{rows, scope};

/// A product as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) row: product::Model,
    pub(crate) status: ProductStatus,
    pub(crate) content: ProductContent,
    /// All variants, archived ones too.
    pub(crate) variants: Vec<variant::Model>,
}

/// The rows among `ids` that may be changed, locked, in the order of their ids.
pub(crate) async fn lock(tx: &Tx, grant: &Grant, ids: &[ProductId]) -> Result<Vec<product::Model>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = product::Entity::find()
        .filter(product::Column::Id.is_in(pad(ids.to_vec())))
        .filter(scope::writable(grant))
        .order_by_asc(product::Column::Id)
        .lock_exclusive();
    Ok(query.all(tx).await?)
}

/// One row that may be changed, locked and as the caller saw it.
pub(crate) async fn lock_one(
    tx: &Tx,
    grant: &Grant,
    id: ProductId,
    expected_version: Option<i64>,
) -> Result<product::Model, Error> {
    let row = lock(tx, grant, &[id]).await?.pop().ok_or(Error::NotFound("product"))?;
    match expected_version {
        Some(version) if version != row.version => Err(Error::Stale("product")),
        _ => Ok(row),
    }
}

/// The products of an owner with these handles that may be changed, locked, in the order of their ids.
pub(crate) async fn lock_handles(
    tx: &Tx,
    grant: &Grant,
    owner: Option<MerchantId>,
    handles: Vec<String>,
) -> Result<Vec<product::Model>, Error> {
    if handles.is_empty() {
        return Ok(Vec::new());
    }
    let owned = match owner {
        Some(merchant) => product::Column::OwnerId.eq(merchant),
        None => product::Column::OwnerId.is_null(),
    };
    let query = product::Entity::find()
        .filter(Condition::all().add(owned).add(product::Column::ExternalHandle.is_in(pad(handles))))
        .filter(scope::writable(grant))
        .order_by_asc(product::Column::Id)
        .lock_exclusive();
    Ok(query.all(tx).await?)
}

/// What the locked products consist of. Five statements, whatever their number.
pub(crate) async fn contents(tx: &Tx, products: Vec<product::Model>) -> Result<Vec<Stored>, Error> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let ids = pad(products.iter().map(|row| row.id).collect::<Vec<_>>());
    let mut parts = Parts::load(tx, &ids).await?;
    products.into_iter().map(|row| parts.assemble(row)).collect()
}

#[derive(Default)]
struct Parts {
    variants: HashMap<ProductId, Vec<variant::Model>>,
    values: HashMap<ProductId, Vec<AttributeValue>>,
    variant_values: HashMap<VariantId, Vec<AttributeValue>>,
    categories: HashMap<ProductId, Vec<product_category::Model>>,
    images: HashMap<ProductId, Vec<product_image::Model>>,
}

impl Parts {
    async fn load(tx: &Tx, ids: &[ProductId]) -> Result<Self, Error> {
        let ids = || ids.iter().copied();
        let mut parts = Self::default();
        let query = variant::Entity::find().filter(variant::Column::ProductId.is_in(ids()));
        let query = query.order_by_asc(variant::Column::Position).order_by_asc(variant::Column::Id);
        for row in query.all(tx).await? {
            parts.variants.entry(row.product_id).or_default().push(row);
        }
        let query = product_value::Entity::find().filter(product_value::Column::ProductId.is_in(ids()));
        for row in query.all(tx).await? {
            parts.values.entry(row.product_id).or_default().push(rows::product_value(row));
        }
        let query = variant_value::Entity::find().filter(variant_value::Column::ProductId.is_in(ids()));
        for row in query.all(tx).await? {
            parts.variant_values.entry(row.variant_id).or_default().push(rows::variant_value(row));
        }
        let query = product_category::Entity::find().filter(product_category::Column::ProductId.is_in(ids()));
        for row in query.order_by_asc(product_category::Column::Position).all(tx).await? {
            parts.categories.entry(row.product_id).or_default().push(row);
        }
        let query = product_image::Entity::find().filter(product_image::Column::ProductId.is_in(ids()));
        for row in query.order_by_asc(product_image::Column::Position).all(tx).await? {
            parts.images.entry(row.product_id).or_default().push(row);
        }
        Ok(parts)
    }

    fn assemble(&mut self, row: product::Model) -> Result<Stored, Error> {
        let product = rows::product(row.clone())?;
        let variants = self.variants.remove(&row.id).unwrap_or_default();
        let sku = |id: VariantId| variants.iter().find(|v| v.id == id).map(|v| v.sku.clone());
        let images = self.images.remove(&row.id).unwrap_or_default().into_iter().map(|image| ImageContent {
            variant_sku: image.variant_id.and_then(sku),
            source: rows::source(image.asset_id, image.url),
            alt: image.alt,
        });
        let images = images.collect();
        let live = variants.iter().filter(|variant| !variant.archived);
        let live = live.map(|variant| self.variant(variant)).collect::<Result<Vec<_>, _>>()?;
        let categories = self.categories.remove(&row.id).unwrap_or_default();
        let content = ProductContent {
            slug: product.slug,
            title: product.title,
            description: product.description,
            brand: product.brand,
            product_type: product.product_type,
            tax_class_id: product.tax_class_id,
            categories: categories.into_iter().map(|c| c.category_id).collect(),
            values: by_attribute(self.values.remove(&row.id)),
            images,
            variants: live,
        };
        Ok(Stored { row, status: product.status, content, variants })
    }

    fn variant(&self, row: &variant::Model) -> Result<VariantContent, Error> {
        Ok(VariantContent {
            id: Some(row.id),
            sku: row.sku.clone(),
            gtin: row.gtin.clone(),
            title: row.title.clone(),
            options: serde_json::from_str(&row.options)?,
            weight_g: row.weight_g,
            size: Dimensions::of(row.length_mm, row.width_mm, row.height_mm),
            values: by_attribute(self.variant_values.get(&row.id).cloned()),
        })
    }
}

fn by_attribute(values: Option<Vec<AttributeValue>>) -> Vec<AttributeValue> {
    let mut values = values.unwrap_or_default();
    values.sort_by_key(|value| value.attribute_id);
    values
}
