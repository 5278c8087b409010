//! Merchants list their goods, the operator publishes them, buyers find them, other merchants do not.

use e2e::Json as _;
use e2e::market::PNG;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Goods, Stall, Walk};
use crate::common::{ask, document, eur, eventually, refused, run};

pub async fn listed(walk: &Walk) -> Goods {
    let category_id = taxonomy(walk).await;
    let teapot = teapot(walk, &category_id).await;
    let variants: Vec<_> = teapot.list("variants").unwrap().iter().map(|v| v.text("id").unwrap()).collect();
    let bench = simple(&walk.bruno, walk, "Walnut bench", "bulky").await;
    let candle = simple(&walk.clara, walk, "Beeswax candle", "parcel").await;
    let matches = simple(&walk.clara, walk, "Long matches", "parcel").await;
    let owned = [(&walk.anna, &teapot), (&walk.bruno, &bench), (&walk.clara, &candle), (&walk.clara, &matches)];
    let mut ids = Vec::new();
    for (owner, product) in owned {
        let id = product.text("id").unwrap();
        run(&owner.staff, "merchant/products#ProductSubmit", json!({ "id": id })).await;
        let early = json!({ "productIds": [id], "channelIds": [walk.channel_id] });
        let error = refused(&owner.staff, "operator/catalog#ProductsPublish", early).await;
        assert_eq!(error.code(), "FORBIDDEN", "only the operator publishes");
        ids.push(id);
    }
    let publish = json!({ "productIds": ids, "channelIds": [walk.channel_id] });
    run(&walk.operator, "operator/catalog#ProductsPublish", publish).await;

    let first = |product: &Value| product.text("variants.0.id").unwrap().to_owned();
    let (near, far) = (location(&walk.anna, "berlin", 1).await, location(&walk.anna, "hamburg", 2).await);
    let small = offer(&walk.anna, "TP-S", variants[0], 1999).await;
    offer(&walk.anna, "TP-L", variants[1], 2999).await;
    stock(&walk.anna, &[("TP-S", &near, 2), ("TP-S", &far, 2), ("TP-L", &far, 5)]).await;
    let barn = location(&walk.bruno, "barn", 1).await;
    let bench = offer(&walk.bruno, "BENCH", &first(&bench), 12_900).await;
    let large_of_bruno = offer(&walk.bruno, "TEAPOT", variants[1], 2499).await;
    stock(&walk.bruno, &[("BENCH", &barn, 10), ("TEAPOT", &barn, 3)]).await;
    let shelf = location(&walk.clara, "shelf", 1).await;
    let candle = offer(&walk.clara, "CANDLE", &first(&candle), 1050).await;
    let matches = offer(&walk.clara, "MATCHES", &first(&matches), 200).await;
    stock(&walk.clara, &[("CANDLE", &shelf, 10), ("MATCHES", &shelf, 10)]).await;
    Goods { category_id, teapot, small, large_of_bruno, bench, candle, matches }
}

/// Categories and typed attributes; gives the inner category.
async fn taxonomy(walk: &Walk) -> String {
    let create = async |operation: &str, input: Value| {
        run(&walk.operator, &format!("operator/catalog#{operation}"), input).await
    };
    let kitchen = create("CategoryCreate", json!({ "name": "Kitchen" })).await;
    let teapots = json!({ "name": "Teapots", "parentId": kitchen.text("category.id").unwrap() });
    let teapots = create("CategoryCreate", teapots).await;
    let options = json!([{ "code": "copper", "label": "Copper" }, { "code": "brass", "label": "Brass" }]);
    let rules = json!({ "options": options });
    let material =
        json!({ "code": "material", "name": "Material", "kind": "SELECT", "rules": rules, "filterable": true });
    create("AttributeCreate", material).await;
    let volume = json!({ "code": "volume", "name": "Volume", "kind": "MEASUREMENT", "unit": "ml", "filterable": true });
    create("AttributeCreate", volume).await;
    teapots.text("category.id").unwrap().to_owned()
}

