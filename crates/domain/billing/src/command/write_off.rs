//! What companies owe is given up: asked for by one person, above a limit agreed to by another.

use context::{Ctx, Error as CoreError, WriteTx};
use history::Change;
use kernel::id::{ReceivableId, WriteOffId};
use kernel::{Money, text};
use payments::{Receivable, locked_receivable_in_tx, write_off_in_tx};

use super::four_eyes::Asked;
use crate::actions::{ADJUST, APPROVE};
use crate::error::Error;
use crate::model::build::{BuyerWrittenOff, buyer_written_off};
use crate::model::{EntryState, WriteOff, borne_by_merchant, draw};
use crate::post::Ledger;
use crate::{repo as holds, write_off_repo as repo};

/// Something that is owed and not expected any more.
#[derive(Debug, Clone)]
pub struct RequestWriteOff {
    /// What is owed.
    pub receivable_id: ReceivableId,
    /// What the caller saw open of it; all of it is given up.
    pub expected_open: Money,
    /// Why.
    pub reason: String,
}

/// A decision about a write-off.
#[derive(Debug, Clone)]
pub struct DecideWriteOff {
    /// The write-off.
    pub id: WriteOffId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// Whether it is posted.
    pub approve: bool,
    /// More words.
    pub note: Option<String>,
}

/// Gives up what a company owes for a parcel. Within the limit of one person it is posted at once.
///
/// The operator bears it when it guaranteed the merchant's earnings; otherwise the merchant bears its share and the
/// operator what it would have earned.
///
/// # Errors
/// Not found; stale when something else is open now; [`Error::NotPossible`] when nothing is open or it was asked for
/// before; `Invalid` for `reason`.
pub async fn request_write_off(ctx: &Ctx, input: RequestWriteOff) -> Result<WriteOff, Error> {
    ctx.authorize(ADJUST)?;
    let reason = text::line("reason", &input.reason, 500)?;
    let market = marketplace::snapshot(ctx).await.map_err(CoreError::internal)?;
    let settings = &market.settings;
    let mut tx = ctx.begin_write().await?;
    let owed = locked_receivable_in_tx(&tx, input.receivable_id).await.map_err(of_payments)?;
    if repo::under_way(&tx, owed.id).await? {
        return Err(Error::NotPossible("it was asked for already"));
    }
    let amount = Money::new(owed.open_minor(), owed.amount.currency);
    if amount.minor == 0 {
        return Err(Error::NotPossible("nothing is open of it"));
    }
    if amount != input.expected_open {
        return Err(CoreError::Stale("receivable").into());
    }
    let mut of = WriteOff {
        id: tx.new_id(),
        receivable_id: owed.id,
        order_id: owed.order_id,
        order_number: owed.order_number.clone(),
        merchant_order_id: owed.merchant_order_id,
        merchant_id: None,
        company_id: owed.company_id,
        amount,
        merchant_minor: 0,
        recovered_minor: 0,
        recovered_merchant_minor: 0,
        blocks_credit: settings.account.write_off_blocks_credit,
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
    if amount.minor <= settings.single_handed_minor(amount.currency) {
        post(&mut tx, &mut of, &owed).await?;
    }
    repo::insert(&tx, &of).await?;
    tx.record(change(&of, "requested").field("amount", (), amount.to_string()));
    tx.commit().await?;
    Ok(of)
}

/// Approves or rejects a write-off that somebody else asked for. An approved one is posted in the same transaction.
///
/// # Errors
/// Not found; stale, also when less or more is open than was asked for; [`Error::FourEyes`] for one's own;
/// [`Error::NotPossible`] when it was decided.
pub async fn decide_write_off(ctx: &Ctx, input: DecideWriteOff) -> Result<WriteOff, Error> {
    ctx.authorize(APPROVE)?;
    let note = input.note.as_deref().map(|note| text::line("note", note, 500)).transpose()?;
    let mut tx = ctx.begin_write().await?;
    let seen = repo::by_id(&*tx, input.id).await?;
    let owed = locked_receivable_in_tx(&tx, seen.receivable_id).await.map_err(of_payments)?;
    let mut of = repo::by_id(&*tx, input.id).await?;
    let asked = Asked {
        what: "write-off",
        over: "the write-off was decided already",
        state: of.state,
        requested_by: &of.requested_by,
        version: of.version,
    };
    asked.decidable(ctx, input.expected_version)?;
    of.decision_note = note;
    if input.approve {
        if owed.open_minor() != of.amount.minor {
            return Err(CoreError::Stale("receivable").into());
        }
        post(&mut tx, &mut of, &owed).await?;
    } else {
        decided(&tx, &mut of, EntryState::Rejected);
    }
    of.version += 1;
    repo::save_decision(&tx, &of).await?;
    tx.record(change(&of, of.state.as_str()));
    tx.commit().await?;
    Ok(of)
}

async fn post(tx: &mut WriteTx, of: &mut WriteOff, owed: &Receivable) -> Result<(), Error> {
    write_off_in_tx(tx, owed, of.id, of.blocks_credit).await.map_err(of_payments)?;
    let tx: &WriteTx = tx;
    let mut ledger = Ledger::lock(tx, of.amount.currency).await?;
    share(tx, of, owed).await?;
    let open = match of.merchant_order_id {
        Some(part) if of.merchant_minor > 0 => holds::open_sales(tx, part).await?,
        _ => Vec::new(),
    };
    let drawn = draw(&open, of.merchant_minor);
    let posting = buyer_written_off(
        &BuyerWrittenOff {
            write_off_id: of.id,
            order_id: of.order_id,
            merchant: of.merchant_id.map(|merchant| (merchant, of.merchant_order_id)),
            currency: of.amount.currency,
            amount_minor: of.amount.minor,
            merchant_minor: of.merchant_minor,
            reason: of.reason.clone(),
            at: ledger.posted_at(),
        },
        drawn.iter().map(|(_, share)| share).sum(),
    )?;
    let posted = ledger.post(vec![posting]).await?;
    for (hold, share) in drawn {
        holds::draw_hold(tx, hold, share).await?;
    }
    of.tx = posted.first().map(|posted| posted.tx);
    decided(tx, of, EntryState::Posted);
    Ok(())
}

/// What of it the merchant bears. The claim is given up already.
async fn share(tx: &WriteTx, of: &mut WriteOff, owed: &Receivable) -> Result<(), Error> {
    let Some(part) = of.merchant_order_id.filter(|_| !owed.guaranteed) else { return Ok(()) };
    let Some((merchant, net_minor)) = repo::earned(tx, part).await? else { return Ok(()) };
    let (claimed, lost) = payments::query::claimed_on(&**tx, part).await.map_err(of_payments)?;
    of.merchant_id = Some(merchant);
    of.merchant_minor = borne_by_merchant(of.amount.minor, lost - of.amount.minor, claimed, net_minor);
    Ok(())
}

fn decided(tx: &WriteTx, of: &mut WriteOff, state: EntryState) {
    of.state = state;
    of.decided_by = Some(tx.ctx().actor().id());
    of.decided_by_name = Some(tx.ctx().actor().name.clone());
    of.decided_at = Some(tx.now());
}

fn change(of: &WriteOff, what: &'static str) -> Change {
    Change::new("company", of.company_id, "write_off")
        .because(&of.reason)
        .field("writeOff", (), of.id.to_string())
        .field("state", (), what)
        .field("order", (), &of.order_number)
}

fn of_payments(error: payments::Error) -> Error {
    match error {
        payments::Error::Core(core) => core.into(),
        payments::Error::NotPossible(why) => Error::NotPossible(why),
        other => CoreError::internal(other).into(),
    }
}
