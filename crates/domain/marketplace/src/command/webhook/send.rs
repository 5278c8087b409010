//! How messages come about and leave. Only Souk itself calls these.

use chrono::{DateTime, Duration, Utc};
use context::{Ctx, WriteTx};
use db::ReadDb;
use history::feed::{self, Position, Told, Wanted};
use kernel::id::{WebhookDeliveryId, WebhookEndpointId};
use sea_orm::sea_query::{Expr, ExprTrait as _, LockBehavior, LockType, Order, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use super::message::body;
use crate::actions::SEND_WEBHOOKS;
use crate::entity::webhook_delivery_row::{Column as D, Entity as DeliveryEntity, Model as DeliveryRow};
use crate::entity::{endpoint_row, webhook_delivery_row};
use crate::model::webhook::sign;
use crate::model::webhook::{Delivery, DeliveryState, Endpoint};
use crate::{Error, repo};

/// Changes that become messages in one transaction.
const BATCH: u64 = 200;
/// How long a node may hold a message before another sends it again; longer than a try takes.
const LEASE: Duration = Duration::seconds(60);

/// A message on its way.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The header `webhook-id`.
    pub id: WebhookDeliveryId,
    /// Which try it is.
    pub number: i64,
    /// Where to.
    pub url: String,
    /// The header `webhook-timestamp`.
    pub at: DateTime<Utc>,
    /// The header `webhook-signature`; `None`: the key that sealed the secret is not here.
    pub signature: Option<String>,
    /// The body.
    pub body: String,
}

/// Makes messages of what was changed since the last time, for every active endpoint. Nodes share: each endpoint is served
/// by one at a time. Says how many messages were made.
///
/// # Errors
/// Denied; the database error.
pub async fn fan_out(ctx: &Ctx) -> Result<u64, Error> {
    ctx.authorize(SEND_WEBHOOKS)?;
    let behind = behind(ctx.read()).await?;
    let mut made = 0;
    for endpoint in behind {
        loop {
            let (count, more) = serve(ctx, endpoint).await?;
            made += count;
            if !more {
                break;
            }
        }
    }
    Ok(made)
}

/// Active endpoints in whose scope something lies behind their place. A merchant's is looked at only when one of its own
/// things changed: there may be thousands of them.
async fn behind(read: &ReadDb) -> Result<Vec<WebhookEndpointId>, Error> {
    use endpoint_row::Column;
    let active = || endpoint_row::Entity::find().filter(Column::State.eq("active")).order_by_asc(Column::Id);
    let Some(end) = feed::end(read, None).await? else { return Ok(Vec::new()) };
    let wide = active().filter(Column::MerchantId.is_null()).all(read).await?;
    let place = "EXISTS (SELECT 1 FROM change_log c WHERE c.merchant_id = webhook_endpoint.merchant_id
        AND (c.stamp, c.sequence, c.id) > (after_stamp, after_sequence, after_id))";
    let own = active().filter(Column::MerchantId.is_not_null()).filter(Expr::cust(place)).all(read).await?;
    let wide = wide.iter().filter(|row| position(row) < end);
    Ok(wide.chain(&own).map(|row| row.id).collect())
}

fn position(row: &endpoint_row::Model) -> Position {
    Position(row.after_stamp, row.after_sequence, row.after_id)
}

/// Makes messages of the next changes; whether there may be more of them.
async fn serve(ctx: &Ctx, id: WebhookEndpointId) -> Result<(u64, bool), Error> {
    use endpoint_row::Column;
    let tx = ctx.begin_write().await?;
    let own = endpoint_row::Entity::find_by_id(id).filter(Column::State.eq("active"));
    let own = own.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked).one(&*tx).await?;
    let (Some(row), Some(end)) = (own, feed::end(&*tx, None).await?) else { return Ok((0, false)) };
    let after = position(&row);
    if end <= after {
        return Ok((0, false));
    }
    let endpoint = Endpoint::from(row);
    let wanted = Wanted { merchant: endpoint.merchant, kinds: endpoint.kinds.clone(), not_by: None };
    let told = feed::read(&*tx, &wanted, (after, end), BATCH).await?;
    let full = told.len() as u64 == BATCH;
    let reached = told.last().filter(|_| full).map_or(end, |last| last.position);
    let rows: Vec<_> =
        told.iter().map(|told| repo::webhook::pending(&tx, &endpoint, &message(&tx, id, told))).collect();
    let made = rows.len() as u64;
    if !rows.is_empty() {
        webhook_delivery_row::Entity::insert_many(rows).exec_without_returning(&*tx).await?;
    }
    endpoint_row::Entity::update_many()
        .col_expr(Column::AfterStamp, Expr::value(reached.0))
        .col_expr(Column::AfterSequence, Expr::value(reached.1))
        .col_expr(Column::AfterId, Expr::value(reached.2))
        .filter(Column::Id.eq(id))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok((made, full))
}

