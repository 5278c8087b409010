//! What came of a try.

use chrono::{DateTime, Utc};
use context::{Ctx, WriteTx};
use kernel::id::WebhookEndpointId;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect as _};

use super::endpoint::change;
use super::send::Outgoing;
use crate::Error;
use crate::actions::SEND_WEBHOOKS;
use crate::entity::{attempt_row, endpoint_row, webhook_delivery_row as delivery_row};
use crate::event::WebhookDisabled;
use crate::model::webhook::retry::{self, Answer, Verdict};
use crate::model::webhook::{DeliveryState, DisabledWhy, Endpoint};

/// How much of an answer, or of the reason why there is none, is kept.
const ANSWER_MAX: usize = 500;

/// Writes down what came of a try, and when the next one is. Whether the message was taken.
///
/// # Errors
/// Denied; the database error.
pub async fn settle_message(ctx: &Ctx, sent: &Outgoing, answer: &Answer) -> Result<bool, Error> {
    ctx.authorize(SEND_WEBHOOKS)?;
    let mut tx = ctx.begin_write().await?;
    let now = tx.now();
    let find = delivery_row::Entity::find_by_id(sent.id).lock(sea_orm::sea_query::LockType::Update);
    let Some(row) = find.one(&*tx).await? else { return Ok(false) };
    let verdict = retry::verdict(answer, now);
    write_down(&tx, &row, sent, answer).await?;
    let taken = verdict == Verdict::Taken;
    // A lease that ran out may have let another node try once more: what is newer, or was taken, counts.
    if taken || (row.attempt_count == sent.number && row.state == DeliveryState::Pending.as_str()) {
        let next = (!taken).then(|| retry::next(row.id, row.round_count, now)).flatten();
        let state = match (taken, next) {
            (true, _) => DeliveryState::Delivered,
            (false, Some(_)) => DeliveryState::Pending,
            (false, None) => DeliveryState::Dead,
        };
        let changed = delivery_row::ActiveModel {
            state: Set(state.as_str().to_owned()),
            due_at: Set(next.unwrap_or(row.due_at)),
            locked_until: Set(None),
            delivered_at: Set(row.delivered_at.or(taken.then_some(now))),
            ..Default::default()
        };
        delivery_row::Entity::update_many().set(changed).filter(delivery_row::Column::Id.eq(row.id)).exec(&*tx).await?;
    }
    judge(&mut tx, row.endpoint_id, verdict, sent.at).await?;
    tx.commit().await?;
    Ok(taken)
}

async fn write_down(tx: &WriteTx, row: &delivery_row::Model, sent: &Outgoing, answer: &Answer) -> Result<(), Error> {
    let short = |text: &str| text.chars().filter(|c| *c != '\0').take(ANSWER_MAX).collect::<String>();
    let attempt = attempt_row::ActiveModel {
        id: Set(tx.new_id()),
        delivery_id: Set(row.id),
        merchant_id: Set(row.merchant_id),
        number: Set(sent.number),
        began_at: Set(sent.at),
        took_ms: Set(answer.took_ms),
        status: Set(answer.status.map(i32::from)),
        answer: Set(short(&answer.text)),
        error: Set(answer.error.as_deref().map(short)),
    };
    attempt_row::Entity::insert(attempt).exec_without_returning(&**tx).await?;
    Ok(())
}

/// What a try says about the endpoint.
async fn judge(tx: &mut WriteTx, id: WebhookEndpointId, verdict: Verdict, began: DateTime<Utc>) -> Result<(), Error> {
    use endpoint_row::Column;
    let own = || endpoint_row::Entity::update_many().filter(Column::Id.eq(id));
    let failing = || own().col_expr(Column::FailingSince, Expr::value(began)).filter(Column::FailingSince.is_null());
    match verdict {
        Verdict::Taken => {
            let healed = own().filter(Column::FailingSince.is_not_null().or(Column::PausedUntil.is_not_null()));
            healed
                .col_expr(Column::FailingSince, Expr::value(None::<DateTime<Utc>>))
                .col_expr(Column::PausedUntil, Expr::value(None::<DateTime<Utc>>))
                .exec(&**tx)
                .await?;
            Ok(())
        }
        Verdict::Gone => disable(tx, id, DisabledWhy::Gone).await,
        Verdict::Busy(until) => {
            failing().exec(&**tx).await?;
            own().col_expr(Column::PausedUntil, Expr::value(until)).exec(&**tx).await?;
            give_up(tx, id).await
        }
        Verdict::Failed => {
            failing().exec(&**tx).await?;
            give_up(tx, id).await
        }
    }
}

/// Disables an endpoint that takes nothing for days.
async fn give_up(tx: &mut WriteTx, id: WebhookEndpointId) -> Result<(), Error> {
    let row = endpoint_row::Entity::find_by_id(id).one(&**tx).await?;
    let since = row.and_then(|row| row.failing_since);
    if since.is_some_and(|since| retry::is_hopeless(since, tx.now())) {
        return disable(tx, id, DisabledWhy::Failing).await;
    }
    Ok(())
}

/// Disables an endpoint, once; its owner is told.
async fn disable(tx: &mut WriteTx, id: WebhookEndpointId, why: DisabledWhy) -> Result<(), Error> {
    use endpoint_row::Column;
    let done = endpoint_row::Entity::update_many()
        .col_expr(Column::State, Expr::value("disabled"))
        .col_expr(Column::DisabledWhy, Expr::value(why.as_str()))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq("active"))
        .exec(&**tx)
        .await?;
    let row = endpoint_row::Entity::find_by_id(id).one(&**tx).await?;
    let Some(endpoint) = row.filter(|_| done.rows_affected == 1).map(Endpoint::from) else { return Ok(()) };
    tx.record(change(&endpoint, "disabled").field("disabled", (), why));
    tx.emit(&WebhookDisabled { endpoint: id, merchant: endpoint.merchant, version: endpoint.version });
    Ok(())
}
