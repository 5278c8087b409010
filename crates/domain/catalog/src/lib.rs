//! The catalog: categories, attributes, products with their variants, and where they are published.
//!
//! A product is a shared card: its owner (a merchant, or the operator) writes it, the operator publishes it to
//! channels, and from then on every merchant may offer its variants. What a merchant asks for a variant belongs
//! to `offers`, how much of it there is to `inventory`.

pub mod actions;
pub mod command;
pub(crate) mod entity;
pub mod error;
pub mod event;
pub mod import;
pub mod model;
pub mod query;
pub(crate) mod repo;

pub use error::Error;
pub use model::{
    Attribute, AttributeKind, AttributeRules, AttributeValue, Category, Image, ImageSource, OptionValue, Product,
    ProductAction, ProductContent, ProductStatus, SelectOption, Variant, VariantForSale,
};
pub use query::for_sale::variants_for_sale_on;
pub use query::offerable::offerable_on;
pub use repo::scope::{reached_on, within_categories};
