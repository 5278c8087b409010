//! Whether it is known who a merchant is, and whether money may go to its account.

use access::Grant;
use chrono::{DateTime, Utc};
use context::{Ctx, WriteTx};
use kernel::Invalid;
use kernel::id::MerchantId;

use super::step::{Why, live_in_tx, seen, take};
use crate::Error;
use crate::actions::{DECIDE_KYC, DECIDE_PAYOUT, SUBMIT_KYC};
use crate::event::MerchantChanged;
use crate::model::{
    Axis, Kyc, KycState, KycTransition, Merchant, PayoutStanding, PayoutTransition, Status, Transition,
};

/// The reason for which Souk restricts a merchant whose papers are too old, when the settings have it.
pub const PAPERS_EXPIRED: &str = "papers_expired";

/// A decision about who a merchant is.
#[derive(Debug, Clone)]
pub struct ChangeKyc {
    /// The merchant.
    pub id: MerchantId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// What is decided.
    pub transition: KycTransition,
    /// Why, as a code.
    pub reason_code: Option<String>,
    /// Why, in words; required to refuse.
    pub reason: Option<String>,
    /// With an approval: until when the papers are good; `None` is for ever.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Says that the papers are there.
///
/// # Errors
/// Not found; stale; `INVALID_TRANSITION`; denied; the database error.
pub async fn submit_kyc(ctx: &Ctx, id: MerchantId, expected_version: i64) -> Result<Merchant, Error> {
    let grant = ctx.authorize(SUBMIT_KYC)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = seen(&tx, &grant, id, expected_version).await?;
    let after =
        kyc_in_tx(&mut tx, &grant, &before, KycTransition::Submit, &Why::read(None, None, false)?, None).await?;
    tx.commit().await?;
    Ok(after)
}

/// Decides about who a merchant is. Good papers lift the restriction that old ones caused.
///
/// # Errors
/// As [`submit_kyc`]; a missing reason; a date that is over.
pub async fn change_kyc(ctx: &Ctx, input: ChangeKyc) -> Result<Merchant, Error> {
    let grant = ctx.authorize(DECIDE_KYC)?;
    let takes = matches!(input.transition, KycTransition::Refuse | KycTransition::Expire);
    let why = Why::read(input.reason_code.as_deref(), input.reason.as_deref(), takes)?;
    let expires_at = input.expires_at.filter(|_| input.transition == KycTransition::Approve);
    if expires_at.is_some_and(|at| at <= ctx.now()) {
        return Err(Invalid::new("expiresAt", "OUT_OF_RANGE", "must be later than now").into());
    }
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = seen(&tx, &grant, input.id, input.expected_version).await?;
    let mut after = kyc_in_tx(&mut tx, &grant, &before, input.transition, &why, expires_at).await?;
    let by_papers = after.status == Status::Restricted && after.reason_code.as_deref() == Some(PAPERS_EXPIRED);
    if after.kyc.state.lets_pay() && by_papers {
        let why = Why::of_souk("papers_good", "the papers are good again");
        after = live_in_tx(&mut tx, &grant, &after, Transition::Reopen, &why, None).await?;
    }
    tx.commit().await?;
    Ok(after)
}

/// A step on this axis inside a transaction.
pub(super) async fn kyc_in_tx(
    tx: &mut WriteTx,
    grant: &Grant,
    before: &Merchant,
    transition: KycTransition,
    why: &Why,
    expires_at: Option<DateTime<Utc>>,
) -> Result<Merchant, Error> {
    let state = before.kyc.state.after(transition)?;
    let told = matches!(state, KycState::Refused | KycState::Expired);
    let kyc = Kyc { state, reason: why.words().filter(|_| told).map(str::to_owned), expires_at };
    let after = Merchant { kyc, version: before.version + 1, updated_at: tx.now(), ..before.clone() };
    let names = (transition.as_str(), before.kyc.state.as_str(), state.as_str());
    take(tx, grant, (before, &after), Axis::Kyc, (transition.done(), names), why).await?;
    tx.emit(&MerchantChanged { merchant: after.id });
    Ok(after)
}

/// A decision about a merchant's account for payouts.
#[derive(Debug, Clone)]
pub struct ChangePayoutAccount {
    /// The merchant.
    pub id: MerchantId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// What is decided: to verify, reject, restrict or lift.
    pub transition: PayoutTransition,
    /// Why, as a code.
    pub reason_code: Option<String>,
    /// Why, in words; required to reject and to restrict.
    pub reason: Option<String>,
}

/// Decides about the account for payouts. Who decides has shown lately who he is.
///
/// # Errors
/// Not found; stale; `INVALID_TRANSITION`; a missing reason; denied; the database error.
pub async fn change_payout_account(ctx: &Ctx, input: ChangePayoutAccount) -> Result<Merchant, Error> {
    let grant = ctx.authorize(DECIDE_PAYOUT)?;
    ctx.require_fresh()?;
    let transition = input.transition;
    if matches!(transition, PayoutTransition::Name | PayoutTransition::Remove) {
        return Err(
            Invalid::new("action", "OUT_OF_RANGE", "accounts are named and removed by their own command").into()
        );
    }
    let takes = matches!(transition, PayoutTransition::Reject | PayoutTransition::Restrict);
    let why = Why::read(input.reason_code.as_deref(), input.reason.as_deref(), takes)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = seen(&tx, &grant, input.id, input.expected_version).await?;
    let state = before.payout.state.after(transition, true)?;
    let payout = PayoutStanding { state, reason: why.words().filter(|_| takes).map(str::to_owned) };
    let after = Merchant { payout, version: before.version + 1, updated_at: tx.now(), ..before.clone() };
    let names = (transition.as_str(), before.payout.state.as_str(), state.as_str());
    take(&mut tx, &grant, (&before, &after), Axis::Payout, (transition.done(), names), &why).await?;
    tx.emit(&MerchantChanged { merchant: after.id });
    tx.commit().await?;
    Ok(after)
}
