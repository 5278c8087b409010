//! The category tree.

use context::{Ctx, WriteTx};
use db::dialect::statement;
use history::Change;
use kernel::id::{CategoryId, ProductId};
use kernel::text;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Value,
};

use crate::Error;
use crate::actions::CATEGORY_EDIT;
use crate::entity::{category, product_category};
use crate::event::{CategoryMoved, ProductChanged};
use crate::model::{Category, slug};
use crate::repo::{rows, save};

/// A new category.
#[derive(Debug, Clone)]
pub struct CategoryCreate {
    /// The category it stands below.
    pub parent_id: Option<CategoryId>,
    /// The name.
    pub name: String,
    /// The part of the storefront's URL; `None`: made from the name.
    pub slug: Option<String>,
    /// Its place among its siblings.
    pub position: i32,
}

/// A change of a category; what is `None` stays.
#[derive(Debug, Clone)]
pub struct CategoryEdit {
    /// The category.
    pub id: CategoryId,
    /// The version the caller saw.
    pub expected_version: i64,
    /// The name.
    pub name: Option<String>,
    /// The part of the storefront's URL.
    pub slug: Option<String>,
    /// Its place among its siblings.
    pub position: Option<i32>,
}

/// A category and its new parent.
#[derive(Debug, Clone)]
pub struct CategoryMove {
    /// The category.
    pub id: CategoryId,
    /// The version the caller saw.
    pub expected_version: i64,
    /// The new parent; `None`: it becomes a root.
    pub parent_id: Option<CategoryId>,
}

/// The most products an event names.
const EVENT_MAX: usize = 500;