async fn teapot(walk: &Walk, category: &str) -> Value {
    let image = upload(walk).await;
    let variant = |sku: &str, size: &str, volume: &str| {
        let (options, values) =
            (json!([{ "name": "Size", "value": size }]), json!([{ "attribute": "volume", "value": volume }]));
        json!({ "sku": sku, "options": options, "weightG": 900, "values": values })
    };
    let product = json!({
        "title": "Copper teapot", "description": "Hammered by hand.", "brand": "Anna", "productType": "parcel",
        "taxClassId": walk.tax_class_id, "categoryIds": [category],
        "values": [{ "attribute": "material", "value": "copper" }],
        "images": [{ "assetId": image, "alt": "A teapot" }],
        "variants": [variant("TP-S", "Small", "500"), variant("TP-L", "Large", "1200")],
    });
    let mut wrong = product.clone();
    wrong["values"][0]["value"] = json!("plastic");
    let error = refused(&walk.anna.staff, "merchant/products#ProductCreate", json!({ "product": wrong })).await;
    assert!(matches!(&error, e2e::Error::Refused(_)), "an unknown option is refused: {error}");
    let made = run(&walk.anna.staff, "merchant/products#ProductCreate", json!({ "product": product })).await;
    made["product"].clone()
}

/// Sends an image straight to the storage; gives its id.
async fn upload(walk: &Walk) -> String {
    let staff = &walk.anna.staff;
    let request = json!({ "filename": "teapot.png", "contentType": "image/png", "byteSize": PNG.len() });
    let ticket = run(staff, "merchant/assets#AssetUploadRequest", request).await;
    let id = ticket.text("upload.asset.id").unwrap().to_owned();
    let early = refused(staff, "merchant/assets#AssetUploadConfirm", json!({ "id": id })).await;
    assert!(matches!(&early, e2e::Error::Refused(_)), "nothing was sent yet: {early}");
    let mut put = staff.http().request(Method::PUT, ticket.text("upload.url").unwrap()).body(PNG);
    for header in ticket.list("upload.headers").unwrap() {
        put = put.header(header.text("name").unwrap(), header.text("value").unwrap());
    }
    let status = put.send().await.unwrap().status();
    assert!(status.is_success(), "the storage answered {status}");
    let confirmed = run(staff, "merchant/assets#AssetUploadConfirm", json!({ "id": id })).await;
    assert_eq!(confirmed.text("asset.state").unwrap(), "READY");
    let shown = staff.http().get(confirmed.text("asset.url").unwrap()).send().await.unwrap();
    assert_eq!(shown.bytes().await.unwrap(), PNG);
    id
}

async fn simple(stall: &Stall, walk: &Walk, title: &str, product_type: &str) -> Value {
    let variants = json!([{ "sku": title.replace(' ', "-"), "weightG": 400 }]);
    let product = json!({
        "title": title, "productType": product_type, "taxClassId": walk.tax_class_id, "variants": variants,
    });
    let made = run(&stall.staff, "merchant/products#ProductCreate", json!({ "product": product })).await;
    made["product"].clone()
}

async fn location(stall: &Stall, code: &str, priority: i64) -> String {
    let input = json!({ "code": code, "name": code, "country": "DE", "priority": priority });
    let made = run(&stall.staff, "merchant/stock#StockLocationCreate", input).await;
    made.text("location.id").unwrap().to_owned()
}

async fn offer(stall: &Stall, sku: &str, variant: &str, minor: i64) -> String {
    let dollars = json!({ "amount": e2e::money::text(minor + 300, 2), "currency": "USD" });
    let prices = json!([{ "price": eur(minor) }, { "price": dollars }]);
    let offer = json!({ "sku": sku, "variantId": variant, "condition": "NEW", "prices": prices });
    let made = run(&stall.staff, "merchant/offers#OfferCreate", json!({ "offer": offer })).await;
    made.text("offer.id").unwrap().to_owned()
}

async fn stock(stall: &Stall, counts: &[(&str, &String, i64)]) {
    let line =
        |(sku, location, units): &(&str, &String, i64)| json!({ "sku": sku, "locationId": location, "onHand": units });
    let lines: Vec<_> = counts.iter().map(line).collect();
    let set = run(&stall.staff, "merchant/stock#StockSet", json!({ "lines": lines })).await;
    assert_eq!(set.list("result.rowErrors").unwrap().len(), 0, "{set}");
}

