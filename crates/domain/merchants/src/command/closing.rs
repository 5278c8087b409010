//! Planned closings.

use context::Ctx;
use history::Change;
use kernel::id::MerchantId;

use super::step::{seen, tell_selling};
use crate::actions::EDIT_PROFILE;
use crate::model::closing::plan;
use crate::model::{Closing, Merchant};
use crate::{Error, repo};

/// A new plan.
#[derive(Debug, Clone)]
pub struct PlanClosings {
    /// The merchant.
    pub id: MerchantId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// When it will sell nothing, as a whole; what is over is forgotten.
    pub closings: Vec<Closing>,
}

/// Plans when a merchant sells nothing. Within a closing new orders are refused; what was ordered before is finished.
///
/// # Errors
/// What is wrong with the input; not found; stale; denied; the database error.
pub async fn plan_closings(ctx: &Ctx, input: PlanClosings) -> Result<Merchant, Error> {
    let grant = ctx.authorize(EDIT_PROFILE)?;
    let closings = plan(input.closings, ctx.now())?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = seen(&tx, &grant, input.id, input.expected_version).await?;
    let after = Merchant { closings, version: before.version + 1, updated_at: tx.now(), ..before.clone() };
    repo::save(&tx, &grant, &after, before.version).await?;
    let change = Change::new("merchant", after.id, "closings_planned").of_merchant(after.id);
    tx.record(change.diff(Some(&before), Some(&after)));
    tell_selling(&mut tx, &before, &after);
    tx.commit().await?;
    Ok(after)
}
