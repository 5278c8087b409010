//! Stock, offers and what storefronts browse, walked through the documents that the repository offers.

use context::Ctx;
use kernel::id::MerchantId;
use serde_json::{Value, json};

use crate::bazaar::{execute, run};

const MARKET: &str = include_str!("../../../../../graphql/operations/operator/marketplace.graphql");
const STOCK: &str = include_str!("../../../../../graphql/operations/merchant/stock.graphql");
const OFFERS: &str = include_str!("../../../../../graphql/operations/merchant/offers.graphql");
const PRODUCTS: &str = include_str!("../../../../../graphql/operations/storefront/products.graphql");

/// The result of a mutation that went well.
#[track_caller]
fn done(answer: &Value, field: &str, result: &str) -> Value {
    assert_eq!(answer[field]["userErrors"], json!([]), "{field}");
    answer[field][result].clone()
}

async fn merchant(t: &testkit::TestEnv, name: &str) -> MerchantId {
    let profile = merchants::Profile {
        name: name.to_owned(),
        contact_email: "shop@merchant.example".to_owned(),
        country: "DE".to_owned(),
        handling_days: 2,
        auto_accept: false,
    };
    let legal =
        merchants::Legal { legal_name: name.to_owned(), country: "DE".to_owned(), ..merchants::Legal::default() };
    let (slug, tier, commission_vat_ppm, owner) = (None, None, None, None);
    let input = merchants::CreateMerchant {
        profile,
        slug,
        legal,
        merchant_type: None,
        tier,
        commission_vat_ppm,
        approved: true,
        owner,
    };
    merchants::create(&t.operator(), input).await.unwrap().id
}

/// Products with two variants each, as their merchant writes them; the ids of the products and of all variants.
async fn products(ctx: &Ctx, count: usize) -> (Vec<kernel::id::ProductId>, Vec<kernel::id::VariantId>) {
    let (mut products, mut variants) = (Vec::new(), Vec::new());
    for n in 0..count {
        let variant = |size: &str| catalog::model::VariantInput {
            sku: format!("P{n}-{size}"),
            options: vec![catalog::OptionValue { name: "Size".to_owned(), value: size.to_owned() }],
            ..Default::default()
        };
        let product = catalog::model::ProductInput {
            title: format!("Product {n}"),
            variants: vec![variant("S"), variant("M")],
            ..Default::default()
        };
        let input = catalog::command::ProductCreate { merchant: None, product };
        let made = catalog::command::product_create(ctx, input).await.unwrap();
        let of = catalog::query::variant::by_product_ids(ctx, &[made.id]).await.unwrap();
        variants.extend(of[&made.id].iter().map(|variant| variant.id));
        products.push(made.id);
    }
    (products, variants)
}

