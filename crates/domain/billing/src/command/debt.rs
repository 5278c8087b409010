//! Merchants whose balance is negative: later sales pay it, then they are asked, then it is a claim of its own.

use chrono::{DateTime, Utc};
use context::{Ctx, Error as CoreError, WriteTx};
use history::Change;
use kernel::id::MerchantId;
use kernel::{Currency, Invalid, Money, text};
use marketplace::{CriticalKind, Settings};
use sea_orm::FromQueryResult;

use crate::actions::{POST, SETTLE};
use crate::error::Error;
use crate::event::{DebtBecameCritical, DebtMoved};
use crate::model::build::{DebtClaimed, DebtPaid, debt_claimed, debt_paid, debt_paid_key};
use crate::model::{Debt, DebtState, Kind, Posted, input_hash};
use crate::post::Ledger;
use crate::repo::{self, Owed};

/// What a look at all balances did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DebtsAged {
    /// Debts that began, moved up the ladder or ended.
    pub moved: usize,
}

#[derive(FromQueryResult)]
struct Owing {
    merchant_id: MerchantId,
    currency: Currency,
}

/// Looks at every merchant that owes something or did at the last look, and moves its debt up the ladder: each step is
/// taken once, each in a transaction of its own. Run by a schedule.
///
/// # Errors
/// The database error; what was done before it stays done.
pub async fn age_debts(ctx: &Ctx, now: DateTime<Utc>) -> Result<DebtsAged, Error> {
    ctx.authorize(POST)?;
    let market = marketplace::snapshot(ctx).await.map_err(CoreError::internal)?;
    let sql = "SELECT a.merchant_id, a.currency FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
        WHERE a.merchant_id IS NOT NULL AND ((a.role = 'liability:merchant:available' AND b.posted_minor < 0)
            OR (a.role = 'asset:merchant:receivable' AND b.posted_minor > 0))
        UNION SELECT merchant_id, currency FROM debt WHERE state <> 'settled'";
    let owing = Owing::find_by_statement(db::dialect::statement(ctx.read(), sql, [])).all(ctx.read()).await?;
    let mut done = DebtsAged::default();
    for Owing { merchant_id, currency } in owing {
        done.moved += usize::from(age(ctx, (merchant_id, currency), now, &market.settings).await?);
    }
    Ok(done)
}

async fn age(
    ctx: &Ctx,
    (merchant, currency): (MerchantId, Currency),
    now: DateTime<Utc>,
    settings: &Settings,
) -> Result<bool, Error> {
    let mut tx = ctx.begin_write().await?;
    let mut ledger = Ledger::lock(&tx, currency).await?;
    let owed = repo::owed(&tx, merchant, currency).await?;
    let before = repo::open_debt(&tx, merchant, currency).await?;
    let Some(mut debt) = before.clone().or_else(|| begun(&tx, merchant, currency, owed, now)) else { return Ok(false) };
    debt.amount_minor = owed.total();
    step(&mut debt, owed, now, settings);
    // A debt is claimed once; what becomes negative later waits with it.
    if debt.state == DebtState::Claimed && debt.claimed_at.is_none() && owed.negative_minor > 0 {
        claim(&mut ledger, &mut debt, owed).await?;
    }
    if before.as_ref() == Some(&debt) {
        return Ok(false);
    }
    let moved = before.as_ref().map(|before| before.state) != Some(debt.state);
    if debt.is_critical && before.as_ref().is_none_or(|before| !before.is_critical) {
        let amount = Money::new(debt.amount_minor, currency);
        tx.emit(&DebtBecameCritical { debt: debt.id, merchant, amount });
    }
    if moved {
        let state = debt.state.as_str().to_owned();
        tx.emit(&DebtMoved { debt: debt.id, merchant, amount: Money::new(debt.amount_minor, currency), state });
        let change = Change::new("debt", debt.id, debt.state.as_str()).of_merchant(merchant);
        tx.record(change.field("amountMinor", None::<i64>, debt.amount_minor));
    }
    repo::save_debt(&tx, &debt).await?;
    tx.commit().await?;
    Ok(moved)
}

