//! Writes products in statements of many rows.

use std::collections::HashMap;

use context::{Error, WriteTx};
use db::dialect::pad;
use kernel::id::{ProductId, VariantId};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, Iterable,
    QueryFilter,
};

use super::load::Stored;
use crate::entity::{product, product_category, product_channel, product_image, product_value, variant, variant_value};
use crate::model::{ImageSource, ProductContent, ProductStatus, search_text};

/// Bound values in one statement: below the 32,766 of SQLite.
const VALUES_MAX: usize = 16_000;

/// A product about to be written: its row as it shall be, what it was, what it shall consist of. Every variant of
/// `content` has its id.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) row: product::Model,
    pub(crate) before: Option<Stored>,
    pub(crate) content: ProductContent,
}

/// Writes the products: only what changed of those that exist.
pub(crate) async fn save(tx: &WriteTx, writes: &[Write]) -> Result<(), Error> {
    upsert_products(tx, writes.iter().map(|write| write.row.clone()).collect()).await?;
    let variants = writes.iter().map(|write| changed_variants(tx, write)).collect::<Result<Vec<_>, _>>()?;
    upsert_variants(tx, variants.into_iter().flatten().collect()).await?;
    replace_categories(tx, writes).await?;
    replace_values(tx, writes).await?;
    replace_variant_values(tx, writes).await?;
    replace_images(tx, writes).await
}

/// Brings the derived columns of a row in line with its content.
pub(crate) fn describe(row: &mut product::Model, content: &ProductContent) {
    row.slug.clone_from(&content.slug);
    row.title.clone_from(&content.title);
    row.title_fold = kernel::text::fold(&content.title);
    row.search_fold = search_text(content);
    row.description.clone_from(&content.description);
    row.brand.clone_from(&content.brand);
    row.product_type.clone_from(&content.product_type);
    row.tax_class_id = content.tax_class_id;
}

/// Writes rows that are locked or new; the version was checked when they were read.
pub(crate) async fn upsert_products(tx: &WriteTx, products: Vec<product::Model>) -> Result<(), Error> {
    let rows = products.into_iter().map(IntoActiveModel::into_active_model).collect();
    upsert::<product::Entity>(tx, rows, product::Column::Id).await
}

async fn upsert_variants(tx: &WriteTx, variants: Vec<variant::Model>) -> Result<(), Error> {
    let rows = variants.into_iter().map(IntoActiveModel::into_active_model).collect();
    upsert::<variant::Entity>(tx, rows, variant::Column::Id).await
}

fn changed_variants(tx: &WriteTx, write: &Write) -> Result<Vec<variant::Model>, Error> {
    let published = write.row.status == ProductStatus::Published.as_str();
    let stored = write.before.as_ref().map(|before| before.variants.as_slice()).unwrap_or_default();
    let mut rows = Vec::with_capacity(write.content.variants.len());
    for (position, content) in write.content.variants.iter().enumerate() {
        let id = content.id.ok_or_else(|| Error::internal("a variant without id"))?;
        let old = stored.iter().find(|row| row.id == id);
        let mut row = variant::Model {
            id,
            product_id: write.row.id,
            owner_id: write.row.owner_id,
            sku: content.sku.clone(),
            gtin: content.gtin.clone(),
            published_gtin: content.gtin.clone().filter(|_| published),
            title: content.title.clone(),
            options: serde_json::to_string(&content.options)?,
            weight_g: content.weight_g,
            length_mm: content.size.map(|size| size.length_mm),
            width_mm: content.size.map(|size| size.width_mm),
            height_mm: content.size.map(|size| size.height_mm),
            position: place(position),
            archived: false,
            created_at: old.map_or(tx.now(), |row| row.created_at),
            updated_at: old.map_or(tx.now(), |row| row.updated_at),
        };
        if old != Some(&row) {
            row.updated_at = tx.now();
            rows.push(row);
        }
    }
    let gone = |row: &&variant::Model| !write.content.variants.iter().any(|content| content.id == Some(row.id));
    for row in stored.iter().filter(|row| !row.archived).filter(gone) {
        rows.push(variant::Model { archived: true, published_gtin: None, updated_at: tx.now(), ..row.clone() });
    }
    Ok(rows)
}

/// The writes for which `part` changed, and of them those that exist already.
fn changed<T: PartialEq>(writes: &[Write], part: impl Fn(&ProductContent) -> &T) -> (Vec<&Write>, Vec<ProductId>) {
    let differs = |write: &&Write| {
        let old = write.before.as_ref().map(|before| part(&before.content));
        old.is_none_or(|old| old != part(&write.content))
    };
    let changed: Vec<&Write> = writes.iter().filter(differs).collect();
    let existing = changed.iter().filter(|write| write.before.is_some()).map(|write| write.row.id).collect();
    (changed, existing)
}

