//! What other domains need to know of a merchant.

use chrono::{DateTime, Utc};
use kernel::Rate;
use kernel::id::MerchantId;
use marketplace::{BlockEffects, BlockedPayouts, OpenOrders, WorkCalendar};

use super::merchant::sells_at;
use super::{BankAccount, Closing, KycState, Legal, PayoutState, Status};

/// On what terms a merchant sells at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SellingTerms {
    /// The merchant.
    pub id: MerchantId,
    /// The name buyers read.
    pub name: String,
    /// The part of the address of its page.
    pub slug: String,
    /// Where it stands.
    pub status: Status,
    /// When it stops selling because it has not accepted what it must.
    pub agreements_due_at: Option<DateTime<Utc>>,
    /// When it will sell nothing, in order.
    pub closings: Vec<Closing>,
    /// What it may still do with the orders it has, while it is blocked.
    pub open_orders: OpenOrders,
    /// The country it sends from.
    pub country: String,
    /// Working days from order to dispatch.
    pub handling_days: i32,
    /// Whether orders are accepted without asking.
    pub auto_accept: bool,
    /// Its tier, for commission.
    pub tier: String,
    /// Its own VAT rate on commission; zero is reverse charge; `None` is the marketplace's rate.
    pub commission_vat_ppm: Option<Rate>,
    /// The share of its released earnings that is kept; `None` is the marketplace's share.
    pub reserve_ppm: Option<Rate>,
    /// Whether the operator remits the tax on its sales.
    pub operator_remits_tax: bool,
    /// The days on which it sends goods; `None` is the marketplace's calendar.
    pub calendar: Option<WorkCalendar>,
}

impl SellingTerms {
    /// Whether new orders may contain its offers at `at`: false from the moment it is blocked, and while it is closed.
    #[must_use]
    pub fn sells_at(&self, at: DateTime<Utc>) -> bool {
        sells_at(self.status, self.agreements_due_at, &self.closings, at)
    }

    /// Whether it may accept orders that wait for its decision.
    #[must_use]
    pub const fn may_accept(&self) -> bool {
        matches!(self.open_orders, OpenOrders::Finish)
    }

    /// Whether it may send what it accepted.
    #[must_use]
    pub const fn may_send(&self) -> bool {
        !matches!(self.open_orders, OpenOrders::Frozen)
    }

    /// The VAT on its commission: its own rate, or that of the marketplace.
    #[must_use]
    pub fn commission_vat(&self, settings: &marketplace::Settings) -> Rate {
        self.commission_vat_ppm.unwrap_or(settings.commission_vat_ppm)
    }

    /// The days on which it sends goods: its own, or those of the marketplace.
    #[must_use]
    pub fn work_calendar<'a>(&'a self, settings: &'a marketplace::Settings) -> &'a WorkCalendar {
        self.calendar.as_ref().unwrap_or(&settings.calendar)
    }

    /// The share of its released earnings that is kept: its own, or that of the marketplace.
    #[must_use]
    pub fn reserve(&self, settings: &marketplace::Settings) -> Rate {
        self.reserve_ppm.unwrap_or(settings.reserve_ppm)
    }
}

/// Where a merchant's money goes. For billing only: it holds the whole account number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutAccount {
    /// The merchant.
    pub id: MerchantId,
    /// The name of the merchant.
    pub name: String,
    /// Where it stands.
    pub status: Status,
    /// What its block does.
    pub effects: Option<BlockEffects>,
    /// Whether it is known who it is.
    pub kyc: KycState,
    /// Where its account stands.
    pub standing: PayoutState,
    /// The account, if the merchant has named one.
    pub bank: Option<BankAccount>,
    /// When the account was set.
    pub bank_changed_at: Option<DateTime<Utc>>,
    /// When it took the place of another one; `None` for the first account of a merchant.
    pub bank_replaced_at: Option<DateTime<Utc>>,
}

/// Whether a merchant that stands so is paid what it earned.
pub(crate) fn pays(status: Status, effects: Option<BlockEffects>) -> bool {
    match status {
        Status::Active | Status::Offboarding | Status::Closed => true,
        Status::Restricted | Status::Suspended => {
            effects.is_some_and(|effects| effects.payouts == BlockedPayouts::Paid)
        }
        Status::Invited | Status::Applied | Status::Onboarding | Status::InReview | Status::Rejected => false,
    }
}

impl PayoutAccount {
    /// Why nothing is paid to the merchant as it stands; `by_provider`: the money goes by a payment provider, which knows
    /// the account.
    #[must_use]
    pub fn obstacle(&self, by_provider: bool) -> Option<&'static str> {
        if !pays(self.status, self.effects) {
            return Some("not_active");
        }
        if !self.kyc.lets_pay() {
            return Some("kyc_open");
        }
        match self.standing {
            PayoutState::Restricted => Some("account_restricted"),
            PayoutState::Rejected if !by_provider => Some("account_rejected"),
            PayoutState::Pending if !by_provider => Some("account_unverified"),
            PayoutState::None if !by_provider => Some("no_bank_account"),
            _ => None,
        }
    }
}

/// Who a merchant is on an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceParty {
    /// The merchant.
    pub id: MerchantId,
    /// The name buyers read.
    pub name: String,
    /// Where Souk writes to.
    pub contact_email: String,
    /// The company behind it.
    pub legal: Legal,
    /// Its own VAT rate on commission; zero is reverse charge; `None` is the marketplace's rate.
    pub commission_vat_ppm: Option<Rate>,
}
