//! Tables of customers.
#![allow(missing_docs)]

pub(crate) mod address;
pub(crate) mod customer;
