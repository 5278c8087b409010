//! What a person does with its own notifications.

use chrono::{DateTime, Duration, Utc};
use context::Ctx;
use kernel::Invalid;
use kernel::id::{NotificationId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::actions::{OWN_NOTIFICATIONS, ROUTE_NOTIFICATIONS};
use crate::entity::{notification_row, opt_out_row};
use crate::model::notification::{Preference, Route, Seat, event_kind, inbox};
use crate::{Error, repo};

/// The most notifications that are named at once.
const IDS_MAX: usize = 1_000;

/// Which of one's own notifications were read.
#[derive(Debug, Clone)]
pub enum MarkRead {
    /// These.
    These(Vec<NotificationId>),
    /// All that were told at this instant or earlier.
    Until(DateTime<Utc>),
}

/// The person behind the request.
pub(crate) fn oneself(ctx: &Ctx) -> Result<UserId, Error> {
    ctx.actor().user().ok_or_else(|| context::Error::from(access::Denied::Lacking(OWN_NOTIFICATIONS)).into())
}

/// Marks own notifications as read; what is read already, or not one's own, is left alone. Says how many were marked.
///
/// # Errors
/// Too many ids; denied; the database error.
pub async fn mark_read(ctx: &Ctx, which: MarkRead) -> Result<u64, Error> {
    use notification_row::Column;
    let grant = ctx.authorize(OWN_NOTIFICATIONS)?;
    let own = repo::notification::own(oneself(ctx)?, &Seat::held(ctx.actor()));
    let own = match which {
        MarkRead::These(ids) if ids.len() > IDS_MAX => {
            return Err(Invalid::new("ids", "TOO_MANY", format!("at most {IDS_MAX}")).into());
        }
        MarkRead::These(ids) => own.add(Column::Id.is_in(db::dialect::pad(ids))),
        MarkRead::Until(at) => own.add(Column::CreatedAt.lte(at)),
    };
    let tx = ctx.begin_write_for(&grant).await?;
    let done = notification_row::Entity::update_many()
        .col_expr(Column::ReadAt, Expr::value(tx.now()))
        .filter(own)
        .filter(Column::ReadAt.is_null())
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected)
}

/// Says whether one wants to be told of an event by a channel.
///
/// # Errors
/// An unknown event; a channel that tells no persons; an event that nobody may opt out of; denied; the database error.
pub async fn set_preference(ctx: &Ctx, event: &str, route: Route, wanted: bool) -> Result<Preference, Error> {
    use opt_out_row::Column;
    let grant = ctx.authorize(OWN_NOTIFICATIONS)?;
    let user = oneself(ctx)?;
    let event = event_kind(event).ok_or_else(|| Invalid::new("event", "UNKNOWN", "there is no such event"))?;
    if !matches!(route, Route::Mail | Route::InApp) {
        return Err(Invalid::new("channel", "NOT_APPLICABLE", "is not told to persons").into());
    }
    if event.mandatory && !wanted {
        return Err(Error::NotOptional);
    }
    let tx = ctx.begin_write_for(&grant).await?;
    let key = || (user, event.name.to_owned(), route.as_str().to_owned());
    if wanted {
        opt_out_row::Entity::delete_by_id(key()).exec(&*tx).await?;
    } else {
        let (user_id, event, channel) = key();
        let row = opt_out_row::ActiveModel {
            user_id: Set(user_id),
            event: Set(event),
            channel: Set(channel),
            since: Set(tx.now()),
        };
        let once = OnConflict::columns([Column::UserId, Column::Event, Column::Channel]).do_nothing().to_owned();
        opt_out_row::Entity::insert(row).on_conflict(once).exec_without_returning(&*tx).await?;
    }
    tx.commit().await?;
    Ok(Preference { event, route, wanted })
}

/// Removes up to `limit` notifications that were read longer ago than the settings keep them. Says how many.
///
/// # Errors
/// Denied; the database error.
pub async fn forget_old(ctx: &Ctx, limit: u64) -> Result<u64, Error> {
    use notification_row::{Column, Entity};
    ctx.authorize(ROUTE_NOTIFICATIONS)?;
    let tx = ctx.begin_write().await?;
    let before = tx.now() - Duration::days(inbox::kept_days());
    let old =
        Query::select().column(Column::Id).from(Entity).and_where(Column::ReadAt.lt(before)).limit(limit).to_owned();
    let done = Entity::delete_many().filter(Column::Id.in_subquery(old)).exec(&*tx).await?;
    tx.commit().await?;
    Ok(done.rows_affected)
}
