//! Reminds buyers of what they owe.

use chrono::Duration;
use context::Ctx;
use kernel::id::ReceivableId;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::EXECUTE;
use crate::entity::receivable;
use crate::error::Error;
use crate::event::ReceivableOverdue;
use crate::model::Receivable;

/// Receivables looked at together.
const BATCH: u64 = 200;

/// How buyers are reminded.
#[derive(Debug, Clone, Copy)]
pub struct Reminders {
    /// Days after which a buyer is reminded, and again after as many; 0: never.
    pub every_days: u32,
    /// How many times at most.
    pub most: u32,
}

/// Tells of what is overdue and due to be reminded of. Each step is told once, however many look at the same time; of
/// several that were missed only the last one. Returns how many were told of.
///
/// # Errors
/// The right may be missing; the database error.
pub async fn remind_due(ctx: &Ctx, how: Reminders) -> Result<usize, Error> {
    use receivable::Column as C;
    ctx.authorize(EXECUTE)?;
    let now = ctx.now();
    let (mut told, mut after) = (0, None::<ReceivableId>);
    if how.every_days == 0 || how.most == 0 {
        return Ok(told);
    }
    loop {
        let mut query = receivable::Entity::find()
            .filter(C::SettledAt.is_null())
            .filter(C::DueAt.lte(now - Duration::days(how.every_days.into())))
            .filter(C::Reminders.lt(how.most))
            .order_by_asc(C::Id)
            .limit(BATCH);
        if let Some(after) = after {
            query = query.filter(C::Id.gt(after));
        }
        let rows = query.all(ctx.read()).await?;
        let Some(last) = rows.last() else { return Ok(told) };
        after = Some(last.id);
        for row in rows {
            let owed = Receivable::from(row);
            if let Some(step) = owed.reminder_due(now, how.every_days, how.most) {
                told += usize::from(remind(ctx, &owed, step).await?);
            }
        }
    }
}

async fn remind(ctx: &Ctx, owed: &Receivable, step: i64) -> Result<bool, Error> {
    use receivable::Column as C;
    let mut tx = ctx.begin_write().await?;
    let done = receivable::Entity::update_many()
        .col_expr(C::Reminders, Expr::value(step))
        .col_expr(C::RemindedAt, Expr::value(Some(tx.now())))
        .filter(C::Id.eq(owed.id))
        .filter(C::SettledAt.is_null())
        .filter(C::Reminders.lt(step))
        .exec(&*tx)
        .await?;
    if done.rows_affected == 0 {
        return Ok(false);
    }
    tx.emit(&ReceivableOverdue { receivable: owed.id, order: owed.order_id, step });
    tx.commit().await?;
    Ok(true)
}
