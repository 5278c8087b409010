//! Plain types and pure decisions.

mod attribute;
mod category;
mod content;
mod gtin;
mod input;
mod product;
mod status;
mod variant;

pub use attribute::{
    Attribute, AttributeKind, AttributeRules, AttributeValue, SelectOption, StoredValue, format_micro, parse_micro,
};
pub(crate) use category::path_ids;
pub use category::{CATEGORY_DEPTH_MAX, Category};
pub use content::{Draft, Image, ImageContent, ImageSource, ProductContent, VariantContent, search_text};
pub use gtin::gtin;
pub use input::{Attributes, ImageInput, ProductInput, ValueInput, VariantInput, prepare};
pub(crate) use input::{image_url, slug};
pub use product::{PRODUCT_TYPE_DEFAULT, Product};
pub use status::{ProductAction, ProductStatus, Rights, allowed_actions};
pub use variant::{OptionValue, Variant, VariantForSale};
