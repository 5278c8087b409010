//! What came of a telling.

use access::Grant;
use chrono::{DateTime, Utc};
use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::{MerchantId, NotificationDeliveryId, WebhookDeliveryId};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use super::send::Outgoing;
use crate::actions::{EDIT_NOTIFICATION_RULES, ROUTE_NOTIFICATIONS};
use crate::entity::telling_row::{ActiveModel, Column, Entity, Model};
use crate::entity::{notification_row, webhook_delivery_row};
use crate::model::notification::{Channel, Delivery, DeliveryState, DroppedWhy, Route, Rule};
use crate::model::webhook::{self, Endpoint, retry};
use crate::{Error, repo};

/// How much of a reason is kept.
const ERROR_MAX: usize = 500;

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was sent; what stays in Souk is to be written now.
    Sent,
    /// It was not, and may be later.
    Failed(String),
    /// It never will be.
    Hopeless(String),
    /// It is not sent any more.
    Dropped(DroppedWhy),
}

/// Writes down what came of a try, and when the next one is. What was settled meanwhile stays as it is: a lease that ran out
/// may have let another node be faster.
///
/// # Errors
/// Denied; the database error.
pub async fn settle(ctx: &Ctx, sent: &Outgoing, outcome: &Outcome) -> Result<(), Error> {
    let grant = ctx.authorize(ROUTE_NOTIFICATIONS)?;
    let tx = ctx.begin_write().await?;
    let now = tx.now();
    let open = Entity::find()
        .filter(Column::Id.is_in(db::dialect::pad(sent.all.clone())))
        .filter(Column::State.is_in([DeliveryState::Held.as_str(), DeliveryState::Waiting.as_str()]))
        .order_by_asc(Column::Id);
    let open = sea_orm::QuerySelect::lock_exclusive(open).all(&*tx).await?;
    let mine = |row: &&Model| row.id == sent.id;
    let Some(first) = open.iter().find(mine).filter(|row| may_settle(row, sent, outcome)) else { return Ok(()) };
    let outcome = match outcome {
        Outcome::Sent => inside(&tx, &grant, first, sent).await?,
        other => other.clone(),
    };
    let row = changed(&outcome, first, now);
    let ids: Vec<NotificationDeliveryId> = open.iter().map(|row| row.id).collect();
    Entity::update_many().set(row).filter(Column::Id.is_in(db::dialect::pad(ids))).exec(&*tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether a try still counts: what was sent does, what failed only if nobody has tried since.
fn may_settle(row: &Model, sent: &Outgoing, outcome: &Outcome) -> bool {
    *outcome == Outcome::Sent || row.attempt_count == sent.number
}

fn changed(outcome: &Outcome, row: &Model, now: DateTime<Utc>) -> ActiveModel {
    let short = |text: &str| text.chars().filter(|c| *c != '\0').take(ERROR_MAX).collect::<String>();
    let next = |round: i64| retry::next(WebhookDeliveryId(row.id.0), round, now);
    let (state, due, error, why) = match outcome {
        Outcome::Sent => (DeliveryState::Sent, None, None, None),
        Outcome::Dropped(why) => (DeliveryState::Dropped, None, None, Some(why.as_str().to_owned())),
        Outcome::Hopeless(error) => (DeliveryState::Failed, None, Some(short(error)), None),
        Outcome::Failed(error) => match next(row.round_count) {
            Some(due) => (DeliveryState::Waiting, Some(due), Some(short(error)), None),
            None => (DeliveryState::Failed, None, Some(short(error)), None),
        },
    };
    ActiveModel {
        state: Set(state.as_str().to_owned()),
        due_at: Set(due.unwrap_or(row.due_at)),
        locked_until: Set(None),
        last_error: Set(error),
        dropped_why: Set(why),
        sent_as: Set((state == DeliveryState::Sent).then_some(row.id)),
        settled_at: Set(due.is_none().then_some(now)),
        ..Default::default()
    }
}

/// Writes what stays in Souk, or says why it cannot be.
async fn inside(tx: &WriteTx, grant: &Grant, row: &Model, sent: &Outgoing) -> Result<Outcome, Error> {
    if sent.route == Route::Webhook {
        let rule = repo::notification::rule(&**tx, grant, row.rule_id).await?;
        if let Err(why) = reachable(tx, grant, &rule, row.merchant_id).await? {
            return Ok(Outcome::Dropped(why));
        }
    }
    hand_over(tx, grant, row, (&sent.title, &sent.text)).await?;
    Ok(Outcome::Sent)
}

/// Whether the endpoint of a rule may be told of what concerns this merchant, and takes anything.
pub(super) async fn reachable(
    tx: &WriteTx,
    grant: &Grant,
    rule: &Rule,
    merchant: Option<MerchantId>,
) -> Result<Result<(), DroppedWhy>, Error> {
    let Channel::Webhook { endpoint } = rule.channel else { return Ok(Ok(())) };
    let endpoint = Endpoint::from(repo::webhook::row(&**tx, grant, endpoint).await?);
    let own = endpoint.merchant.is_none() || endpoint.merchant == merchant;
    Ok(if own && endpoint.disabled.is_none() { Ok(()) } else { Err(DroppedWhy::OutOfReach) })
}

/// Gives a telling to the person's own list, or to the queue of an endpoint. The others leave Souk.
pub(super) async fn hand_over(
    tx: &WriteTx,
    grant: &Grant,
    row: &Model,
    (title, text): (&str, &str),
) -> Result<(), Error> {
    match (Route::parse(&row.channel), row.user_id, &row.seat_role) {
        (Route::InApp, Some(user), Some(role)) => {
            let notification = notification_row::ActiveModel {
                id: Set(tx.new_id()),
                user_id: Set(user),
                merchant_id: Set(row.seat_merchant_id),
                role: Set(role.clone()),
                delivery_id: Set(row.id),
                event: Set(row.event.clone()),
                title: Set(title.to_owned()),
                body: Set(text.to_owned()),
                subject_kind: Set(row.subject_kind.clone()),
                subject_id: Set(row.subject_id.clone()),
                severity: Set(row.severity.clone()),
                created_at: Set(tx.now()),
                read_at: Set(None),
                // A trigger gives the place.
                stamp: NotSet,
            };
            notification_row::Entity::insert(notification).exec_without_returning(&**tx).await?;
            Ok(())
        }
        (Route::Webhook, ..) => queue(tx, grant, row, title, text).await,
        _ => Ok(()),
    }
}

async fn queue(tx: &WriteTx, grant: &Grant, row: &Model, title: &str, text: &str) -> Result<(), Error> {
    let rule = repo::notification::rule(&**tx, grant, row.rule_id).await?;
    let Channel::Webhook { endpoint } = rule.channel else { return Ok(()) };
    let endpoint = Endpoint::from(repo::webhook::row(&**tx, grant, endpoint).await?);
    let data = json!({
        "id": row.id,
        "event": row.event,
        "merchantId": row.merchant_id,
        "subject": { "kind": row.subject_kind, "id": row.subject_id },
        "severity": row.severity,
        "title": title,
        "text": text,
    });
    let kind = "notification.told";
    let body = super::super::webhook::body(kind, tx.now(), &data);
    let message = webhook::Delivery::new(tx.new_id(), endpoint.id, None, kind.to_owned(), body, tx.now());
    let message = repo::webhook::pending(tx, &endpoint, &message);
    webhook_delivery_row::Entity::insert(message).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Sends a telling again that was given up. It is tried as often as a new one.
///
/// # Errors
/// It did not fail; not found; denied; the database error.
pub async fn retry_delivery(ctx: &Ctx, id: NotificationDeliveryId) -> Result<Delivery, Error> {
    let grant = ctx.authorize(EDIT_NOTIFICATION_RULES)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    repo::notification::telling(&*tx, &grant, id).await?;
    let done = Entity::update_many()
        .col_expr(Column::State, Expr::value(DeliveryState::Waiting.as_str()))
        .col_expr(Column::RoundCount, Expr::value(0_i64))
        .col_expr(Column::DueAt, Expr::value(tx.now()))
        .col_expr(Column::SettledAt, Expr::value(None::<DateTime<Utc>>))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(DeliveryState::Failed.as_str()))
        .exec(&*tx)
        .await?;
    if done.rows_affected == 0 {
        return Err(Error::NotFailed);
    }
    tx.record(Change::new("notification_delivery", id, "retried"));
    let row = repo::notification::telling(&*tx, &grant, id).await?;
    tx.commit().await?;
    Ok(row.into())
}
