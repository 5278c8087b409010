//! Stock levels, for those who keep them.

use std::collections::HashMap;

use context::{Ctx, within_merchants};
use db::dialect::pad;
use kernel::id::{LocationId, MerchantId, StockItemId, StockLevelId};
use kernel::{Page, PageArgs};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::STOCK_READ;
use crate::entity::level::{Column, Entity};
use crate::error::Error;
use crate::model::StockLevel;

/// Which levels.
#[derive(Debug, Clone, Default)]
pub struct LevelFilter {
    /// Of this merchant.
    pub merchant_id: Option<MerchantId>,
    /// At this location.
    pub location_id: Option<LocationId>,
    /// Of this SKU.
    pub sku: Option<String>,
    /// Only those that have at most so many units to sell.
    pub available_at_most: Option<i64>,
}

/// Levels within the caller's scope, by SKU.
///
/// # Errors
/// A bad cursor; the right may be missing.
pub async fn levels(ctx: &Ctx, filter: &LevelFilter, page: &PageArgs) -> Result<Page<StockLevel>, Error> {
    let grant = ctx.authorize(STOCK_READ)?;
    let mut wanted = Condition::all().add(within_merchants(&grant, Column::MerchantId));
    if let Some(merchant) = filter.merchant_id {
        wanted = wanted.add(Column::MerchantId.eq(merchant));
    }
    if let Some(location) = filter.location_id {
        wanted = wanted.add(Column::LocationId.eq(location));
    }
    if let Some(sku) = &filter.sku {
        wanted = wanted.add(Column::Sku.eq(sku.trim()));
    }
    if let Some(most) = filter.available_at_most {
        let sellable = Expr::col(Column::OnHand).sub(Expr::col(Column::Reserved)).sub(Expr::col(Column::Safety));
        wanted = wanted.add(sellable.lte(most));
    }
    if let Some((sku, id)) = page.after_key::<(String, StockLevelId)>()? {
        let later = Condition::all().add(Column::Sku.eq(sku.clone())).add(Column::Id.gt(id));
        wanted = wanted.add(Column::Sku.gte(sku.clone())).add(Condition::any().add(Column::Sku.gt(sku)).add(later));
    }
    let rows = Entity::find()
        .filter(wanted)
        .order_by_asc(Column::Sku)
        .order_by_asc(Column::Id)
        .limit(page.limit())
        .all(&ctx.read_for(&grant))
        .await?;
    let rows = rows.into_iter().map(StockLevel::from).collect();
    Ok(Page::from_rows(rows, page, |row: &StockLevel| (row.sku.clone(), row.id)))
}

/// One level.
///
/// # Errors
/// Not found, also for another merchant's.
pub async fn level(ctx: &Ctx, id: StockLevelId) -> Result<StockLevel, Error> {
    let grant = ctx.authorize(STOCK_READ)?;
    let row = Entity::find()
        .filter(Column::Id.eq(id))
        .filter(within_merchants(&grant, Column::MerchantId))
        .one(&ctx.read_for(&grant))
        .await?;
    Ok(row.map(StockLevel::from).ok_or(context::Error::NotFound("stock level"))?)
}

/// All levels of these articles within the caller's scope.
///
/// # Errors
/// The right may be missing.
pub async fn levels_by_item_ids(
    ctx: &Ctx,
    items: &[StockItemId],
) -> Result<HashMap<StockItemId, Vec<StockLevel>>, Error> {
    let grant = ctx.authorize(STOCK_READ)?;
    if items.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find()
        .filter(Column::StockItemId.is_in(pad(items.to_vec())))
        .filter(within_merchants(&grant, Column::MerchantId))
        .order_by_asc(Column::Id)
        .all(&ctx.read_for(&grant))
        .await?;
    let mut found: HashMap<StockItemId, Vec<StockLevel>> = HashMap::with_capacity(items.len());
    for row in rows {
        found.entry(row.stock_item_id).or_default().push(row.into());
    }
    Ok(found)
}
