//! Moving products through their life.

use async_graphql::{Context, ID, InputObject, Object};
use catalog::command::{self, PRODUCTS_MAX, Publish, Step};

use super::product::Product;
use crate::error::{Gql, ctx, respond};
use crate::input;
use crate::payload;

/// The most channels that are read at all.
const CHANNELS_MAX: usize = 50;

/// A product, as the caller saw it.
#[derive(InputObject)]
pub struct ProductStepInput {
    /// The product.
    pub id: ID,
    /// The version the caller saw; without it whatever it is now.
    pub expected_version: Option<i64>,
}

impl ProductStepInput {
    fn read(&self) -> Result<Step, context::Error> {
        Ok(Step { id: input::id("id", &self.id)?, expected_version: self.expected_version })
    }
}

/// A product to return to its owner.
#[derive(InputObject)]
pub struct ProductReturnInput {
    /// The product.
    pub id: ID,
    /// The version the caller saw; without it whatever it is now.
    pub expected_version: Option<i64>,
    /// What the owner should change.
    pub note: String,
}

/// Products and channels.
#[derive(InputObject)]
pub struct ProductsPublishInput {
    /// The products, 1 to 500.
    pub product_ids: Vec<ID>,
    /// The channels, 1 to 50.
    pub channel_ids: Vec<ID>,
    /// The version the caller saw; only with a single product.
    pub expected_version: Option<i64>,
}

impl ProductsPublishInput {
    fn read(&self) -> Result<Publish, context::Error> {
        Ok(Publish {
            products: input::ids("productIds", &self.product_ids, PRODUCTS_MAX)?,
            channels: input::ids("channelIds", &self.channel_ids, CHANNELS_MAX)?,
            expected_version: self.expected_version,
        })
    }
}

payload! {
    /// What became of `productSubmit`.
    ProductSubmitPayload {
        /// The product, in review.
        product: Product
    }
    /// What became of `productRevise`.
    ProductRevisePayload {
        /// The product, a draft again.
        product: Product
    }
    /// What became of `productReturn`.
    ProductReturnPayload {
        /// The product, a draft again.
        product: Product
    }
    /// What became of `productArchive`.
    ProductArchivePayload {
        /// The product, out of use.
        product: Product
    }
    /// What became of `productRestore`.
    ProductRestorePayload {
        /// The product, a draft again.
        product: Product
    }
    /// What became of `productsPublish`.
    ProductsPublishPayload {
        /// The products, published.
        products: Vec<Product>
    }
    /// What became of `productsUnpublish`.
    ProductsUnpublishPayload {
        /// The products; those in no channel any more are drafts.
        products: Vec<Product>
    }
}

/// Moving products through their life.
#[derive(Default)]
pub struct LifecycleMutation;

#[Object]
impl LifecycleMutation {
    /// Sends a draft to the operator.
    async fn product_submit(&self, gql: &Context<'_>, input: ProductStepInput) -> Gql<ProductSubmitPayload> {
        let ctx = ctx(gql)?;
        let result = async { command::product_submit(ctx, input.read()?).await };
        respond(gql, Box::pin(result).await.map(Product::from))
    }

    /// Takes a product back to a draft, off all channels, so that its owner can change it.
    async fn product_revise(&self, gql: &Context<'_>, input: ProductStepInput) -> Gql<ProductRevisePayload> {
        let ctx = ctx(gql)?;
        let result = async { command::product_revise(ctx, input.read()?).await };
        respond(gql, Box::pin(result).await.map(Product::from))
    }

    /// The operator returns a product in review to its owner.
    async fn product_return(&self, gql: &Context<'_>, input: ProductReturnInput) -> Gql<ProductReturnPayload> {
        let ctx = ctx(gql)?;
        let result = async {
            let step = Step { id: input::id("id", &input.id)?, expected_version: input.expected_version };
            command::product_return(ctx, step, &input.note).await
        };
        respond(gql, Box::pin(result).await.map(Product::from))
    }

    /// Puts a product out of use and off all channels.
    async fn product_archive(&self, gql: &Context<'_>, input: ProductStepInput) -> Gql<ProductArchivePayload> {
        let ctx = ctx(gql)?;
        let result = async { command::product_archive(ctx, input.read()?).await };
        respond(gql, Box::pin(result).await.map(Product::from))
    }

    /// Makes an archived product a draft again.
    async fn product_restore(&self, gql: &Context<'_>, input: ProductStepInput) -> Gql<ProductRestorePayload> {
        let ctx = ctx(gql)?;
        let result = async { command::product_restore(ctx, input.read()?).await };
        respond(gql, Box::pin(result).await.map(Product::from))
    }

    /// Publishes products in channels, all of them or none.
    async fn products_publish(&self, gql: &Context<'_>, input: ProductsPublishInput) -> Gql<ProductsPublishPayload> {
        let ctx = ctx(gql)?;
        let result = async { command::products_publish(ctx, input.read()?).await };
        respond(gql, Box::pin(result).await.map(|products| products.into_iter().map(Product::from).collect()))
    }

    /// Takes products off channels, all of them or none.
    async fn products_unpublish(
        &self,
        gql: &Context<'_>,
        input: ProductsPublishInput,
    ) -> Gql<ProductsUnpublishPayload> {
        let ctx = ctx(gql)?;
        let result = async { command::products_unpublish(ctx, input.read()?).await };
        respond(gql, Box::pin(result).await.map(|products| products.into_iter().map(Product::from).collect()))
    }
}
