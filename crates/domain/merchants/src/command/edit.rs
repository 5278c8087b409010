//! Changing what is known of a merchant.

use access::Grant;
use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::MerchantId;
use kernel::{Rate, text};
use marketplace::WorkCalendar;

use super::create::{check_share, check_vat};
use super::step::{Why, keep, rules, seen};
use super::sync::kept_by_people;
use crate::actions::{EDIT_BANK, EDIT_LEGAL, EDIT_PROFILE, EDIT_TERMS};
use crate::event::MerchantChanged;
use crate::model::sync::Known;
use crate::model::{Axis, BankAccount, Counterparty, Legal, Merchant, PayoutStanding, PayoutState, PayoutTransition};
use crate::{Error, repo};

/// A change of the profile; what is `None` stays.
#[derive(Debug, Clone)]
pub struct EditProfile {
    /// The merchant.
    pub id: MerchantId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// The name buyers read.
    pub name: Option<String>,
    /// Where Souk writes to.
    pub contact_email: Option<String>,
    /// The country it sends from.
    pub country: Option<String>,
    /// Working days from order to dispatch.
    pub handling_days: Option<i32>,
    /// Whether orders are accepted without asking.
    pub auto_accept: Option<bool>,
}

/// Changes the profile.
///
/// # Errors
/// What is wrong with the input; not found; stale; denied; the database error.
pub async fn edit_profile(ctx: &Ctx, input: EditProfile) -> Result<Merchant, Error> {
    let grant = ctx.authorize(EDIT_PROFILE)?;
    let tx = ctx.begin_write_for(&grant).await?;
    let before = seen(&tx, &grant, input.id, input.expected_version).await?;
    let mut after = before.clone();
    let profile = &mut after.profile;
    profile.name = input.name.unwrap_or(std::mem::take(&mut profile.name));
    profile.contact_email = input.contact_email.unwrap_or(std::mem::take(&mut profile.contact_email));
    profile.country = input.country.unwrap_or(std::mem::take(&mut profile.country));
    profile.handling_days = input.handling_days.unwrap_or(profile.handling_days);
    profile.auto_accept = input.auto_accept.unwrap_or(profile.auto_accept);
    after.profile = after.profile.checked()?;
    save(tx, &grant, &before, after, "profile_edited").await
}

/// A change of the legal data as a whole.
#[derive(Debug, Clone)]
pub struct EditLegal {
    /// The merchant.
    pub id: MerchantId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// The company behind it.
    pub legal: Legal,
}

/// Replaces the legal data.
///
/// # Errors
/// As [`edit_profile`]; [`Error::KeptElsewhere`] for a field that another system keeps.
pub async fn edit_legal(ctx: &Ctx, input: EditLegal) -> Result<Merchant, Error> {
    let grant = ctx.authorize(EDIT_LEGAL)?;
    let tx = ctx.begin_write_for(&grant).await?;
    let before = seen(&tx, &grant, input.id, input.expected_version).await?;
    let after = Merchant { legal: input.legal.checked()?, ..before.clone() };
    let party = Counterparty::unknown(before.id);
    let known = |legal| Known { legal, party: &party };
    kept_by_people(&tx, before.id, known(&before.legal), known(&after.legal)).await?;
    save(tx, &grant, &before, after, "legal_edited").await
}

/// A change of the terms between merchant and operator; what is `None` stays.
#[derive(Debug, Clone)]
pub struct EditTerms {
    /// The merchant.
    pub id: MerchantId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// Its tier.
    pub tier: Option<String>,
    /// Its own VAT rate on commission; `Some(None)` takes that of the marketplace.
    pub commission_vat_ppm: Option<Option<Rate>>,
    /// The share of its released earnings that is kept; `Some(None)` takes that of the marketplace.
    pub reserve_ppm: Option<Option<Rate>>,
    /// Whether the operator remits the tax on its sales.
    pub operator_remits_tax: Option<bool>,
}

