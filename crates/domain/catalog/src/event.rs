//! What happened in the catalog.

use kernel::id::{CategoryId, ChannelId, ProductId};
use outbox::Event;
use serde::{Deserialize, Serialize};

/// Products were created or their content changed: whatever shows them must look again. At most 500 an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductChanged {
    /// The products.
    pub products: Vec<ProductId>,
}

impl Event for ProductChanged {
    const KIND: &'static str = "product_changed.v1";
    fn subject(&self) -> String {
        first(&self.products)
    }
}

/// Products were published in channels they were not published in before. At most 500 an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductPublished {
    /// The products.
    pub products: Vec<ProductId>,
    /// The channels.
    pub channels: Vec<ChannelId>,
}

impl Event for ProductPublished {
    const KIND: &'static str = "product_published.v1";
    fn subject(&self) -> String {
        first(&self.products)
    }
}

/// Products were taken off some or all of their channels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductUnpublished {
    /// The products.
    pub products: Vec<ProductId>,
}

impl Event for ProductUnpublished {
    const KIND: &'static str = "product_unpublished.v1";
    fn subject(&self) -> String {
        first(&self.products)
    }
}

/// A product was sent to the operator for review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductSubmitted {
    /// The product.
    pub product: ProductId,
}

impl Event for ProductSubmitted {
    const KIND: &'static str = "product_submitted.v1";
    fn subject(&self) -> String {
        self.product.to_string()
    }
}

/// The operator returned a product to its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductReturned {
    /// The product.
    pub product: ProductId,
    /// What the owner should change.
    pub note: String,
}

impl Event for ProductReturned {
    const KIND: &'static str = "product_returned.v1";
    fn subject(&self) -> String {
        self.product.to_string()
    }
}

/// A category was moved: the ancestors of it and of everything below it are others now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryMoved {
    /// The category.
    pub category: CategoryId,
}

impl Event for CategoryMoved {
    const KIND: &'static str = "category_moved.v1";
    fn subject(&self) -> String {
        self.category.to_string()
    }
}

fn first(products: &[ProductId]) -> String {
    products.first().map(ToString::to_string).unwrap_or_default()
}