async fn replace_categories(tx: &WriteTx, writes: &[Write]) -> Result<(), Error> {
    let (changed, existing) = changed(writes, |content| &content.categories);
    clear::<product_category::Entity>(tx, product_category::Column::ProductId, existing).await?;
    let rows = changed.iter().flat_map(|write| {
        write.content.categories.iter().enumerate().map(|(position, category)| product_category::ActiveModel {
            product_id: Set(write.row.id),
            category_id: Set(*category),
            position: Set(place(position)),
        })
    });
    insert::<product_category::Entity>(tx, rows.collect(), None).await
}

async fn replace_values(tx: &WriteTx, writes: &[Write]) -> Result<(), Error> {
    let (changed, existing) = changed(writes, |content| &content.values);
    clear::<product_value::Entity>(tx, product_value::Column::ProductId, existing).await?;
    let rows = changed.iter().flat_map(|write| {
        write.content.values.iter().map(|value| product_value::ActiveModel {
            product_id: Set(write.row.id),
            attribute_id: Set(value.attribute_id),
            value: Set(value.value.value.clone()),
            number_micro: Set(value.value.number_micro),
        })
    });
    insert::<product_value::Entity>(tx, rows.collect(), None).await
}

async fn replace_variant_values(tx: &WriteTx, writes: &[Write]) -> Result<(), Error> {
    let (changed, existing) = changed(writes, |content| &content.variants);
    clear::<variant_value::Entity>(tx, variant_value::Column::ProductId, existing).await?;
    let mut rows = Vec::new();
    for write in changed {
        for variant in &write.content.variants {
            let Some(id) = variant.id else { continue };
            rows.extend(variant.values.iter().map(|value| variant_value::ActiveModel {
                variant_id: Set(id),
                attribute_id: Set(value.attribute_id),
                product_id: Set(write.row.id),
                value: Set(value.value.value.clone()),
                number_micro: Set(value.value.number_micro),
            }));
        }
    }
    insert::<variant_value::Entity>(tx, rows, None).await
}

async fn replace_images(tx: &WriteTx, writes: &[Write]) -> Result<(), Error> {
    let (changed, existing) = changed(writes, |content| &content.images);
    clear::<product_image::Entity>(tx, product_image::Column::ProductId, existing).await?;
    let mut rows = Vec::new();
    for write in changed {
        let ids: HashMap<&str, VariantId> =
            write.content.variants.iter().filter_map(|v| Some((v.sku.as_str(), v.id?))).collect();
        rows.extend(write.content.images.iter().enumerate().map(|(position, image)| {
            let (asset, url) = match &image.source {
                ImageSource::Asset(id) => (Some(*id), None),
                ImageSource::Url(url) => (None, Some(url.clone())),
            };
            product_image::ActiveModel {
                product_id: Set(write.row.id),
                position: Set(place(position)),
                variant_id: Set(image.variant_sku.as_deref().and_then(|sku| ids.get(sku).copied())),
                asset_id: Set(asset),
                url: Set(url),
                alt: Set(image.alt.clone()),
            }
        }));
    }
    insert::<product_image::Entity>(tx, rows, None).await
}

/// Takes products off all channels and frees their trade item numbers.
pub(crate) async fn clear_publication(tx: &WriteTx, products: &[ProductId]) -> Result<(), Error> {
    clear::<product_channel::Entity>(tx, product_channel::Column::ProductId, products.to_vec()).await?;
    variant::Entity::update_many()
        .col_expr(variant::Column::PublishedGtin, Expr::value(Option::<String>::None))
        .filter(variant::Column::ProductId.is_in(pad(products.to_vec())))
        .filter(variant::Column::PublishedGtin.is_not_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

async fn clear<E: EntityTrait>(tx: &WriteTx, column: E::Column, products: Vec<ProductId>) -> Result<(), Error> {
    if !products.is_empty() {
        E::delete_many().filter(column.is_in(pad(products))).exec(&**tx).await?;
    }
    Ok(())
}

/// Inserts rows, or writes all their columns when the `key` is there.
pub(crate) async fn upsert<E>(tx: &WriteTx, rows: Vec<E::ActiveModel>, key: E::Column) -> Result<(), Error>
where
    E: EntityTrait,
    E::ActiveModel: ActiveModelTrait<Entity = E> + ActiveModelBehavior + Send,
{
    let conflict = OnConflict::column(key).update_columns(E::Column::iter()).to_owned();
    insert::<E>(tx, rows, Some(conflict)).await
}

/// Inserts rows in as few statements as the databases take.
pub(crate) async fn insert<E>(
    tx: &WriteTx,
    rows: Vec<E::ActiveModel>,
    conflict: Option<OnConflict>,
) -> Result<(), Error>
where
    E: EntityTrait,
    E::ActiveModel: ActiveModelTrait<Entity = E> + ActiveModelBehavior + Send,
{
    let size = (VALUES_MAX / E::Column::iter().count()).max(1);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<E::ActiveModel> = rows.by_ref().take(size).collect();
        let insert = E::insert_many(chunk);
        let insert = match &conflict {
            Some(conflict) => insert.on_conflict(conflict.clone()),
            None => insert,
        };
        insert.exec_without_returning(&**tx).await?;
    }
    Ok(())
}

fn place(position: usize) -> i32 {
    i32::try_from(position).unwrap_or(i32::MAX)
}
