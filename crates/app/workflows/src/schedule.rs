//! What happens by the clock: deadlines, releases, sweeps.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};

use context::Ctx;

use crate::Deps;

/// How often the clock is looked at.
const TICK: Duration = Duration::from_secs(5);
/// Rows one step of a chore takes.
const BATCH: u64 = 200;

/// Something that is done every so often, by one node at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chore {
    AcceptanceDeadlines,
    AcceptanceReminders,
    LateShipments,
    PaymentDeadlines,
    RemindBuyers,
    StrayPayments,
    RenewAuthorizations,
    ReleaseEarnings,
    AgeDebts,
    ChargeSubscriptions,
    CloseStatements,
    PayMerchants,
    ChasePayouts,
    CloseOrders,
    ForgetCarts,
    ExpireDrafts,
    ExpireQuotes,
    ForgetSecrets,
    ForgetUploads,
    TurnMerchants,
    RateMerchants,
    TaskClocks,
    WatchBalances,
    CloseConversations,
    ForgetNotifications,
}

impl Chore {
    const ALL: [Self; 25] = [
        Self::AcceptanceDeadlines,
        Self::AcceptanceReminders,
        Self::LateShipments,
        Self::PaymentDeadlines,
        Self::RemindBuyers,
        Self::StrayPayments,
        Self::RenewAuthorizations,
        Self::ReleaseEarnings,
        Self::AgeDebts,
        Self::ChargeSubscriptions,
        Self::CloseStatements,
        Self::PayMerchants,
        Self::ChasePayouts,
        Self::CloseOrders,
        Self::ForgetCarts,
        Self::ExpireDrafts,
        Self::ExpireQuotes,
        Self::ForgetSecrets,
        Self::ForgetUploads,
        Self::TurnMerchants,
        Self::RateMerchants,
        Self::TaskClocks,
        Self::WatchBalances,
        Self::CloseConversations,
        Self::ForgetNotifications,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::AcceptanceDeadlines => "acceptance_deadlines",
            Self::AcceptanceReminders => "acceptance_reminders",
            Self::LateShipments => "late_shipments",
            Self::PaymentDeadlines => "payment_deadlines",
            Self::RemindBuyers => "remind_buyers",
            Self::StrayPayments => "stray_payments",
            Self::RenewAuthorizations => "renew_authorizations",
            Self::ReleaseEarnings => "release_earnings",
            Self::AgeDebts => "age_debts",
            Self::ChargeSubscriptions => "charge_subscriptions",
            Self::CloseStatements => "close_statements",
            Self::PayMerchants => "pay_merchants",
            Self::ChasePayouts => "chase_payouts",
            Self::CloseOrders => "close_orders",
            Self::ForgetCarts => "forget_carts",
            Self::ExpireDrafts => "expire_drafts",
            Self::ExpireQuotes => "expire_quotes",
            Self::ForgetSecrets => "forget_secrets",
            Self::ForgetUploads => "forget_uploads",
            Self::TurnMerchants => "turn_merchants",
            Self::RateMerchants => "rate_merchants",
            Self::TaskClocks => "task_clocks",
            Self::WatchBalances => "watch_balances",
            Self::CloseConversations => "close_conversations",
            Self::ForgetNotifications => "forget_notifications",
        }
    }

    const fn every(self) -> TimeDelta {
        match self {
            Self::AcceptanceDeadlines
            | Self::ExpireQuotes
            | Self::PaymentDeadlines
            | Self::StrayPayments
            | Self::RateMerchants
            | Self::ReleaseEarnings
            | Self::TaskClocks
            | Self::TurnMerchants => TimeDelta::minutes(1),
            Self::AcceptanceReminders
            | Self::CloseOrders
            | Self::CloseStatements
            | Self::LateShipments
            | Self::PayMerchants
            | Self::RemindBuyers
            | Self::RenewAuthorizations
            | Self::WatchBalances => TimeDelta::minutes(10),
            Self::AgeDebts
            | Self::ChargeSubscriptions
            | Self::ChasePayouts
            | Self::ForgetCarts
            | Self::ForgetNotifications
            | Self::ExpireDrafts
            | Self::ForgetSecrets
            | Self::ForgetUploads
            | Self::CloseConversations => TimeDelta::hours(1),
        }
    }

    async fn run(self, deps: &Deps) -> Result<(), String> {
        let ctx = deps.ctx();
        let now = ctx.now();
        let text = |error: &dyn std::error::Error| error.to_string();
        match self {
            Self::AcceptanceDeadlines => orders::command::expire_due(&ctx, BATCH).await.map(drop).map_err(|e| text(&e)),
            Self::AcceptanceReminders => orders::command::remind_due(&ctx, BATCH).await.map(drop).map_err(|e| text(&e)),
            Self::LateShipments => orders::command::find_overdue(&ctx, BATCH).await.map(drop).map_err(|e| text(&e)),
            Self::PaymentDeadlines => payments::expire_due(&ctx, now).await.map(drop).map_err(|e| text(&e)),
            Self::RemindBuyers => remind_buyers(&ctx).await,
            Self::StrayPayments => payments::sweep(&ctx, now).await.map(drop).map_err(|e| text(&e)),
            Self::RenewAuthorizations => payments::renew_due(&ctx, now).await.map(drop).map_err(|e| text(&e)),
            Self::ReleaseEarnings => billing::command::release_due(&ctx, now).await.map(drop).map_err(|e| text(&e)),
            Self::AgeDebts => billing::command::age_debts(&ctx, now).await.map(drop).map_err(|e| text(&e)),
            Self::ChasePayouts => billing::command::chase_payouts(&ctx, now).await.map(drop).map_err(|e| text(&e)),
            Self::ChargeSubscriptions => {
                billing::command::charge_subscriptions(&ctx, now).await.map(drop).map_err(|e| text(&e))
            }
            Self::CloseStatements => billing::close_statements(&ctx).await.map(drop).map_err(|e| text(&e)),
            Self::PayMerchants => billing::run_scheduled_payouts(&ctx).await.map(drop).map_err(|e| text(&e)),
            Self::CloseOrders => orders::command::close_due(&ctx, BATCH).await.map(drop).map_err(|e| text(&e)),
            Self::ForgetCarts => orders::command::carts_forget(&ctx, BATCH).await.map(drop).map_err(|e| text(&e)),
            Self::ExpireDrafts => orders::command::drafts_expire(&ctx, BATCH).await.map(drop).map_err(|e| text(&e)),
            Self::ExpireQuotes => orders::command::quotes_expire(&ctx, BATCH).await.map(drop).map_err(|e| text(&e)),
            Self::ForgetSecrets => identity::purge_expired(&ctx).await.map(drop).map_err(|e| text(&e)),
            Self::ForgetUploads => assets::command::expire_uploads(&ctx).await.map(drop).map_err(|e| text(&e)),
            Self::TurnMerchants => merchants::turn_due(&ctx, BATCH).await.map(drop).map_err(|e| text(&e)),
            Self::CloseConversations => {
                merchants::conversation::close_idle(&ctx, BATCH).await.map(drop).map_err(|e| text(&e))
            }
            Self::RateMerchants => merchants::rating::rate_due(&ctx, BATCH).await.map(drop).map_err(|e| text(&e)),
            Self::WatchBalances => billing::watch_balances(&ctx).await.map(drop).map_err(|e| text(&e)),
            Self::TaskClocks => marketplace::task::tick(&ctx, BATCH).await.map(drop).map_err(|e| text(&e)),
            Self::ForgetNotifications => forget_notifications(&ctx).await,
        }
    }
}

