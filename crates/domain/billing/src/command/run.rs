//! Pays merchants.

use std::collections::HashMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use context::{Ctx, Error as CoreError, WriteTx};
use history::Change;
use kernel::id::{LedgerAccountId, MerchantId, PayoutId, PayoutRunId};
use kernel::{Currency, Invalid, Money, text};
use marketplace::BillingSettings;
use merchants::{BankAccount, PayoutAccount};
use outbox::PendingJob;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};

use crate::actions::RUN_PAYOUT;
use crate::entity::{payout, payout_run};
use crate::error::Error;
use crate::event::{PayoutHeld, PayoutInitiated};
use crate::model::build::payout_initiated;
use crate::model::{Account, BillingProfile, Payout, PayoutRun, PayoutState, PayoutVia, Skipped};
use crate::post::Ledger;
use crate::worker::{SendPayout, WritePayoutFile};
use crate::{papers_repo, repo};

/// Merchants whose bank accounts are read in one statement.
const CHUNK: usize = 1_000;

/// A run of payouts.
#[derive(Debug, Clone)]
pub struct RunPayouts {
    /// The caller's unique name of it, such as `2026-03-02 EUR`: running it twice pays once.
    pub run_key: String,
    /// The currency.
    pub currency: Currency,
    /// Only what was available at this time is paid; now when `None`.
    pub cut_off_at: Option<DateTime<Utc>>,
    /// The smallest payout, in minor units; that of the settings when `None`.
    pub minimum_minor: Option<i64>,
}

/// Whom a run pays.
#[derive(Debug, Clone, Copy)]
pub(super) enum Whom {
    /// Everybody.
    All,
    /// Those whose schedule pays them on this day.
    Due(NaiveDate),
    /// One merchant; the run is refused when there is nothing to send.
    One(MerchantId),
}

/// Pays every merchant what is available, in one transaction, and has the file for the bank written. What may not be
/// sent yet is a payout on hold; the money stays available.
///
/// # Errors
/// `Invalid` input; `KeyReused` when the name was used for another currency.
pub async fn run_payouts(ctx: &Ctx, input: RunPayouts) -> Result<PayoutRun, Error> {
    ctx.authorize(RUN_PAYOUT)?;
    let run = run(ctx, input, Whom::All).await?;
    Ok(run.ok_or_else(|| CoreError::internal("a run of everybody made nothing"))?)
}

/// Pays what a merchant has available, now that nothing holds the payout any more. Releasing it again answers the
/// same.
///
/// # Errors
/// `NotFound`; [`Error::NotPossible`] when it is not on hold, or something still holds it.
pub async fn release_payout(ctx: &Ctx, id: PayoutId) -> Result<PayoutRun, Error> {
    ctx.authorize(RUN_PAYOUT)?;
    let held = payout::Entity::find_by_id(id).one(ctx.read()).await?.ok_or(CoreError::NotFound("payout"))?;
    if !matches!(PayoutState::parse(&held.state), Some(PayoutState::OnHold | PayoutState::Canceled)) {
        return Err(Error::NotPossible("the payout is not on hold"));
    }
    let input =
        RunPayouts { run_key: format!("release {id}"), currency: held.currency, cut_off_at: None, minimum_minor: None };
    let run = run(ctx, input, Whom::One(held.merchant_id)).await?;
    run.ok_or(Error::NotPossible("the payout is not on hold"))
}

