//! Appeals against blocks.

use chrono::Duration;
use context::Ctx;
use history::Change;
use kernel::id::{AppealId, MerchantId};
use marketplace::OTHER_REASON;

use super::step::{self, Why, live_in_tx, rules};
use crate::actions::{APPEAL, REOPEN};
use crate::event::{AppealDecided, MerchantAppealed};
use crate::model::{Appeal, AppealState, Transition};
use crate::{Error, repo};

/// Asks that the block of a merchant be looked at again: once a block, within the days that the settings say.
///
/// # Errors
/// [`Error::NoAppeal`]; a wrong `words`; taken (field `merchantId`) when this block was appealed against; not found;
/// denied; the database error.
pub async fn appeal(ctx: &Ctx, merchant: MerchantId, words: &str) -> Result<Appeal, Error> {
    let grant = ctx.authorize(APPEAL)?;
    let words = step::words("words", words, 4_000)?;
    let days = rules(ctx).await?.appeal_days;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let merchant = repo::find(&*tx, &grant, merchant).await?;
    if !merchant.status.is_blocked() {
        return Err(Error::NoAppeal("the merchant is not blocked"));
    }
    if tx.now() > merchant.status_changed_at + Duration::days(days.into()) {
        return Err(Error::NoAppeal("the time for it is over"));
    }
    let appeal = Appeal {
        id: tx.new_id(),
        merchant: merchant.id,
        blocked_at: merchant.status_changed_at,
        reason_code: merchant.reason_code.unwrap_or_else(|| OTHER_REASON.to_owned()),
        words,
        state: AppealState::Open,
        asked_at: tx.now(),
        answer: None,
        decided_by: None,
        decided_at: None,
        version: 1,
    };
    if !repo::appeal::insert(&tx, &appeal, ctx.actor().id()).await? {
        return Err(context::Error::Taken { field: "merchantId".to_owned() }.into());
    }
    let change = Change::new("merchant_appeal", appeal.id, "created").of_merchant(appeal.merchant);
    tx.record(change.field("reasonCode", None::<String>, &appeal.reason_code));
    tx.emit(&MerchantAppealed { appeal: appeal.id, merchant: appeal.merchant });
    tx.commit().await?;
    Ok(appeal)
}

/// What the operator decides about an appeal.
#[derive(Debug, Clone)]
pub struct DecideAppeal {
    /// The appeal.
    pub id: AppealId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// Whether the block is lifted.
    pub grant: bool,
    /// What the merchant is told.
    pub answer: String,
}

/// The reason code of the step that a granted appeal takes.
pub const APPEAL_GRANTED: &str = "appeal_granted";

/// Decides about an appeal. Granting it lifts the block in the same transaction, if the merchant still is under it.
///
/// # Errors
/// [`Error::AlreadyDecided`]; a wrong `answer`; not found; stale; denied; the database error.
pub async fn decide_appeal(ctx: &Ctx, input: DecideAppeal) -> Result<Appeal, Error> {
    let grant = ctx.authorize(REOPEN)?;
    let answer = step::words("answer", &input.answer, 4_000)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = repo::appeal::find(&*tx, &grant, input.id).await?;
    if before.state != AppealState::Open {
        return Err(Error::AlreadyDecided("appeal"));
    }
    if before.version != input.expected_version {
        return Err(context::Error::Stale("appeal").into());
    }
    let after = Appeal {
        state: if input.grant { AppealState::Granted } else { AppealState::Upheld },
        answer: Some(answer.clone()),
        decided_by: Some(ctx.actor().name.clone()),
        decided_at: Some(tx.now()),
        version: before.version + 1,
        ..before.clone()
    };
    if !repo::appeal::decide(&tx, &after, before.version, ctx.actor().id()).await? {
        return Err(context::Error::Stale("appeal").into());
    }
    let merchant = repo::find(&*tx, &grant, after.merchant).await?;
    let same = merchant.status.is_blocked() && merchant.status_changed_at == after.blocked_at;
    if input.grant && same {
        let words: String = answer.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect();
        let why = Why::read(Some(APPEAL_GRANTED), Some(&words), false)?;
        live_in_tx(&mut tx, &grant, &merchant, Transition::Reopen, &why, None).await?;
    }
    let change = Change::new("merchant_appeal", after.id, after.state.as_str()).of_merchant(after.merchant);
    tx.record(change.field("state", before.state.as_str(), after.state.as_str()));
    tx.emit(&AppealDecided { appeal: after.id, merchant: after.merchant, granted: input.grant });
    tx.commit().await?;
    Ok(after)
}
