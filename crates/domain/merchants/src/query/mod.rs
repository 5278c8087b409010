//! Reads.

mod cards;
mod delivery;
mod list;
mod notes;
mod onboarding;
mod party;
pub(crate) mod rating;
mod steps;
mod terms;

pub use cards::{card_by_slug, cards_by_ids};
pub use delivery::{deliveries, deliveries_on};
pub use list::{Filter, allowed_kyc, allowed_payout, allowed_transitions, bank_account, by_ids, get, list};
pub use notes::notes;
pub use onboarding::{
    Coming, Stuck, acceptances, agreement, agreements, coming, document, documents, onboarding, plans, stuck,
};
pub use party::counterparties;
pub use steps::{appeal_by_id, appeals, step_by_id, steps};
pub use terms::{coming_among_on, invoice_parties_on, keep_selling_in_tx, payout_accounts_on, selling_terms_on};
