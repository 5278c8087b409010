//! Finds what was left lying: open operations, held money of closed payments, stray money.

use chrono::{DateTime, Duration, Utc};
use context::Ctx;
use kernel::Money;
use outbox::PendingJob;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::plan::{plan_for_orphan, plan_voids};
use crate::actions::EXECUTE;
use crate::entity::{operation, orphan, payment};
use crate::error::Error;
use crate::model::OperationKind;
use crate::repo;
use crate::worker::LookupOperation;

/// How long an operation may stay open before it is asked for once more.
const OPEN_FOR: Duration = Duration::minutes(15);
/// Rows of each kind looked at in one call.
const BATCH: u64 = 100;
const OPEN_STATES: [&str; 4] = ["planned", "sent", "action_required", "unknown"];

/// What a sweep set in motion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Operations whose outcome is asked for again.
    pub lookups: usize,
    /// Closed payments whose held money is given up.
    pub voids: usize,
    /// Stray money whose return is tried again.
    pub orphans: usize,
}

/// Sets in motion what was left lying. Called by a schedule; calling it often does no harm.
///
/// # Errors
/// The database error.
pub async fn sweep(ctx: &Ctx, now: DateTime<Utc>) -> Result<Swept, Error> {
    ctx.authorize(EXECUTE)?;
    Ok(Swept {
        lookups: ask_again(ctx, now).await?,
        voids: give_up(ctx).await?,
        orphans: return_strays(ctx, now).await?,
    })
}

async fn ask_again(ctx: &Ctx, now: DateTime<Utc>) -> Result<usize, Error> {
    let open = operation::Entity::find()
        .filter(operation::Column::State.is_in(OPEN_STATES))
        .filter(operation::Column::Provider.is_not_null())
        .filter(operation::Column::CreatedAt.lte(now - OPEN_FOR))
        .order_by_asc(operation::Column::CreatedAt)
        .limit(BATCH)
        .all(ctx.read())
        .await?;
    if open.is_empty() {
        return Ok(0);
    }
    let mut tx = ctx.begin_write().await?;
    for row in &open {
        // One job per operation and quarter of an hour, however often the sweep runs.
        let slot = now.timestamp() / OPEN_FOR.num_seconds();
        let job = PendingJob::of(&LookupOperation { operation: row.id });
        tx.enqueue(job.once(format!("payment_lookup:{}:{slot}", row.id)));
    }
    tx.commit().await?;
    Ok(open.len())
}

async fn give_up(ctx: &Ctx) -> Result<usize, Error> {
    let used = Expr::col(payment::Column::CapturedMinor)
        .add(Expr::col(payment::Column::CapturePendingMinor))
        .add(Expr::col(payment::Column::VoidedMinor))
        .add(Expr::col(payment::Column::VoidPendingMinor));
    let held = payment::Entity::find()
        .filter(payment::Column::ClosedAt.is_not_null())
        .filter(payment::Column::Holds.eq(true))
        .filter(Expr::col(payment::Column::AuthorizedMinor).gt(used))
        .order_by_asc(payment::Column::Id)
        .limit(BATCH)
        .all(ctx.read())
        .await?;
    let mut count = 0;
    for row in held {
        let mut tx = ctx.begin_write().await?;
        let mut payment = repo::lock_payment(&tx, row.id).await?;
        let before = payment.amounts;
        plan_voids(&mut tx, &mut payment).await?;
        if payment.amounts != before {
            repo::save_payment(&tx, &payment).await?;
            tx.commit().await?;
            count += 1;
        }
    }
    Ok(count)
}

async fn return_strays(ctx: &Ctx, now: DateTime<Utc>) -> Result<usize, Error> {
    let open = Query::select()
        .expr(Expr::val(1))
        .from(operation::Entity)
        .and_where(
            Expr::col((operation::Entity, operation::Column::OrphanId)).equals((orphan::Entity, orphan::Column::Id)),
        )
        .and_where(operation::Column::State.is_in(OPEN_STATES))
        .to_owned();
    let strays = orphan::Entity::find()
        .filter(orphan::Column::ReturnedAt.is_null())
        .filter(orphan::Column::FoundAt.lte(now - OPEN_FOR))
        .filter(Expr::exists(open).not())
        .order_by_asc(orphan::Column::FoundAt)
        .limit(BATCH)
        .all(ctx.read())
        .await?;
    if strays.is_empty() {
        return Ok(0);
    }
    let mut tx = ctx.begin_write().await?;
    for row in &strays {
        let kind = if row.kind == "capture" { OperationKind::Refund } else { OperationKind::Void };
        let amount = Money::new(row.amount_minor, row.currency);
        plan_for_orphan(&mut tx, row.id, &row.provider, &row.charge, kind, amount).await?;
    }
    tx.commit().await?;
    Ok(strays.len())
}
