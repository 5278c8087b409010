//! What happened to an order, step by step.

use context::Ctx;
use kernel::id::{ChangeId, MerchantOrderId, OrderId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::lists;
use crate::Error;
use crate::entity::{OrderEvent, event, words};

/// The steps of an order and of its parts, the oldest first; for whoever may look at the order.
///
/// # Errors
/// Not found for a foreign order; `Invalid` for a bad cursor.
pub async fn timeline_of_order(ctx: &Ctx, id: OrderId, page: &PageArgs) -> Result<Page<OrderEvent>, Error> {
    let order = lists::order(ctx, id).await?;
    steps(ctx, Condition::all().add(event::Column::OrderId.eq(order.id)), page).await
}

/// The steps of a merchant order, the oldest first; for the operator and the merchant.
///
/// # Errors
/// Not found for a foreign merchant order; `Invalid` for a bad cursor.
pub async fn timeline_of_merchant_order(
    ctx: &Ctx,
    id: MerchantOrderId,
    page: &PageArgs,
) -> Result<Page<OrderEvent>, Error> {
    let part = lists::merchant_order(ctx, id).await?;
    steps(ctx, Condition::all().add(event::Column::MerchantOrderId.eq(part.id)), page).await
}

async fn steps(ctx: &Ctx, mut wanted: Condition, page: &PageArgs) -> Result<Page<OrderEvent>, Error> {
    if let Some(last) = page.after_key::<ChangeId>()? {
        wanted = wanted.add(event::Column::Id.gt(last));
    }
    let rows = event::Entity::find()
        .filter(wanted)
        .order_by_asc(event::Column::Id)
        .limit(page.limit())
        .all(ctx.read())
        .await?;
    Ok(Page::from_rows(with_words(ctx, rows).await?, page, |row: &OrderEvent| row.id))
}

/// Steps with what people wrote about them, as long as it is there.
async fn with_words(ctx: &Ctx, mut rows: Vec<OrderEvent>) -> Result<Vec<OrderEvent>, Error> {
    let ids: Vec<ChangeId> = rows.iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(rows);
    }
    let said =
        words::Entity::find().filter(words::Column::EventId.is_in(db::dialect::pad(ids))).all(ctx.read()).await?;
    for words in said {
        let Some(row) = rows.iter_mut().find(|row| row.id == words.event_id) else { continue };
        let mut data: serde_json::Value = serde_json::from_str(&row.data).map_err(context::Error::from)?;
        data[words.field] = words.words.into();
        row.data = data.to_string();
    }
    Ok(rows)
}
