//! What other domains need to know of a merchant.

use chrono::{DateTime, Utc};
use kernel::Rate;
use kernel::id::MerchantId;
use marketplace::WorkCalendar;

use super::{BankAccount, Legal, Status};

/// On what terms a merchant sells at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SellingTerms {
    /// The merchant.
    pub id: MerchantId,
    /// The name buyers read.
    pub name: String,
    /// The part of the address of its page.
    pub slug: String,
    /// Whether new orders may contain its offers: false from the moment it is suspended or closed.
    pub can_sell: bool,
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
    /// Where it stands; billing decides whether a suspended merchant is paid.
    pub status: Status,
    /// The account, if the merchant has named one.
    pub bank: Option<BankAccount>,
    /// When the account was set.
    pub bank_changed_at: Option<DateTime<Utc>>,
    /// When it took the place of another one; `None` for the first account of a merchant.
    pub bank_replaced_at: Option<DateTime<Utc>>,
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
