//! Composing the checklist, waiving items of it, and what keeps a merchant from the next step.

use std::future::Future;

use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::MerchantId;
use kernel::text;

use crate::actions::{NOTE_PROGRESS, PLAN_ONBOARDING, REVIEW, WAIVE};
use crate::model::checklist::{Checked, Item, ItemState, Plan, Progress, checked_items, judge, left};
use crate::model::{Merchant, Status, Transition};
use crate::{Error, repo};

/// A new checklist for a type of merchants.
#[derive(Debug, Clone)]
pub struct EditPlan {
    /// The type.
    pub merchant_type: String,
    /// The version that the caller saw; 0 when there is none.
    pub expected_version: i64,
    /// What is asked, as a whole.
    pub items: Vec<Item>,
}

/// Composes what onboarding asks of a type of merchants. It counts for those that come now, too.
///
/// # Errors
/// What is wrong with the input; stale; denied; the database error.
pub async fn edit_plan(ctx: &Ctx, input: EditPlan) -> Result<Plan, Error> {
    ctx.authorize(PLAN_ONBOARDING)?;
    let merchant_type = text::code("type", &input.merchant_type, 40)?;
    let items = checked_items(input.items)?;
    let mut tx = ctx.begin_write().await?;
    let before = repo::onboarding::plan(&*tx, &merchant_type).await?;
    if before.version != input.expected_version {
        return Err(context::Error::Stale("onboarding plan").into());
    }
    let after = Plan { merchant_type, items, version: before.version + 1 };
    if !repo::onboarding::save_plan(&tx, &after).await? {
        return Err(context::Error::Stale("onboarding plan").into());
    }
    let known = (before.version > 0).then_some(&before);
    tx.record(Change::new("onboarding_plan", &after.merchant_type, "edited").diff(known, Some(&after)));
    tx.commit().await?;
    Ok(after)
}

/// Which item is asked for no more, and why.
#[derive(Debug, Clone)]
pub struct WaiveItem {
    /// The merchant.
    pub merchant: MerchantId,
    /// The item's code.
    pub item: String,
    /// Why.
    pub reason: String,
}

/// Waives an item for one merchant, in the name of who does it.
///
/// # Errors
/// Taken (field `item`) when it is waived; not found, also for an item that is not on the checklist; a wrong `reason`;
/// denied; the database error.
pub async fn waive_item(ctx: &Ctx, input: WaiveItem) -> Result<Merchant, Error> {
    let grant = ctx.authorize(WAIVE)?;
    let reason = text::line("reason", &input.reason, 500)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let merchant = repo::find(&*tx, &grant, input.merchant).await?;
    let plan = repo::onboarding::plan(&*tx, &merchant.merchant_type).await?;
    let item = plan.items.iter().find(|item| item.code == input.item);
    let item = item.ok_or(context::Error::NotFound("item of the checklist"))?;
    if !repo::onboarding::waive(&tx, merchant.id, &item.code, &reason).await? {
        return Err(context::Error::Taken { field: "item".to_owned() }.into());
    }
    let change = Change::new("merchant", merchant.id, "item_waived").of_merchant(merchant.id).because(reason);
    tx.record(change.field("item", None::<String>, &item.code));
    tx.commit().await?;
    Ok(merchant)
}

/// Tells what other systems know of a merchant. They stand above this crate.
pub trait ProgressSource: Sync {
    /// Counts anew, in the transaction that keeps it.
    fn progress(
        &self,
        tx: &WriteTx,
        merchant: MerchantId,
    ) -> impl Future<Output = Result<Progress, context::Error>> + Send;
}

/// Counts anew what other systems know of a merchant that comes, and keeps it. Under the merchant's lock, so that of two
/// counts at once the later one stays; of a merchant that sells nobody needs to know.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn note_progress(ctx: &Ctx, merchant: MerchantId, source: &impl ProgressSource) -> Result<bool, Error> {
    let grant = ctx.authorize(NOTE_PROGRESS)?;
    let tx = ctx.begin_write_for(&grant).await?;
    let merchant = repo::lock(&tx, &grant, merchant).await?;
    if !Status::COMING.contains(&merchant.status) {
        return Ok(false);
    }
    let progress = source.progress(&tx, merchant.id).await?;
    repo::onboarding::note_progress(&tx, merchant.id, progress).await?;
    tx.commit().await?;
    Ok(true)
}

/// Lets somebody begin whose invitation was accepted. Doing it twice, or for others, changes nothing.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn welcome(ctx: &Ctx, merchant: MerchantId) -> Result<bool, Error> {
    use super::step::{Why, live_in_tx};
    let grant = ctx.authorize(REVIEW)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = repo::find(&*tx, &grant, merchant).await?;
    if before.status != Status::Invited {
        return Ok(false);
    }
    let why = Why::of_souk("invitation_accepted", "the invitation was accepted");
    live_in_tx(&mut tx, &grant, &before, Transition::Admit, &why, None).await?;
    tx.commit().await?;
    Ok(true)
}

/// How far a merchant is, in the transaction of a step.
pub(super) async fn checked_in_tx(tx: &WriteTx, merchant: &Merchant) -> Result<Vec<Checked>, Error> {
    let plan = repo::onboarding::plan(&**tx, &merchant.merchant_type).await?;
    let mut known = repo::onboarding::evidence(&**tx, std::slice::from_ref(merchant)).await?;
    let known = known.remove(&merchant.id).unwrap_or_default();
    Ok(judge(&plan.items, merchant, &known, tx.now().date_naive()))
}

/// Refuses a step for which required items are open: the merchant's own before it asks for approval, all before it is
/// approved.
pub(super) async fn guard(tx: &WriteTx, merchant: &Merchant, transition: Transition) -> Result<(), Error> {
    let asked: fn(ItemState) -> bool = match transition {
        Transition::Submit => ItemState::is_the_merchants,
        Transition::Approve => |state| !state.is_over(),
        _ => return Ok(()),
    };
    let left = left(&checked_in_tx(tx, merchant).await?, asked);
    if left.is_empty() { Ok(()) } else { Err(Error::ChecklistOpen(left)) }
}

/// Refuses to take in who applied for itself and has not proved the address.
pub(super) async fn proven(tx: &WriteTx, merchant: &Merchant, transition: Transition) -> Result<(), Error> {
    let Some(user) = merchant.applied_by.filter(|_| matches!(transition, Transition::Admit | Transition::Approve))
    else {
        return Ok(());
    };
    let user = identity::user_on(&**tx, user).await.map_err(context::Error::internal)?;
    if user.email_verified_at.is_some() { Ok(()) } else { Err(Error::AddressUnproven) }
}
