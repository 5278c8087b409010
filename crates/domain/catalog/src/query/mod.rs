//! Reads. Products are read by owners and by whoever may see what is published.

pub mod attribute;
pub mod category;
pub mod for_sale;
pub mod offerable;
pub mod owned;
pub mod parts;
pub mod product;
pub mod storefront;
pub mod variant;
