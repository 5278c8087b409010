//! Tables of the assets.
#![allow(missing_docs)]

pub(crate) mod asset;
