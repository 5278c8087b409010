//! Merchants: who sells on the marketplace, on what terms, and where the money goes.

pub mod actions;
pub mod check;
mod command;
mod entity;
mod error;
pub mod event;
pub mod job;
pub mod model;
mod query;
mod repo;

/// What buyers, merchants and the operator's team write to each other: commands, reads and plain types.
pub mod conversation {
    pub use crate::command::conversation::*;
    pub use crate::model::conversation::*;
    pub use crate::query::conversation::*;
}

/// How merchants are rated: commands, reads and plain types.
pub mod rating {
    pub use crate::command::rating::*;
    pub use crate::model::rating::*;
    pub use crate::query::rating::*;
}

/// What other systems tell of merchants: commands, reads and plain types.
pub mod sync {
    pub use crate::command::sync::*;
    pub use crate::model::sync::*;
    pub use crate::query::sync::*;
}

pub use command::*;
pub use error::Error;
pub use model::{
    Acceptance, AddressPurpose, Agreement, Appeal, AppealState, Axis, BankAccount, BankHint, Checked, Closing,
    ContactTopic, Counterparty, Document, DocumentState, Iban, InvoiceParty, Item, ItemKind, ItemState, Kyc, KycState,
    KycTransition, Legal, Merchant, MerchantCard, MerchantDelivery, Note, PartyAddress, PartyContact, PayoutAccount,
    PayoutStanding, PayoutState, PayoutTransition, Plan, Profile, Progress, SellingTerms, Status, Step, TaxId,
    TaxIdKind, Transition,
};
pub use query::{
    Coming, Filter, Stuck, acceptances, agreement, agreements, allowed_kyc, allowed_payout, allowed_transitions,
    appeal_by_id, appeals, bank_account, by_ids, card_by_slug, cards_by_ids, coming, coming_among_on, counterparties,
    deliveries, deliveries_on, document, documents, get, invoice_parties_on, keep_selling_in_tx, list, notes,
    onboarding, payout_accounts_on, plans, selling_among_on, selling_terms_on, step_by_id, steps, stuck,
};
