//! The ledger, balances, statements, invoices, payouts and reconciliation.

mod closed;
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

pub use closed::*;
pub use file::DocumentFile;
pub use input::*;
pub use loader::{BalancesOfMerchantLoader, PayoutRunLoader};
pub use mutation::*;
pub use object::*;
pub use papers::*;
pub use payout::*;
pub use profile::*;
pub use query::BillingQuery;
pub use reconcile::*;