/// Runs payouts of `whom`; `None` when there was nobody to decide about.
pub(super) async fn run(ctx: &Ctx, input: RunPayouts, whom: Whom) -> Result<Option<PayoutRun>, Error> {
    let run_key = text::line("runKey", &input.run_key, 100)?;
    let market = marketplace::snapshot(ctx).await.map_err(CoreError::internal)?;
    let minimum_minor = input.minimum_minor.unwrap_or_else(|| market.settings.payout_minimum_minor(input.currency));
    if minimum_minor < 0 {
        return Err(Invalid::new("minimum", "OUT_OF_RANGE", "must not be negative").into());
    }
    let mut tx = ctx.begin_write().await?;
    let mut ledger = Ledger::lock(&tx, input.currency).await?;
    let known = payout_run::Entity::find().filter(payout_run::Column::RunKey.eq(&run_key)).one(&*tx).await?;
    if let Some(known) = known.map(PayoutRun::from) {
        return if known.currency == input.currency { Ok(Some(known)) } else { Err(CoreError::KeyReused.into()) };
    }
    let at = ledger.posted_at();
    let mut run = PayoutRun {
        id: tx.new_id(),
        run_key,
        currency: input.currency,
        cut_off_at: input.cut_off_at.unwrap_or(at).min(at),
        minimum_minor,
        payout_count: 0,
        total_minor: 0,
        skipped: Vec::new(),
        file_key: None,
        created_at: at,
    };
    let asked = input.minimum_minor.is_some();
    let planned = plan(&tx, &mut run, whom, asked, &market.settings.billing).await?;
    if planned.is_empty() && run.skipped.is_empty() && !matches!(whom, Whom::All) {
        return Ok(None);
    }
    if matches!(whom, Whom::One(_)) && run.payout_count == 0 {
        let reason = run.skipped.first().map_or("nothing is available", |skipped| still_held(&skipped.reason));
        return Err(Error::NotPossible(reason));
    }
    let (held, sent): (Vec<&Payout>, Vec<&Payout>) =
        planned.iter().partition(|payout| payout.state == PayoutState::OnHold);
    let postings = sent.iter().map(|payout| payout_initiated(payout, at)).collect::<Result<_, _>>()?;
    insert_run(&tx, &run).await?;
    let canceled = decide_anew(&tx, &run, whom, &planned).await?;
    repo::insert_payouts(&tx, &planned).await?;
    ledger.post(postings).await?;
    for payout in canceled {
        tx.record(Change::new("payout", payout.id, "canceled").of_merchant(payout.merchant_id));
    }
    for payout in &sent {
        tx.emit(&PayoutInitiated { payout: payout.id, merchant: payout.merchant_id, amount: payout.amount });
    }
    for payout in held {
        let reason = payout.hold_reason.clone().unwrap_or_default();
        tx.emit(&PayoutHeld { payout: payout.id, merchant: payout.merchant_id, amount: payout.amount, reason });
    }
    if sent.iter().any(|payout| payout.via == PayoutVia::Bank) {
        tx.enqueue(PendingJob::of(&WritePayoutFile { run: run.id }).once(format!("payout_file:{}", run.id)));
    }
    for payout in sent.iter().filter(|payout| payout.via == PayoutVia::Stripe) {
        tx.enqueue(PendingJob::of(&SendPayout { payout: payout.id }).once(format!("payout_send:{}", payout.id)));
    }
    let change = Change::new("payout_run", run.id, "created").field("runKey", None::<String>, &run.run_key);
    tx.record(change.field("totalMinor", None::<i64>, run.total_minor));
    tx.commit().await?;
    Ok(Some(run))
}

/// Cancels what was on hold before: this run decides about it.
async fn decide_anew(tx: &WriteTx, run: &PayoutRun, whom: Whom, planned: &[Payout]) -> Result<Vec<Payout>, Error> {
    let merchants: Vec<MerchantId> =
        planned.iter().map(|payout| payout.merchant_id).chain(run.skipped.iter().map(|s| s.merchant_id)).collect();
    let of = if matches!(whom, Whom::All) { None } else { Some(merchants.as_slice()) };
    let mut held = repo::held_payouts(tx, run.currency, of).await?;
    for payout in &mut held {
        payout.state = PayoutState::Canceled;
        repo::save_payout(tx, payout).await?;
    }
    Ok(held)
}

