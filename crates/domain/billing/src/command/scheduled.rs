//! Payouts by the clock.

use context::{Ctx, Error as CoreError};
use marketplace::PayoutSchedule;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::run::{RunPayouts, Whom, run};
use crate::actions::RUN_PAYOUT;
use crate::entity::{head, merchant_billing};
use crate::error::Error;

/// Pays those whose schedule pays them today what was available when the day began, one run for each currency and
/// day. Running it again pays nobody twice. Returns how many payouts there were.
///
/// # Errors
/// Denied; the database error.
pub async fn run_scheduled_payouts(ctx: &Ctx) -> Result<i64, Error> {
    ctx.authorize(RUN_PAYOUT)?;
    let market = marketplace::snapshot(ctx).await.map_err(CoreError::internal)?;
    let billing = &market.settings.billing;
    if billing.payout_schedule == PayoutSchedule::Manual {
        let own = merchant_billing::Entity::find().filter(merchant_billing::Column::PayoutSchedule.is_not_null());
        if own.one(ctx.read()).await?.is_none() {
            return Ok(0);
        }
    }
    let day = billing.time_zone.date_of(ctx.now());
    let cut_off_at = Some(billing.time_zone.start_of(day));
    let mut paid = 0;
    for head in head::Entity::find().all(ctx.read()).await? {
        let (run_key, currency) = (format!("scheduled {day} {}", head.currency), head.currency);
        let input = RunPayouts { run_key, currency, cut_off_at, minimum_minor: None };
        paid += run(ctx, input, Whom::Due(day)).await?.map_or(0, |run| run.payout_count);
    }
    Ok(paid)
}