/// Changes tier, VAT on commission, reserve and who remits the tax. Orders that were placed keep their terms.
///
/// # Errors
/// As [`edit_profile`].
pub async fn edit_terms(ctx: &Ctx, input: EditTerms) -> Result<Merchant, Error> {
    let grant = ctx.authorize(EDIT_TERMS)?;
    let tx = ctx.begin_write_for(&grant).await?;
    let before = seen(&tx, &grant, input.id, input.expected_version).await?;
    let mut after = before.clone();
    if let Some(tier) = input.tier {
        after.tier = text::code("tier", &tier, 40)?;
    }
    if let Some(vat) = input.commission_vat_ppm {
        vat.map(check_vat).transpose()?;
        after.commission_vat_ppm = vat;
    }
    if let Some(reserve) = input.reserve_ppm {
        reserve.map(|reserve| check_share("reservePpm", reserve)).transpose()?;
        after.reserve_ppm = reserve;
    }
    after.operator_remits_tax = input.operator_remits_tax.unwrap_or(after.operator_remits_tax);
    save(tx, &grant, &before, after, "terms_edited").await
}

/// A new calendar.
#[derive(Debug, Clone)]
pub struct EditCalendar {
    /// The merchant.
    pub id: MerchantId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// The days on which it sends goods, as a whole; `None` takes the marketplace's calendar.
    pub calendar: Option<WorkCalendar>,
}

/// Changes the days on which a merchant sends goods. What was promised to buyers stays promised.
///
/// # Errors
/// As [`edit_profile`].
pub async fn edit_calendar(ctx: &Ctx, input: EditCalendar) -> Result<Merchant, Error> {
    let grant = ctx.authorize(EDIT_PROFILE)?;
    let calendar = input.calendar.map(|calendar| calendar.checked("calendar")).transpose()?;
    let tx = ctx.begin_write_for(&grant).await?;
    let before = seen(&tx, &grant, input.id, input.expected_version).await?;
    let after = Merchant { calendar, ..before.clone() };
    save(tx, &grant, &before, after, "calendar_edited").await
}

/// A change of the account for payouts.
#[derive(Debug, Clone)]
pub struct EditBank {
    /// The merchant.
    pub id: MerchantId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// The account; `None` removes it, and payouts wait.
    pub account: Option<BankAccount>,
}

/// Sets or removes the account for payouts. The history keeps the masked number only.
///
/// # Errors
/// Not found; stale; denied; the database error.
pub async fn edit_bank(ctx: &Ctx, input: EditBank) -> Result<Merchant, Error> {
    let grant = ctx.authorize(EDIT_BANK)?;
    ctx.require_fresh()?;
    let verifies = rules(ctx).await?.verify_bank_accounts;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = seen(&tx, &grant, input.id, input.expected_version).await?;
    let mut after = next(&tx, before.clone());
    let transition = if input.account.is_some() { PayoutTransition::Name } else { PayoutTransition::Remove };
    // To remove what is not there changes nothing.
    if input.account.is_some() || before.payout.state != PayoutState::None {
        let state = before.payout.state.after(transition, verifies)?;
        after.payout = PayoutStanding { state, reason: None };
    }
    after.bank = input.account.as_ref().map(|account| repo::hint(account, tx.now()));
    repo::save_bank(&tx, &grant, &after, input.account.as_ref(), before.version).await?;
    let hint = |merchant: &Merchant| merchant.bank.clone().map(|bank| format!("{}, {}", bank.masked_iban, bank.holder));
    let change = Change::new("merchant", after.id, "bank_edited").of_merchant(after.id);
    let change = change.field("bank", hint(&before), hint(&after)).field("payout", &before.payout, &after.payout);
    tx.record(change.field("version", before.version, after.version));
    if before.payout != after.payout || input.account.is_some() {
        let names = (transition.as_str(), before.payout.state.as_str(), after.payout.state.as_str());
        keep(&mut tx, &after, Axis::Payout, names, &Why::read(None, None, false)?).await?;
    }
    tx.emit(&MerchantChanged { merchant: after.id });
    tx.commit().await?;
    Ok(after)
}

fn next(tx: &WriteTx, merchant: Merchant) -> Merchant {
    Merchant { version: merchant.version + 1, updated_at: tx.now(), ..merchant }
}

async fn save(
    mut tx: WriteTx,
    grant: &Grant,
    before: &Merchant,
    after: Merchant,
    done: &'static str,
) -> Result<Merchant, Error> {
    let after = next(&tx, after);
    repo::save(&tx, grant, &after, before.version).await?;
    let change = Change::new("merchant", after.id, done).of_merchant(after.id);
    tx.record(change.diff(Some(before), Some(&after)));
    tx.emit(&MerchantChanged { merchant: after.id });
    tx.commit().await?;
    Ok(after)
}
