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
mod worker;

pub use command::{
    Adjust, EditBillingProfile, Import, ImportFormat, MarkFailed, MarkPaid, MarkReturned, ProfilePatch, Released,
    RunPayouts, adjust, close_statements, edit_billing_profile, import_file, mark_failed, mark_paid, mark_returned,
    mark_run_paid, post_canceled, post_captured, post_cod_kept, post_cod_remitted, post_dispute_fee_recharged,
    post_dispute_lost, post_dispute_opened, post_dispute_won, post_provider_fee, post_provider_settled,
    post_recognized, post_refund_requested, post_refund_settled, post_transfer, post_unapplied_returned, release_due,
    release_payout, resolve_finding, reverse, run_payouts, run_scheduled_payouts, schedule_release,
};
pub use error::Error;
pub use model::build::{
    AdjustmentKind, Canceled, Captured, CapturedPart, CodKept, CodRemitted, DisputeFeeRecharged, DisputeLost,
    DisputeOpened, DisputeWon, ProviderFee, ProviderSettled, RefundRequested, RefundSettled, SaleComponents,
    SaleRecognized, Transfer, UnappliedReturned,
};
pub use model::{
    Account, BillingProfile, ClosedStatement, Component, Direction, DocumentFile, Finding, Invoice, InvoiceKind, Kind,
    MerchantBalance, Outcome, Payout, PayoutRun, PayoutState, Posted, Posting, Reconciliation, Side,
};
pub use worker::{FileSink, register};
