//! The clock: what is due soon is told, what is late goes up.

use context::Ctx;

use super::change::strike;
use crate::actions::RUN_TASKS;
use crate::{Error, repo};

/// What a look at the clocks did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ticked {
    /// Tasks of which a clock struck.
    pub struck: u64,
}

/// Looks at all clocks that strike by now, `batch` tasks in one transaction, until there are no more. Nodes share: each
/// strike is written once.
///
/// # Errors
/// Denied; the database error; what was done before it stays done.
pub async fn tick(ctx: &Ctx, batch: u64) -> Result<Ticked, Error> {
    ctx.authorize(RUN_TASKS)?;
    let mut done = Ticked::default();
    loop {
        let mut tx = ctx.begin_write().await?;
        let tasks = repo::task::lock_striking(&tx, ctx.now(), batch).await?;
        if tasks.is_empty() {
            return Ok(done);
        }
        let market = crate::snapshot_on(&*tx).await?;
        for mut task in tasks {
            strike(&mut tx, &mut task, &market.settings.tasks);
            task.version += 1;
            repo::task::save(&tx, &task).await?;
            done.struck += 1;
        }
        tx.commit().await?;
    }
}
