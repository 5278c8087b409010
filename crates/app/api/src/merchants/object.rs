//! Merchants as clients see them.

use access::Masks;
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::counterparty::MerchantCounterparty;
use super::kyc::{MerchantKyc, MerchantPayoutAccount};
use super::life::MerchantClosing;
use super::loader::CounterpartyLoader;
use crate::billing::{BalancesOfMerchantLoader, MerchantBalance};
use crate::error::{Gql, ctx};
use crate::loader::load;
use crate::marketplace::calendar::WorkCalendar;
use crate::marketplace::merchant_rules::BlockEffects;
use crate::scalar::DecimalText;

/// What everybody may know of a merchant.
#[derive(Debug, Clone, SimpleObject)]
pub struct MerchantCard {
    /// The id of the merchant.
    pub id: ID,
    /// The name buyers read.
    pub name: String,
    /// The part of the address of its page.
    pub slug: String,
    /// Whether it sells now.
    pub active: bool,
    /// Until when it is closed, when it is closed by plan now.
    pub closed_until: Option<DateTime<Utc>>,
    /// How it is rated, between 1 and 5; `null` while nothing is known of it.
    pub stars: Option<DecimalText>,
}

impl From<merchants::MerchantCard> for MerchantCard {
    fn from(card: merchants::MerchantCard) -> Self {
        let merchants::MerchantCard { id, name, slug, active, closed_until, stars } = card;
        let stars = stars.map(|hundredths| DecimalText(Decimal::new(hundredths, 2)));
        Self { id: id.to_string().into(), name, slug, active, closed_until, stars }
    }
}

/// Where a merchant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::Status")]
pub enum MerchantStatus {
    /// The operator made it, its owner has not accepted the invitation.
    Invited,
    /// Waits for the operator to look at it.
    Applied,
    /// Brings what the checklist asks for.
    Onboarding,
    /// Says that all is there; the operator looks at it.
    InReview,
    /// The operator does not want it.
    Rejected,
    /// Sells.
    Active,
    /// Blocked by a rule: sells nothing new; `block` says what else.
    Restricted,
    /// Blocked by the operator: sells nothing new; `block` says what else.
    Suspended,
    /// Leaves: sells nothing new, finishes what was ordered and settled.
    Offboarding,
    /// Gone for good.
    Closed,
}

/// What can be done to a merchant's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::Transition")]
pub enum MerchantAction {
    /// Let it begin with the checklist: `merchantAdmit`.
    Admit,
    /// Say that the checklist is done: `merchantSubmit`.
    Submit,
    /// Ask for more: `merchantReturn`.
    Return,
    /// Let it sell: `merchantApprove`.
    Approve,
    /// Do not take it: `merchantReject`.
    Reject,
    /// Take it up again: `merchantRevive`.
    Revive,
    /// Block it by a rule: `merchantRestrict`.
    Restrict,
    /// Block it: `merchantSuspend`.
    Suspend,
    /// Let it sell again: `merchantReopen`.
    Reopen,
    /// Let it finish and leave: `merchantOffboard`.
    Offboard,
    /// End it for good: `merchantClose`.
    Close,
}

/// The company behind a merchant.
#[derive(Debug, Clone, SimpleObject)]
pub struct MerchantLegal {
    /// The name in the register.
    pub legal_name: String,
    /// VAT or tax number.
    pub tax_id: Option<String>,
    /// Number in the commercial register.
    pub registration_number: Option<String>,
    /// Street and number.
    pub street: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// Country of the seat, by ISO 3166-1.
    pub country: String,
}

/// Enough of a bank account to recognize it.
#[derive(Debug, Clone, SimpleObject)]
pub struct BankAccountHint {
    /// Country and last four characters of the IBAN.
    pub masked_iban: String,
    /// Whose account it is.
    pub holder: String,
    /// When it was set.
    pub changed_at: DateTime<Utc>,
}

/// A bank account with its whole number.
#[derive(Debug, Clone, SimpleObject)]
pub struct BankAccount {
    /// The number without spaces.
    pub iban: String,
    /// Whose account it is.
    pub holder: String,
}

impl From<merchants::BankAccount> for BankAccount {
    fn from(account: merchants::BankAccount) -> Self {
        Self { iban: account.iban.as_str().to_owned(), holder: account.holder }
    }
}

/// A merchant, as the operator and its own staff see it.
#[derive(Debug, Clone)]
pub struct Merchant(pub merchants::Merchant);

impl From<merchants::Merchant> for Merchant {
    fn from(merchant: merchants::Merchant) -> Self {
        Self(merchant)
    }
}

