//! How tellings leave that do not leave at once. Only Souk itself calls this.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use context::{Ctx, WriteTx};
use db::dialect;
use kernel::id::{NotificationDeliveryId, NotificationRuleId, UserId};
use sea_orm::sea_query::{Expr, ExprTrait as _, Order, Query, UpdateStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter};

use crate::actions::ROUTE_NOTIFICATIONS;
use crate::entity::telling_row::{Column, Entity, Model};
use crate::model::notification::plan::in_one;
use crate::model::notification::{Route, Seat};
use crate::{Error, repo};

/// How long a node may hold a telling before another sends it again; longer than a try takes.
const LEASE: Duration = Duration::seconds(90);
/// Names the lock under which tellings are taken, so that what goes together is taken together.
const LOCK: i64 = 7_311_049_190;

/// What is sent in one.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The telling that gives it its name: the same at every try.
    pub id: NotificationDeliveryId,
    /// All tellings in it, that one among them.
    pub all: Vec<NotificationDeliveryId>,
    /// The rule.
    pub rule: NotificationRuleId,
    /// Which try it is.
    pub number: i64,
    /// By which way.
    pub route: Route,
    /// To whom: the id of a person or of an endpoint, an address, the host of a chat.
    pub recipient: String,
    /// The person, and the seat for which it is told.
    pub person: Option<(UserId, Seat)>,
    /// Whether the rule is in force.
    pub in_force: bool,
    /// The address of the chat.
    pub chat_url: Option<String>,
    /// The title.
    pub title: String,
    /// The text.
    pub text: String,
    /// When it was taken.
    pub at: DateTime<Utc>,
}

fn due(route: Route, now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(Column::Channel.eq(route.as_str()))
        // Spelled out: of a parameter no database knows that the partial index holds.
        .add(Expr::cust("state IN ('held', 'waiting')"))
        .add(Column::DueAt.lte(now))
        .add(Column::LockedUntil.is_null().or(Column::LockedUntil.lt(now)))
}

/// The channels by which something is due.
///
/// # Errors
/// Denied; the database error.
pub async fn due_routes(ctx: &Ctx) -> Result<Vec<Route>, Error> {
    ctx.authorize(ROUTE_NOTIFICATIONS)?;
    let mut found = Vec::new();
    for route in Route::ALL {
        if Entity::find().filter(due(route, ctx.now())).one(ctx.read()).await?.is_some() {
            found.push(route);
        }
    }
    Ok(found)
}

/// Takes up to `limit` tellings of a channel that are due, the oldest first, under a lease, and with each that is told
/// together with others all of those.
///
/// # Errors
/// Denied; the database error.
pub async fn claim(ctx: &Ctx, route: Route, limit: u64) -> Result<Vec<Outgoing>, Error> {
    let grant = ctx.authorize(ROUTE_NOTIFICATIONS)?;
    let market = crate::snapshot(ctx).await?;
    let tx = ctx.begin_write().await?;
    lock(&tx).await?;
    let now = tx.now();
    let oldest = Query::select()
        .column(Column::Id)
        .from(Entity)
        .cond_where(due(route, now))
        .order_by(Column::DueAt, Order::Asc)
        .order_by(Column::Id, Order::Asc)
        .limit(limit)
        .to_owned();
    let mut claimed = taken(&tx, taking(now).and_where(Column::Id.in_subquery(oldest)).to_owned()).await?;
    let mut groups: BTreeMap<(NotificationRuleId, String), ()> = BTreeMap::new();
    for row in claimed.iter().filter(|row| row.digest) {
        groups.insert((row.rule_id, row.recipient.clone()), ());
    }
    for (rule, recipient) in groups.into_keys() {
        let others = due(route, now)
            .add(Column::RuleId.eq(rule))
            .add(Column::Recipient.eq(recipient))
            .add(Column::Digest.eq(true));
        claimed.extend(taken(&tx, taking(now).cond_where(others).to_owned()).await?);
    }
    claimed.sort_by_key(|row| (row.due_at, row.id));
    let outgoing = outgoing(&tx, &grant, claimed, &market.settings.mail_locale).await?;
    tx.commit().await?;
    Ok(outgoing)
}

/// Nobody else takes tellings until the end of the transaction. SQLite has one writer anyway.
async fn lock(tx: &WriteTx) -> Result<(), Error> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_raw(dialect::statement(&**tx, "SELECT pg_advisory_xact_lock(?)", [LOCK.into()])).await?;
    }
    Ok(())
}

fn taking(now: DateTime<Utc>) -> UpdateStatement {
    Query::update()
        .table(Entity)
        .value(Column::AttemptCount, Expr::col(Column::AttemptCount).add(1))
        .value(Column::RoundCount, Expr::col(Column::RoundCount).add(1))
        .value(Column::LockedUntil, now + LEASE)
        .returning_all()
        .to_owned()
}

async fn taken(tx: &WriteTx, claim: UpdateStatement) -> Result<Vec<Model>, Error> {
    let claim = tx.get_database_backend().build(&claim);
    Ok(Entity::find().from_raw_sql(claim).all(&**tx).await?)
}

/// What was taken, as it is sent: what goes together in one.
async fn outgoing(
    tx: &WriteTx,
    grant: &access::Grant,
    claimed: Vec<Model>,
    locale: &str,
) -> Result<Vec<Outgoing>, Error> {
    let mut parcels: Vec<Vec<Model>> = Vec::new();
    for row in claimed {
        let fits = |other: &Vec<Model>| {
            other.first().is_some_and(|first| {
                first.digest && row.digest && first.rule_id == row.rule_id && first.recipient == row.recipient
            })
        };
        match parcels.iter_mut().find(|parcel| fits(parcel)) {
            Some(parcel) => parcel.push(row),
            None => parcels.push(vec![row]),
        }
    }
    let mut sent = Vec::with_capacity(parcels.len());
    for parcel in parcels {
        let Some(first) = parcel.first() else { continue };
        let rule = repo::notification::rule(&**tx, grant, first.rule_id).await?;
        let told: Vec<(&str, &str)> = parcel.iter().map(|row| (row.title.as_str(), row.body.as_str())).collect();
        let (title, text) = in_one(&told, locale);
        let seat = first.seat_role.clone().map(|role| Seat { merchant: first.seat_merchant_id, role });
        sent.push(Outgoing {
            id: first.id,
            all: parcel.iter().map(|row| row.id).collect(),
            rule: rule.id,
            number: first.attempt_count,
            route: Route::parse(&first.channel),
            recipient: first.recipient.clone(),
            person: first.user_id.zip(seat),
            in_force: rule.active,
            chat_url: repo::notification::chat_url(tx, &rule),
            title,
            text,
            at: tx.now(),
        });
    }
    Ok(sent)
}
