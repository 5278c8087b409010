//! After the order was placed: a return from the request to the money, goodwill, a lost parcel, an incident.

use e2e::bazaar::{Bazaar, Size};
use e2e::market::{BasketLine, Placed};
use e2e::site::Options;
use e2e::{Json as _, Kind, Site};
use serde_json::{Value, json};

use crate::common::{ask, eur, eventually, finish, refused, run};

/// Three units of the one offer there is, paid, accepted and shipped; gives the merchant order and its parcel.
async fn shipped(bazaar: &Bazaar, number: usize) -> (Placed, Value, String) {
    let line = BasketLine { offer_id: bazaar.offers[0][0].clone(), quantity: 3, delivery_minor: None };
    let placed = bazaar.storefront.buy(&bazaar.basket_of(vec![line], number)).await.unwrap();
    bazaar.storefront.wait_paid(&placed).await.unwrap();
    let staff = &bazaar.staff[0];
    let id = placed.merchant_orders[0].0.clone();
    staff.accept(&json!({ "id": id })).await.unwrap();
    let part = until(bazaar, &id, "TO_SHIP").await;
    let parcel = staff.ship(&part).await.unwrap().remove(0);
    let part = seen(bazaar, &id).await;
    (placed, part, parcel.id)
}

async fn seen(bazaar: &Bazaar, id: &str) -> Value {
    let answer = ask(&bazaar.staff[0].client, "merchant/orders#MerchantOrder", json!({ "id": id })).await;
    answer["merchantOrder"].clone()
}

async fn until(bazaar: &Bazaar, id: &str, state: &str) -> Value {
    eventually(&format!("a merchant order {state}"), async || {
        let part = seen(bazaar, id).await;
        (part.text("state").unwrap() == state).then_some(part)
    })
    .await
}

async fn pending(bazaar: &Bazaar) -> i64 {
    bazaar.market.books().await.unwrap().sum(&["liability:merchant:pending"])
}

