//! Attributes.

use std::collections::HashMap;

use context::Ctx;
use db::dialect::pad;
use kernel::id::AttributeId;
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::actions::ATTRIBUTE_READ;
use crate::entity::attribute;
use crate::model::Attribute;
use crate::repo::rows;

/// A page of the attributes by their code.
///
/// # Errors
/// A cursor of another list; the database error.
pub async fn list(ctx: &Ctx, filterable_only: bool, page: &PageArgs) -> Result<Page<Attribute>, Error> {
    ctx.authorize(ATTRIBUTE_READ)?;
    let mut wanted = Condition::all();
    if filterable_only {
        wanted = wanted.add(attribute::Column::Filterable.eq(true));
    }
    if let Some(code) = page.after_key::<String>()? {
        wanted = wanted.add(attribute::Column::Code.gt(code));
    }
    let query = attribute::Entity::find().filter(wanted).order_by_asc(attribute::Column::Code);
    let found = query.limit(page.limit()).all(ctx.read()).await?;
    let found = found.into_iter().map(rows::attribute).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(found, page, |a| a.code.clone()))
}

/// The attributes among `ids`.
///
/// # Errors
/// The database error.
pub async fn by_ids(ctx: &Ctx, ids: &[AttributeId]) -> Result<HashMap<AttributeId, Attribute>, Error> {
    ctx.authorize(ATTRIBUTE_READ)?;
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted = attribute::Column::Id.is_in(pad(ids.to_vec()));
    let found = attribute::Entity::find().filter(wanted).all(ctx.read()).await?;
    found.into_iter().map(|row| Ok((row.id, rows::attribute(row)?))).collect()
}

/// The attributes with these codes, by code. For callers that have authorized.
///
/// # Errors
/// The database error.
pub async fn by_codes_on<C: ConnectionTrait>(
    conn: &C,
    codes: Vec<String>,
) -> Result<HashMap<String, Attribute>, context::Error> {
    if codes.is_empty() {
        return Ok(HashMap::new());
    }
    let found = attribute::Entity::find().filter(attribute::Column::Code.is_in(pad(codes))).all(conn).await?;
    found.into_iter().map(|row| Ok((row.code.clone(), rows::attribute(row)?))).collect()
}
