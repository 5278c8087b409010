//! Loading and saving. Every function that reaches products of owners takes a grant.

pub(crate) mod load;
pub(crate) mod rows;
pub(crate) mod save;
pub(crate) mod scope;
pub(crate) mod taken;