/// A merchant neither sees nor touches what is another's, also by its id.
pub async fn strangers_are_kept_out(walk: &Walk, goods: &Goods) {
    let bruno = &walk.bruno.staff;
    let seen = ask(bruno, "merchant/offers#Offer", json!({ "id": goods.small })).await;
    assert!(seen["offer"].is_null(), "{seen}");
    let list = ask(bruno, "merchant/offers#Offers", json!({ "first": 100 })).await;
    assert_eq!(list.nodes("offers").unwrap().len(), 2, "only one's own");
    let edit = json!({ "id": goods.small, "expectedVersion": 1, "prices": [{ "price": eur(1) }] });
    assert_eq!(refused(bruno, "merchant/offers#OfferEdit", edit).await.code(), "NOT_FOUND");
    let edit = json!({ "id": goods.teapot.text("id").unwrap(), "expectedVersion": 3, "title": "Mine" });
    assert_eq!(refused(bruno, "merchant/products#ProductEdit", edit).await.code(), "NOT_FOUND");
    let levels = json!({ "filter": { "merchantId": walk.anna.id }, "first": 10 });
    let levels = bruno.query(document("merchant/stock#StockLevels"), levels).await;
    assert!(levels.is_err() || levels.unwrap().nodes("stockLevels").unwrap().is_empty());
    let balances =
        bruno.query(document("merchant/money#MerchantBalances"), json!({ "merchantId": walk.anna.id })).await;
    assert_eq!(balances.unwrap_err().code(), "NOT_FOUND");
    let foreign = walk.bruno.staff.acting_for(&walk.anna.id);
    let offers = foreign.query(document("merchant/offers#Offers"), json!({ "first": 1 })).await;
    assert!(offers.is_err(), "acting for another merchant: {offers:?}");
}

/// Nobody needs to sign in for looking.
pub async fn found_by_buyers(walk: &Walk, goods: &Goods) {
    let all = eventually("four products in the list", async || {
        let list = products(walk, json!({})).await;
        (list.len() == 4).then_some(list)
    })
    .await;
    let teapot = all.iter().find(|node| node.text("product.title").unwrap() == "Copper teapot").unwrap();
    assert_eq!(teapot.minor("priceFrom").unwrap(), 1999);
    assert!(teapot.text("product.images.0.url").unwrap().starts_with("http"));
    let large = teapot.at("variants.1").unwrap();
    assert_eq!(large.text("bestOffer.offer.id").unwrap(), goods.large_of_bruno);
    assert_eq!(large.text("bestOffer.reason").unwrap(), "LOWEST_PRICE");
    assert_eq!(large.text("bestOffer.offer.merchant.name").unwrap(), "Bruno's Benches");
    assert_eq!(large.int("bestOffer.offer.available").unwrap(), 3);

    let copper = json!({ "attributes": [{ "code": "material", "values": ["copper"] }] });
    let volume = json!({ "attributes": [{ "code": "volume", "min": "1000" }] });
    for filter in [json!({ "categoryId": goods.category_id }), copper, volume, json!({ "text": "TEAPOT hammered" })] {
        assert_eq!(titles(walk, &filter).await, ["Copper teapot"], "{filter}");
    }
    assert_eq!(titles(walk, &json!({ "maxPrice": "2.00" })).await, ["Long matches"]);
    assert_eq!(titles(walk, &json!({ "minPrice": "100" })).await, ["Walnut bench"]);
    let brass = json!({ "attributes": [{ "code": "material", "values": ["brass"] }] });
    assert!(titles(walk, &brass).await.is_empty());

    let slug = json!({ "slug": "copper-teapot", "channel": "shop", "currency": "USD" });
    let page = ask(&walk.anonymous, "storefront/products#StorefrontProduct", slug).await;
    assert_eq!(page.text("storefrontProduct.priceFrom.currency").unwrap(), "USD");
    assert_eq!(page.list("storefrontProduct.variants.1.bestOffer.others").unwrap().len(), 1);
}

async fn titles(walk: &Walk, filter: &Value) -> Vec<String> {
    let list = products(walk, filter.clone()).await;
    list.iter().map(|node| node.text("product.title").unwrap().to_owned()).collect()
}

async fn products(walk: &Walk, filter: Value) -> Vec<Value> {
    let variables = json!({ "channel": "shop", "currency": "EUR", "filter": filter, "first": 20 });
    let answer = ask(&walk.anonymous, "storefront/products#StorefrontProducts", variables).await;
    answer.nodes("storefrontProducts").unwrap().into_iter().cloned().collect()
}
