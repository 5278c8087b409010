//! Reads.

mod cards;
mod delivery;
mod list;
mod terms;

pub use cards::{card_by_slug, cards_by_ids};
pub use delivery::{deliveries, deliveries_on};
pub use list::{Filter, allowed_transitions, bank_account, by_ids, get, list};
pub use terms::{invoice_parties_on, payout_accounts_on, selling_terms_on};