/// Decides whom to pay what. `asked`: the smallest payout of the run goes before those of merchants.
async fn plan(
    tx: &WriteTx,
    run: &mut PayoutRun,
    whom: Whom,
    asked: bool,
    settings: &BillingSettings,
) -> Result<Vec<Payout>, Error> {
    let available = available(tx, run.currency, run.cut_off_at).await?;
    let mut payouts = Vec::new();
    for chunk in available.chunks(CHUNK) {
        let ids: Vec<MerchantId> = chunk.iter().map(|(merchant, _)| *merchant).collect();
        let mut accounts = merchants::payout_accounts_on(&**tx, &ids).await.map_err(CoreError::internal)?;
        let mut profiles = papers_repo::profiles(&**tx, &ids).await?;
        for (merchant_id, available_minor) in chunk.iter().copied() {
            let profile = profiles.remove(&merchant_id).unwrap_or_else(|| BillingProfile::usual(merchant_id));
            let wanted = match whom {
                Whom::All => true,
                Whom::Due(day) => profile.is_due(settings, day),
                Whom::One(one) => one == merchant_id,
            };
            if !wanted {
                continue;
            }
            let own = profile.payout_minimum.get(&run.currency).copied().filter(|_| !asked);
            let account = accounts.remove(&merchant_id);
            let obstacle = if available_minor < own.unwrap_or(run.minimum_minor) {
                Some(BELOW_MINIMUM)
            } else {
                obstacle(account.as_ref(), &profile, settings.bank_cooling_days, run.created_at)
            };
            if let Some(reason) = obstacle {
                run.skipped.push(Skipped { merchant_id, available_minor, reason: reason.to_owned() });
            } else {
                run.payout_count += 1;
                run.total_minor += available_minor;
            }
            if obstacle != Some(BELOW_MINIMUM) {
                let to = match profile.stripe_account {
                    Some(account) => Destination::Stripe(account),
                    None => Destination::Bank(account.and_then(|account| account.bank)),
                };
                payouts.push(to_pay(tx, run, (merchant_id, available_minor), to, obstacle));
            }
        }
    }
    Ok(payouts)
}

/// Too little to be sent: carried forward without a payout.
const BELOW_MINIMUM: &str = "below_minimum";

/// What keeps money from being sent to a merchant.
fn obstacle(
    account: Option<&PayoutAccount>,
    profile: &BillingProfile,
    cooling_days: u32,
    at: DateTime<Utc>,
) -> Option<&'static str> {
    let Some(account) = account else { return Some("no_bank_account") };
    let by_stripe = profile.stripe_account.is_some();
    // Whoever is blocked is told so first, then that payouts are paused.
    match (account.obstacle(by_stripe), profile.payout_hold_reason.is_some()) {
        (blocked @ Some("not_active"), _) => return blocked,
        (_, true) => return Some("paused"),
        (Some(reason), false) => return Some(reason),
        (None, false) => {}
    }
    // A thief who changes the account waits, and the merchant has the time to see it.
    let cools = |replaced_at: DateTime<Utc>| replaced_at + Duration::days(i64::from(cooling_days)) > at;
    let replaced_at = if by_stripe { profile.stripe_account_at } else { account.bank_replaced_at };
    replaced_at.is_some_and(cools).then_some("account_cooling")
}

/// Why a payout cannot be released.
fn still_held(reason: &str) -> &'static str {
    match reason {
        "not_active" => "the merchant is not active",
        "paused" => "payouts to the merchant are paused",
        "account_cooling" => "the merchant's account was changed a short time ago",
        "no_bank_account" => "the merchant has no account",
        "kyc_open" => "the merchant has not shown who it is",
        "account_unverified" => "nobody has verified the merchant's account",
        "account_restricted" => "nothing is paid to the merchant's account for now",
        "account_rejected" => "the merchant's account was rejected",
        _ => "less is available than the smallest payout",
    }
}

/// Where a payout goes.
enum Destination {
    Bank(Option<BankAccount>),
    Stripe(String),
}

