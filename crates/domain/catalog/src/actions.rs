//! What can be allowed in the catalog.

use access::Action;

/// Read products: the own ones and those that are published.
pub const PRODUCT_READ: Action = Action::new("product", "read");
/// List and search the products one may read, across channels: for those who work with the catalog.
pub const PRODUCT_LIST: Action = Action::new("product", "list");
/// Create products, change drafts, send them to review and take them back.
pub const PRODUCT_EDIT: Action = Action::new("product", "edit");
/// Publish products to channels, take them off, return them to their owner.
pub const PRODUCT_PUBLISH: Action = Action::new("product", "publish");
/// Archive products and bring them back.
pub const PRODUCT_ARCHIVE: Action = Action::new("product", "archive");
/// Read the change history of products.
pub const PRODUCT_HISTORY: Action = Action::new("product", "history");
/// Browse what is published in a channel.
pub const PRODUCT_BROWSE: Action = Action::new("product", "browse");
/// Read categories.
pub const CATEGORY_READ: Action = Action::new("category", "read");
/// Create, change, move and delete categories.
pub const CATEGORY_EDIT: Action = Action::new("category", "edit");
/// Read attributes.
pub const ATTRIBUTE_READ: Action = Action::new("attribute", "read");
/// Create and change attributes.
pub const ATTRIBUTE_EDIT: Action = Action::new("attribute", "edit");
