//! What can be done, one file a use case.

mod asset;
mod attribute;
mod bulk;
mod category;
mod lifecycle;
mod product;
mod publish;
mod settle;

pub use asset::asset_delete;
pub use attribute::{AttributeCreate, AttributeEdit, attribute_create, attribute_edit};
pub use bulk::{PRODUCTS_MAX, RowError, UpsertOutcome, UpsertRow, products_upsert};
pub use category::{
    CategoryCreate, CategoryEdit, CategoryMove, category_create, category_delete, category_edit, category_move,
};
pub use lifecycle::{Step, product_archive, product_restore, product_return, product_revise, product_submit};
pub use product::{ProductCreate, ProductEdit, product_create, product_edit};
pub use publish::{Publish, products_publish, products_unpublish};
