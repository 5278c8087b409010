//! Tables of payments, one file each.
#![allow(missing_docs)]

pub(crate) mod credit_account;
pub(crate) mod credit_entry;
pub(crate) mod credit_line;
pub(crate) mod credit_line_entry;
pub(crate) mod dispute;
pub(crate) mod event;
pub(crate) mod inbox;
pub(crate) mod invoice_terms;
pub(crate) mod operation;
pub(crate) mod orphan;
pub(crate) mod payment;
pub(crate) mod receipt;
pub(crate) mod receivable;
pub(crate) mod sandbox_charge;
pub(crate) mod sandbox_operation;
