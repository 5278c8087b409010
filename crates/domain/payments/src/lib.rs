//! Money of buyers: payment methods, payments, what is asked of payment providers and what they tell.
//!
//! A [`Payment`] belongs to one order. What has happened to it is a list of facts; its amounts are a pure fold of
//! them ([`model::Amounts`]). Whatever is wanted from a provider is first a row (an operation, with its
//! idempotency key), then a job asks for it, then the answer is a second fact. An answer that never came is asked
//! for, never guessed. Providers tell the same facts again by webhook, in any order and more than once.

pub mod actions;
pub mod check;
pub mod command;
mod entity;
pub mod error;
pub mod event;
pub mod model;
pub mod provider;
pub mod query;
mod repo;
pub mod webhook;
mod worker;

pub use command::{
    CapturePart, CodCollected, ConfirmRefund, CreditIssued, GiveCredit, OpenDispute, OpenPayment, PayByLink,
    RefundPart, RefundWay, Reminders, ResolveDispute, ReturnCompanyCredit, SetCreditLine, TransferReceived,
    UseCompanyCredit, UseCredit, accept_late_in_tx, bear_dispute_in_tx, capture_in_tx, cod_collected_in_tx,
    confirm_refund, expire_due, extend_in_tx, forget_words_in_tx, give_credit, give_up_late_in_tx, hold_at_most_in_tx,
    locked_receivable_in_tx, make_link, match_receipt, open_dispute, open_in_tx, pay_by_link, refund_in_tx, remind_due,
    renew_due, resolve_dispute, retry_refund, return_company_credit, set_credit_line, sweep, transfer_received,
    unborne_in_tx, use_company_credit, void_rest_in_tx, write_off_in_tx,
};
pub use error::Error;
pub use model::{
    Amounts, BankReceipt, CancelBy, CaptureMoment, CollectedBy, CreditAccount, CreditKind, CreditLine, Dispute,
    DisputeState, LinkSecret, Method, NET_DAYS_MAX, Needs, Operation, OperationKind, OperationState, Owed, PayableWhen,
    Payment, PaymentState, PaymentTerms, Precondition, Receivable, RefundBy, TermsKind, method, methods,
    offer_methods_of, offered_method, offered_methods,
};
pub use provider::{PaymentProvider, Providers, WebhookSender};
pub use worker::register;
