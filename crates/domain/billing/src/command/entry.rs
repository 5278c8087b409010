//! Entries by hand: asked for by one person, and above a limit approved by another. They add, they never edit.

use context::{Ctx, Error as CoreError, WriteTx};
use history::Change;
use kernel::id::{ManualEntryId, MerchantId};
use kernel::{Invalid, Money, Rounding, text};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::four_eyes::Asked;
use crate::actions::{ADJUST, APPROVE};
use crate::entity::manual_entry;
use crate::error::Error;
use crate::event::{ManualEntryDecided, ManualEntryRequested};
use crate::model::build::{ManualPosting, manual};
use crate::model::{Account, EntryKind, EntryState, ManualEntry};
use crate::post::Ledger;
use crate::repo;

/// An entry that somebody wants.
#[derive(Debug, Clone)]
pub struct RequestEntry {
    /// The caller's unique name of it: asking twice does nothing.
    pub idempotency_key: String,
    /// What it does.
    pub kind: EntryKind,
    /// The merchant.
    pub merchant_id: MerchantId,
    /// How much, without tax; more than zero.
    pub amount: Money,
    /// Why; the merchant reads it.
    pub reason: String,
}

/// A decision about an entry.
#[derive(Debug, Clone)]
pub struct DecideEntry {
    /// The entry.
    pub id: ManualEntryId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// Whether it is posted.
    pub approve: bool,
    /// More words.
    pub note: Option<String>,
}

/// Asks for an entry. Within the limit of one person it is posted at once; a write-off never is.
///
/// # Errors
/// `Invalid` input, `NotFound` for an unknown merchant, [`Error::KeyMismatch`], [`Error::ExceedsDebt`].
pub async fn request_entry(ctx: &Ctx, input: RequestEntry) -> Result<ManualEntry, Error> {
    ctx.authorize(ADJUST)?;
    let key = text::line("idempotencyKey", &input.idempotency_key, 100)?;
    let reason = text::line("reason", &input.reason, 500)?;
    if input.amount.minor <= 0 || input.amount.minor > AMOUNT_MAX {
        return Err(Invalid::range("amount", 1, AMOUNT_MAX).into());
    }
    let market = marketplace::snapshot(ctx).await.map_err(CoreError::internal)?;
    let settings = &market.settings;
    let terms = merchants::selling_terms_on(ctx.read(), &[input.merchant_id]).await.map_err(CoreError::internal)?;
    let terms = terms.get(&input.merchant_id).ok_or(CoreError::NotFound("merchant"))?;
    let tax_minor = match input.kind {
        EntryKind::Penalty => terms.commission_vat(settings).of(input.amount.minor, Rounding::HalfUp),
        EntryKind::Credit | EntryKind::Debit | EntryKind::WriteOff => 0,
    };
    let mut tx = ctx.begin_write().await?;
    let mut ledger = Ledger::lock(&tx, input.amount.currency).await?;
    let known = manual_entry::Entity::find().filter(manual_entry::Column::IdempotencyKey.eq(&key)).one(&*tx).await?;
    if let Some(known) = known.map(ManualEntry::from) {
        let same = (known.kind, known.merchant_id, known.amount) == (input.kind, input.merchant_id, input.amount)
            && known.reason == reason;
        return if same { Ok(known) } else { Err(Error::KeyMismatch { key }) };
    }
    let mut entry = ManualEntry {
        id: tx.new_id(),
        idempotency_key: key,
        kind: input.kind,
        merchant_id: input.merchant_id,
        amount: input.amount,
        tax_minor,
        jurisdiction: settings.operator.country.clone(),
        reason,
        state: EntryState::Requested,
        requested_by: ctx.actor().id(),
        requested_by_name: ctx.actor().name.clone(),
        requested_at: tx.now(),
        decided_by: None,
        decided_by_name: None,
        decided_at: None,
        decision_note: None,
        tx: None,
        version: 1,
    };
    owed_enough(&tx, &entry).await?;
    let limit = settings.single_handed_minor(input.amount.currency);
    if input.kind != EntryKind::WriteOff && input.amount.minor + tax_minor <= limit {
        post(&tx, &mut ledger, &mut entry).await?;
    }
    repo::insert_entry(&tx, &entry).await?;
    tx.record(change(&entry, "requested").field("amountMinor", None::<i64>, entry.amount.minor));
    tx.emit(&ManualEntryRequested { entry: entry.id, merchant: entry.merchant_id, posted: entry.tx.is_some() });
    tx.commit().await?;
    Ok(entry)
}

