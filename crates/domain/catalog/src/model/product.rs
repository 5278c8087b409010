//! A product card.

use chrono::{DateTime, Utc};
use kernel::id::{MerchantId, ProductId, TaxClassId};

use super::ProductStatus;

/// The shipping class of a product whose owner does not say.
pub const PRODUCT_TYPE_DEFAULT: &str = "parcel";

/// A product card without its variants, images and values, which have queries of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// The merchant that writes it; `None`: the operator.
    pub owner: Option<MerchantId>,
    /// The owner's name for it, by which imports find it again; unique for each owner.
    pub external_handle: Option<String>,
    /// The part of the storefront's URL; unique.
    pub slug: String,
    /// The title.
    pub title: String,
    /// The description; may hold HTML as the owner wrote it.
    pub description: String,
    /// The brand.
    pub brand: Option<String>,
    /// The shipping class: `parcel`, `bulky`, `cold`, `digital`, ...
    pub product_type: String,
    /// The class of goods for tax; `None`: the marketplace's default.
    pub tax_class_id: Option<TaxClassId>,
    /// Where it stands.
    pub status: ProductStatus,
    /// What the operator asked the owner to change.
    pub review_note: Option<String>,
    /// Counts the changes.
    pub version: i64,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// When it was published first since it last was a draft.
    pub published_at: Option<DateTime<Utc>>,
}
