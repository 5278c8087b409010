//! Rules of notifications, what became of them, and what a person reads in Souk itself.

use std::collections::HashSet;

use context::Ctx;
use kernel::id::{MerchantId, NotificationDeliveryId, NotificationId, NotificationRuleId, UserId};
use kernel::{Page, PageArgs};
use mail::NoteText;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::{OWN_NOTIFICATIONS, READ_NOTIFICATION_RULES, ROUTE_NOTIFICATIONS};
use crate::command::notification::rule::templates;
use crate::entity::{notification_row, opt_out_row, rule_row, rule_version_row, telling_row};
use crate::model::notification::rule::{check_note, fill};
use crate::model::notification::{
    Delivery, DeliveryState, EVENTS, Notification, Preference, Route, Rule, Seat, event_kind,
};
use crate::{Error, repo};

/// Unread notifications are counted up to here.
pub const UNREAD_MAX: u64 = 1_000;

/// All rules, the newest first; those of an event, if one is named.
///
/// # Errors
/// Denied; a bad cursor; the database error.
pub async fn notification_rules(ctx: &Ctx, event: Option<&str>, page: &PageArgs) -> Result<Page<Rule>, Error> {
    use rule_row::Column;
    let grant = ctx.authorize(READ_NOTIFICATION_RULES)?;
    let mut find = repo::notification::rules(&grant);
    if let Some(event) = event {
        find = find.filter(Column::Event.eq(event));
    }
    if let Some(after) = page.after_key::<NotificationRuleId>()? {
        find = find.filter(Column::Id.lt(after));
    }
    let rows = find.order_by_desc(Column::Id).limit(page.limit()).all(ctx.read()).await?;
    let rules: Result<Vec<Rule>, Error> = rows.into_iter().map(Rule::try_from).collect();
    Ok(Page::from_rows(rules?, page, |rule| rule.id))
}

/// One rule.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn notification_rule(ctx: &Ctx, id: NotificationRuleId) -> Result<Rule, Error> {
    let grant = ctx.authorize(READ_NOTIFICATION_RULES)?;
    repo::notification::rule(ctx.read(), &grant, id).await
}

/// What a rule said at each of its versions, the newest first.
///
/// # Errors
/// Denied; a bad cursor; the database error.
pub async fn notification_rule_versions(
    ctx: &Ctx,
    id: NotificationRuleId,
    page: &PageArgs,
) -> Result<Page<Rule>, Error> {
    use rule_version_row::Column;
    let grant = ctx.authorize(READ_NOTIFICATION_RULES)?;
    let mut find = repo::notification::versions(&grant, id);
    if let Some(after) = page.after_key::<i64>()? {
        find = find.filter(Column::Version.lt(after));
    }
    let rows = find.order_by_desc(Column::Version).limit(page.limit()).all(ctx.read()).await?;
    let rules: Result<Vec<Rule>, Error> = rows.into_iter().map(Rule::try_from).collect();
    Ok(Page::from_rows(rules?, page, |rule| rule.version))
}

/// What people would read with words that are not kept yet, filled with an example.
///
/// # Errors
/// [`kernel::Invalid`] naming `event`, `title` or `text`; denied.
pub async fn notification_preview(ctx: &Ctx, event: &str, note: &NoteText) -> Result<NoteText, Error> {
    ctx.authorize(READ_NOTIFICATION_RULES)?;
    let unknown = || kernel::Invalid::new("event", "UNKNOWN", "there is no such event");
    let event = event_kind(event).ok_or_else(unknown)?;
    let templates = templates()?;
    check_note(event, note, &templates)?;
    fill(&templates, event, note, "Souk", &event.sample())
}

/// Which tellings are wanted; all of what is said.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Only of this rule.
    pub rule: Option<NotificationRuleId>,
    /// Only of this event.
    pub event: Option<String>,
    /// Only of what concerns this merchant.
    pub merchant: Option<MerchantId>,
    /// Only what stands there.
    pub state: Option<DeliveryState>,
}

/// What was told, is told, or was not told, the newest first.
///
/// # Errors
/// Denied; a bad cursor; the database error.
pub async fn notification_deliveries(
    ctx: &Ctx,
    filter: &DeliveryFilter,
    page: &PageArgs,
) -> Result<Page<Delivery>, Error> {
    use telling_row::Column;
    let grant = ctx.authorize(READ_NOTIFICATION_RULES)?;
    let mut find = repo::notification::tellings(&grant);
    if let Some(rule) = filter.rule {
        find = find.filter(Column::RuleId.eq(rule));
    }
    if let Some(event) = &filter.event {
        find = find.filter(Column::Event.eq(event));
    }
    if let Some(merchant) = filter.merchant {
        find = find.filter(Column::MerchantId.eq(merchant));
    }
    if let Some(state) = filter.state {
        find = find.filter(Column::State.eq(state.as_str()));
    }
    if let Some(after) = page.after_key::<NotificationDeliveryId>()? {
        find = find.filter(Column::Id.lt(after));
    }
    let rows = find.order_by_desc(Column::Id).limit(page.limit()).all(&ctx.read_for(&grant)).await?;
    Ok(Page::from_rows(rows.into_iter().map(Delivery::from).collect(), page, |delivery: &Delivery| delivery.id))
}