/// A guest sends one of three units back; the merchant looks at it and pays it back.
async fn returned(bazaar: &Bazaar, placed: &Placed, part: &Value) -> i64 {
    let (anonymous, staff) = (bazaar.storefront.client(), &bazaar.staff[0].client);
    let line = part.text("lines.0.id").unwrap();
    let mut request = json!({
        "merchantOrderId": part.text("id").unwrap(), "orderNumber": placed.number, "orderToken": "guess",
        "lines": [{ "lineId": line, "quantity": 1 }], "reason": "CHANGED_MIND",
    });
    let stranger = refused(anonymous, "storefront/returns#ReturnRequest", request.clone()).await;
    assert_eq!(stranger.code(), "NOT_FOUND");
    request["orderToken"] = json!(placed.token);
    let asked = run(anonymous, "storefront/returns#ReturnRequest", request.clone()).await;
    let id = asked.text("goodsReturn.id").unwrap().to_owned();
    request["lines"][0]["quantity"] = json!(3);
    let more = refused(anonymous, "storefront/returns#ReturnRequest", request).await;
    assert_eq!(more.code(), "TOO_MANY_UNITS", "one of three was asked for already");
    let early = refused(staff, "merchant/returns#ReturnRefund", json!({ "id": id })).await;
    assert_eq!(early.code(), "INVALID_TRANSITION");
    assert_eq!(early.details().unwrap()["allowed"], json!(["APPROVE", "REJECT", "CANCEL"]));
    let approve = json!({ "id": id, "method": "BY_MAIL", "label": "https://label.example/1" });
    run(staff, "merchant/returns#ReturnApprove", approve).await;
    run(staff, "merchant/returns#ReturnReceive", json!({ "id": id })).await;
    let lines = json!([{ "lineId": line, "ok": 1, "restocked": 1 }]);
    run(staff, "merchant/returns#ReturnInspect", json!({ "id": id, "lines": lines })).await;
    let paid = run(staff, "merchant/returns#ReturnRefund", json!({ "id": id })).await;
    assert_eq!(paid.text("goodsReturn.state").unwrap(), "REFUNDED");
    assert_eq!(paid.at("goodsReturn.allowedActions").unwrap(), &json!(["CLOSE"]));
    run(staff, "merchant/returns#ReturnClose", json!({ "id": id })).await;
    part.minor("lines.0.total").unwrap() / 3
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_order_is_placed() {
    for kind in Kind::present("what follows an order") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let size = Size { merchants: 1, products: 1, variants: 1, units: 20 };
        let bazaar = Bazaar::open(&site.client().unwrap(), size).await.unwrap();
        let (operator, staff) = (&bazaar.market.operator, &bazaar.staff[0]);

        let (placed, part, parcel) = shipped(&bazaar, 1).await;
        let (_, _, other_parcel) = shipped(&bazaar, 2).await;
        let id = part.text("id").unwrap();
        let incident = json!({ "merchantOrderId": id, "reason": "DAMAGED", "note": "The lid is broken." });
        run(operator, "operator/care#IncidentOpen", incident).await;
        for shipment in [&parcel, &other_parcel] {
            let deliver = json!({ "shipmentId": shipment, "receivedBy": "Ada" });
            let arrived = run(&staff.client, "merchant/orders#ShipmentDeliver", deliver).await;
            assert_eq!(arrived.text("shipment.receivedBy").unwrap(), "Ada");
        }
        let given = returned(&bazaar, &placed, &part).await;
        let goodwill = json!({
            "idempotencyKey": "g1", "merchantOrderId": id, "amount": eur(500), "bearer": "OPERATOR", "reason": "GOODWILL",
        });
        let own = refused(&staff.client, "merchant/orders#RefundAmountCreate", goodwill.clone()).await;
        assert_eq!(own.code(), "FORBIDDEN");
        for _ in 0..2 {
            let done = run(operator, "merchant/orders#RefundAmountCreate", goodwill.clone()).await;
            assert_eq!(done.text("refund.bearer").unwrap(), "OPERATOR");
        }
        let part = eventually("the refunds", async || {
            let part = seen(&bazaar, id).await;
            let refunds = part.list("refunds").unwrap();
            refunds.iter().all(|refund| refund.text("state").unwrap() == "SETTLED").then_some(part)
        })
        .await;
        assert_eq!(part.minor("refunded").unwrap(), given + 500, "the same key gave once");
        assert_eq!(part.int("lines.0.returned").unwrap(), 1);
        assert!(part.truth("incidentOpen").unwrap());

        // What is wrong waits, what is right is released.
        let net = part.minor("earnings.net").unwrap();
        let waits = eventually("the release of the other order", async || {
            let waits = pending(&bazaar).await;
            (waits < net).then_some(waits)
        })
        .await;
        assert!(waits > 0, "the money of the order with an incident waits");
        let books = bazaar.market.books().await.unwrap();
        assert_eq!(books.sum(&["expense:goodwill"]), 500);
        assert_eq!(books.sum(&["liability:refunds_in_transit"]), 0);
        run(operator, "operator/care#IncidentClose", json!({ "merchantOrderId": id, "outcome": "Settled." })).await;

        let (lost, lost_part, lost_parcel) = shipped(&bazaar, 3).await;
        let report = json!({ "shipmentId": lost_parcel });
        let ended = run(&staff.client, "merchant/orders#ShipmentReportLost", report.clone()).await;
        assert_eq!(ended.text("shipment.state").unwrap(), "LOST");
        let again = refused(&staff.client, "merchant/orders#ShipmentReportLost", report).await;
        assert_eq!(again.code(), "INVALID_TRANSITION");
        let gone = until(&bazaar, lost_part.text("id").unwrap(), "UNDELIVERED").await;
        assert_eq!(gone.minor("refunded").unwrap(), lost.total_minor);
        eventually("the release after the incident", async || (pending(&bazaar).await == 0).then_some(())).await;
        finish(site).await;
    }
}