testkit::both_databases! { on one thread:
    async fn buyers_see_what_merchants_offer_and_stock(t: TestEnv) {
        let (acme, rival) = (merchant(&t, "Acme").await, merchant(&t, "Rival").await);
        let (staff, other) = (t.merchant(acme), t.merchant(rival));
        let input = json!({ "code": "web", "name": "Web", "currencies": ["EUR", "USD"], "locales": ["en"], "country": "DE" });
        let answer = run(&t.operator(), MARKET, "ChannelCreate", json!({ "input": input })).await;
        let channel: kernel::id::ChannelId = done(&answer, "channelCreate", "channel")["id"].as_str().unwrap().parse().unwrap();
        let (ids, variants) = products(&staff, 5).await;
        let publish = catalog::command::Publish { products: ids.clone(), channels: vec![channel], expected_version: None };
        catalog::command::products_publish(&t.operator(), publish).await.unwrap();

        for (ctx, prefix, base) in [(&staff, "A", 2000), (&other, "R", 1900)] {
            let price = |n: usize| json!([{ "price": { "amount": format!("{}.50", base / 100 + n), "currency": "EUR" } }]);
            let lines: Vec<Value> = variants.iter().enumerate()
                .map(|(n, id)| json!({ "sku": format!("{prefix}{n}"), "variantId": id, "prices": price(n) })).collect();
            let answer = run(ctx, OFFERS, "OffersUpsert", json!({ "input": { "lines": lines } })).await;
            assert_eq!(done(&answer, "offersUpsert", "result")["createdCount"], 10);
        }
        let input = json!({ "code": "main", "name": "Main", "country": "DE" });
        let answer = run(&staff, STOCK, "StockLocationCreate", json!({ "input": input })).await;
        let location = done(&answer, "stockLocationCreate", "location")["id"].clone();
        let lines = json!([{ "sku": "A0", "locationId": location, "onHand": 3 }, { "sku": "A1", "locationId": location, "onHand": -1 }]);
        let answer = run(&staff, STOCK, "StockSet", json!({ "input": { "lines": lines } })).await;
        let result = done(&answer, "stockSet", "result");
        assert_eq!((&result["changedCount"], &result["rowErrors"][0]["code"]), (&json!(1), &json!("OUT_OF_RANGE")));
        analytics::storefront::refresh(&t.system(), &ids).await.unwrap();

        let variables = json!({ "channel": "web", "sortBy": "PRICE_ASC" });
        let answer = run(&t.anonymous(), PRODUCTS, "StorefrontProducts", variables).await;
        // The marketplace's stamp, the page, products, images, variants, offers, what merchants may, availability, their
        // names: as many for a page of a hundred.
        let recorder = t.world.db.recorder();
        recorder.start();
        let buyer = t.anonymous();
        let again = run(&buyer, PRODUCTS, "StorefrontProducts", json!({ "channel": "web" })).await;
        let sent = recorder.stop();
        assert_eq!(sent.len(), 9);
        assert_eq!(again["storefrontProducts"]["edges"].as_array().unwrap().len(), 5);
        let first = &answer["storefrontProducts"]["edges"][0]["node"];
        assert_eq!((&first["available"], &first["priceFrom"]["amount"]), (&json!(true), &json!("20.50")));
        let best = &first["variants"][0]["bestOffer"];
        // The rival is cheaper, but has nothing in stock.
        assert_eq!((&best["reason"], &best["offer"]["merchant"]["name"]), (&json!("IN_STOCK"), &json!("Acme")));
        assert_eq!(first["variants"][1]["bestOffer"]["reason"], "LOWEST_PRICE");

        let slug = &first["product"]["slug"];
        let variables = json!({ "channel": "web", "slug": slug });
        let answer = run(&t.anonymous(), PRODUCTS, "StorefrontProduct", variables).await;
        let best = &answer["storefrontProduct"]["variants"][0]["bestOffer"];
        assert_eq!(best["offer"]["availability"][0]["available"], 3);
        assert_eq!(best["others"][0]["reason"], "OUT_OF_STOCK");
        let filters = [
            (json!({ "text": "product 3" }), 1),
            (json!({ "availableOnly": true }), 1),
            (json!({ "minPrice": "21", "maxPrice": "25.5" }), 3),
            (json!({ "attributes": [{ "code": "color", "values": ["red"] }] }), 0),
        ];
        for (filter, wanted) in filters {
            let variables = json!({ "channel": "web", "currency": "EUR", "filter": filter });
            let answer = run(&t.anonymous(), PRODUCTS, "StorefrontProducts", variables).await;
            assert_eq!(answer["storefrontProducts"]["edges"].as_array().unwrap().len(), wanted, "{filter}");
        }
        let refused = [
            (json!({ "channel": "nowhere" }), "UNKNOWN_CHANNEL"),
            (json!({ "channel": "web", "currency": "GBP" }), "NOT_IN_CHANNEL"),
            (json!({ "channel": "web", "filter": { "minPrice": "1.234" } }), "MALFORMED"),
            (json!({ "channel": "web", "first": 101 }), "OUT_OF_RANGE"),
        ];
        for (variables, code) in refused {
            let answer = execute(&t.anonymous(), PRODUCTS, "StorefrontProducts", variables).await;
            let found = answer.errors[0].extensions.as_ref().and_then(|e| e.get("code")).cloned();
            assert_eq!(found, Some(async_graphql::Value::from(code)));
        }
    }
}
