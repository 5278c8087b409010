//! Authorizations are renewed before they run out.

use chrono::{DateTime, Duration, Utc};
use context::Ctx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::plan::{Wanted, plan};
use crate::actions::EXECUTE;
use crate::entity::payment;
use crate::error::Error;
use crate::model::OperationKind;
use crate::repo;

/// How long before its end an authorization is renewed.
const LEAD: Duration = Duration::hours(24);
/// Payments looked at in one call.
const BATCH: u64 = 100;

/// Asks providers to hold anew what they hold no longer than a day from `now`, each payment in a transaction of its
/// own. The old hold is given up when the new one stands. Returns how many were asked for; run by a schedule, and safe
/// to run twice at once: each hold is renewed once.
///
/// # Errors
/// The database error; those before it are asked for.
pub async fn renew_due(ctx: &Ctx, now: DateTime<Utc>) -> Result<usize, Error> {
    ctx.authorize(EXECUTE)?;
    let due = payment::Entity::find()
        .filter(payment::Column::HeldUntil.lte(now + LEAD))
        .filter(payment::Column::ClosedAt.is_null())
        .order_by_asc(payment::Column::HeldUntil)
        .limit(BATCH)
        .all(ctx.read())
        .await?;
    let mut asked = 0;
    for row in due {
        let mut tx = ctx.begin_write().await?;
        let mut payment = repo::lock_payment(&tx, row.id).await?;
        // Renewed or closed since it was read.
        if payment.closed_at.is_some() || payment.held_until.is_none_or(|at| at > now + LEAD) {
            continue;
        }
        let (charge, sources) = (payment.charge.clone(), repo::sources_of(&tx, payment.id).await?);
        let held = sources.iter().find(|source| source.charge == charge && source.provider == payment.provider);
        let rest = held.map_or(0, crate::model::Source::capturable_minor);
        // Until the provider tells of the new hold there is nothing to be renewed.
        payment.held_until = None;
        if rest > 0 {
            let mut wanted = Wanted::of(OperationKind::Authorize, rest, payment.provider.clone());
            wanted.replaces = charge;
            plan(&mut tx, &mut payment, wanted).await?;
            asked += 1;
        }
        repo::save_payment(&tx, &payment).await?;
        tx.commit().await?;
    }
    Ok(asked)
}
