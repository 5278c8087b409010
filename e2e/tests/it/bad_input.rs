//! What nobody should send: typed answers, nothing changed, nothing leaked, no panic.

use std::time::{Duration, Instant};

use e2e::bazaar::{Bazaar, Size};
use e2e::market::{BasketLine, CARD};
use e2e::site::Options;
use e2e::{Client, Error, Json as _, Kind, Site};
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{ask, document, finish, refused, run};

const SIZE: Size = Size { merchants: 3, products: 2, variants: 1, units: 100 };
/// An id of the right form that nobody has.
const NOBODY: &str = "01zzzzzzzzzzzzzzzzzzzzzzzz";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_input_gets_typed_answers() {
    for kind in Kind::present("bad input") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let bazaar = Bazaar::open(&site.client().unwrap(), SIZE).await.unwrap();
        site.wait_quiet(Duration::from_secs(60)).await.unwrap();
        let anonymous = site.client().unwrap();
        malformed_requests(&anonymous).await;
        expensive_queries(&anonymous).await;
        ids(&anonymous, &bazaar).await;
        carts(&anonymous, &bazaar).await;
        closed_doors(&bazaar).await;
        keys_and_rights(&anonymous, &bazaar).await;
        finish(site).await;
    }
}

/// The answer must be JSON with errors, say nothing of the inside, and come soon.
async fn answers_error(client: &Client, body: impl Into<reqwest::Body>, statuses: &[u16], what: &str) {
    let since = Instant::now();
    let answer = client.post(body).await.unwrap();
    assert!(since.elapsed() < Duration::from_secs(5), "{what} took {:?}", since.elapsed());
    assert!(statuses.contains(&answer.status), "{what}: {} {}", answer.status, answer.text);
    let errors = answer.json().unwrap()["errors"].as_array().map_or(0, Vec::len);
    assert!(errors > 0, "{what}: {}", answer.text);
    leaks_nothing(&answer.text, what);
}

fn leaks_nothing(text: &str, what: &str) {
    for word in ["sqlx", "SELECT ", "panicked", "sea_orm", "src/", "no such table", "relation \"", "SQLITE"] {
        assert!(!text.contains(word), "{what} leaks {word}: {text}");
    }
}

async fn malformed_requests(client: &Client) {
    answers_error(client, "{", &[400], "half a JSON").await;
    answers_error(client, "[]", &[400], "a batch").await;
    answers_error(client, "\u{0}\u{1}", &[400], "no JSON at all").await;
    answers_error(client, r#"{"query":7}"#, &[400], "a query that is no text").await;
    answers_error(client, r#"{"variables":{}}"#, &[400], "no query").await;
    answers_error(client, r#"{"query":"{ version"}"#, &[200, 400], "half a GraphQL").await;
    answers_error(client, r#"{"query":"{ nothing }"}"#, &[200, 400], "an unknown field").await;
    let wrong = json!({ "query": "query($n: Int!) { users(first: $n) { nodes { id } } }", "variables": { "n": "x" } });
    answers_error(client, wrong.to_string(), &[200, 400], "a text for a number").await;
    let huge = json!({ "query": "{ version }", "variables": { "x": "a".repeat(2 << 20) } });
    let answer = client.post(huge.to_string()).await;
    assert!(answer.is_err() || answer.unwrap().status == 413, "two MiB are too much");
    // A mutation by GET would let any page on the web act for somebody.
    let get = client.request(Method::GET).query(&[("query", "mutation { ping }")]).send().await.unwrap();
    assert_eq!(get.status().as_u16(), 405);
    let get = client.request(Method::GET).query(&[("query", "{ version }")]).send().await.unwrap();
    assert_eq!(get.status().as_u16(), 200);
}

async fn expensive_queries(client: &Client) {
    let deep = format!("{{ {}id{} }}", "a { ".repeat(3_000), " }".repeat(3_000));
    answers_error(client, json!({ "query": deep }).to_string(), &[200, 400], "3,000 levels").await;
    let aliases: String = (0..3_000).map(|n| format!("a{n}: version ")).collect();
    answers_error(client, json!({ "query": format!("{{ {aliases} }}") }).to_string(), &[200, 400], "3,000 aliases")
        .await;
    let mut bomb = "{ ...A }".to_owned();
    for pair in ('A'..='Q').collect::<Vec<_>>().windows(2) {
        bomb.push_str(&format!(" fragment {} on Query {{ ...{} ...{} }}", pair[0], pair[1], pair[1]));
    }
    bomb.push_str(" fragment Q on Query { version }");
    assert!(bomb.len() < 900);
    let since = Instant::now();
    answers_error(client, json!({ "query": bomb }).to_string(), &[200, 400], "the fragment bomb").await;
    assert!(since.elapsed() < Duration::from_millis(500), "the fragment bomb took {:?}", since.elapsed());
    let cycle = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
    answers_error(client, json!({ "query": cycle }).to_string(), &[200, 400], "a fragment cycle").await;
    let wide = "query($c: String!) { storefrontProducts(channel: $c, first: 100) { edges { node { variants { offers {
        merchant { id } availability { available } } bestOffer { others { offer { merchant { id name } } } } } product {
        categories { ancestors { children(first: 100) { nodes { children(first: 100) { nodes { id } } } } } } } } } } }";
    let wide = json!({ "query": wide, "variables": { "c": "bazaar" } }).to_string();
    answers_error(client, wide, &[200, 400], "an expensive query").await;
    let page = json!({ "channel": "bazaar", "first": 1_000_000 });
    let error = client.query(document("storefront/products#StorefrontProducts"), page).await.unwrap_err();
    assert!(!error.code().is_empty() || matches!(error, Error::Answered { .. }), "{error}");
    let page = json!({ "channel": "bazaar", "first": 5, "after": "no cursor" });
    let error = client.query(document("storefront/products#StorefrontProducts"), page).await.unwrap_err();
    assert!(!error.code().is_empty(), "{error}");
}

