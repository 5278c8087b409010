//! Categories.

use std::collections::HashMap;

use context::Ctx;
use db::dialect::pad;
use kernel::id::CategoryId;
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::actions::CATEGORY_READ;
use crate::entity::category;
use crate::model::Category;
use crate::repo::rows;

/// A page of the categories below `parent` (`None`: the roots), in their order.
///
/// # Errors
/// A cursor of another list; the database error.
pub async fn children(ctx: &Ctx, parent: Option<CategoryId>, page: &PageArgs) -> Result<Page<Category>, Error> {
    ctx.authorize(CATEGORY_READ)?;
    let below = match parent {
        Some(id) => category::Column::ParentId.eq(id),
        None => category::Column::ParentId.is_null(),
    };
    let after = page.after_key::<(i32, CategoryId)>()?.map(|(position, id)| {
        let same = Condition::all().add(category::Column::Position.eq(position)).add(category::Column::Id.gt(id));
        Condition::any().add(category::Column::Position.gt(position)).add(same)
    });
    let found = category::Entity::find()
        .filter(below)
        .filter(after.unwrap_or_else(Condition::all))
        .order_by_asc(category::Column::Position)
        .order_by_asc(category::Column::Id)
        .limit(page.limit())
        .all(ctx.read())
        .await?;
    let found = found.into_iter().map(rows::category).collect();
    Ok(Page::from_rows(found, page, |c: &Category| (c.position, c.id)))
}

/// A page of all categories, a parent before what is below it.
///
/// # Errors
/// A cursor of another list; the database error.
pub async fn list(ctx: &Ctx, page: &PageArgs) -> Result<Page<Category>, Error> {
    ctx.authorize(CATEGORY_READ)?;
    let after = page.after_key::<String>()?.map(|path| Condition::all().add(category::Column::Path.gt(path)));
    let found = category::Entity::find()
        .filter(after.unwrap_or_else(Condition::all))
        .order_by_asc(category::Column::Path)
        .limit(page.limit())
        .all(ctx.read())
        .await?;
    Ok(Page::from_rows(found.into_iter().map(rows::category).collect(), page, Category::path))
}

/// The categories among `ids`.
///
/// # Errors
/// The database error.
pub async fn by_ids(ctx: &Ctx, ids: &[CategoryId]) -> Result<HashMap<CategoryId, Category>, Error> {
    ctx.authorize(CATEGORY_READ)?;
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted = category::Column::Id.is_in(pad(ids.to_vec()));
    let found = category::Entity::find().filter(wanted).all(ctx.read()).await?;
    Ok(found.into_iter().map(|row| (row.id, rows::category(row))).collect())
}

/// The category with this slug.
///
/// # Errors
/// The database error.
pub async fn by_slug(ctx: &Ctx, slug: &str) -> Result<Option<Category>, Error> {
    ctx.authorize(CATEGORY_READ)?;
    let found = category::Entity::find().filter(category::Column::Slug.eq(slug)).one(ctx.read()).await?;
    Ok(found.map(rows::category))
}