/// Creates a category.
///
/// # Errors
/// The field at fault; `TAKEN` for the slug; not found for the parent.
pub async fn category_create(ctx: &Ctx, input: CategoryCreate) -> Result<Category, Error> {
    ctx.authorize(CATEGORY_EDIT)?;
    let name = text::line("name", &input.name, 120)?;
    let slug = slug("slug", &input.slug.unwrap_or_else(|| text::slugify(&name)))?;
    let mut tx = ctx.begin_write().await?;
    lock_tree(&tx).await?;
    let root = Category {
        id: ctx.new_id(),
        parent_id: None,
        slug,
        name,
        ancestor_ids: Vec::new(),
        position: input.position,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    let created = match input.parent_id {
        Some(parent) => root.moved(Some(&find(&tx, parent).await?), 0)?,
        None => root,
    };
    slug_is_free(&tx, &created).await?;
    write(&tx, &created).await?;
    tx.record(Change::new("category", created.id, "created").diff(None, Some(&created)));
    tx.commit().await?;
    Ok(created)
}

/// Changes name, slug or place of a category.
///
/// # Errors
/// Not found; stale; the field at fault; `TAKEN` for the slug.
pub async fn category_edit(ctx: &Ctx, input: CategoryEdit) -> Result<Category, Error> {
    ctx.authorize(CATEGORY_EDIT)?;
    let mut tx = ctx.begin_write().await?;
    lock_tree(&tx).await?;
    let before = find_version(&tx, input.id, input.expected_version).await?;
    let mut after = before.clone();
    if let Some(name) = &input.name {
        after.name = text::line("name", name, 120)?;
    }
    if let Some(raw) = &input.slug {
        after.slug = slug("slug", raw)?;
    }
    after.position = input.position.unwrap_or(after.position);
    (after.version, after.updated_at) = (before.version + 1, tx.now());
    slug_is_free(&tx, &after).await?;
    write(&tx, &after).await?;
    tx.record(Change::new("category", after.id, "edited").diff(Some(&before), Some(&after)));
    tx.commit().await?;
    Ok(after)
}

/// Moves a category with everything below it; ids stay.
///
/// # Errors
/// Not found; stale; `CATEGORY_CYCLE`; `OUT_OF_RANGE` when the tree would be too deep.
pub async fn category_move(ctx: &Ctx, input: CategoryMove) -> Result<Category, Error> {
    ctx.authorize(CATEGORY_EDIT)?;
    let mut tx = ctx.begin_write().await?;
    lock_tree(&tx).await?;
    let before = find_version(&tx, input.id, input.expected_version).await?;
    let below = subtree(&tx, &before).await?;
    let levels = below.iter().map(|c| c.ancestor_ids.len() - before.ancestor_ids.len()).max().unwrap_or(0);
    let parent = match input.parent_id {
        Some(parent) => Some(find(&tx, parent).await?),
        None => None,
    };
    let mut after = before.moved(parent.as_ref(), levels)?;
    (after.version, after.updated_at) = (before.version + 1, tx.now());
    write(&tx, &after).await?;
    for mut child in below {
        let kept = child.ancestor_ids.split_off(before.ancestor_ids.len());
        child.ancestor_ids = after.ancestor_ids.iter().copied().chain(kept).collect();
        write(&tx, &child).await?;
    }
    tx.record(Change::new("category", after.id, "moved").diff(Some(&before), Some(&after)));
    tx.emit(&CategoryMoved { category: after.id });
    for products in products_below(&tx, &after).await?.chunks(EVENT_MAX) {
        tx.emit(&ProductChanged { products: products.to_vec() });
    }
    tx.commit().await?;
    Ok(after)
}

/// Deletes a category that has neither children nor products.
///
/// # Errors
/// Not found; stale; `CATEGORY_IN_USE`.
pub async fn category_delete(ctx: &Ctx, id: CategoryId, expected_version: i64) -> Result<Category, Error> {
    ctx.authorize(CATEGORY_EDIT)?;
    let mut tx = ctx.begin_write().await?;
    lock_tree(&tx).await?;
    let before = find_version(&tx, id, expected_version).await?;
    if !subtree(&tx, &before).await?.is_empty() || !products_below(&tx, &before).await?.is_empty() {
        return Err(Error::CategoryInUse);
    }
    if let Err(error) = category::Entity::delete_by_id(id).exec(&*tx).await {
        // A product was put into it between the look and the deletion.
        return match db::violated(&error) {
            Some(db::error::Violation::ForeignKey) => Err(Error::CategoryInUse),
            _ => Err(error.into()),
        };
    }
    tx.record(Change::new("category", id, "deleted").diff(Some(&before), None));
    tx.commit().await?;
    Ok(before)
}

/// Changes of the tree happen one after the other.
async fn lock_tree(tx: &WriteTx) -> Result<(), Error> {
    let bump = statement(&**tx, "UPDATE category_tree SET version = version + 1 WHERE id = ?", [Value::from(1_i32)]);
    tx.execute_raw(bump).await?;
    Ok(())
}

async fn find(tx: &WriteTx, id: CategoryId) -> Result<Category, Error> {
    let row = category::Entity::find_by_id(id).one(&**tx).await?;
    Ok(row.map(rows::category).ok_or(context::Error::NotFound("category"))?)
}

async fn find_version(tx: &WriteTx, id: CategoryId, expected_version: i64) -> Result<Category, Error> {
    let found = find(tx, id).await?;
    if found.version == expected_version { Ok(found) } else { Err(context::Error::Stale("category").into()) }
}

/// What stands below a category, at any depth.
async fn subtree(tx: &WriteTx, of: &Category) -> Result<Vec<Category>, Error> {
    let found = category::Entity::find()
        .filter(category::Column::Path.starts_with(of.path()))
        .filter(category::Column::Id.ne(of.id))
        .order_by_asc(category::Column::Path)
        .all(&**tx)
        .await?;
    Ok(found.into_iter().map(rows::category).collect())
}

async fn products_below(tx: &WriteTx, of: &Category) -> Result<Vec<ProductId>, Error> {
    let mut ids = vec![of.id];
    ids.extend(subtree(tx, of).await?.into_iter().map(|c| c.id));
    let query = product_category::Entity::find()
        .select_only()
        .column(product_category::Column::ProductId)
        .distinct()
        .filter(product_category::Column::CategoryId.is_in(db::dialect::pad(ids)));
    Ok(query.into_tuple().all(&**tx).await?)
}

async fn slug_is_free(tx: &WriteTx, of: &Category) -> Result<(), Error> {
    let holder = category::Entity::find()
        .filter(category::Column::Slug.eq(of.slug.as_str()))
        .filter(category::Column::Id.ne(of.id))
        .one(&**tx)
        .await?;
    match holder {
        Some(_) => Err(context::Error::Taken { field: "slug".to_owned() }.into()),
        None => Ok(()),
    }
}

/// Writes a category of the locked tree.
async fn write(tx: &WriteTx, category: &Category) -> Result<(), Error> {
    let row = category::Model {
        id: category.id,
        parent_id: category.parent_id,
        slug: category.slug.clone(),
        name: category.name.clone(),
        name_fold: text::fold(&category.name),
        path: category.path(),
        depth: i32::try_from(category.ancestor_ids.len()).unwrap_or(i32::MAX),
        position: category.position,
        version: category.version,
        created_at: category.created_at,
        updated_at: category.updated_at,
    };
    Ok(save::upsert::<category::Entity>(tx, vec![row.into_active_model()], category::Column::Id).await?)
}
