//! Endpoints, and the log of what was sent there.

use std::collections::HashMap;

use context::{Ctx, within_merchants};
use kernel::id::{MerchantId, WebhookDeliveryId, WebhookEndpointId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::READ_WEBHOOKS;
use crate::entity::{attempt_row, endpoint_row, webhook_delivery_row as delivery_row};
use crate::model::webhook::{Attempt, Delivery, DeliveryState, Endpoint};
use crate::{Error, repo};

/// Endpoints in the caller's scope, the newest first; those of a merchant, if one is named.
///
/// # Errors
/// Denied; a bad cursor; the database error.
pub async fn webhook_endpoints(
    ctx: &Ctx,
    merchant: Option<MerchantId>,
    page: &PageArgs,
) -> Result<Page<Endpoint>, Error> {
    use endpoint_row::Column;
    let grant = ctx.authorize(READ_WEBHOOKS)?;
    let mut find = endpoint_row::Entity::find().filter(within_merchants(&grant, Column::MerchantId));
    if let Some(merchant) = merchant {
        find = find.filter(Column::MerchantId.eq(merchant));
    }
    if let Some(after) = page.after_key::<WebhookEndpointId>()? {
        find = find.filter(Column::Id.lt(after));
    }
    let rows = find.order_by_desc(Column::Id).limit(page.limit()).all(&ctx.read_for(&grant)).await?;
    Ok(Page::from_rows(rows.into_iter().map(Endpoint::from).collect(), page, |endpoint: &Endpoint| endpoint.id))
}

/// One endpoint.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn webhook_endpoint(ctx: &Ctx, id: WebhookEndpointId) -> Result<Endpoint, Error> {
    let grant = ctx.authorize(READ_WEBHOOKS)?;
    Ok(repo::webhook::row(&ctx.read_for(&grant), &grant, id).await?.into())
}

/// What was made for endpoints in the caller's scope, the newest first; for one, and only what is in a state, if they are named.
///
/// # Errors
/// Denied; a bad cursor; the database error.
pub async fn webhook_deliveries(
    ctx: &Ctx,
    endpoint: Option<WebhookEndpointId>,
    state: Option<DeliveryState>,
    page: &PageArgs,
) -> Result<Page<Delivery>, Error> {
    use delivery_row::Column;
    let grant = ctx.authorize(READ_WEBHOOKS)?;
    let mut find = delivery_row::Entity::find().filter(within_merchants(&grant, Column::MerchantId));
    if let Some(endpoint) = endpoint {
        find = find.filter(Column::EndpointId.eq(endpoint));
    }
    if let Some(state) = state {
        find = find.filter(Column::State.eq(state.as_str()));
    }
    if let Some(after) = page.after_key::<WebhookDeliveryId>()? {
        find = find.filter(Column::Id.lt(after));
    }
    let rows = find.order_by_desc(Column::Id).limit(page.limit()).all(&ctx.read_for(&grant)).await?;
    Ok(Page::from_rows(rows.into_iter().map(Delivery::from).collect(), page, |delivery: &Delivery| delivery.id))
}

/// One message.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn webhook_delivery(ctx: &Ctx, id: WebhookDeliveryId) -> Result<Delivery, Error> {
    let grant = ctx.authorize(READ_WEBHOOKS)?;
    repo::webhook::delivery(&ctx.read_for(&grant), &grant, id).await
}

/// The tries of messages, the first first.
///
/// # Errors
/// Denied; the database error.
pub async fn webhook_attempts(
    ctx: &Ctx,
    deliveries: &[WebhookDeliveryId],
) -> Result<HashMap<WebhookDeliveryId, Vec<Attempt>>, Error> {
    use attempt_row::Column;
    let grant = ctx.authorize(READ_WEBHOOKS)?;
    let rows = attempt_row::Entity::find()
        .filter(within_merchants(&grant, Column::MerchantId))
        .filter(Column::DeliveryId.is_in(db::dialect::pad(deliveries.to_vec())))
        .order_by_asc(Column::DeliveryId)
        .order_by_asc(Column::Number)
        .all(&ctx.read_for(&grant))
        .await?;
    let mut found: HashMap<WebhookDeliveryId, Vec<Attempt>> = HashMap::new();
    for row in rows {
        found.entry(row.delivery_id).or_default().push(row.into());
    }
    Ok(found)
}
