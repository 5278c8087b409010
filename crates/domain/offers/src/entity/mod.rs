//! The tables of this crate.
#![allow(missing_docs)]

pub(crate) mod offer;
pub(crate) mod price;
