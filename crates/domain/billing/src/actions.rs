//! What can be allowed.

use access::Action;

/// Write what happened into the ledger; only Souk itself.
pub const POST: Action = Action::new("ledger", "post");
/// See the whole ledger: journal, accounts, trial balance.
pub const READ_LEDGER: Action = Action::new("ledger", "read");
/// Correct the ledger: manual entries and reversals.
pub const ADJUST: Action = Action::new("ledger", "adjust");
/// Approve manual entries that somebody else asked for.
pub const APPROVE: Action = Action::new("ledger", "approve");
/// Enter what providers, carriers and the bank settle.
pub const SETTLE: Action = Action::new("ledger", "settle");
/// See balances, journal lines and statements of merchants.
pub const READ_BALANCE: Action = Action::new("balance", "read");
/// See payouts.
pub const READ_PAYOUT: Action = Action::new("payout", "read");
/// See the runs that made payouts, and who was not paid.
pub const READ_RUN: Action = Action::new("payout_run", "read");
/// Run payouts and say what became of them.
pub const RUN_PAYOUT: Action = Action::new("payout", "run");
/// See closed statements, invoices, credit notes and their files.
pub const READ_STATEMENT: Action = Action::new("statement", "read");
/// Close statements whose period is over.
pub const CLOSE_STATEMENT: Action = Action::new("statement", "close");
/// See how one merchant is billed and paid.
pub const READ_PROFILE: Action = Action::new("billing_profile", "read");
/// Change how one merchant is billed and paid.
pub const EDIT_PROFILE: Action = Action::new("billing_profile", "edit");
/// See what came out of comparing files of banks and providers with the ledger.
pub const READ_RECONCILIATION: Action = Action::new("reconciliation", "read");
/// Compare files of banks and providers with the ledger.
pub const RECONCILE: Action = Action::new("reconciliation", "edit");
