//! A small marketplace, made through the commands of its domains.

use catalog::command::{ProductCreate, Publish, product_create, products_publish};
use catalog::model::{ProductInput, VariantInput};
use context::Ctx;
use kernel::id::{ChannelId, MerchantId, ProductId, VariantId};
use kernel::{Currency, Rounding};
use merchants::{CreateMerchant, Legal, Merchant, Profile};
use offers::{Condition, Offer, OfferCreate, OfferInput, PriceInput};
use testkit::TestEnv;

pub async fn channel(t: &TestEnv, code: &str) -> ChannelId {
    let input = marketplace::command::CreateChannel {
        code: code.to_owned(),
        name: code.to_owned(),
        currencies: vec![Currency::EUR, Currency::USD],
        default_currency: None,
        locales: vec!["en".to_owned()],
        default_locale: None,
        country: "DE".to_owned(),
        prices_include_tax: true,
        rounding: Rounding::HalfUp,
        active: true,
    };
    marketplace::command::create_channel(&t.operator(), input).await.unwrap().id
}

pub async fn merchant(t: &TestEnv, name: &str) -> Merchant {
    let input = CreateMerchant {
        profile: Profile {
            name: name.to_owned(),
            contact_email: "shop@merchant.example".to_owned(),
            country: "DE".to_owned(),
            handling_days: 2,
            auto_accept: false,
        },
        slug: None,
        legal: Legal { legal_name: format!("{name} GmbH"), country: "DE".to_owned(), ..Legal::default() },
        merchant_type: None,
        tier: None,
        commission_vat_ppm: None,
        approved: true,
        owner: None,
    };
    merchants::create(&t.operator(), input).await.unwrap()
}

/// A product of one variant, as a draft.
pub async fn draft(ctx: &Ctx, title: &str) -> (ProductId, VariantId) {
    let sku = format!("{}-1", title.to_lowercase().replace(' ', "-"));
    let variants = vec![VariantInput { sku, ..VariantInput::default() }];
    let product = ProductInput { title: title.to_owned(), variants, ..ProductInput::default() };
    of(ctx, product).await
}

/// A product as written; its id and that of its first variant.
pub async fn of(ctx: &Ctx, product: ProductInput) -> (ProductId, VariantId) {
    let product = product_create(ctx, ProductCreate { merchant: None, product }).await.unwrap();
    let variants = catalog::query::variant::by_product_ids(ctx, &[product.id]).await.unwrap();
    (product.id, variants[&product.id][0].id)
}

pub async fn publish(t: &TestEnv, products: &[ProductId], channel: ChannelId) {
    let input = Publish { products: products.to_vec(), channels: vec![channel], expected_version: None };
    products_publish(&t.operator(), input).await.unwrap();
}

pub fn price(currency: Currency, amount_minor: i64) -> PriceInput {
    PriceInput { channel_id: None, currency, amount_minor, compare_at_minor: None }
}

pub fn euros(sku: &str, variant_id: VariantId, amount_minor: i64) -> OfferInput {
    OfferInput {
        sku: sku.to_owned(),
        variant_id,
        condition: Condition::New,
        handling_days: None,
        min_quantity: None,
        max_quantity: None,
        prices: vec![price(Currency::EUR, amount_minor)],
    }
}

pub async fn offer(t: &TestEnv, merchant: MerchantId, offer: OfferInput) -> Offer {
    let input = OfferCreate { merchant_id: None, offer };
    offers::offer_create(&t.merchant(merchant), input).await.unwrap()
}
