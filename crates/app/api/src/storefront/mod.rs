//! What buyers browse: products with their offers in a channel and currency.

mod ahead;
mod input;
mod object;
mod query;

pub use input::{StorefrontAttributeFilter, StorefrontFilter, StorefrontSort};
pub use object::{StorefrontProduct, StorefrontVariant};
pub use query::StorefrontQuery;
