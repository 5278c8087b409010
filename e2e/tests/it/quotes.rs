//! Quotes: a company asks two merchants for prices; an offer is revised, accepted, paid by transfer and earned.

use e2e::bazaar::{Bazaar, Size};
use e2e::market::sign_in;
use e2e::site::{OPERATOR, Options};
use e2e::{Client, Json as _, Kind, Site};
use serde_json::{Value, json};

use crate::common::{ask, eur, eventually, finish, refused, run};

const BUYER: (&str, &str) = ("bea@kettles.example", "correct horse battery");

/// A buyer who made a company; gives the company's id.
async fn company(anybody: &Client) -> (Client, String) {
    let account = json!({ "email": BUYER.0, "password": BUYER.1, "name": "Bea Buyer" });
    run(anybody, "storefront/account#CustomerRegister", account).await;
    let bea = sign_in(anybody, BUYER.0, BUYER.1).await.unwrap();
    let address =
        json!({ "name": "Accounts", "line1": "Am Markt 2", "postalCode": "1010", "city": "Wien", "country": "AT" });
    let fields = json!({
        "name": "Kettle Works GmbH", "vatIds": ["DE136695976"], "addresses": [address], "poNumberRequired": true,
    });
    let made = run(&bea, "storefront/companies#CompanyCreate", json!({ "company": fields })).await;
    let id = made.text("company.id").unwrap().to_owned();
    (bea, id)
}

/// What the company asks for, of two merchants.
async fn request(bea: &Client, bazaar: &Bazaar, company: &str) -> Vec<Value> {
    let ship_to =
        json!({ "name": "Bea", "line1": "Long Street 1", "postalCode": "10115", "city": "Berlin", "country": "DE" });
    let lines = json!([
        { "offerId": bazaar.offers[0][0], "quantity": 10, "wishedUnitPrice": eur(1100) },
        { "offerId": bazaar.offers[0][1], "quantity": 4, "note": "in blue" },
        { "offerId": bazaar.offers[1][0], "quantity": 3 },
    ]);
    let input = json!({
        "idempotencyKey": "ask-1", "channel": "bazaar", "lines": lines, "companyId": company, "shipTo": ship_to,
        "poNumber": "PO-2026-7", "note": "for the new office",
    });
    let made = run(bea, "storefront/quotes#QuoteRequest", input.clone()).await;
    let again = run(bea, "storefront/quotes#QuoteRequest", input).await;
    assert_eq!(made["quotes"], again["quotes"], "asked for once");
    made.list("quotes").unwrap().to_vec()
}

/// An offer of a price and units for each line of a quote.
async fn offer(staff: &Client, quote: &Value, terms: &[(i64, i64)], delivery: i64) -> Value {
    let lines = quote.list("lines").unwrap().iter().zip(terms);
    let lines: Vec<Value> = lines
        .map(|(line, (unit, quantity))| json!({ "lineId": line["id"], "unitPrice": eur(*unit), "quantity": quantity }))
        .collect();
    let input = json!({
        "id": quote["id"], "expectedVersion": quote["version"], "lines": lines, "delivery": eur(delivery),
        "note": "delivered to the door",
    });
    run(staff, "merchant/quotes#QuoteOffer", input).await["quote"].clone()
}

async fn seen(client: &Client, id: &Value) -> Value {
    ask(client, "storefront/quotes#Quote", json!({ "id": id })).await["quote"].clone()
}

fn accept(quote: &Value, offer_version: i64, key: &str) -> Value {
    json!({
        "idempotencyKey": key, "id": quote["id"], "offerVersion": offer_version,
        "planHash": quote.text("plan.hash").unwrap(), "total": quote["plan"]["total"],
        "payment": { "method": "bank_transfer" },
    })
}

