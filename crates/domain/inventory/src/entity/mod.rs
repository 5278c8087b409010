//! The tables of this crate.
#![allow(missing_docs)]

pub(crate) mod level;
pub(crate) mod location;
pub(crate) mod movement;
pub(crate) mod reservation;