fn begun(tx: &WriteTx, merchant: MerchantId, currency: Currency, owed: Owed, now: DateTime<Utc>) -> Option<Debt> {
    (owed.total() > 0).then(|| Debt {
        id: tx.new_id(),
        merchant_id: merchant,
        currency,
        state: DebtState::Netting,
        is_critical: false,
        amount_minor: owed.total(),
        since_at: now,
        requested_at: None,
        claimed_at: None,
        settled_at: None,
    })
}

/// Where the debt stands at this look.
fn step(debt: &mut Debt, owed: Owed, now: DateTime<Utc>, settings: &Settings) {
    debt.is_critical = settings
        .critical_at(debt.merchant_id, debt.currency, CriticalKind::Negative)
        .is_some_and(|from| owed.total() >= from);
    debt.state = if owed.total() == 0 {
        DebtState::Settled
    } else {
        debt.aged(now, settings.debt_request_days, settings.debt_claim_days)
    };
    match debt.state {
        DebtState::Netting => {}
        DebtState::Requested | DebtState::Claimed => debt.requested_at = debt.requested_at.or(Some(now)),
        DebtState::Settled => debt.settled_at = Some(now),
    }
}

/// What is negative leaves the balance and is owed beside it.
async fn claim(ledger: &mut Ledger<'_>, debt: &mut Debt, owed: Owed) -> Result<(), Error> {
    let posting = debt_claimed(&DebtClaimed {
        debt_id: debt.id,
        merchant_id: debt.merchant_id,
        currency: debt.currency,
        amount_minor: owed.negative_minor,
        at: ledger.posted_at(),
    })?;
    debt.claimed_at = Some(ledger.posted_at());
    ledger.post(vec![posting]).await.map(drop)
}

/// A payment of a merchant to the operator's bank account.
#[derive(Debug, Clone)]
pub struct RecordDebtPayment {
    /// The bank's unique name of the receipt: recording it twice does nothing.
    pub reference: String,
    /// The merchant.
    pub merchant_id: MerchantId,
    /// How much.
    pub amount: Money,
    /// When it arrived; now when `None`.
    pub received_at: Option<DateTime<Utc>>,
}

/// Records that a merchant paid: first what was claimed, the rest to its balance.
///
/// # Errors
/// `Invalid` input; `NotFound` for an unknown merchant; [`Error::KeyMismatch`].
pub async fn record_debt_payment(ctx: &Ctx, input: RecordDebtPayment) -> Result<Posted, Error> {
    ctx.authorize(SETTLE)?;
    let reference = text::line("reference", &input.reference, 100)?;
    if input.amount.minor <= 0 {
        return Err(Invalid::new("amount", "OUT_OF_RANGE", "must be more than zero").into());
    }
    let known = merchants::selling_terms_on(ctx.read(), &[input.merchant_id]).await.map_err(CoreError::internal)?;
    if !known.contains_key(&input.merchant_id) {
        return Err(CoreError::NotFound("merchant").into());
    }
    let currency = input.amount.currency;
    let mut tx = ctx.begin_write().await?;
    let mut ledger = Ledger::lock(&tx, currency).await?;
    let at = input.received_at.unwrap_or_else(|| ledger.posted_at());
    let (merchant_id, amount_minor) = (input.merchant_id, input.amount.minor);
    let mut paid = DebtPaid { reference, merchant_id, currency, amount_minor, claimed_minor: 0, at };
    let hash = input_hash(Kind::DebtPaid, currency, &paid);
    if let Some(known) = ledger.known(&debt_paid_key(&paid.reference), &hash).await? {
        return Ok(known);
    }
    paid.claimed_minor = repo::owed(&tx, merchant_id, currency).await?.claimed_minor.min(amount_minor);
    let posted = ledger.post(vec![debt_paid(&paid)?]).await?;
    let posted = posted.first().copied().ok_or_else(|| CoreError::internal("a posting got no answer"))?;
    let change = Change::new("ledger_tx", posted.tx, "debt_paid").of_merchant(merchant_id);
    tx.record(change.field("amountMinor", None::<i64>, amount_minor));
    tx.commit().await?;
    Ok(posted)
}
