//! What can be allowed.

use access::Action;

/// Write what happened into the ledger; only Souk itself.
pub const POST: Action = Action::new("ledger", "post");
/// See the whole ledger: journal, accounts, trial balance.
pub const READ_LEDGER: Action = Action::new("ledger", "read");
/// Correct the ledger: manual entries and reversals.
pub const ADJUST: Action = Action::new("ledger", "adjust");
/// See balances, journal lines and statements of merchants.
pub const READ_BALANCE: Action = Action::new("balance", "read");
/// See payouts.
pub const READ_PAYOUT: Action = Action::new("payout", "read");
/// See the runs that made payouts, and who was not paid.
pub const READ_RUN: Action = Action::new("payout_run", "read");
/// Run payouts and say what became of them.
pub const RUN_PAYOUT: Action = Action::new("payout", "run");