/// One's own notifications, the newest first: those of the seats that one holds now.
///
/// # Errors
/// Denied; a bad cursor; the database error.
pub async fn my_notifications(ctx: &Ctx, unread: bool, page: &PageArgs) -> Result<Page<Notification>, Error> {
    use notification_row::{Column, Entity};
    let mut find = Entity::find().filter(own(ctx)?);
    if unread {
        find = find.filter(Column::ReadAt.is_null());
    }
    if let Some(after) = page.after_key::<NotificationId>()? {
        find = find.filter(Column::Id.lt(after));
    }
    let rows = find.order_by_desc(Column::Id).limit(page.limit()).all(ctx.read()).await?;
    Ok(Page::from_rows(rows.into_iter().map(Notification::from).collect(), page, |row: &Notification| row.id))
}

/// One of one's own notifications.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn my_notification(ctx: &Ctx, id: NotificationId) -> Result<Notification, Error> {
    let row = notification_row::Entity::find_by_id(id).filter(own(ctx)?).one(ctx.read()).await?;
    row.map(Notification::from).ok_or_else(|| context::Error::NotFound("notification").into())
}

/// How many of one's own notifications were not read, at most [`UNREAD_MAX`].
///
/// # Errors
/// Denied; the database error.
pub async fn unread_count(ctx: &Ctx) -> Result<u64, Error> {
    use notification_row::{Column, Entity};
    let unread = Entity::find().filter(own(ctx)?).filter(Column::ReadAt.is_null());
    let ids: Vec<NotificationId> =
        unread.select_only().column(Column::Id).limit(UNREAD_MAX).into_tuple().all(ctx.read()).await?;
    Ok(ids.len() as u64)
}

/// Own notifications that were told after a place, in the order of places: each once and none left out.
///
/// # Errors
/// Denied; the database error.
pub async fn notifications_after(
    ctx: &Ctx,
    after: (i64, NotificationId),
    limit: u64,
) -> Result<Vec<Notification>, Error> {
    use notification_row::{Column, Entity};
    let condition = own(ctx)?;
    let place = Expr::tuple([Expr::col(Column::Stamp), Expr::col(Column::Id)]);
    let rows = Entity::find()
        .filter(condition)
        .filter(place.gt(Expr::tuple([Expr::val(after.0), Expr::val(after.1)])))
        .filter(repo::notification::settled(ctx.read()))
        .order_by_asc(Column::Stamp)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(ctx.read())
        .await?;
    Ok(rows.into_iter().map(Notification::from).collect())
}

/// The last place of all notifications that can be read by now; what is told later comes behind it. It says nothing about
/// anybody, so whoever may watch anything may ask.
///
/// # Errors
/// Denied; the database error.
pub async fn notifications_end(ctx: &Ctx) -> Result<Option<(i64, NotificationId)>, Error> {
    use notification_row::{Column, Entity};
    ctx.authorize(OWN_NOTIFICATIONS)?;
    let last = Entity::find()
        .select_only()
        .columns([Column::Stamp, Column::Id])
        .filter(repo::notification::settled(ctx.read()))
        .order_by_desc(Column::Stamp)
        .order_by_desc(Column::Id)
        .limit(1)
        .into_tuple()
        .one(ctx.read())
        .await?;
    Ok(last)
}

/// Who was told something after a place, in the order of places. For the reader of a node, which rings those who listen.
///
/// # Errors
/// Denied; the database error.
pub async fn told_after(
    ctx: &Ctx,
    after: (i64, NotificationId),
    limit: u64,
) -> Result<Vec<(i64, NotificationId, UserId)>, Error> {
    use notification_row::{Column, Entity};
    ctx.authorize(ROUTE_NOTIFICATIONS)?;
    let place = Expr::tuple([Expr::col(Column::Stamp), Expr::col(Column::Id)]);
    let rows = Entity::find()
        .select_only()
        .columns([Column::Stamp, Column::Id, Column::UserId])
        .filter(place.gt(Expr::tuple([Expr::val(after.0), Expr::val(after.1)])))
        .filter(repo::notification::settled(ctx.read()))
        .order_by_asc(Column::Stamp)
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple()
        .all(ctx.read())
        .await?;
    Ok(rows)
}

fn own(ctx: &Ctx) -> Result<sea_orm::Condition, Error> {
    ctx.authorize(OWN_NOTIFICATIONS)?;
    let user = crate::command::notification::oneself(ctx)?;
    Ok(repo::notification::own(user, &Seat::held(ctx.actor())))
}

/// Whether one is told of each event, by mail and in Souk itself.
///
/// # Errors
/// Denied; the database error.
pub async fn notification_preferences(ctx: &Ctx) -> Result<Vec<Preference>, Error> {
    ctx.authorize(OWN_NOTIFICATIONS)?;
    let user = crate::command::notification::oneself(ctx)?;
    let rows = opt_out_row::Entity::find().filter(opt_out_row::Column::UserId.eq(user)).all(ctx.read()).await?;
    let off: HashSet<(String, String)> = rows.into_iter().map(|row| (row.event, row.channel)).collect();
    let of = |event: &'static crate::notification::EventKind, route: Route| Preference {
        event,
        route,
        wanted: event.mandatory || !off.contains(&(event.name.to_owned(), route.as_str().to_owned())),
    };
    Ok(EVENTS.iter().flat_map(|event| [of(event, Route::InApp), of(event, Route::Mail)]).collect())
}
