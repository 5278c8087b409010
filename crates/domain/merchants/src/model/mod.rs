//! Plain types and pure decisions.

pub mod agreement;
pub mod appeal;
pub mod bank;
pub mod checklist;
pub mod closing;
pub mod contacts;
pub mod conversation;
pub mod delivery;
pub mod document;
pub mod kyc;
pub mod merchant;
pub mod note;
pub mod party;
pub mod payout;
pub mod rating;
pub mod status;
pub mod step;
pub mod sync;
pub mod terms;

pub use agreement::{Acceptance, Agreement};
pub use appeal::{Appeal, AppealState};
pub use bank::BankAccount;
pub use checklist::{Checked, Item, ItemKind, ItemState, Plan, Progress};
pub use closing::{CLOSINGS_MAX, Closing};
pub use delivery::MerchantDelivery;
pub use document::{Document, DocumentState};
pub use kernel::bank::Iban;
pub use kyc::{Kyc, KycState, KycTransition};
pub use merchant::{BankHint, HANDLING_DAYS_MAX, Legal, Merchant, MerchantCard, Profile};
pub use note::Note;
pub use party::{AddressPurpose, ContactTopic, Counterparty, PartyAddress, PartyContact, TaxId, TaxIdKind};
pub use payout::{PayoutStanding, PayoutState, PayoutTransition};
pub use status::{Status, Transition};
pub use step::{Axis, Step};
pub use terms::{InvoiceParty, PayoutAccount, SellingTerms};
