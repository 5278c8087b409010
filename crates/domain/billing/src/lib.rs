//! The books: a double-entry ledger, what merchants earned, and what they are paid.
//!
//! Every event that moves money is one balanced, immutable transaction of the ledger, made by a pure builder from
//! a typed input ([`model::build`]) and written by one function under an idempotency key.
//! Balances are a cache of the entries; statements are folds of them. Billing does not know orders: whoever calls
//! says what happened, in amounts that were frozen at placement.

pub mod actions;
pub mod check;
pub mod command;
mod entity;
pub mod error;
pub mod event;
mod import;
pub mod model;
mod paper;
mod papers_repo;
mod post;
pub mod query;
mod repo;
mod sale_repo;
mod worker;
mod write_off_repo;

pub use command::{
    BalancesWatched, DebtsAged, DecideEntry, DecideWriteOff, EditBillingProfile, Import, ImportFormat, MarkFailed,
    MarkPaid, MarkReturned, PauseReason, ProfilePatch, RecordDebtPayment, RecordMovement, Released, RequestEntry,
    RequestWriteOff, RunPayouts, SetSubscription, age_debts, can_decide, charge_subscriptions, close_statements,
    decide_entry, decide_write_off, edit_billing_profile, import_file, issue_sale, mark_failed, mark_paid,
    mark_returned, mark_run_paid, pause, post_canceled, post_captured, post_captured_abroad, post_cod_kept,
    post_cod_remitted, post_company_credit_returned, post_company_credit_used, post_credit_given,
    post_dispute_absorbed, post_dispute_fee_recharged, post_dispute_lost, post_dispute_opened, post_dispute_won,
    post_invoice_paid, post_provider_fee, post_provider_settled, post_recognized, post_refund_requested,
    post_refund_settled, post_transfer, post_unapplied_returned, record_cod_remittance, record_conversion,
    record_debt_payment, record_provider_fee, record_provider_settlement, record_unapplied_return, release_due,
    release_payout, request_entry, request_write_off, resolve_finding, resume, reverse, run_payouts,
    run_scheduled_payouts, schedule_release, set_subscription, watch_balances,
};
pub use error::Error;
pub use model::build::{
    Canceled, Captured, CapturedAbroad, CapturedPart, CodKept, CodRemitted, CompanyCreditReturned, CompanyCreditUsed,
    CreditGiven, DisputeAbsorbed, DisputeFeeRecharged, DisputeLost, DisputeOpened, DisputeWon, Exposed, InvoicePaid,
    ProviderFee, ProviderSettled, RecoveredPart, RefundRequested, RefundSettled, SaleComponents, SaleRecognized,
    Transfer, UnappliedReturned,
};
pub use model::{
    Account, BillingProfile, ClosedStatement, Component, CriticalBalance, Debt, DebtState, Direction, DocumentFile,
    EntryKind, EntryState, Finding, Invoice, InvoiceKind, Kind, ManualEntry, MerchantBalance, Outcome, Payout,
    PayoutRun, PayoutState, PayoutVia, Posted, Posting, Reconciliation, SaleDraft, SaleInvoice, SaleKind, Side, Sold,
    Subscription, WriteOff,
};
pub use worker::{FileSink, register};
