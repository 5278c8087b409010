//! Products, categories, attributes.

pub mod attribute;
pub mod attribute_mutation;
pub mod category;
pub mod category_mutation;
pub mod input;
pub mod lifecycle;
mod loader;
pub mod product;
pub mod product_mutation;
pub mod query;
pub mod variant;

use async_graphql::MergedObject;
use context::Ctx;
use kernel::id::MerchantId;

pub use attribute::Attribute;
pub use category::Category;
pub use loader::{CategoryLoader, ImagesLoader, ProductLoader, VariantLoader, VariantsLoader};
pub use product::Product;
pub use variant::Variant;

/// Questions about the catalog.
#[derive(MergedObject, Default)]
pub struct CatalogQuery(query::ProductsQuery, query::TaxonomyQuery);

/// Actions on the catalog.
#[derive(MergedObject, Default)]
pub struct CatalogMutation(
    product_mutation::ProductsMutation,
    lifecycle::LifecycleMutation,
    category_mutation::CategoriesMutation,
    attribute_mutation::AttributesMutation,
);

/// Whether the merchant that an operator names exists; a merchant's own commands check that it names itself.
pub(crate) async fn merchant_exists(ctx: &Ctx, merchant: Option<MerchantId>) -> Result<(), context::Error> {
    let Some(id) = merchant.filter(|id| ctx.actor().merchant() != Some(*id)) else { return Ok(()) };
    let found = merchants::by_ids(ctx, &[id]).await.map_err(|error| match error {
        merchants::Error::Core(core) => core,
        other => context::Error::internal(other),
    })?;
    if found.contains_key(&id) { Ok(()) } else { Err(context::Error::NotFound("merchant")) }
}
