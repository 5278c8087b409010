//! Closes statements when their period is over.

use chrono::{DateTime, Utc};
use context::{Ctx, Error as CoreError};
use history::Change;
use kernel::Currency;
use kernel::id::MerchantId;
use marketplace::{BillingSettings, Snapshot, StatementCycle};
use outbox::PendingJob;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};

use super::issue::issue;
use crate::actions::CLOSE_STATEMENT;
use crate::entity::head;
use crate::error::Error;
use crate::event::StatementClosed;
use crate::model::ClosedStatement;
use crate::model::closed::summarize;
use crate::papers_repo as repo;
use crate::post::Ledger;
use crate::query::{moved_on, of_balance};
use crate::worker::WriteStatementFile;

/// Periods closed in one call at most; the next call goes on.
const PERIODS_MAX: usize = 5_000;

/// Closes every period that is over, one transaction each, with its invoice and its credit note. Closing again does
/// nothing. Returns how many were closed.
///
/// # Errors
/// Denied; the database error (what was closed before it stays closed).
pub async fn close_statements(ctx: &Ctx) -> Result<usize, Error> {
    ctx.authorize(CLOSE_STATEMENT)?;
    let market = marketplace::snapshot(ctx).await.map_err(CoreError::internal)?;
    let now = ctx.now();
    let mut closed = 0;
    for currency in head::Entity::find().all(ctx.read()).await?.into_iter().map(|head| head.currency) {
        let due = due(ctx, currency, &market.settings.billing, now).await?;
        if due.is_empty() {
            continue;
        }
        seal(ctx, currency).await?;
        for merchant in due {
            while closed < PERIODS_MAX && close_one(ctx, &market, &merchant, currency, now).await? {
                closed += 1;
            }
        }
    }
    Ok(closed)
}

#[derive(FromQueryResult)]
struct Since {
    merchant_id: MerchantId,
    opened_at: DateTime<Utc>,
    closed_to: Option<DateTime<Utc>>,
}

/// A merchant with a period that is over.
struct Due {
    merchant: MerchantId,
    cycle: StatementCycle,
    /// When the first of its accounts was opened.
    opened_at: DateTime<Utc>,
}

/// The merchants with a period that is over.
async fn due(ctx: &Ctx, currency: Currency, settings: &BillingSettings, now: DateTime<Utc>) -> Result<Vec<Due>, Error> {
    let sql = format!(
        "SELECT a.merchant_id, MIN(a.opened_at) AS opened_at, (SELECT MAX(s.to_at) FROM statement s
            WHERE s.merchant_id = a.merchant_id AND s.currency = a.currency) AS closed_to
        FROM ledger_account a WHERE a.currency = ? AND a.merchant_id IS NOT NULL AND {}
        GROUP BY a.merchant_id, a.currency ORDER BY a.merchant_id",
        of_balance()
    );
    let statement = db::dialect::statement(ctx.read(), &sql, [currency.into()]);
    let all = Since::find_by_statement(statement).all(ctx.read()).await?;
    let mut due = Vec::new();
    for chunk in all.chunks(1_000) {
        let ids: Vec<MerchantId> = chunk.iter().map(|since| since.merchant_id).collect();
        let profiles = repo::profiles(ctx.read(), &ids).await?;
        for since in chunk {
            let own = profiles.get(&since.merchant_id).and_then(|profile| profile.statement_cycle);
            let cycle = own.unwrap_or(settings.statement_cycle);
            if cycle.end(since.closed_to.unwrap_or(since.opened_at), settings.time_zone) <= now {
                due.push(Due { merchant: since.merchant_id, cycle, opened_at: since.opened_at });
            }
        }
    }
    Ok(due)
}

/// From now on nothing is posted with an earlier time, also by a node whose clock is late: what was posted before
/// now is complete.
async fn seal(ctx: &Ctx, currency: Currency) -> Result<(), Error> {
    let tx = ctx.begin_write().await?;
    let posted_at = Ledger::lock(&tx, currency).await?.posted_at();
    head::Entity::update_many()
        .col_expr(head::Column::PostedAt, Expr::value(posted_at))
        .filter(head::Column::Currency.eq(currency))
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Closes the next period of a merchant; `false` when none is over, or somebody else closed it.
async fn close_one(
    ctx: &Ctx,
    market: &Snapshot,
    due: &Due,
    currency: Currency,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let Due { merchant, cycle, opened_at } = *due;
    let zone = market.settings.billing.time_zone;
    let mut tx = ctx.begin_write().await?;
    let last = repo::last_statement(&*tx, merchant, currency).await?;
    let (cycle_no, from, opening_minor) = match &last {
        Some(last) => (last.cycle_no + 1, last.to, last.closing_minor),
        None => (1, cycle.start(opened_at, zone), 0),
    };
    let to = cycle.end(from, zone);
    if to > now {
        return Ok(false);
    }
    let (moved, entry_count) = moved_on(&*tx, merchant, currency, from, to).await?;
    let summary = summarize(&moved);
    let change: i64 = summary.lines.iter().map(crate::model::StatementLine::incl_tax_minor).sum();
    let mut closed = ClosedStatement {
        id: tx.new_id(),
        merchant_id: merchant,
        currency,
        cycle_no,
        cycle: cycle.as_str().to_owned(),
        time_zone: zone.name().to_owned(),
        from,
        to,
        opening_minor,
        closing_minor: opening_minor + change,
        entry_count,
        lines: summary.lines,
        hash: String::new(),
        closed_at: tx.now(),
    };
    closed.hash = closed.fingerprint();
    if !repo::insert_statement(&tx, &closed).await? {
        return Ok(false);
    }
    issue(&mut tx, market, &closed, &summary.charged).await?;
    tx.enqueue(PendingJob::of(&WriteStatementFile { statement: closed.id }).once(format!("statement:{}", closed.id)));
    tx.record(Change::new("statement", closed.id, "closed").of_merchant(merchant));
    tx.emit(&StatementClosed { statement: closed.id, merchant, from, to });
    tx.commit().await?;
    Ok(true)
}
