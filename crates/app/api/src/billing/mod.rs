//! The ledger, balances, statements and payouts.

mod input;
mod loader;
mod mutation;
mod object;
mod payout;
mod query;

pub use input::*;
pub use loader::{BalancesOfMerchantLoader, PayoutRunLoader};
pub use mutation::*;
pub use object::*;
pub use payout::*;
pub use query::BillingQuery;
