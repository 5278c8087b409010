//! The clock of a sandbox, which operators put forward.

use access::Action;
use chrono::{DateTime, Duration, Utc};
use kernel::{Clock as _, Invalid, SandboxClock};
use sea_orm::ConnectionTrait;

use crate::{Ctx, Error};

/// Put the clock of a sandbox forward.
pub const SET_CLOCK: Action = Action::new("sandbox", "clock");

/// The farthest that a clock may be put forward at once.
const STEP_MAX: Duration = Duration::days(3660);

/// Puts the clock forward to `to`, for this process and for later starts. Other processes that run hear of it when they
/// start again, so a sandbox that is put forward is one process.
///
/// # Errors
/// [`Invalid`] for a time before now or farther than ten years ahead; not found where the clock is the machine's;
/// denied; the database error.
pub async fn sandbox_clock_set(
    ctx: &Ctx,
    clock: Option<&SandboxClock>,
    to: DateTime<Utc>,
) -> Result<DateTime<Utc>, Error> {
    ctx.authorize(SET_CLOCK)?;
    let clock = clock.ok_or(Error::NotFound("sandbox clock"))?;
    let now = ctx.now();
    if to < now || to > now + STEP_MAX {
        return Err(Invalid::new("at", "OUT_OF_RANGE", "must be later than now, at most ten years").into());
    }
    let offset = clock.offset_to(to);
    let tx = ctx.begin_write().await?;
    let sql = "INSERT INTO sandbox_clock (id, offset_micros) VALUES (1, ?)
        ON CONFLICT (id) DO UPDATE SET offset_micros = excluded.offset_micros";
    tx.execute_raw(db::dialect::statement(&*tx, sql, [offset.into()])).await?;
    tx.commit().await?;
    clock.put_forward(offset);
    Ok(clock.now())
}

/// Puts the clock where an earlier process left it.
///
/// # Errors
/// The database error.
pub async fn sandbox_clock_load<C: ConnectionTrait>(conn: &C, clock: &SandboxClock) -> Result<(), Error> {
    let sql = "SELECT offset_micros FROM sandbox_clock WHERE id = 1";
    if let Some(row) = conn.query_one_raw(db::dialect::statement(conn, sql, [])).await? {
        clock.put_forward(row.try_get("", "offset_micros")?);
    }
    Ok(())
}