/// The merchant's order holds what was offered, and commission is taken of it.
fn check_part(part: &Value) {
    let minor = |path: &str| part.minor(path).unwrap();
    assert_eq!((minor("goods"), minor("delivery"), minor("total")), (14_321, 1500, 15_821));
    assert_eq!(
        (part.text("poNumber").unwrap(), part.text("company.name").unwrap()),
        ("PO-2026-7", "Kettle Works GmbH")
    );
    // 12 percent of each line and of the delivery: 14.388 and 2.7972, rounded line by line, and 1.80.
    let earned =
        (minor("earnings.commissionOnGoods"), minor("earnings.commissionOnShipping"), minor("earnings.fixedFee"));
    assert_eq!(earned, (1439 + 280, 180, 35));
    let kept = earned.0 + earned.1 + earned.2 + minor("earnings.commissionVat");
    assert_eq!(minor("earnings.net"), 15_821 - kept);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_asks_for_prices_and_buys_for_them() {
    for kind in Kind::present("quotes") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let anybody = site.client().unwrap();
        let size = Size { merchants: 2, products: 2, variants: 1, units: 20 };
        let bazaar = Bazaar::open(&anybody, size).await.unwrap();
        let desk = sign_in(&anybody, OPERATOR.0, OPERATOR.1).await.unwrap();
        let (bea, company) = company(&anybody).await;
        let quotes = request(&bea, &bazaar, &company).await;
        assert_eq!(quotes.len(), 2, "one for each merchant");
        let of = |n: usize| {
            let merchant = &bazaar.staff[n].merchant_id;
            quotes.iter().find(|quote| quote.text("merchantId").unwrap() == merchant).unwrap().clone()
        };
        let (first, second) = (of(0), of(1));
        let staff = &bazaar.staff[0].client;
        let own = ask(staff, "merchant/quotes#Quotes", json!({ "filter": {} })).await;
        let own: Vec<&str> = own.nodes("quotes").unwrap().iter().map(|quote| quote.text("id").unwrap()).collect();
        assert_eq!(own, [first.text("id").unwrap()]);
        let foreign = ask(staff, "merchant/quotes#Quote", json!({ "id": second["id"] })).await;
        assert!(foreign["quote"].is_null());

        let offered = offer(staff, &first, &[(1234, 10), (777, 3)], 1500).await;
        assert_eq!(offered["allowedActions"], json!(["OFFER", "REFUSE"]));
        let old = seen(&bea, &first["id"]).await;
        assert_eq!(
            (old["plan"].minor("total").unwrap(), &old["allowedActions"]),
            (16_171, &json!(["ACCEPT", "ASK_CHANGE", "DECLINE"]))
        );
        let change = json!({ "id": first["id"], "expectedVersion": old["version"], "note": "11.99 and it is done" });
        let changed = run(&bea, "storefront/quotes#QuoteAskChange", change).await["quote"].clone();
        let gone = refused(&bea, "storefront/quotes#QuoteAccept", accept(&old, 1, "early")).await;
        assert!(format!("{gone:?}").contains("INVALID_TRANSITION"), "{gone:?}");
        offer(staff, &changed, &[(1199, 10), (777, 3)], 1500).await;
        let stale = refused(&bea, "storefront/quotes#QuoteAccept", accept(&old, 1, "stale")).await;
        assert!(format!("{stale:?}").contains("STALE_VERSION"), "{stale:?}");
        let refuse = json!({ "id": second["id"], "expectedVersion": 1, "reason": "OUT_OF_STOCK" });
        run(&bazaar.staff[1].client, "merchant/quotes#QuoteRefuse", refuse).await;

        let now = seen(&bea, &first["id"]).await;
        assert_eq!((now["offers"].as_array().unwrap().len(), now["plan"].minor("goods").unwrap()), (2, 14_321));
        let order = run(&bea, "storefront/quotes#QuoteAccept", accept(&now, 2, "buy-1")).await["order"].clone();
        let again = run(&bea, "storefront/quotes#QuoteAccept", accept(&now, 2, "buy-1")).await["order"].clone();
        assert_eq!(order["id"], again["id"]);
        assert_eq!((order.minor("goods").unwrap(), order.minor("total").unwrap()), (14_321, 15_821));
        assert_eq!(
            order.list("lines").unwrap().iter().map(|line| line["quoteId"].clone()).collect::<Vec<_>>(),
            vec![first["id"].clone(); 2]
        );
        let receipt = json!({ "reference": order["number"], "amount": order["total"], "bankReference": "bank-1" });
        run(&desk, "operator/finance#BankReceiptRecord", receipt).await;
        eventually("the money to be there", async || {
            let row = ask(&desk, "operator/orders#Order", json!({ "id": order["id"] })).await["order"].clone();
            (row.text("paymentStatus").unwrap() == "PAID").then_some(())
        })
        .await;
        bazaar.fulfil_all().await.unwrap();
        let parts = ask(staff, "merchant/orders#MerchantOrders", json!({ "filter": {} })).await;
        let parts = parts["merchantOrders"]["edges"].as_array().unwrap().clone();
        assert_eq!(parts.len(), 1);
        check_part(&parts[0]["node"]);
        let theirs = seen(staff, &first["id"]).await;
        for hidden in ["requestId", "customerId", "orderId", "approvedTotal"] {
            assert!(theirs[hidden].is_null(), "{hidden} is not for merchants");
        }
        assert_eq!(theirs["company"], json!({ "id": null, "name": "Kettle Works GmbH" }));
        let done = seen(&bea, &first["id"]).await;
        assert_eq!(
            (done.text("state").unwrap(), &done["orderId"], &done["allowedActions"]),
            ("ACCEPTED", &order["id"], &json!([]))
        );
        finish(site).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_accepts_an_offer_for_the_buyer() {
    for kind in Kind::present("an offer accepted on the phone") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let anybody = site.client().unwrap();
        let size = Size { merchants: 2, products: 2, variants: 1, units: 20 };
        let bazaar = Bazaar::open(&anybody, size).await.unwrap();
        let desk = sign_in(&anybody, OPERATOR.0, OPERATOR.1).await.unwrap();
        let (bea, company) = company(&anybody).await;
        let quotes = request(&bea, &bazaar, &company).await;
        let merchant = &bazaar.staff[1].merchant_id;
        let asked = quotes.iter().find(|quote| quote.text("merchantId").unwrap() == merchant).unwrap();
        let staff = &bazaar.staff[1].client;
        offer(staff, asked, &[(900, 3)], 300).await;

        let shown = seen(&desk, &asked["id"]).await;
        assert_eq!(shown["plan"].minor("total").unwrap(), 3 * 900 + 300);
        assert!(shown.list("allowedActions").unwrap().contains(&json!("ACCEPT_FOR")), "{}", shown["allowedActions"]);
        let wanted = "operator/desk#QuoteAcceptFor";
        for nobody in [&bea, staff] {
            assert_eq!(refused(nobody, wanted, accept(&shown, 1, "not-they")).await.code(), "FORBIDDEN");
        }
        let mut other = accept(&shown, 1, "other-total");
        other["total"] = eur(1);
        assert_eq!(refused(&desk, wanted, other).await.code(), "PLAN_CHANGED");
        let order = run(&desk, wanted, accept(&shown, 1, "phone-1")).await["order"].clone();
        let again = run(&desk, wanted, accept(&shown, 1, "phone-1")).await["order"].clone();
        assert_eq!(order, again);
        let late = refused(&desk, wanted, accept(&shown, 1, "phone-2")).await;
        assert!(format!("{late:?}").contains("INVALID_TRANSITION"), "{late:?}");
        assert_eq!(order["company"], json!({ "name": "Kettle Works GmbH" }));
        assert_eq!(order["customerId"], shown["customerId"], "it is hers");
        assert!(order["placedBy"].is_string(), "and says who placed it");
        let mine = ask(&bea, "storefront/checkout#MyOrders", json!({})).await;
        assert_eq!(mine.list("orders.edges").unwrap().len(), 1);
        let done = seen(&bea, &asked["id"]).await;
        assert_eq!((done.text("state").unwrap(), &done["orderId"]), ("ACCEPTED", &order["id"]));

        let receipt = json!({ "reference": order["number"], "amount": order["total"], "bankReference": "bank-1" });
        run(&desk, "operator/finance#BankReceiptRecord", receipt).await;
        eventually("the money to be there", async || {
            let row = ask(&desk, "operator/orders#Order", json!({ "id": order["id"] })).await["order"].clone();
            (row.text("paymentStatus").unwrap() == "PAID").then_some(())
        })
        .await;
        bazaar.fulfil_all().await.unwrap();
        finish(site).await;
    }
}
