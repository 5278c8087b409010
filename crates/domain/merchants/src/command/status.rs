//! The life of a merchant.

use std::future::Future;

use access::{Action, Grant};
use context::{Ctx, WriteTx};
use kernel::id::MerchantId;
use serde::Serialize;

use super::onboarding::{guard, proven};
use super::step::{Why, live_in_tx, rules, seen};
use crate::Error;
use crate::actions::{APPROVE, CLOSE, REOPEN, REVIEW, SUBMIT, SUSPEND};
use crate::model::{Merchant, Transition};

/// Which merchant, in which version, and why.
#[derive(Debug, Clone)]
pub struct ChangeStatus {
    /// The merchant.
    pub id: MerchantId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// Why, as a code; to block it is one of the settings, `other` when absent.
    pub reason_code: Option<String>,
    /// Why, in words; required for whatever takes something away.
    pub reason: Option<String>,
}

/// The right that a transition takes.
pub(crate) const fn action_of(transition: Transition) -> Action {
    match transition {
        Transition::Submit => SUBMIT,
        Transition::Admit | Transition::Return | Transition::Reject | Transition::Revive => REVIEW,
        Transition::Approve => APPROVE,
        Transition::Restrict | Transition::Suspend => SUSPEND,
        Transition::Reopen => REOPEN,
        Transition::Offboard | Transition::Close => CLOSE,
    }
}

/// Lets an applicant or somebody invited begin with the checklist.
///
/// # Errors
/// Not found; stale; `INVALID_TRANSITION`; [`Error::AddressUnproven`]; denied; the database error.
pub async fn admit(ctx: &Ctx, input: ChangeStatus) -> Result<Merchant, Error> {
    let grant = ctx.authorize(REVIEW)?;
    change(ctx, &grant, input, Transition::Admit).await
}

/// Says that the checklist is done, and asks for approval.
///
/// # Errors
/// As [`admit`]; [`Error::ChecklistOpen`] names the required items that the merchant has not brought.
pub async fn submit(ctx: &Ctx, input: ChangeStatus) -> Result<Merchant, Error> {
    let grant = ctx.authorize(SUBMIT)?;
    change(ctx, &grant, input, Transition::Submit).await
}

/// Asks a merchant in review for more.
///
/// # Errors
/// As [`admit`]; a missing reason.
pub async fn send_back(ctx: &Ctx, input: ChangeStatus) -> Result<Merchant, Error> {
    let grant = ctx.authorize(REVIEW)?;
    change(ctx, &grant, input, Transition::Return).await
}

/// Lets a merchant sell.
///
/// # Errors
/// As [`admit`]; [`Error::ChecklistOpen`] names the required items that are neither done nor waived.
pub async fn approve(ctx: &Ctx, input: ChangeStatus) -> Result<Merchant, Error> {
    let grant = ctx.authorize(APPROVE)?;
    change(ctx, &grant, input, Transition::Approve).await
}

/// Does not take a merchant.
///
/// # Errors
/// As [`admit`]; a missing reason.
pub async fn reject(ctx: &Ctx, input: ChangeStatus) -> Result<Merchant, Error> {
    let grant = ctx.authorize(REVIEW)?;
    change(ctx, &grant, input, Transition::Reject).await
}

/// Takes up again what was rejected.
///
/// # Errors
/// As [`admit`].
pub async fn revive(ctx: &Ctx, input: ChangeStatus) -> Result<Merchant, Error> {
    let grant = ctx.authorize(REVIEW)?;
    change(ctx, &grant, input, Transition::Revive).await
}

/// Blocks a merchant by a rule: as [`suspend`].
///
/// # Errors
/// As [`suspend`].
pub async fn restrict(ctx: &Ctx, input: ChangeStatus) -> Result<Merchant, Error> {
    let grant = ctx.authorize(SUSPEND)?;
    change(ctx, &grant, input, Transition::Restrict).await
}

/// Blocks a merchant: none of its offers can be sold from now on; what happens to its orders and payouts, the settings
/// say for the reason.
///
/// # Errors
/// As [`admit`]; a missing reason; a code that the settings do not know.
pub async fn suspend(ctx: &Ctx, input: ChangeStatus) -> Result<Merchant, Error> {
    let grant = ctx.authorize(SUSPEND)?;
    change(ctx, &grant, input, Transition::Suspend).await
}

/// Lets a blocked merchant sell again.
///
/// # Errors
/// As [`admit`].
pub async fn reopen(ctx: &Ctx, input: ChangeStatus) -> Result<Merchant, Error> {
    let grant = ctx.authorize(REOPEN)?;
    change(ctx, &grant, input, Transition::Reopen).await
}

/// Lets a merchant finish what was ordered, and leave.
///
/// # Errors
/// As [`admit`]; a missing reason.
pub async fn offboard(ctx: &Ctx, input: ChangeStatus) -> Result<Merchant, Error> {
    let grant = ctx.authorize(CLOSE)?;
    change(ctx, &grant, input, Transition::Offboard).await
}

/// Something that keeps a merchant from being closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Obligation {
    /// What it is: `orders`, `balance`.
    pub what: &'static str,
    /// How much of it.
    pub amount: i64,
    /// Of which currency.
    pub currency: Option<kernel::Currency>,
}

/// Tells what is open between a merchant and everybody else. Orders and billing know it, which stand above this crate.
pub trait Obligations: Sync {
    /// What is open, seen in the transaction that closes the merchant. Nothing may be added to it before the commit.
    fn open(
        &self,
        tx: &WriteTx,
        merchant: MerchantId,
    ) -> impl Future<Output = Result<Vec<Obligation>, context::Error>> + Send;
}

/// Ends a merchant for good, when nothing is open any more.
///
/// # Errors
/// As [`admit`]; a missing reason; [`Error::Unsettled`].
pub async fn close(ctx: &Ctx, input: ChangeStatus, books: &impl Obligations) -> Result<Merchant, Error> {
    let grant = ctx.authorize(CLOSE)?;
    let why = Why::read(input.reason_code.as_deref(), input.reason.as_deref(), true)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = seen(&tx, &grant, input.id, input.expected_version).await?;
    let closed = live_in_tx(&mut tx, &grant, &before, Transition::Close, &why, None).await?;
    // After the row is locked by its change, so that nobody lets it sell meanwhile.
    let open = books.open(&tx, closed.id).await?;
    if !open.is_empty() {
        return Err(Error::Unsettled(open));
    }
    tx.commit().await?;
    Ok(closed)
}

async fn change(ctx: &Ctx, grant: &Grant, input: ChangeStatus, transition: Transition) -> Result<Merchant, Error> {
    let why = Why::read(input.reason_code.as_deref(), input.reason.as_deref(), transition.needs_reason())?;
    let effects = match transition {
        Transition::Restrict | Transition::Suspend => Some(why.effects(&rules(ctx).await?)?),
        _ => None,
    };
    let mut tx = ctx.begin_write_for(grant).await?;
    let before = seen(&tx, grant, input.id, input.expected_version).await?;
    before.status.after(transition)?;
    proven(&tx, &before, transition).await?;
    guard(&tx, &before, transition).await?;
    let after = live_in_tx(&mut tx, grant, &before, transition, &why, effects).await?;
    tx.commit().await?;
    Ok(after)
}
