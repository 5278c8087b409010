//! What differs for one merchant.

use std::collections::BTreeMap;

use context::{Ctx, Error as CoreError};
use history::Change;
use kernel::id::MerchantId;
use kernel::{Currency, Invalid, text};
use marketplace::{PayoutSchedule, StatementCycle};

use crate::actions::EDIT_PROFILE;
use crate::error::Error;
use crate::model::BillingProfile;
use crate::papers_repo as repo;

/// A change of a merchant's billing profile; what is `None` stays, `Some(None)` goes back to the settings.
#[derive(Debug, Clone, Default)]
pub struct ProfilePatch {
    /// How long the period of its statements is.
    pub statement_cycle: Option<Option<StatementCycle>>,
    /// When it is paid.
    pub payout_schedule: Option<Option<PayoutSchedule>>,
    /// The day on which it is paid.
    pub payout_day: Option<Option<u32>>,
    /// The smallest payout by currency, in minor units.
    pub payout_minimum: Option<BTreeMap<Currency, i64>>,
    /// Why nothing is paid to it; `Some(None)` lets it be paid again.
    pub payout_hold_reason: Option<Option<String>>,
    /// The merchant's connected account at Stripe; `Some(None)` pays it by the bank again.
    pub stripe_account: Option<Option<String>>,
}

/// A change of a merchant's billing profile.
#[derive(Debug, Clone)]
pub struct EditBillingProfile {
    /// The merchant.
    pub merchant_id: MerchantId,
    /// The version that the caller saw; 0 when nothing was ever set.
    pub expected_version: i64,
    /// What changes.
    pub patch: ProfilePatch,
}

/// Changes how one merchant is billed and paid.
///
/// # Errors
/// What is wrong with the input; `NotFound` for an unknown merchant; stale; denied.
pub async fn edit_billing_profile(ctx: &Ctx, input: EditBillingProfile) -> Result<BillingProfile, Error> {
    ctx.authorize(EDIT_PROFILE)?;
    let patch = checked(input.patch)?;
    let mut tx = ctx.begin_write().await?;
    let merchant = input.merchant_id;
    let known = merchants::selling_terms_on(&*tx, &[merchant]).await.map_err(CoreError::internal)?;
    if !known.contains_key(&merchant) {
        return Err(CoreError::NotFound("merchant").into());
    }
    let found = repo::profiles(&*tx, &[merchant]).await?.remove(&merchant);
    let before = found.unwrap_or_else(|| BillingProfile::usual(merchant));
    if before.version != input.expected_version {
        return Err(CoreError::Stale("billing profile").into());
    }
    let mut after = before.clone();
    after.version += 1;
    after.statement_cycle = patch.statement_cycle.unwrap_or(before.statement_cycle);
    after.payout_schedule = patch.payout_schedule.unwrap_or(before.payout_schedule);
    after.payout_day = patch.payout_day.unwrap_or(before.payout_day);
    after.payout_minimum = patch.payout_minimum.unwrap_or_else(|| before.payout_minimum.clone());
    after.payout_hold_reason = patch.payout_hold_reason.unwrap_or_else(|| before.payout_hold_reason.clone());
    after.stripe_account = patch.stripe_account.unwrap_or_else(|| before.stripe_account.clone());
    if after.stripe_account != before.stripe_account {
        after.stripe_account_at = Some(tx.now());
    }
    if let (Some(schedule), Some(day)) = (after.payout_schedule, after.payout_day) {
        schedule.check_day("payoutDay", day)?;
    }
    repo::save_profile(&tx, &after, before.version).await?;
    let change = Change::new("merchant_billing", merchant, "edited").of_merchant(merchant);
    tx.record(change.diff(Some(&before), Some(&after)));
    tx.commit().await?;
    Ok(after)
}

fn checked(mut patch: ProfilePatch) -> Result<ProfilePatch, Invalid> {
    if let Some(Some(day)) = patch.payout_day
        && !(1..=31).contains(&day)
    {
        return Err(Invalid::range("payoutDay", 1, 31));
    }
    for (currency, minor) in patch.payout_minimum.iter().flatten() {
        if *minor < 0 {
            return Err(Invalid::new(format!("payoutMinimum.{currency}"), "OUT_OF_RANGE", "must not be negative"));
        }
    }
    if let Some(Some(reason)) = &mut patch.payout_hold_reason {
        *reason = text::line("payoutHoldReason", reason, 300)?;
    }
    if let Some(Some(account)) = &mut patch.stripe_account {
        *account = text::line("stripeAccount", account, 100)?;
        let rest = account.strip_prefix("acct_").unwrap_or_default();
        if rest.is_empty() || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Invalid::new("stripeAccount", "MALFORMED", "must be a connected account, acct_..."));
        }
    }
    Ok(patch)
}