/// The largest entry, in minor units.
const AMOUNT_MAX: i64 = 1_000_000_000_000;

/// Approves or rejects an entry that somebody else asked for. An approved one is posted in the same transaction.
///
/// # Errors
/// `NotFound`, stale version, [`Error::FourEyes`] for one's own, [`Error::NotPossible`] when it was decided,
/// [`Error::ExceedsDebt`] when less is owed by now.
pub async fn decide_entry(ctx: &Ctx, input: DecideEntry) -> Result<ManualEntry, Error> {
    ctx.authorize(APPROVE)?;
    let note = input.note.as_deref().map(|note| text::line("note", note, 500)).transpose()?;
    let mut tx = ctx.begin_write().await?;
    let seen = manual_entry::Entity::find_by_id(input.id).one(&*tx).await?;
    let currency = seen.ok_or(CoreError::NotFound("manual entry"))?.currency;
    let mut ledger = Ledger::lock(&tx, currency).await?;
    let row = manual_entry::Entity::find_by_id(input.id).lock_exclusive().one(&*tx).await?;
    let mut entry = ManualEntry::from(row.ok_or(CoreError::NotFound("manual entry"))?);
    let asked = Asked {
        what: "manual entry",
        over: "the entry was decided already",
        state: entry.state,
        requested_by: &entry.requested_by,
        version: entry.version,
    };
    asked.decidable(ctx, input.expected_version)?;
    entry.decision_note = note;
    if input.approve {
        owed_enough(&tx, &entry).await?;
        post(&tx, &mut ledger, &mut entry).await?;
    } else {
        decided(&tx, &mut entry, EntryState::Rejected);
    }
    repo::save_entry(&tx, &entry).await?;
    entry.version += 1;
    tx.record(change(&entry, entry.state.as_str()));
    tx.emit(&ManualEntryDecided { entry: entry.id, merchant: entry.merchant_id, posted: entry.tx.is_some() });
    tx.commit().await?;
    Ok(entry)
}

async fn post(tx: &WriteTx, ledger: &mut Ledger<'_>, entry: &mut ManualEntry) -> Result<(), Error> {
    let claimed = match entry.kind {
        EntryKind::WriteOff => {
            let receivable = Account::MerchantReceivable(entry.merchant_id);
            repo::held(tx, &receivable, entry.amount.currency).await?.min(entry.amount.minor)
        }
        EntryKind::Credit | EntryKind::Debit | EntryKind::Penalty => 0,
    };
    let posting = manual(&ManualPosting {
        entry_id: entry.id,
        merchant_id: entry.merchant_id,
        kind: entry.kind,
        amount: entry.amount,
        tax_minor: entry.tax_minor,
        jurisdiction: entry.jurisdiction.clone(),
        claimed_minor: claimed,
        reason: entry.reason.clone(),
        at: ledger.posted_at(),
    })?;
    let posted = ledger.post(vec![posting]).await?;
    entry.tx = posted.first().map(|posted| posted.tx);
    decided(tx, entry, EntryState::Posted);
    Ok(())
}

fn decided(tx: &WriteTx, entry: &mut ManualEntry, state: EntryState) {
    entry.state = state;
    entry.decided_by = Some(tx.ctx().actor().id());
    entry.decided_by_name = Some(tx.ctx().actor().name.clone());
    entry.decided_at = Some(tx.now());
}

/// Nobody gives up more than is owed.
async fn owed_enough(tx: &WriteTx, entry: &ManualEntry) -> Result<(), Error> {
    if entry.kind != EntryKind::WriteOff {
        return Ok(());
    }
    let owed_minor = repo::owed(tx, entry.merchant_id, entry.amount.currency).await?.total();
    if entry.amount.minor <= owed_minor { Ok(()) } else { Err(Error::ExceedsDebt { owed_minor }) }
}

fn change(entry: &ManualEntry, what: &'static str) -> Change {
    Change::new("manual_entry", entry.id, what).of_merchant(entry.merchant_id).because(&entry.reason)
}
