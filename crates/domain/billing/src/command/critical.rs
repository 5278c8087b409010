//! Looks at all balances, and tells once when one becomes critical and once when it is in order again.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use context::{Ctx, Error as CoreError, WriteTx};
use history::Change;
use kernel::id::MerchantId;
use kernel::{Currency, Money};
use marketplace::{CriticalKind, Settings};
use sea_orm::ConnectionTrait;

use crate::actions::POST;
use crate::error::Error;
use crate::event::{BalanceBecameCritical, BalanceRecovered};
use crate::model::{Alarm, CriticalBalance, Holdings, alarms};
use crate::post::Ledger;
use crate::repo;

/// What a look at all balances did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BalancesWatched {
    /// Those that became critical.
    pub found: u64,
    /// Those that are in order again.
    pub ended: u64,
}

/// Looks at the balances of all merchants by the thresholds in force. A crossing is told once, and again only after the
/// balance was in order. Each merchant and currency in a transaction of its own, and none where nothing changed. Run by a
/// schedule.
///
/// # Errors
/// Denied; the database error; what was done before it stays done.
pub async fn watch_balances(ctx: &Ctx) -> Result<BalancesWatched, Error> {
    ctx.authorize(POST)?;
    let market = marketplace::snapshot(ctx).await.map_err(CoreError::internal)?;
    let open = repo::open_critical(ctx.read(), None).await?;
    let mut changed: BTreeSet<(MerchantId, Currency)> = BTreeSet::new();
    for (merchant, currency, held) in repo::holdings(ctx.read(), None).await? {
        let key = (merchant, currency);
        let known = open.iter().filter(|of| (of.merchant_id, of.amount.currency) == key);
        let known: Vec<Alarm> = known.map(alarm_of).collect();
        let held = aged(ctx.read(), key, held, ctx.now(), &market.settings).await?;
        let found = alarms(held, ctx.now(), |kind| market.settings.critical_at(merchant, currency, kind));
        if known.len() != found.len() || !found.iter().all(|alarm| known.contains(alarm)) {
            changed.insert(key);
        }
    }
    let mut done = BalancesWatched::default();
    for key in changed {
        let one = watch(ctx, key, &market.settings).await?;
        done.found += one.found;
        done.ended += one.ended;
    }
    Ok(done)
}

fn alarm_of(of: &CriticalBalance) -> Alarm {
    Alarm { kind: of.kind, amount_minor: of.amount.minor, threshold: of.threshold, severity_ppm: of.severity_ppm }
}

/// The same with the age of what waits, where it may be too old.
async fn aged<C: ConnectionTrait>(
    conn: &C,
    key: (MerchantId, Currency),
    held: Holdings,
    now: DateTime<Utc>,
    settings: &Settings,
) -> Result<Holdings, Error> {
    let days = settings.critical_at(key.0, key.1, CriticalKind::PayableTooOld);
    let Some(days) = days.filter(|_| held.available_minor > 0) else { return Ok(held) };
    let before = now - Duration::days(days);
    let waits_since = repo::waits_since(conn, key, held.available_minor, before).await?;
    Ok(Holdings { waits_since, ..held })
}

/// Looks at one balance under the lock of the ledger.
async fn watch(ctx: &Ctx, key: (MerchantId, Currency), settings: &Settings) -> Result<BalancesWatched, Error> {
    let (merchant, currency) = key;
    let mut tx = ctx.begin_write().await?;
    Ledger::lock(&tx, currency).await?;
    let now = tx.now();
    let held = repo::holdings(&*tx, Some(key)).await?.pop().map(|(.., held)| held).unwrap_or_default();
    let held = aged(&*tx, key, held, now, settings).await?;
    let found = alarms(held, now, |kind| settings.critical_at(merchant, currency, kind));
    let mut done = BalancesWatched::default();
    let open = repo::open_critical(&*tx, Some(key)).await?;
    for of in &open {
        match found.iter().find(|alarm| alarm.kind == of.kind) {
            Some(alarm) => repo::save_critical(&tx, &still(of, alarm)).await?,
            None => {
                end(&mut tx, of).await?;
                done.ended += 1;
            }
        }
    }
    for alarm in found.iter().filter(|alarm| open.iter().all(|of| of.kind != alarm.kind)) {
        begin(&mut tx, key, alarm).await?;
        done.found += 1;
    }
    tx.commit().await?;
    Ok(done)
}

fn still(of: &CriticalBalance, alarm: &Alarm) -> CriticalBalance {
    CriticalBalance {
        amount: Money::new(alarm.amount_minor, of.amount.currency),
        threshold: alarm.threshold,
        severity_ppm: alarm.severity_ppm,
        ..of.clone()
    }
}

async fn begin(tx: &mut WriteTx, (merchant_id, currency): (MerchantId, Currency), alarm: &Alarm) -> Result<(), Error> {
    let of = CriticalBalance {
        id: tx.new_id(),
        merchant_id,
        kind: alarm.kind,
        amount: Money::new(alarm.amount_minor, currency),
        threshold: alarm.threshold,
        severity_ppm: alarm.severity_ppm,
        since_at: tx.now(),
        ended_at: None,
    };
    repo::insert_critical(tx, &of).await?;
    let change =
        Change::new("critical_balance", of.id, "found").of_merchant(merchant_id).field("kind", None::<&str>, of.kind);
    tx.record(change.field("amountMinor", None::<i64>, of.amount.minor));
    tx.emit(&BalanceBecameCritical { balance: of.id, merchant: merchant_id, kind: of.kind, amount: of.amount });
    Ok(())
}

async fn end(tx: &mut WriteTx, of: &CriticalBalance) -> Result<(), Error> {
    repo::save_critical(tx, &CriticalBalance { ended_at: Some(tx.now()), ..of.clone() }).await?;
    let change = Change::new("critical_balance", of.id, "ended").of_merchant(of.merchant_id);
    tx.record(change.field("kind", of.kind, None::<&str>));
    tx.emit(&BalanceRecovered { balance: of.id, merchant: of.merchant_id, kind: of.kind });
    Ok(())
}
