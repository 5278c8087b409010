//! What the tests share.

use catalog::command::{ProductCreate, Publish, product_create, products_publish};
use catalog::model::{OptionValue, Product, ProductInput, VariantInput};
use context::Ctx;
use kernel::id::{ChannelId, MerchantId, ProductId};
use kernel::{Currency, Fault, PageArgs, Rounding};
use marketplace::command::{CreateChannel, create_channel};
use testkit::TestEnv;

pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, catalog::Error>) -> (&'static str, Option<String>) {
    let error = result.unwrap_err();
    (error.code(), error.field())
}

pub(crate) fn merchant(t: &TestEnv) -> MerchantId {
    t.system().new_id()
}

pub(crate) fn variant(sku: &str, size: &str) -> VariantInput {
    let options = vec![OptionValue { name: "Size".to_owned(), value: size.to_owned() }];
    VariantInput { sku: sku.to_owned(), options, weight_g: Some(250), ..VariantInput::default() }
}

pub(crate) fn shirt(sku: &str) -> ProductInput {
    ProductInput {
        external_handle: Some(format!("shirt-{sku}")),
        title: "Linen Shirt".to_owned(),
        brand: Some("Línea".to_owned()),
        variants: vec![variant(&format!("{sku}-S"), "S"), variant(&format!("{sku}-M"), "M")],
        ..ProductInput::default()
    }
}

pub(crate) async fn created(ctx: &Ctx, product: ProductInput) -> Product {
    product_create(ctx, ProductCreate { merchant: None, product }).await.unwrap()
}

pub(crate) fn publish(products: &[ProductId], channels: &[ChannelId]) -> Publish {
    Publish { products: products.to_vec(), channels: channels.to_vec(), expected_version: None }
}

pub(crate) async fn published(t: &TestEnv, ctx: &Ctx, product: ProductInput, channel: ChannelId) -> Product {
    let product = created(ctx, product).await;
    products_publish(&t.operator(), publish(&[product.id], &[channel])).await.unwrap().remove(0)
}

pub(crate) async fn history_length(ctx: &Ctx, id: ProductId) -> usize {
    catalog::query::product::history(ctx, id, &PageArgs::first(100)).await.unwrap().items.len()
}

/// A new channel of the marketplace.
pub(crate) async fn channel(t: &TestEnv) -> ChannelId {
    let ctx = t.operator();
    let unique = ctx.new_id::<ChannelId>().to_string();
    let input = CreateChannel {
        code: unique.replace('_', "-"),
        name: "Shop".to_owned(),
        currencies: vec![Currency::EUR],
        default_currency: None,
        locales: vec!["en".to_owned()],
        default_locale: None,
        country: "DE".to_owned(),
        prices_include_tax: true,
        rounding: Rounding::HalfUp,
        active: true,
    };
    create_channel(&ctx, input).await.unwrap().id
}
