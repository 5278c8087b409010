//! Reads.

mod balance;
mod closed;
mod critical;
mod entry;
mod explain;
mod invoice;
mod journal;
mod payout;
mod reconcile;
mod sale_invoice;
mod settled;
mod statement;
mod write_off;

pub use balance::{
    AccountFilter, accounts, balances_by_merchants, merchant_balances, merchant_balances_at, trial_balance,
    trial_balance_at,
};
pub(crate) use closed::{ListedEntry, entries_of, moved_on};
pub use closed::{StatementFilter, billing_profile, closed_statement, closed_statements, files_of_seen};
pub use critical::{CriticalFilter, critical_balance, critical_balances};
pub use entry::{DebtFilter, EntryFilter, debts, manual_entries, manual_entry, subscriptions};
pub use explain::{PayoutBasis, payout_basis, source_of_hold};
pub use invoice::{InvoiceFilter, invoice, invoices};
pub use journal::{JournalFilter, LineFilter, journal, merchant_lines, transaction};
pub use payout::{PayoutFilter, payout, payout_runs, payouts, runs_by_ids};
pub use reconcile::{FindingFilter, findings, reconciliation, reconciliations};
pub(crate) use reconcile::{held_at, ledger_items, seen};
pub use sale_invoice::{
    SaleInvoiceFilter, files_of_seen_sales, sale_invoice, sale_invoices, sale_invoices_of_seen_orders,
};
pub use settled::unsettled_in_tx;
pub use statement::{Period, statement, statement_on};
pub use write_off::{WriteOffFilter, write_offs};

use crate::model::BALANCE_ROLES;

/// SQL: the account `a` is one of those whose sum is a merchant's balance.
pub(crate) fn of_balance() -> String {
    format!("a.role IN ('{}')", BALANCE_ROLES.join("', '"))
}
