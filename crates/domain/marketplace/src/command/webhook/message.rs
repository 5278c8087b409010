//! Messages, as people send them: tests and replays.

use access::Grant;
use chrono::{DateTime, Utc};
use context::{Ctx, WriteTx};
use kernel::Invalid;
use kernel::id::{WebhookDeliveryId, WebhookEndpointId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::endpoint::change;
use crate::actions::MANAGE_WEBHOOKS;
use crate::entity::webhook_delivery_row::{Column, Entity};
use crate::model::webhook::{Delivery, DeliveryState, Endpoint};
use crate::{Error, repo};

/// Messages to be sent again.
#[derive(Debug, Clone)]
pub struct ReplayRange {
    /// To which endpoint.
    pub endpoint: WebhookEndpointId,
    /// Those made at this instant or later.
    pub from: DateTime<Utc>,
    /// Those made before this instant.
    pub to: DateTime<Utc>,
    /// Only those that were given up.
    pub dead_only: bool,
}

/// The body of a message.
pub(crate) fn body(kind: &str, at: DateTime<Utc>, data: &serde_json::Value) -> String {
    let at = at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    json!({ "type": kind, "timestamp": at, "data": data }).to_string()
}

/// Everything that waits for an endpoint is due now, as if it had not been tried before.
pub(super) async fn hurry(tx: &WriteTx, endpoint: WebhookEndpointId) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(tx.now()))
        .col_expr(Column::RoundCount, Expr::value(0_i64))
        .filter(Column::EndpointId.eq(endpoint))
        .filter(Column::State.eq(DeliveryState::Pending.as_str()))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// An endpoint that something can be sent to.
async fn enabled(tx: &WriteTx, grant: &Grant, id: WebhookEndpointId) -> Result<Endpoint, Error> {
    let endpoint = Endpoint::from(repo::webhook::row(&**tx, grant, id).await?);
    if endpoint.disabled.is_some() { Err(Error::EndpointDisabled) } else { Ok(endpoint) }
}

/// Sends a test to an endpoint, which tells of nothing.
///
/// # Errors
/// The endpoint is disabled; not found; denied; the database error.
pub async fn ping(ctx: &Ctx, id: WebhookEndpointId) -> Result<Delivery, Error> {
    let grant = ctx.authorize(MANAGE_WEBHOOKS)?;
    let tx = ctx.begin_write_for(&grant).await?;
    let endpoint = enabled(&tx, &grant, id).await?;
    let message = body("ping", tx.now(), &json!({ "id": id }));
    let delivery = Delivery::new(tx.new_id(), id, None, "ping".to_owned(), message, tx.now());
    Entity::insert(repo::webhook::pending(&tx, &endpoint, &delivery)).exec_without_returning(&*tx).await?;
    tx.commit().await?;
    Ok(delivery)
}

/// Sends a message again, under the id that it had. It is tried as often as a new one.
///
/// # Errors
/// The endpoint is disabled; not found; denied; the database error.
pub async fn replay(ctx: &Ctx, id: WebhookDeliveryId) -> Result<Delivery, Error> {
    let grant = ctx.authorize(MANAGE_WEBHOOKS)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let delivery = repo::webhook::delivery(&*tx, &grant, id).await?;
    let endpoint = enabled(&tx, &grant, delivery.endpoint).await?;
    again(&tx, Entity::update_many().filter(Column::Id.eq(id))).await?;
    tx.record(change(&endpoint, "replayed").field("delivery", (), id));
    let delivery = repo::webhook::delivery(&*tx, &grant, id).await?;
    tx.commit().await?;
    Ok(delivery)
}

/// Sends everything again that was made for an endpoint in a range of time; what is still to be sent stays as it is. Says
/// how many messages that are.
///
/// # Errors
/// A range that ends before it begins; the endpoint is disabled; not found; denied; the database error.
pub async fn replay_range(ctx: &Ctx, range: ReplayRange) -> Result<u64, Error> {
    let grant = ctx.authorize(MANAGE_WEBHOOKS)?;
    if range.to <= range.from {
        return Err(Invalid::new("to", "OUT_OF_RANGE", "must be later than from").into());
    }
    let mut tx = ctx.begin_write_for(&grant).await?;
    let endpoint = enabled(&tx, &grant, range.endpoint).await?;
    let states: &[DeliveryState] =
        if range.dead_only { &[DeliveryState::Dead] } else { &[DeliveryState::Dead, DeliveryState::Delivered] };
    let those = Entity::update_many()
        .filter(Column::EndpointId.eq(endpoint.id))
        .filter(Column::CreatedAt.gte(range.from))
        .filter(Column::CreatedAt.lt(range.to))
        .filter(Column::State.is_in(states.iter().map(|state| state.as_str())));
    let count = again(&tx, those).await?;
    let change = change(&endpoint, "replayed").field("from", (), range.from).field("to", (), range.to);
    tx.record(change.field("count", (), count));
    tx.commit().await?;
    Ok(count)
}

async fn again(tx: &WriteTx, those: sea_orm::UpdateMany<Entity>) -> Result<u64, Error> {
    let done = those
        .col_expr(Column::State, Expr::value(DeliveryState::Pending.as_str()))
        .col_expr(Column::RoundCount, Expr::value(0_i64))
        .col_expr(Column::DueAt, Expr::value(tx.now()))
        .exec(&**tx)
        .await?;
    Ok(done.rows_affected)
}
