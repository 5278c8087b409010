//! What onboarding asks of a merchant, and how far it is. Pure: the evidence is read elsewhere.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;
use kernel::vat::{has_vat_ids, vat_id};
use kernel::{Invalid, text};
use serde::{Deserialize, Serialize};

use super::{DocumentState, KycState, Merchant, PayoutState, TaxId, TaxIdKind};

/// The most items of a checklist.
pub const ITEMS_MAX: usize = 40;

/// What an item looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// Name, address and register of the company are there.
    Profile,
    /// The newest version of an agreement is accepted; `subject` names it.
    Agreement,
    /// A document is reviewed and good; `subject` names its kind.
    Document,
    /// The account for payouts is verified.
    BankAccount,
    /// There is a VAT id whose check digits are right, or a tax number where there are no VAT ids.
    TaxId,
    /// It is known who the merchant is.
    Kyc,
    /// There is a place that it sends from.
    Delivery,
    /// So many products are loaded; `count` says how many.
    ProductsLoaded,
    /// So many products are accepted; `count` says how many.
    ProductsAccepted,
}

/// One thing that onboarding asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// The code, by which it is waived.
    pub code: String,
    /// What it looks at.
    pub kind: ItemKind,
    /// What people read.
    pub title: String,
    /// Whether nothing is approved without it.
    pub required: bool,
    /// Which agreement or document.
    pub subject: Option<String>,
    /// How many products.
    pub count: Option<i64>,
}

/// What onboarding asks of a type of merchants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The type.
    pub merchant_type: String,
    /// What is asked, in order.
    pub items: Vec<Item>,
    /// Counts up from 1; 0 when nobody has composed one.
    pub version: i64,
}

/// How far an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// The merchant has to bring it.
    Missing,
    /// The operator did not take what was brought; the merchant has to bring it anew.
    Refused,
    /// The operator has to look at it.
    Waiting,
    /// It is there.
    Done,
    /// Somebody of the operator asks for it no more.
    Waived,
}

impl ItemState {
    /// Whether nothing is left to do.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Waived)
    }

    /// Whether the merchant has to do something.
    #[must_use]
    pub const fn is_the_merchants(self) -> bool {
        matches!(self, Self::Missing | Self::Refused)
    }
}

/// An item and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The item.
    pub item: Item,
    /// How far it is.
    pub state: ItemState,
    /// What there is to be told: why it was refused, how many are there, who waived it.
    pub detail: Option<String>,
}

/// Who waived an item and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The item's code.
    pub item: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub actor_name: String,
}

/// What other systems know of a merchant that comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Products that it loaded.
    pub products_loaded: i64,
    /// Those that are accepted.
    pub products_accepted: i64,
    /// Places that it sends from.
    pub locations: i64,
}

/// What is known of a merchant's documents: kind, state, why it was refused, until when it is good.
pub(crate) type Paper = (String, DocumentState, Option<String>, Option<NaiveDate>);

/// Everything that the items of one merchant are judged by.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    /// The newest version of each agreement.
    pub(crate) newest: BTreeMap<String, i64>,
    /// The newest accepted version of each agreement.
    pub(crate) accepted: BTreeMap<String, i64>,
    pub(crate) papers: Vec<Paper>,
    /// VAT ids, checked, and other tax ids with their country.
    pub(crate) tax_ids: Vec<TaxId>,
    pub(crate) waivers: Vec<Waiver>,
    pub(crate) progress: Progress,
}

/// Judges every item.
pub(crate) fn judge(items: &[Item], merchant: &Merchant, known: &Evidence, today: NaiveDate) -> Vec<Checked> {
    let of = |item: &Item| {
        if let Some(waiver) = known.waivers.iter().find(|waiver| waiver.item == item.code) {
            let detail = format!("{}: {}", waiver.actor_name, waiver.reason);
            return Checked { item: item.clone(), state: ItemState::Waived, detail: Some(detail) };
        }
        let (state, detail) = state_of(item, merchant, known, today);
        Checked { item: item.clone(), state, detail }
    };
    items.iter().map(of).collect()
}

type Found = (ItemState, Option<String>);

