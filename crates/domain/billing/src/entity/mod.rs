//! Tables of billing, one file each.
#![allow(missing_docs)]

pub(crate) mod account;
pub(crate) mod balance;
pub(crate) mod buyer_write_off;
pub(crate) mod critical_balance;
pub(crate) mod debt;
pub(crate) mod document_file;
pub(crate) mod entry;
pub(crate) mod finding;
pub(crate) mod head;
pub(crate) mod hold;
pub(crate) mod invoice;
pub(crate) mod manual_entry;
pub(crate) mod merchant_billing;
pub(crate) mod payout;
pub(crate) mod payout_run;
pub(crate) mod reconciliation;
pub(crate) mod reconciliation_line;
pub(crate) mod release_pause;
pub(crate) mod sale_invoice;
pub(crate) mod statement;
pub(crate) mod subscription;
pub(crate) mod subscription_charge;
pub(crate) mod tx;
