//! Merchants: who sells on the marketplace, on what terms, and where the money goes.

pub mod actions;
mod command;
mod entity;
mod error;
pub mod event;
pub mod model;
mod query;
mod repo;

pub use command::*;
pub use error::Error;
pub use model::{
    BankAccount, BankHint, Iban, InvoiceParty, Legal, Merchant, MerchantCard, MerchantDelivery, PayoutAccount, Profile,
    SellingTerms, Status, Transition,
};
pub use query::{
    Filter, allowed_transitions, bank_account, by_ids, card_by_slug, cards_by_ids, deliveries, deliveries_on, get,
    invoice_parties_on, list, payout_accounts_on, selling_terms_on,
};
