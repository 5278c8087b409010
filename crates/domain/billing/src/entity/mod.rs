//! Tables of billing, one file each.
#![allow(missing_docs)]

pub(crate) mod account;
pub(crate) mod balance;
pub(crate) mod entry;
pub(crate) mod head;
pub(crate) mod hold;
pub(crate) mod payout;
pub(crate) mod payout_run;
pub(crate) mod tx;