async fn ids(anonymous: &Client, bazaar: &Bazaar) {
    let operator = &bazaar.market.operator;
    let unknown = ask(operator, "merchant/offers#Offer", json!({ "id": format!("off_{NOBODY}") })).await;
    assert!(unknown["offer"].is_null());
    for id in ["", "off_", "off_x", "mer_01zzzzzzzzzzzzzzzzzzzzzzzz", "1", "' OR 1=1 --", "\u{0}", "öff_1"] {
        let error = operator.query(document("merchant/offers#Offer"), json!({ "id": id })).await.unwrap_err();
        assert_eq!(error.code(), "MALFORMED_ID", "{id:?}: {error}");
        leaks_nothing(&error.to_string(), id);
    }
    let gone = json!({ "id": format!("mer_{NOBODY}"), "expectedVersion": 1 });
    assert_eq!(refused(operator, "operator/merchants#MerchantApprove", gone).await.code(), "NOT_FOUND");
    let nobody = json!({ "number": "S-1", "token": "x" });
    let order = ask(anonymous, "storefront/checkout#GuestOrder", nobody).await;
    assert!(order["guestOrder"].is_null());
}

async fn carts(anonymous: &Client, bazaar: &Bazaar) {
    const CREATE: &str = "storefront/checkout#CartCreate";
    let offer = &bazaar.offers[0][0];
    let cart = |lines: Value| json!({ "channel": "bazaar", "lines": lines });
    for quantity in [0, -1, i64::MIN, i64::MAX, 100_001] {
        let lines = cart(json!([{ "offerId": offer, "quantity": quantity }]));
        let error = refused(anonymous, CREATE, lines).await;
        assert_eq!(error.code(), "OUT_OF_RANGE", "{quantity}: {error}");
    }
    let many: Vec<_> = (0..10_000).map(|_| json!({ "offerId": offer, "quantity": 1 })).collect();
    assert_eq!(refused(anonymous, CREATE, cart(json!(many))).await.code(), "TOO_MANY");
    let strange = cart(json!([{ "offerId": format!("off_{NOBODY}"), "quantity": 1 }]));
    assert_eq!(refused(anonymous, CREATE, strange).await.code(), "UNKNOWN");
    let mut other = cart(json!([]));
    other["currency"] = json!("JPY");
    assert_eq!(refused(anonymous, CREATE, other).await.code(), "NOT_IN_CHANNEL");
    let mut nowhere = cart(json!([]));
    nowhere["channel"] = json!("nowhere");
    assert_eq!(refused(anonymous, CREATE, nowhere).await.code(), "UNKNOWN");
    let mut money = cart(json!([]));
    money["currency"] = json!("XYZ");
    assert!(anonymous.run(document(CREATE), money).await.is_err(), "no currency at all");
    // Delivery prices are for trusted storefronts.
    let quote = json!([{ "offerId": offer, "quantity": 1, "deliveryQuote": { "amount": "0.00", "currency": "EUR" } }]);
    assert_eq!(refused(anonymous, CREATE, cart(quote)).await.code(), "UNAUTHENTICATED");

    let empty = run(anonymous, CREATE, cart(json!([]))).await["created"].clone();
    let place = json!({
        "idempotencyKey": "empty", "cartId": empty.text("cart.id").unwrap(), "cartToken": empty.text("token").unwrap(),
        "planHash": "x", "total": { "amount": "0", "currency": "EUR" }, "payment": { "method": CARD },
    });
    assert_eq!(refused(anonymous, "storefront/checkout#OrderPlace", place.clone()).await.code(), "CART_EMPTY");
    let mut stolen = place;
    stolen["cartToken"] = json!("guessed");
    assert_eq!(refused(anonymous, "storefront/checkout#OrderPlace", stolen).await.code(), "NOT_FOUND");
}

