//! Documents as files: the same document always gives the same bytes.

pub(crate) mod csv;
pub(crate) mod pain;
pub(crate) mod pdf;
#[cfg(test)]
mod sale_test;
pub(crate) mod sale_ubl;
#[cfg(test)]
mod sample;
pub(crate) mod ubl;
mod xml;
