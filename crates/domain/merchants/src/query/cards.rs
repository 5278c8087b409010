//! What everybody may know of merchants.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use context::Ctx;
use kernel::id::MerchantId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::actions::VIEW;
use crate::entity::merchant_row::{Column, Entity};
use crate::model::merchant::{closed_until, sells_at};
use crate::model::{MerchantCard, Status};
use crate::{Error, repo};

type CardRow = (MerchantId, String, String, String, Option<DateTime<Utc>>, String, Option<i64>);

fn card(ctx: &Ctx, (id, name, slug, status, due, closings, stars): CardRow) -> Result<MerchantCard, Error> {
    let (closings, now) = (repo::closings(&closings)?, ctx.now());
    let active = sells_at(repo::status(&status)?, due, &closings, now);
    Ok(MerchantCard { id, name, slug, active, closed_until: closed_until(&closings, now), stars })
}

const COLUMNS: [Column; 7] =
    [Column::Id, Column::Name, Column::Slug, Column::Status, Column::AgreementsDueAt, Column::Closings, Column::Stars];

/// The public cards of these merchants, whatever their status: an old order still names who sold. One statement.
///
/// # Errors
/// Denied; the database error.
pub async fn cards_by_ids(ctx: &Ctx, ids: &[MerchantId]) -> Result<HashMap<MerchantId, MerchantCard>, Error> {
    ctx.authorize(VIEW)?;
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<CardRow> = Entity::find()
        .select_only()
        .columns(COLUMNS)
        .filter(Column::Id.is_in(db::dialect::pad(ids.to_vec())))
        .into_tuple()
        .all(ctx.read())
        .await?;
    rows.into_iter().map(|row| card(ctx, row).map(|card| (card.id, card))).collect()
}

/// The public card of the merchant with this slug, if it sells.
///
/// # Errors
/// Denied; the database error.
pub async fn card_by_slug(ctx: &Ctx, slug: &str) -> Result<Option<MerchantCard>, Error> {
    ctx.authorize(VIEW)?;
    let row: Option<CardRow> = Entity::find()
        .select_only()
        .columns(COLUMNS)
        .filter(Column::Slug.eq(slug))
        .filter(Column::Status.eq(Status::Active.as_str()))
        .into_tuple()
        .one(ctx.read())
        .await?;
    row.map(|row| card(ctx, row)).transpose()
}
