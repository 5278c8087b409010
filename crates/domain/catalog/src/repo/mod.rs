//! Loading and saving. Every function that reaches products of owners takes a grant.

pub(crate) mod rows;
pub(crate) mod scope;
