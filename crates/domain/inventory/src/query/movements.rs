//! The journal.

use context::{Ctx, within_merchants};
use kernel::id::{MovementId, StockLevelId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::STOCK_READ;
use crate::entity::movement::{Column, Entity, Model};
use crate::error::Error;
use crate::model::{Movement, MovementKind};

impl From<Model> for Movement {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            stock_level_id: row.stock_level_id,
            merchant_id: row.merchant_id,
            // The table refuses any other name.
            kind: MovementKind::parse(&row.kind).unwrap_or(MovementKind::Adjusted),
            quantity: row.quantity,
            balance: row.balance,
            reference: row.reference,
            reason: row.reason,
            actor: row.actor,
            moved_at: row.moved_at,
        }
    }
}

/// Entries of the journal within the caller's scope, newest first; of one level when `level` is given.
///
/// # Errors
/// A bad cursor; the right may be missing.
pub async fn movements(ctx: &Ctx, level: Option<StockLevelId>, page: &PageArgs) -> Result<Page<Movement>, Error> {
    let grant = ctx.authorize(STOCK_READ)?;
    let mut wanted = Condition::all().add(within_merchants(&grant, Column::MerchantId));
    if let Some(level) = level {
        wanted = wanted.add(Column::StockLevelId.eq(level));
    }
    if let Some(after) = page.after_key::<MovementId>()? {
        wanted = wanted.add(Column::Id.lt(after));
    }
    let rows =
        Entity::find().filter(wanted).order_by_desc(Column::Id).limit(page.limit()).all(&ctx.read_for(&grant)).await?;
    let rows = rows.into_iter().map(Movement::from).collect();
    Ok(Page::from_rows(rows, page, |row: &Movement| row.id))
}
