//! What nobody answers in time.

use context::Ctx;
use kernel::id::QuoteId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Said, save};
use crate::Error;
use crate::actions::DRIVE;
use crate::entity::quote;
use crate::model::quote::{QuoteState, QuoteStepKind, is_open};
use crate::repo::quote as repo;

/// Ends quotes that their merchant did not answer in time, and offers that do not stand any more; each in a transaction
/// of its own. Returns how many; run by a schedule.
///
/// # Errors
/// The right may be missing; the database error. Those before it stay ended.
pub async fn quotes_expire(ctx: &Ctx, limit: u64) -> Result<u64, Error> {
    let grant = ctx.authorize(DRIVE)?;
    let reach = repo::Reach::of(&ctx.read_for(&grant), &grant).await?;
    let due: Vec<QuoteId> = quote::Entity::find()
        .select_only()
        .column(quote::Column::Id)
        .filter(quote::Column::DueAt.lte(ctx.now()))
        .order_by_asc(quote::Column::DueAt)
        .limit(limit)
        .into_tuple()
        .all(&ctx.read_for(&grant))
        .await?;
    let mut count = 0;
    for id in due {
        let mut tx = ctx.begin_write_for(&grant).await?;
        let mut found = repo::find(&*tx, &reach, id, true).await?.quote;
        // Somebody may have answered since it was read.
        if !is_open(found.row.state) || found.state_at(tx.now()) != QuoteState::Expired {
            continue;
        }
        let before = found.row.state;
        found.row.state = QuoteState::Expired;
        found.row.due_at = None;
        save(&mut tx, ctx, before, &mut found, QuoteStepKind::Expired, Said::default()).await?;
        tx.commit().await?;
        count += 1;
    }
    Ok(count)
}
