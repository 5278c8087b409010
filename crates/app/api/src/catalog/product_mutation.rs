//! Creating and changing products.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use catalog::command::{self, PRODUCTS_MAX, ProductCreate, ProductEdit, UpsertOutcome, UpsertRow};
use kernel::{Fault, FaultKind, Invalid};

use super::input::{AttributeValueInput, ProductImageInput, ProductInput, VariantInput, images, values, variants};
use super::merchant_exists;
use super::product::Product;
use crate::error::{Gql, UserError, ctx, respond};
use crate::input;
use crate::payload;

/// A new product.
#[derive(InputObject)]
pub struct ProductCreateInput {
    /// The owner; without it the caller's merchant, for the operator the operator itself.
    pub merchant_id: Option<ID>,
    /// What it consists of.
    pub product: ProductInput,
}

/// A change of a product; what is absent stays.
#[derive(InputObject)]
pub struct ProductEditInput {
    /// The product.
    pub id: ID,
    /// The version the caller saw.
    pub expected_version: i64,
    /// The part of the storefront's address.
    pub slug: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The brand; an empty text takes it away.
    pub brand: Option<String>,
    /// The shipping class.
    pub product_type: Option<String>,
    /// The class of goods for tax; `null`: the marketplace's default.
    pub tax_class_id: MaybeUndefined<ID>,
    /// The categories, the main one first.
    pub category_ids: Option<Vec<ID>>,
    /// All attribute values.
    pub values: Option<Vec<AttributeValueInput>>,
    /// All images in order.
    pub images: Option<Vec<ProductImageInput>>,
    /// All variants in order; those that are missing are archived.
    pub variants: Option<Vec<VariantInput>>,
}

/// Many products.
#[derive(InputObject)]
pub struct ProductsUpsertInput {
    /// The owner; without it the caller's merchant, for the operator the operator itself.
    pub merchant_id: Option<ID>,
    /// Up to 500 products, each with its external handle.
    pub products: Vec<ProductInput>,
}

/// What became of a product of `productsUpsert`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "UpsertOutcome")]
pub enum ProductUpsertOutcome {
    /// It is new.
    Created,
    /// It was there and changed.
    Updated,
    /// It was there just like this: nothing was written.
    Unchanged,
    /// It could not be written; see `userErrors` of the row.
    Rejected,
}

/// A variant by its article number.
#[derive(SimpleObject)]
pub struct UpsertedVariant {
    /// The article number.
    pub sku: String,
    /// The variant.
    pub id: ID,
}

/// The answer for one product of `productsUpsert`.
#[derive(SimpleObject)]
pub struct ProductUpsertRow {
    /// The owner's name for the product, as it was sent.
    pub external_handle: Option<String>,
    /// What became of it.
    pub outcome: ProductUpsertOutcome,
    /// The product, unless it was rejected.
    pub product_id: Option<ID>,
    /// Its variants that are not archived.
    pub variants: Vec<UpsertedVariant>,
    /// Why it was rejected; paths start at the product.
    pub user_errors: Vec<UserError>,
}

impl From<UpsertRow> for ProductUpsertRow {
    fn from(row: UpsertRow) -> Self {
        let error = row.error.map(|error| UserError {
            code: error.code.to_owned(),
            message: error.message,
            field: error.field.map(|field| field.split('.').map(str::to_owned).collect()),
            details: None,
        });
        let variant = |(sku, id): (String, kernel::id::VariantId)| UpsertedVariant { sku, id: id.to_string().into() };
        Self {
            external_handle: row.external_handle,
            outcome: row.outcome.into(),
            product_id: row.product_id.map(|id| id.to_string().into()),
            variants: row.variants.into_iter().map(variant).collect(),
            user_errors: error.into_iter().collect(),
        }
    }
}

payload! {
    /// What became of `productCreate`.
    ProductCreatePayload {
        /// The new product, a draft.
        product: Product
    }
    /// What became of `productEdit`.
    ProductEditPayload {
        /// The changed product.
        product: Product
    }
    /// What became of `productsUpsert`.
    ProductsUpsertPayload {
        /// An answer for each product, in the order of the input.
        rows: Vec<ProductUpsertRow>
    }
}

/// Creating and changing products.
#[derive(Default)]
pub struct ProductsMutation;

#[Object]
impl ProductsMutation {
    /// Creates a product as a draft.
    async fn product_create(&self, gql: &Context<'_>, input: ProductCreateInput) -> Gql<ProductCreatePayload> {
        let ctx = ctx(gql)?;
        let result = async {
            let merchant = input::optional_id("merchantId", input.merchant_id.as_ref())?;
            let product = input.product.read("")?;
            merchant_exists(ctx, merchant).await?;
            command::product_create(ctx, ProductCreate { merchant, product }).await
        };
        respond(gql, Box::pin(result).await.map(Product::from).map_err(InProduct))
    }

    /// Changes a product: its owner a draft, the operator also what is in review or published.
    async fn product_edit(&self, gql: &Context<'_>, input: ProductEditInput) -> Gql<ProductEditPayload> {
        let ctx = ctx(gql)?;
        let result = async {
            let id = input::id("id", &input.id)?;
            command::product_edit(ctx, id, read(input)?).await
        };
        respond(gql, Box::pin(result).await.map(Product::from))
    }

    /// Creates and changes up to 500 products by their external handles. Each is written whole or not at all; one that
    /// is rejected does not touch the others; one that is like this already is left alone.
    async fn products_upsert(&self, gql: &Context<'_>, input: ProductsUpsertInput) -> Gql<ProductsUpsertPayload> {
        let ctx = ctx(gql)?;
        let result = async {
            if input.products.len() > PRODUCTS_MAX {
                let message = format!("at most {PRODUCTS_MAX} in one call");
                return Err(catalog::Error::from(Invalid::new("products", "TOO_MANY", message)));
            }
            let merchant = input::optional_id("merchantId", input.merchant_id.as_ref())?;
            let products = input.products.into_iter().enumerate();
            let products = products.map(|(index, product)| product.read(&format!("products.{index}.")));
            let products = products.collect::<Result<Vec<_>, _>>()?;
            merchant_exists(ctx, merchant).await?;
            command::products_upsert(ctx, merchant, products).await
        };
        respond(gql, Box::pin(result).await.map(|rows| rows.into_iter().map(Into::into).collect()))
    }
}

/// A fault of a product that stands in the field `product` of the input.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct InProduct(catalog::Error);

impl Fault for InProduct {
    fn kind(&self) -> FaultKind {
        self.0.kind()
    }

    fn code(&self) -> &'static str {
        self.0.code()
    }

    fn field(&self) -> Option<String> {
        self.0.field().map(|field| if field.starts_with("merchant") { field } else { format!("product.{field}") })
    }

    fn details(&self) -> Option<serde_json::Value> {
        self.0.details()
    }
}

fn read(input: ProductEditInput) -> Result<ProductEdit, context::Error> {
    let tax_class_id = match &input.tax_class_id {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(id) => Some(Some(input::id("taxClassId", id)?)),
    };
    Ok(ProductEdit {
        expected_version: input.expected_version,
        slug: input.slug,
        title: input.title,
        description: input.description,
        brand: input.brand,
        product_type: input.product_type,
        tax_class_id,
        categories: input.category_ids.map(|ids| input::ids("categoryIds", &ids, PRODUCTS_MAX)).transpose()?,
        values: input.values.map(values),
        images: input.images.map(|inputs| images("", inputs)).transpose()?,
        variants: input.variants.map(|inputs| variants("", inputs)).transpose()?,
    })
}