/// What is told of a change: the receiver asks for what the thing is now.
fn message(tx: &WriteTx, endpoint: WebhookEndpointId, told: &Told) -> Delivery {
    let data = json!({
        "id": told.entity_id,
        "entity": told.entity,
        "sequence": told.sequence,
        "changeId": told.id,
        "merchantId": told.merchant,
        "removed": told.is_removal(),
    });
    let text = body(&told.kind(), told.at, &data);
    Delivery::new(tx.new_id(), endpoint, Some(told.id), told.kind(), text, tx.now())
}

fn due(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(D::State.eq(DeliveryState::Pending.as_str()))
        .add(D::DueAt.lte(now))
        .add(D::LockedUntil.is_null().or(D::LockedUntil.lt(now)))
}

/// Endpoints for which something is due.
///
/// # Errors
/// Denied; the database error.
pub async fn due_endpoints(ctx: &Ctx) -> Result<Vec<WebhookEndpointId>, Error> {
    use endpoint_row::Column;
    ctx.authorize(SEND_WEBHOOKS)?;
    let waits = Query::select()
        .expr(Expr::val(1))
        .from(DeliveryEntity)
        .and_where(Expr::col((DeliveryEntity, D::EndpointId)).equals((endpoint_row::Entity, Column::Id)))
        .cond_where(due(ctx.now()))
        .to_owned();
    let rows = endpoint_row::Entity::find()
        .filter(Column::State.eq("active"))
        .filter(Column::PausedUntil.is_null().or(Column::PausedUntil.lte(ctx.now())))
        .filter(Expr::exists(waits))
        .order_by_asc(Column::Id)
        .all(ctx.read())
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Takes messages to an endpoint that are due, the oldest first, under a lease, and signs them.
///
/// # Errors
/// Denied; the database error.
pub async fn claim_messages(ctx: &Ctx, endpoint: WebhookEndpointId, limit: u64) -> Result<Vec<Outgoing>, Error> {
    let grant = ctx.authorize(SEND_WEBHOOKS)?;
    let tx = ctx.begin_write().await?;
    let now = tx.now();
    let row = repo::webhook::row(&*tx, &grant, endpoint).await?;
    if row.state != "active" || row.paused_until.is_some_and(|until| until > now) {
        return Ok(Vec::new());
    }
    let oldest = Query::select()
        .column(D::Id)
        .from(DeliveryEntity)
        .cond_where(due(now).add(D::EndpointId.eq(endpoint)))
        .order_by(D::DueAt, Order::Asc)
        .order_by(D::Id, Order::Asc)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    let claim = Query::update()
        .table(DeliveryEntity)
        .value(D::AttemptCount, Expr::col(D::AttemptCount).add(1))
        .value(D::RoundCount, Expr::col(D::RoundCount).add(1))
        .value(D::LockedUntil, now + LEASE)
        .and_where(D::Id.in_subquery(oldest))
        .returning_all()
        .to_owned();
    let claim = tx.get_database_backend().build(&claim);
    let mut claimed: Vec<DeliveryRow> = DeliveryEntity::find().from_raw_sql(claim).all(&*tx).await?;
    claimed.sort_by_key(|row| (row.due_at, row.id));
    let secrets = repo::webhook::secrets(&tx, &row);
    tx.commit().await?;
    let outgoing = claimed.into_iter().map(|message| Outgoing {
        signature: sign::signature(&secrets, &message.id.to_string(), now, &message.body),
        id: message.id,
        number: message.attempt_count,
        url: row.url.clone(),
        at: now,
        body: message.body,
    });
    Ok(outgoing.collect())
}
