//! What people enter of providers, carriers and the bank: fees, settlements, cash, returned receipts, changed money.
//! Entering the same again does nothing; other content under the same reference is refused.

use chrono::{DateTime, Utc};
use context::{Ctx, Error as CoreError, WriteTx};
use history::Change;
use kernel::{Currency, Invalid, Money, text};

use crate::actions::{POST, SETTLE};
use crate::error::Error;
use crate::model::build::{
    CapturedAbroad, CodRemitted, Converted, ProviderFee, ProviderSettled, UnappliedReturned, captured_abroad,
    cod_remitted, converted, provider_fee, provider_settled, unapplied_returned,
};
use crate::model::{Posted, Posting};
use crate::post::Ledger;

/// Money that a provider, a carrier or the bank moved, as its report says.
#[derive(Debug, Clone)]
pub struct RecordMovement {
    /// The code of the provider or carrier: `sandbox`, `dhl`.
    pub party: String,
    /// The report's unique name of it.
    pub reference: String,
    /// How much; more than zero.
    pub amount: Money,
    /// When it happened; now when `None`.
    pub occurred_at: Option<DateTime<Utc>>,
}

/// Checked words of a movement.
struct Checked {
    party: String,
    reference: String,
    currency: Currency,
    amount_minor: i64,
    at: DateTime<Utc>,
}

impl RecordMovement {
    fn checked(&self, now: DateTime<Utc>) -> Result<Checked, Invalid> {
        if self.amount.minor <= 0 {
            return Err(Invalid::new("amount", "OUT_OF_RANGE", "must be more than zero"));
        }
        let at = self.occurred_at.unwrap_or(now);
        if at > now {
            return Err(Invalid::new("occurredAt", "OUT_OF_RANGE", "must not be in the future"));
        }
        Ok(Checked {
            party: text::code("party", &self.party, 40)?,
            reference: text::line("reference", &self.reference, 100)?,
            currency: self.amount.currency,
            amount_minor: self.amount.minor,
            at,
        })
    }
}

/// A provider charged a fee.
///
/// # Errors
/// `Invalid` input, [`Error::KeyMismatch`].
pub async fn record_provider_fee(ctx: &Ctx, input: RecordMovement) -> Result<Posted, Error> {
    ctx.authorize(SETTLE)?;
    let Checked { party: provider, reference, currency, amount_minor, at } = input.checked(ctx.now())?;
    let fee = ProviderFee { provider, reference, currency, amount_minor, at };
    record(ctx, vec![provider_fee(&fee)?], "provider_fee").await
}

/// A provider paid into the bank.
///
/// # Errors
/// `Invalid` input, [`Error::KeyMismatch`].
pub async fn record_provider_settlement(ctx: &Ctx, input: RecordMovement) -> Result<Posted, Error> {
    ctx.authorize(SETTLE)?;
    let Checked { party: provider, reference, currency, amount_minor, at } = input.checked(ctx.now())?;
    let settled = ProviderSettled { provider, reference, currency, amount_minor, at };
    record(ctx, vec![provider_settled(&settled)?], "provider_settled").await
}

/// A carrier sent the cash it collected, less `fee_minor` that it kept.
///
/// # Errors
/// `Invalid` input, [`Error::KeyMismatch`].
pub async fn record_cod_remittance(ctx: &Ctx, input: RecordMovement, fee_minor: i64) -> Result<Posted, Error> {
    ctx.authorize(SETTLE)?;
    if fee_minor < 0 {
        return Err(Invalid::new("fee", "OUT_OF_RANGE", "must not be negative").into());
    }
    let Checked { party: carrier, reference, currency, amount_minor, at } = input.checked(ctx.now())?;
    let remitted = CodRemitted { carrier, reference, currency, amount_minor, fee_minor, at };
    record(ctx, vec![cod_remitted(&remitted)?], "cod_remitted").await
}

