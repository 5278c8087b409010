//! Product files as other programs write them.
//!
//! Parsing is pure: a file becomes products that [`crate::command::products_upsert`] takes, what their owner asks for
//! each variant, and a list of the rows at fault.

mod report;
mod shopify;
mod table;

pub use report::{FileFault, RowFault};
pub use shopify::{Group, ImportedOffer, ImportedProduct, Parsed, Shopify, shopify};