fn state_of(item: &Item, merchant: &Merchant, known: &Evidence, today: NaiveDate) -> Found {
    let there = |yes: bool| if yes { (ItemState::Done, None) } else { (ItemState::Missing, None) };
    let subject = item.subject.as_deref().unwrap_or_default();
    match item.kind {
        ItemKind::Profile => {
            let legal = &merchant.legal;
            let parts = [
                ("legalName", Some(&legal.legal_name)),
                ("registrationNumber", legal.registration_number.as_ref()),
                ("street", legal.street.as_ref()),
                ("postalCode", legal.postal_code.as_ref()),
                ("city", legal.city.as_ref()),
            ];
            let missing = parts.iter().filter(|(_, value)| value.is_none_or(|value| value.is_empty()));
            let missing: Vec<&str> = missing.map(|(name, _)| *name).collect();
            if missing.is_empty() { there(true) } else { (ItemState::Missing, Some(missing.join(", "))) }
        }
        ItemKind::Agreement => match known.newest.get(subject) {
            Some(newest) => there(known.accepted.get(subject).is_some_and(|accepted| accepted >= newest)),
            None => (ItemState::Waiting, Some("the agreement is not published".to_owned())),
        },
        ItemKind::Document => document(subject, &known.papers, today),
        ItemKind::BankAccount => match merchant.payout.state {
            PayoutState::Active => (ItemState::Done, None),
            PayoutState::Pending | PayoutState::Restricted => (ItemState::Waiting, merchant.payout.reason.clone()),
            PayoutState::Rejected => (ItemState::Refused, merchant.payout.reason.clone()),
            PayoutState::None => (ItemState::Missing, None),
        },
        // VAT ids were checked when they were named; where there are none, nobody can check the number.
        ItemKind::TaxId if known.tax_ids.iter().any(|id| id.kind == TaxIdKind::Vat || !has_vat_ids(&id.country)) => {
            there(true)
        }
        ItemKind::TaxId => match merchant.legal.tax_id.as_deref() {
            None => (ItemState::Missing, None),
            Some(id) => match vat_id("legal.taxId", id) {
                Ok(_) => (ItemState::Done, None),
                Err(_) if !has_vat_ids(&merchant.legal.country) => (ItemState::Done, None),
                Err(fault) => (ItemState::Missing, Some(fault.message)),
            },
        },
        ItemKind::Kyc => match merchant.kyc.state {
            KycState::Approved | KycState::NotRequired => (ItemState::Done, None),
            KycState::PendingApproval => (ItemState::Waiting, None),
            KycState::PendingSubmission => (ItemState::Missing, None),
            KycState::Refused | KycState::Expired => (ItemState::Refused, merchant.kyc.reason.clone()),
        },
        ItemKind::Delivery => there(known.progress.locations > 0),
        ItemKind::ProductsLoaded => counted(known.progress.products_loaded, item, ItemState::Missing),
        ItemKind::ProductsAccepted => {
            // What is loaded and not accepted lies with the operator.
            let enough = known.progress.products_loaded >= item.count.unwrap_or(1);
            let open = if enough { ItemState::Waiting } else { ItemState::Missing };
            counted(known.progress.products_accepted, item, open)
        }
    }
}

fn counted(found: i64, item: &Item, open: ItemState) -> Found {
    let wanted = item.count.unwrap_or(1);
    (if found >= wanted { ItemState::Done } else { open }, Some(format!("{found} of {wanted}")))
}

/// The best of the documents of a kind: one that is good, else one that waits, else why the last one was refused.
fn document(kind: &str, papers: &[Paper], today: NaiveDate) -> Found {
    let own = || papers.iter().filter(|(of, ..)| of == kind);
    let good = |expires: &Option<NaiveDate>| expires.is_none_or(|day| day >= today);
    if own().any(|(_, state, _, expires)| *state == DocumentState::Approved && good(expires)) {
        return (ItemState::Done, None);
    }
    if own().any(|(_, state, ..)| *state == DocumentState::Submitted) {
        return (ItemState::Waiting, None);
    }
    if own().any(|(_, state, ..)| *state == DocumentState::Approved) {
        return (ItemState::Refused, Some("it is too old".to_owned()));
    }
    match own().rfind(|(_, state, ..)| *state == DocumentState::Refused) {
        Some((_, _, note, _)) => (ItemState::Refused, note.clone()),
        None => (ItemState::Missing, None),
    }
}

/// The codes of the required items that keep a merchant from the next step; `asked`: what must not be left.
pub(crate) fn left(checked: &[Checked], asked: fn(ItemState) -> bool) -> Vec<String> {
    let open = checked.iter().filter(|checked| checked.item.required && asked(checked.state));
    open.map(|checked| checked.item.code.clone()).collect()
}

/// Checks a list as it was sent.
pub(crate) fn checked_items(mut items: Vec<Item>) -> Result<Vec<Item>, Invalid> {
    if items.len() > ITEMS_MAX {
        return Err(Invalid::new("items", "TOO_MANY", format!("must have at most {ITEMS_MAX} entries")));
    }
    let mut seen = HashSet::new();
    for (index, item) in items.iter_mut().enumerate() {
        let at = |field: &str| format!("items.{index}.{field}");
        item.code = text::code(&at("code"), &item.code, 40)?;
        item.title = text::line(&at("title"), &item.title, 120)?;
        if !seen.insert(item.code.clone()) {
            return Err(Invalid::new(at("code"), "DUPLICATE", "is there twice"));
        }
        let named = matches!(item.kind, ItemKind::Agreement | ItemKind::Document);
        item.subject = match item.subject.take() {
            Some(subject) if named => Some(text::code(&at("subject"), &subject, 40)?),
            None if named => return Err(Invalid::required(at("subject"))),
            _ => None,
        };
        let counts = matches!(item.kind, ItemKind::ProductsLoaded | ItemKind::ProductsAccepted);
        item.count = item.count.filter(|_| counts);
        if counts && !(1..=100_000).contains(&item.count.unwrap_or(1)) {
            return Err(Invalid::range(at("count"), 1, 100_000));
        }
    }
    Ok(items)
}