fn to_pay(
    tx: &WriteTx,
    run: &PayoutRun,
    (merchant_id, amount_minor): (MerchantId, i64),
    to: Destination,
    obstacle: Option<&str>,
) -> Payout {
    let id = tx.new_id::<PayoutId>();
    let (via, bank, provider_account) = match to {
        Destination::Bank(bank) => (PayoutVia::Bank, bank, None),
        Destination::Stripe(account) => (PayoutVia::Stripe, None, Some(account)),
    };
    let (holder, iban) = bank.map(|bank| (bank.holder, bank.iban.as_str().to_owned())).unwrap_or_default();
    Payout {
        id,
        run_id: run.id,
        merchant_id,
        amount: Money::new(amount_minor, run.currency),
        state: if obstacle.is_some() { PayoutState::OnHold } else { PayoutState::Initiated },
        hold_reason: obstacle.map(str::to_owned),
        via,
        provider_account,
        provider_transfer: None,
        provider_tries: 0,
        holder,
        iban,
        // As banks carry it: they know no underscore.
        reference: id.to_string().replace('_', "-"),
        bank_reference: None,
        return_reason: None,
        created_at: run.created_at,
        initiated_at: obstacle.is_none().then_some(run.created_at),
        paid_at: None,
        returned_at: None,
        version: 1,
    }
}

#[derive(FromQueryResult)]
struct Funds {
    account_id: LedgerAccountId,
    merchant_id: MerchantId,
    minor: i64,
}

/// What merchants can be paid, more than zero, by merchant: no more than now, and no more than at the cut-off.
async fn available(
    tx: &WriteTx,
    currency: Currency,
    cut_off_at: DateTime<Utc>,
) -> Result<Vec<(MerchantId, i64)>, Error> {
    let role = Account::Available(MerchantId(uuid::Uuid::nil())).role();
    let now = "SELECT a.id AS account_id, a.merchant_id, b.posted_minor AS minor
        FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
        WHERE a.currency = ? AND a.role = ? AND b.posted_minor > 0 AND a.merchant_id IS NOT NULL ORDER BY a.merchant_id";
    let values = [currency.into(), role.into()];
    let funds = Funds::find_by_statement(db::dialect::statement(&**tx, now, values)).all(&**tx).await?;
    let since = "SELECT e.account_id, a.merchant_id,
            CAST(SUM(CASE e.direction WHEN 'credit' THEN e.amount_minor ELSE -e.amount_minor END) AS bigint) AS minor
        FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id
        WHERE a.currency = ? AND a.role = ? AND e.posted_at > ? AND a.merchant_id IS NOT NULL
        GROUP BY e.account_id, a.merchant_id";
    let values = [currency.into(), role.into(), cut_off_at.into()];
    let since = Funds::find_by_statement(db::dialect::statement(&**tx, since, values)).all(&**tx).await?;
    let since: HashMap<LedgerAccountId, i64> = since.into_iter().map(|row| (row.account_id, row.minor)).collect();
    let payable = |row: Funds| {
        let at_cut_off = row.minor - since.get(&row.account_id).copied().unwrap_or(0);
        (row.merchant_id, row.minor.min(at_cut_off))
    };
    Ok(funds.into_iter().map(payable).filter(|(_, minor)| *minor > 0).collect())
}

async fn insert_run(tx: &WriteTx, run: &PayoutRun) -> Result<(), Error> {
    let row = payout_run::ActiveModel {
        id: Set::<PayoutRunId>(run.id),
        run_key: Set(run.run_key.clone()),
        currency: Set(run.currency),
        cut_off_at: Set(run.cut_off_at),
        minimum_minor: Set(run.minimum_minor),
        payout_count: Set(run.payout_count),
        total_minor: Set(run.total_minor),
        skipped: Set(serde_json::to_string(&run.skipped).map_err(CoreError::from)?),
        file_key: Set(None),
        file_at: Set(None),
        created_at: Set(run.created_at),
    };
    payout_run::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}
