//! The order desk: an order taken on the phone, paid by a link, and changed afterwards.

use e2e::bazaar::{Bazaar, Size};
use e2e::market::sign_in;
use e2e::site::{OPERATOR, Options};
use e2e::{Client, Json as _, Kind, Site};
use serde_json::{Value, json};

use crate::common::{ask, eventually, finish, refused, run};

/// The secret of the link in the newest mail of a kind to the buyer.
async fn link(site: &Site, to: &str) -> String {
    eventually("the mail with the link", async || {
        let mails = site.mails().unwrap();
        let mail = mails.iter().find(|mail| mail.to.contains(to) && mail.subject.starts_with("Pay your order"))?;
        let (_, rest) = mail.body.split_once("/pay?secret=")?;
        Some(rest.chars().take_while(char::is_ascii_hexdigit).collect())
    })
    .await
}

/// What the buyer does on the page of the sandbox.
async fn confirm(site: &Site, url: &str) {
    let path = &url[url.find("/sandbox/").unwrap()..];
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let form = http.post(format!("{}{path}", site.url())).form(&[("outcome", "confirm")]);
    assert_eq!(form.send().await.unwrap().status(), 303);
}

async fn by_link(anybody: &Client, secret: &str, state: &str) -> Value {
    eventually(&format!("a payment {state}"), async || {
        let seen = ask(anybody, "storefront/payment#PaymentByLink", json!({ "secret": secret })).await;
        let payment = seen["paymentByLink"].clone();
        (payment.text("state").unwrap() == state).then_some(payment)
    })
    .await
}

async fn order(desk: &Client, id: &str) -> Value {
    ask(desk, "operator/orders#Order", json!({ "id": id })).await["order"].clone()
}

/// Takes an order on the phone with a price of its own; gives the order.
async fn take(desk: &Client, bazaar: &Bazaar) -> Value {
    let ship_to =
        json!({ "name": "Ann", "line1": "Long Street 1", "postalCode": "10115", "city": "Berlin", "country": "DE" });
    let price = json!({ "unit": { "amount": "7.00", "currency": "EUR" }, "reason": "scratched" });
    let create = json!({
        "channel": "bazaar", "email": "ann@example.org", "shipTo": ship_to, "note": "calls back at five",
        "lines": [{ "offerId": bazaar.offers[0][0], "quantity": 2, "price": price }],
    });
    let draft = run(desk, "operator/desk#DraftOrderCreate", create).await["draft"].clone();
    assert_eq!(draft.at("plan.consignments.0.lines.0").unwrap().minor("unitPrice").unwrap(), 700);
    let id = draft.text("id").unwrap();
    let edit = json!({ "id": id, "expectedVersion": 1, "add": [{ "offerId": bazaar.offers[1][0], "quantity": 1 }] });
    let stale = edit.clone();
    let draft = run(desk, "operator/desk#DraftOrderEdit", edit).await["draft"].clone();
    assert!(format!("{:?}", refused(desk, "operator/desk#DraftOrderEdit", stale).await).contains("STALE_VERSION"));
    let place = json!({
        "idempotencyKey": "phone-1", "id": id, "expectedVersion": 2, "planHash": draft.text("plan.hash").unwrap(),
        "total": draft["plan"]["total"], "payment": { "method": "card_sandbox" }, "paymentByLink": true,
    });
    let placed = run(desk, "operator/desk#DraftOrderPlace", place.clone()).await["order"].clone();
    let again = run(desk, "operator/desk#DraftOrderPlace", place).await["order"].clone();
    assert_eq!(placed["id"], again["id"]);
    assert_eq!(placed.text("lines.0.priceReason").unwrap(), "scratched");
    placed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_order_is_paid_by_link_and_changed() {
    for kind in Kind::present("the order desk") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let anybody = site.client().unwrap();
        let size = Size { merchants: 2, products: 2, variants: 1, units: 20 };
        let bazaar = Bazaar::open(&anybody, size).await.unwrap();
        let desk = sign_in(&anybody, OPERATOR.0, OPERATOR.1).await.unwrap();
        let placed = take(&desk, &bazaar).await;
        let id = placed.text("id").unwrap();

        let secret = link(&site, "ann@example.org").await;
        let pay =
            |token: &str| json!({ "secret": secret, "cardToken": token, "returnUrl": "https://shop.example/thanks" });
        run(&anybody, "storefront/payment#PaymentPay", pay("tok_declined")).await;
        by_link(&anybody, &secret, "FAILED").await;
        run(&anybody, "storefront/payment#PaymentPay", pay("tok_action")).await;
        let waits = by_link(&anybody, &secret, "ACTION_REQUIRED").await;
        confirm(&site, waits.text("actionUrl").unwrap()).await;
        by_link(&anybody, &secret, "AUTHORIZED").await;
        let waiting = eventually("the merchants to have it", async || {
            let row = order(&desk, id).await;
            row["releasedAt"].is_string().then_some(row)
        })
        .await;
        assert!(waiting["allowedActions"].as_array().unwrap().contains(&json!("EDIT")));

        let line = waiting.text("lines.0.id").unwrap();
        let moved = json!({ "name": "Ann", "line1": "Short Street 2", "postalCode": "10117", "city": "Berlin", "country": "DE" });
        let change = json!({
            "quantities": [{ "lineId": line, "quantity": 1 }], "shipTo": moved,
            "add": [{ "offerId": bazaar.offers[0][1], "quantity": 1 }],
        });
        let base = waiting["version"].clone();
        let asked = json!({ "id": id, "baseVersion": base, "change": change });
        let shown = run(&desk, "operator/desk#OrderEditPreview", asked).await["preview"].clone();
        assert_eq!((shown["confirmable"].clone(), shown["merchantOrders"].as_array().unwrap().len()), (json!(true), 2));
        let edit = json!({
            "idempotencyKey": "edit-1", "id": id, "baseVersion": base, "change": change, "reason": "she called again",
            "previewHash": shown["hash"], "payment": { "method": "bank_transfer" },
        });
        let edited = run(&desk, "operator/desk#OrderEdit", edit.clone()).await["order"].clone();
        assert_eq!(edited["merchantOrders"].as_array().unwrap().len(), 3);
        let mut later = edit;
        later["idempotencyKey"] = json!("edit-2");
        assert!(format!("{:?}", refused(&desk, "operator/desk#OrderEdit", later).await).contains("STALE_VERSION"));

        let receipt = json!({
            "reference": edited.text("payments.1.reference").unwrap(), "amount": edited["payments"][1]["amount"],
            "bankReference": "bank-1",
        });
        run(&desk, "operator/finance#BankReceiptRecord", receipt).await;
        bazaar.fulfil_all().await.unwrap();
        eventually("everything to be paid", async || {
            let row = order(&desk, id).await;
            (row.text("paymentStatus").unwrap() == "PAID").then_some(())
        })
        .await;
        let mails = site.mails().unwrap();
        let changed = mails.iter().filter(|mail| mail.subject.ends_with("was changed")).count();
        assert_eq!(changed, 2, "each merchant concerned hears of it once");
        finish(site).await;
    }
}
