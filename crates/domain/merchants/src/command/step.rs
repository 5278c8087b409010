//! Steps on the three axes: what all of them do the same.

use access::Grant;
use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::MerchantId;
use kernel::{Invalid, text};
use marketplace::{BlockEffects, MerchantSettings, OTHER_REASON};

use crate::event::{MerchantSellingChanged, MerchantStatusChanged, MerchantStepTaken};
use crate::model::{Axis, Merchant, Transition};
use crate::{Error, repo};

/// Why somebody does something, checked.
#[derive(Debug, Clone)]
pub(super) struct Why {
    code: Option<String>,
    words: Option<String>,
}

impl Why {
    /// Reads a code and words; `required`: the words must be there.
    pub(super) fn read(code: Option<&str>, words: Option<&str>, required: bool) -> Result<Self, Invalid> {
        let words = words.filter(|text| !text.trim().is_empty());
        if required && words.is_none() {
            return Err(Invalid::required("reason"));
        }
        let words = words.map(|words| text::line("reason", words, 500)).transpose()?;
        let code = code.map(|code| text::code("reasonCode", code, 40)).transpose()?;
        Ok(Self { code, words })
    }

    /// What Souk itself gives as a reason.
    pub(super) fn of_souk(code: &str, words: &str) -> Self {
        Self { code: Some(code.to_owned()), words: Some(words.to_owned()) }
    }

    pub(super) fn code(&self) -> &str {
        self.code.as_deref().unwrap_or(OTHER_REASON)
    }

    pub(super) fn words(&self) -> Option<&str> {
        self.words.as_deref()
    }

    /// What blocking for this reason does.
    pub(super) fn effects(&self, settings: &MerchantSettings) -> Result<BlockEffects, Invalid> {
        settings.effects_of(self.code()).ok_or_else(|| {
            let known: Vec<&str> = settings.block_reasons.iter().map(|reason| reason.code.as_str()).collect();
            Invalid::new("reasonCode", "UNKNOWN_REASON", format!("must be one of {}", known.join(", ")))
        })
    }
}

/// A text of several lines that has to be there.
pub(super) fn words(field: &str, raw: &str, max: usize) -> Result<String, Invalid> {
    let words = text::block(field, raw, max)?;
    if words.is_empty() { Err(Invalid::required(field)) } else { Ok(words) }
}

/// The merchant, if it still is as the caller saw it.
pub(super) async fn seen(tx: &WriteTx, grant: &Grant, id: MerchantId, version: i64) -> Result<Merchant, Error> {
    let merchant = repo::find(&**tx, grant, id).await?;
    if merchant.version == version { Ok(merchant) } else { Err(context::Error::Stale("merchant").into()) }
}

/// The rules of the marketplace for merchants.
pub(super) async fn rules(ctx: &Ctx) -> Result<MerchantSettings, Error> {
    let market = marketplace::snapshot(ctx).await.map_err(context::Error::internal)?;
    Ok(market.settings.merchants.clone())
}

/// A step of a merchant's life inside a transaction: the row, its history, the step kept for ever, and the fact. What a
/// block does holds from the commit on, because offers, orders and billing read it from this row.
pub(super) async fn live_in_tx(
    tx: &mut WriteTx,
    grant: &Grant,
    before: &Merchant,
    transition: Transition,
    why: &Why,
    effects: Option<BlockEffects>,
) -> Result<Merchant, Error> {
    let status = before.status.after(transition)?;
    let given = transition.needs_reason() || why.code.is_some();
    let after = Merchant {
        status,
        status_reason: why.words.clone(),
        reason_code: given.then(|| why.code().to_owned()),
        effects: effects.filter(|_| status.is_blocked()),
        status_changed_at: tx.now(),
        version: before.version + 1,
        updated_at: tx.now(),
        ..before.clone()
    };
    let names = (transition.as_str(), before.status.as_str(), status.as_str());
    take(tx, grant, (before, &after), Axis::Life, (transition.done(), names), why).await?;
    tx.emit(&MerchantStatusChanged { merchant: after.id, from: before.status, to: after.status });
    Ok(after)
}

/// What every step does, on whichever axis: the row, the step kept for ever, and the history.
pub(super) async fn take(
    tx: &mut WriteTx,
    grant: &Grant,
    (before, after): (&Merchant, &Merchant),
    axis: Axis,
    (done, names): (&'static str, (&str, &str, &str)),
    why: &Why,
) -> Result<(), Error> {
    repo::save(tx, grant, after, before.version).await?;
    keep(tx, after, axis, names, why).await?;
    let mut change = Change::new("merchant", after.id, done).of_merchant(after.id);
    if let Some(words) = why.words() {
        change = change.because(words);
    }
    tx.record(change.diff(Some(before), Some(after)));
    Ok(())
}

/// Keeps a step for ever, and tells of it.
pub(super) async fn keep(
    tx: &mut WriteTx,
    after: &Merchant,
    axis: Axis,
    (transition, from, to): (&str, &str, &str),
    why: &Why,
) -> Result<(), Error> {
    let effects = after.effects.filter(|_| axis == Axis::Life);
    let names = (transition, from, to);
    let step = repo::step::insert(tx, after.id, axis, names, (why.code(), why.words()), effects).await?;
    tx.emit(&MerchantStepTaken { step, merchant: after.id });
    Ok(())
}

/// Tells when lists must look again, though the status is the same.
pub(super) fn tell_selling(tx: &mut WriteTx, before: &Merchant, after: &Merchant) {
    if before.is_listed(tx.now()) != after.is_listed(tx.now()) {
        tx.emit(&MerchantSellingChanged { merchant: after.id });
    }
}