/// A receipt that pays no order was sent back. The party is the bank; any code will do.
///
/// # Errors
/// `Invalid` input, [`Error::KeyMismatch`], [`Error::FloorBroken`] for more than is unapplied.
pub async fn record_unapplied_return(ctx: &Ctx, input: RecordMovement) -> Result<Posted, Error> {
    ctx.authorize(SETTLE)?;
    let Checked { reference, currency, amount_minor, at, .. } = input.checked(ctx.now())?;
    let returned = UnappliedReturned { reference, currency, amount_minor, at };
    record(ctx, vec![unapplied_returned(&returned)?], "unapplied_returned").await
}

/// A provider changed money into another currency: `input.amount` was given, `owed` is what it was worth at the rate
/// that was promised, `bought` is what came. Two transactions, both or none.
///
/// # Errors
/// `Invalid` input, [`Error::KeyMismatch`].
pub async fn record_conversion(
    ctx: &Ctx,
    input: RecordMovement,
    owed: Money,
    bought: Money,
) -> Result<[Posted; 2], Error> {
    ctx.authorize(SETTLE)?;
    let Checked { party: provider, reference, at, .. } = input.checked(ctx.now())?;
    for (field, money) in [("owed", owed), ("bought", bought)] {
        if money.minor <= 0 {
            return Err(Invalid::new(field, "OUT_OF_RANGE", "must be more than zero").into());
        }
    }
    if owed.currency != bought.currency || bought.currency == input.amount.currency {
        return Err(Invalid::new("bought.currency", "CURRENCY_MISMATCH", "must be that of owed, and another").into());
    }
    let [sold, got] = converted(&Converted { provider, reference, sold: input.amount, owed, bought, at })?;
    let mut tx = ctx.begin_write().await?;
    let posted = post_both(&tx, [sold, got]).await?;
    remember(&mut tx, posted.iter(), "converted");
    tx.commit().await?;
    Ok(posted)
}

/// Money of an order was taken in another currency than that of its merchants. Two transactions, both or none.
///
/// # Errors
/// [`Error::KeyMismatch`]; amounts that make no transaction are `Internal`.
pub async fn post_captured_abroad(ctx: &Ctx, input: CapturedAbroad) -> Result<[Posted; 2], Error> {
    ctx.authorize(POST)?;
    let both = captured_abroad(&input)?;
    let tx = ctx.begin_write().await?;
    let posted = post_both(&tx, both).await?;
    tx.commit().await?;
    Ok(posted)
}

/// Two ledgers are locked in the order of their currencies, whatever way the money goes.
async fn post_both(tx: &WriteTx, [one, other]: [Posting; 2]) -> Result<[Posted; 2], Error> {
    if one.currency < other.currency {
        let first = post(tx, one.currency, vec![one]).await?;
        Ok([first, post(tx, other.currency, vec![other]).await?])
    } else {
        let second = post(tx, other.currency, vec![other]).await?;
        Ok([post(tx, one.currency, vec![one]).await?, second])
    }
}

async fn record(ctx: &Ctx, postings: Vec<Posting>, what: &'static str) -> Result<Posted, Error> {
    let mut tx = ctx.begin_write().await?;
    let currency = postings.first().map(|posting| posting.currency);
    let currency = currency.ok_or_else(|| CoreError::internal("nothing to post"))?;
    let posted = post(&tx, currency, postings).await?;
    remember(&mut tx, std::iter::once(&posted), what);
    tx.commit().await?;
    Ok(posted)
}

async fn post(tx: &WriteTx, currency: Currency, postings: Vec<Posting>) -> Result<Posted, Error> {
    let posted = Ledger::lock(tx, currency).await?.post(postings).await?;
    Ok(posted.first().copied().ok_or_else(|| CoreError::internal("a posting got no answer"))?)
}

/// Who entered it stays in the history, besides the ledger.
fn remember<'a>(tx: &mut WriteTx, posted: impl Iterator<Item = &'a Posted>, what: &'static str) {
    for posted in posted.filter(|posted| !posted.replayed) {
        tx.record(Change::new("ledger_tx", posted.tx, what));
    }
}
