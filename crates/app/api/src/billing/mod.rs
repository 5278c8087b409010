//! The ledger, balances, statements, invoices, payouts and reconciliation.

mod closed;
mod critical;
mod entry;
mod explain;
mod file;
mod input;
mod loader;
mod mutation;
mod object;
mod papers;
mod payout;
mod profile;
mod query;
mod reconcile;
mod sale;
mod settle;
mod write_off;

pub use closed::*;
pub use critical::*;
pub use entry::*;
pub use explain::*;
pub use file::DocumentFile;
pub use input::*;
pub use loader::{BalancesOfMerchantLoader, PayoutRunLoader};
pub use mutation::*;
pub use object::*;
pub use papers::*;
pub use payout::*;
pub use profile::*;
pub use query::LedgerQuery;
pub use reconcile::*;
pub use sale::*;
pub use settle::*;
pub use write_off::*;

use async_graphql::MergedObject;

/// Questions about money.
#[derive(MergedObject, Default)]
pub struct BillingQuery(LedgerQuery, EntryQuery, CriticalQuery);

/// Payouts, corrections, settlements.
#[derive(MergedObject, Default)]
pub struct BillingMutation(PayoutMutation, EntryMutation, SettlementMutation);
