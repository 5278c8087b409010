//! Tables of customers.
#![allow(missing_docs)]

pub(crate) mod address;
pub(crate) mod company;
pub(crate) mod company_member;
pub(crate) mod customer;