/// A suspended merchant and a product that is not published any more sell nothing.
async fn closed_doors(bazaar: &Bazaar) {
    let operator = &bazaar.market.operator;
    let line = |merchant: usize| BasketLine {
        offer_id: bazaar.offers[merchant][0].clone(),
        quantity: 1,
        delivery_minor: None,
    };
    let before = bazaar.storefront.plan(&bazaar.basket_of(vec![line(1)], 1)).await.unwrap();
    let merchant = &bazaar.staff[1].merchant_id;
    let version = ask(operator, "operator/merchants#Merchant", json!({ "id": merchant })).await;
    let version = version.int("merchant.version").unwrap();
    let silent = json!({ "id": merchant, "expectedVersion": version });
    assert_eq!(refused(operator, "operator/merchants#MerchantSuspend", silent).await.code(), "REQUIRED");
    let suspend = json!({ "id": merchant, "expectedVersion": version, "reason": "complaints" });
    run(operator, "operator/merchants#MerchantSuspend", suspend).await;
    let error = bazaar.storefront.place(&before, &bazaar.storefront.key(), CARD, Some("tok_ok")).await.unwrap_err();
    assert_eq!(error.code(), "MERCHANT_CANNOT_SELL", "{error}");

    let offer = ask(operator, "merchant/offers#Offer", json!({ "id": bazaar.offers[2][0] })).await;
    let product = offer.text("offer.productId").unwrap();
    let hide = json!({ "productIds": [product], "channelIds": [bazaar.market.channel_id] });
    run(operator, "operator/catalog#ProductsUnpublish", hide).await;
    let plan = bazaar.storefront.plan(&bazaar.basket_of(vec![line(2)], 2)).await.unwrap();
    assert_eq!(plan.plan.text("rejected.0.code").unwrap(), "PRODUCT_NOT_PUBLISHED");
}

async fn keys_and_rights(anonymous: &Client, bazaar: &Bazaar) {
    let invented = anonymous.with_token("souk_invented");
    let error = invented.query("{ version }", json!({})).await.unwrap_err();
    assert_eq!(error.code(), "UNAUTHENTICATED");
    let trial = json!({ "currency": "EUR" });
    let error = anonymous.query(document("operator/finance#TrialBalance"), trial.clone()).await.unwrap_err();
    assert_eq!(error.code(), "UNAUTHENTICATED");
    let merchant = &bazaar.staff[0].client;
    let error = merchant.query(document("operator/finance#TrialBalance"), trial).await.unwrap_err();
    assert_eq!(error.code(), "FORBIDDEN");
    let error = refused(
        merchant,
        "operator/merchants#MerchantCreate",
        json!({ "name": "X", "contactEmail": "x@example.com", "country": "DE" }),
    )
    .await;
    assert_eq!(error.code(), "FORBIDDEN");
}