/// A merchant, as the operator and its own staff see it.
#[Object]
impl Merchant {
    /// The id of the merchant.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// The name buyers read.
    fn name(&self) -> &str {
        &self.0.profile.name
    }
    /// The part of the address of its page; it never changes.
    fn slug(&self) -> &str {
        &self.0.slug
    }
    /// Where it stands.
    fn status(&self) -> MerchantStatus {
        self.0.status.into()
    }
    /// Why, in words.
    fn status_reason(&self) -> Option<&str> {
        self.0.status_reason.as_deref()
    }
    /// Why, as a code.
    fn reason_code(&self) -> Option<&str> {
        self.0.reason_code.as_deref()
    }
    /// What its block does beside that new orders stop, as the settings said when it was blocked.
    fn block(&self) -> Option<BlockEffects> {
        self.0.effects.map(BlockEffects::from)
    }
    /// What kind of merchant it is, for what onboarding asks of it.
    #[graphql(name = "type")]
    fn merchant_type(&self) -> &str {
        &self.0.merchant_type
    }
    /// Whether new orders may contain its offers now: it is active, has accepted what it must, and is not closed.
    fn can_sell(&self, gql: &Context<'_>) -> Gql<bool> {
        Ok(self.0.sells_at(ctx(gql)?.now()))
    }
    /// Whether what it earned can be paid, as far as its standing goes: known, with a good account, payouts not held.
    fn can_be_paid(&self) -> bool {
        self.0.can_be_paid()
    }
    /// Whether it is known who it is.
    fn kyc(&self) -> MerchantKyc {
        MerchantKyc(self.0.clone())
    }
    /// Whether money may go to its account.
    fn payout_account(&self) -> MerchantPayoutAccount {
        MerchantPayoutAccount(self.0.clone())
    }
    /// All of them: when it will sell nothing, in order.
    fn closings(&self) -> Vec<MerchantClosing> {
        self.0.closings.iter().cloned().map(Into::into).collect()
    }
    /// When it stops selling because it has not accepted an agreement; in the past: it has stopped.
    fn agreements_due_at(&self) -> Option<DateTime<Utc>> {
        self.0.agreements_due_at
    }
    /// Since when.
    fn status_changed_at(&self) -> DateTime<Utc> {
        self.0.status_changed_at
    }
    /// What the caller may do to its status now.
    fn allowed_actions(&self, gql: &Context<'_>) -> Gql<Vec<MerchantAction>> {
        Ok(merchants::allowed_transitions(ctx(gql)?, &self.0).into_iter().map(Into::into).collect())
    }
    /// Where Souk writes to.
    fn contact_email(&self) -> &str {
        &self.0.profile.contact_email
    }
    /// The country it sends from, by ISO 3166-1.
    fn country(&self) -> &str {
        &self.0.profile.country
    }
    /// Working days from order to dispatch.
    fn handling_days(&self) -> i32 {
        self.0.profile.handling_days
    }
    /// The days on which it sends goods; `null` is the marketplace's calendar.
    fn calendar(&self) -> Option<WorkCalendar> {
        self.0.calendar.clone().map(WorkCalendar::from)
    }
    /// Whether orders are accepted without asking.
    fn auto_accept(&self) -> bool {
        self.0.profile.auto_accept
    }
    /// The company behind it.
    fn legal(&self) -> MerchantLegal {
        let legal = self.0.legal.clone();
        MerchantLegal {
            legal_name: legal.legal_name,
            tax_id: legal.tax_id,
            registration_number: legal.registration_number,
            street: legal.street,
            postal_code: legal.postal_code,
            city: legal.city,
            country: legal.country,
        }
    }
    /// What is known of it beside its seat: more addresses, people to speak to, tax ids.
    #[graphql(complexity = "5 + child_complexity")]
    async fn counterparty(&self, gql: &Context<'_>) -> Gql<Option<MerchantCounterparty>> {
        load::<CounterpartyLoader, _>(gql, self.0.id).await
    }
    /// The account for payouts with its number masked; see `merchantBankAccount` for the whole number. Null for whom
    /// bank accounts are hidden from.
    fn bank(&self, gql: &Context<'_>) -> Gql<Option<BankAccountHint>> {
        if ctx(gql)?.hides(merchants::actions::READ, Masks::BANK_ACCOUNTS) {
            return Ok(None);
        }
        let hint = |bank: merchants::BankHint| BankAccountHint {
            masked_iban: bank.masked_iban,
            holder: bank.holder,
            changed_at: bank.changed_at,
        };
        Ok(self.0.bank.clone().map(hint))
    }
    /// What it has, by currency; for those who may see its money.
    #[graphql(complexity = "10 + 3 * child_complexity")]
    async fn balances(&self, gql: &Context<'_>) -> Gql<Vec<MerchantBalance>> {
        let found = load::<BalancesOfMerchantLoader, _>(gql, self.0.id).await?.unwrap_or_default();
        Ok(found.into_iter().map(MerchantBalance::from).collect())
    }
    /// The group of merchants it belongs to, for commission.
    fn tier(&self) -> &str {
        &self.0.tier
    }
    /// Its own VAT rate on commission in percent; zero is reverse charge, `null` the marketplace's rate.
    fn commission_vat_percent(&self) -> Option<DecimalText> {
        self.0.commission_vat_ppm.map(DecimalText::percent)
    }
    /// The percentage of its released earnings that is kept as a reserve; `null` is the marketplace's.
    fn reserve_percent(&self) -> Option<DecimalText> {
        self.0.reserve_ppm.map(DecimalText::percent)
    }
    /// Whether the operator is the deemed supplier and remits the tax on its sales.
    fn operator_remits_tax(&self) -> bool {
        self.0.operator_remits_tax
    }
    /// Grows by one with every change; send it as `expectedVersion`.
    fn version(&self) -> i64 {
        self.0.version
    }
    /// When it was made.
    fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// When it was changed last.
    fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}
