//! Plain types and pure decisions.

pub mod bank;
pub mod delivery;
pub mod merchant;
pub mod status;
pub mod terms;

pub use bank::BankAccount;
pub use delivery::MerchantDelivery;
pub use kernel::bank::Iban;
pub use merchant::{BankHint, HANDLING_DAYS_MAX, Legal, Merchant, MerchantCard, Profile};
pub use status::{Status, Transition};
pub use terms::{InvoiceParty, PayoutAccount, SellingTerms};