/// Reminds companies of what is overdue, as often as the settings say.
async fn remind_buyers(ctx: &Ctx) -> Result<(), String> {
    let market = marketplace::snapshot(ctx).await.map_err(|error| error.to_string())?;
    let account = market.settings.account;
    let how = payments::Reminders { every_days: account.reminder_days, most: account.reminders_max };
    payments::remind_due(ctx, how).await.map(drop).map_err(|error| error.to_string())
}

/// Removes what people read long ago, a few rows in each transaction.
async fn forget_notifications(ctx: &Ctx) -> Result<(), String> {
    loop {
        let gone = marketplace::command::notification::forget_old(ctx, BATCH).await;
        if gone.map_err(|error| error.to_string())? < BATCH {
            return Ok(());
        }
    }
}

/// Does every chore when it is due, until `shutdown` resolves. Nodes share: each slot is claimed by one of them.
pub async fn run(deps: &Deps, shutdown: impl Future<Output = ()> + Send) {
    tokio::pin!(shutdown);
    let mut seen = Seen::default();
    loop {
        tick(deps, &mut seen).await;
        tokio::select! {
            () = &mut shutdown => return,
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

/// The slots this node knows to be taken, so that it asks the database once a slot.
#[derive(Debug, Default)]
struct Seen(HashMap<&'static str, DateTime<Utc>>);

/// Does every chore whose slot nobody has claimed yet.
async fn tick(deps: &Deps, seen: &mut Seen) {
    let now = deps.ctx().now();
    for chore in Chore::ALL {
        let slot = now.duration_trunc(chore.every()).unwrap_or(now);
        if seen.0.insert(chore.name(), slot) == Some(slot) {
            continue;
        }
        match claimed(deps, chore, slot).await {
            Ok(true) => {
                if let Err(error) = chore.run(deps).await {
                    tracing::error!(chore = chore.name(), error, "a chore failed; its next slot tries again");
                }
            }
            Ok(false) => {}
            Err(error) => tracing::error!(chore = chore.name(), %error, "a slot cannot be claimed"),
        }
    }
}

/// Does every chore now, whatever the slot. For tests and demos, where the clock jumps.
///
/// # Errors
/// The text of the first chore that failed.
pub async fn run_all(deps: &Deps) -> Result<(), String> {
    for chore in Chore::ALL {
        chore.run(deps).await?;
    }
    Ok(())
}

async fn claimed(deps: &Deps, chore: Chore, slot: DateTime<Utc>) -> Result<bool, context::Error> {
    let ctx = deps.ctx();
    let tx = ctx.begin_write().await?;
    let mine = outbox::claim_slot(&tx, chore.name(), slot).await?;
    tx.commit().await?;
    Ok(mine)
}
