//! Merchants accept, refuse, ship in parcels and cancel; goods arrive; some money goes back.

use e2e::Json as _;
use serde_json::{Value, json};

use super::buy::{Bought, look, stock, until};
use super::{Stall, Walk};
use crate::common::{ask, eventually, refused, run};

/// What a merchant sees of a merchant order.
async fn seen(stall: &Stall, id: &str) -> Value {
    ask(&stall.staff, "merchant/orders#MerchantOrder", json!({ "id": id })).await["merchantOrder"].clone()
}

async fn until_state(stall: &Stall, id: &str, state: &str) -> Value {
    eventually(&format!("a merchant order {state}"), async || {
        let order = seen(stall, id).await;
        (order.text("state").unwrap() == state).then_some(order)
    })
    .await
}

/// Accepts a merchant order and ships all of it; gives the parcels.
pub async fn accept_and_ship(stall: &Stall, id: &str) -> Vec<String> {
    run(&stall.staff, "merchant/orders#MerchantOrderDecide", json!({ "id": id, "acceptAll": true })).await;
    ship_all(stall, id).await
}

async fn ship_all(stall: &Stall, id: &str) -> Vec<String> {
    let order = until_state(stall, id, "TO_SHIP").await;
    let mut parcels = Vec::new();
    for fulfillment in order.list("fulfillmentOrders").unwrap() {
        parcels.push(ship(stall, fulfillment.text("id").unwrap(), &[]).await);
    }
    parcels
}

async fn ship(stall: &Stall, fulfillment: &str, lines: &[(&str, i64)]) -> String {
    let lines: Vec<_> = lines.iter().map(|(id, n)| json!({ "lineId": id, "quantity": n })).collect();
    let number = format!("T{}", &fulfillment[fulfillment.len() - 10..].to_ascii_uppercase());
    let number = format!("{number}{}", lines.len());
    let input =
        json!({ "fulfillmentOrderId": fulfillment, "lines": lines, "carrier": "caravan", "trackingNumber": number });
    let sent = run(&stall.staff, "merchant/orders#ShipmentCreate", input).await;
    assert_eq!(sent.text("shipment.trackingUrl").unwrap(), format!("https://caravan.example/{number}"));
    sent.text("shipment.id").unwrap().to_owned()
}

/// The parts of an order by merchant: Anna's, Bruno's, Clara's.
async fn parts(walk: &Walk, order: &Bought) -> [String; 3] {
    let whole = look(walk, order).await;
    let parts = whole.list("merchantOrders").unwrap();
    [&walk.anna, &walk.bruno, &walk.clara].map(|stall| {
        let part = parts.iter().find(|part| part.text("merchant.id").unwrap() == stall.id).unwrap();
        part.text("id").unwrap().to_owned()
    })
}

/// What is known of an order after its parcels left.
pub struct Sent {
    pub order: Bought,
    pub parts: [String; 3],
    pub parcels: Vec<(usize, String)>,
    pub returned_minor: i64,
}

pub async fn accepted_shipped_canceled(walk: &Walk, order: Bought) -> Sent {
    let parts = parts(walk, &order).await;
    let [annas, brunos, claras] = &parts;
    let hidden = ask(&walk.bruno.staff, "merchant/orders#MerchantOrder", json!({ "id": annas })).await;
    assert!(hidden["merchantOrder"].is_null(), "{hidden}");
    let meddle = json!({ "id": annas, "acceptAll": true });
    let error = refused(&walk.bruno.staff, "merchant/orders#MerchantOrderDecide", meddle.clone()).await;
    assert_eq!(error.code(), "NOT_FOUND");

    run(&walk.anna.staff, "merchant/orders#MerchantOrderDecide", meddle.clone()).await;
    let again = refused(&walk.anna.staff, "merchant/orders#MerchantOrderDecide", meddle).await;
    assert_eq!(again.code(), "INVALID_TRANSITION");
    refuse_the_matches(walk, claras).await;
    let mut parcels: Vec<_> =
        accept_and_ship(&walk.bruno, brunos).await.into_iter().map(|parcel| (1, parcel)).collect();
    parcels.extend(ship_all(&walk.clara, claras).await.into_iter().map(|parcel| (2, parcel)));
    let (mut annas_parcels, returned_minor) = anna_ships_and_cancels(walk, annas).await;
    parcels.append(&mut annas_parcels);
    assert_eq!(stock(walk, "TP-S").await, [("berlin".to_owned(), 0, 0), ("hamburg".to_owned(), 2, 0)]);
    Sent { order, parts, parcels, returned_minor }
}

/// Clara accepts the candles and refuses the matches: they are not charged.
async fn refuse_the_matches(walk: &Walk, id: &str) {
    let order = seen(&walk.clara, id).await;
    let decide = |line: &Value| {
        let accept = line.text("title").unwrap().contains("candle");
        let reason = if accept { Value::Null } else { json!("OUT_OF_STOCK") };
        json!({ "lineId": line.text("id").unwrap(), "accept": accept, "reason": reason })
    };
    let lines: Vec<_> = order.list("lines").unwrap().iter().map(decide).collect();
    let half = json!({ "id": id, "lines": [lines[0]] });
    let error = refused(&walk.clara.staff, "merchant/orders#MerchantOrderDecide", half).await;
    assert_eq!(error.code(), "LINES_UNDECIDED");
    run(&walk.clara.staff, "merchant/orders#MerchantOrderDecide", json!({ "id": id, "lines": lines })).await;
    let after = until_state(&walk.clara, id, "TO_SHIP").await;
    assert_eq!(after.minor("captured").unwrap(), after.minor("total").unwrap() - 200);
}

/// Anna ships the units in Berlin in two parcels and cancels the one in Hamburg; its price and delivery go back.
async fn anna_ships_and_cancels(walk: &Walk, id: &str) -> (Vec<(usize, String)>, i64) {
    let order = until_state(&walk.anna, id, "TO_SHIP").await;
    let line = order.text("lines.0.id").unwrap();
    let at = |place: &str| {
        let all = order.list("fulfillmentOrders").unwrap();
        all.iter().find(|f| f.text("locationName").unwrap() == place).unwrap()
    };
    let berlin = at("berlin").text("id").unwrap();
    let untracked = json!({ "fulfillmentOrderId": berlin });
    let error = refused(&walk.anna.staff, "merchant/orders#ShipmentCreate", untracked).await;
    assert_eq!(error.code(), "TRACKING_REQUIRED");
    let parcels = vec![(0, ship(&walk.anna, berlin, &[(line, 1)]).await), (0, ship(&walk.anna, berlin, &[]).await)];
    let lines = json!([{ "lineId": line, "quantity": 2 }]);
    let cancel = json!({ "id": id, "lines": lines, "reason": "OUT_OF_STOCK" });
    let error = refused(&walk.anna.staff, "merchant/orders#MerchantOrderCancel", cancel).await;
    assert_eq!(error.code(), "TOO_MANY_UNITS");
    let lines = json!([{ "lineId": line, "quantity": 1 }]);
    let cancel = json!({ "id": id, "lines": lines, "reason": "OUT_OF_STOCK" });
    run(&walk.anna.staff, "merchant/orders#MerchantOrderCancel", cancel).await;
    let returned = 1999 + at("hamburg").minor("shipping").unwrap();
    let after = settled(&walk.anna, id).await;
    assert_eq!(after.minor("refunds.0.amount").unwrap(), returned);
    (parcels, returned)
}

/// Waits until every refund of a merchant order arrived.
async fn settled(stall: &Stall, id: &str) -> Value {
    eventually("the refund", async || {
        let order = seen(stall, id).await;
        let refunds = order.list("refunds").unwrap();
        let done = !refunds.is_empty() && refunds.iter().all(|r| r.text("state").unwrap() == "SETTLED");
        done.then_some(order)
    })
    .await
}

pub async fn delivered_and_refunded(walk: &Walk, sent: &Sent) {
    let stalls = [&walk.anna, &walk.bruno, &walk.clara];
    for (owner, parcel) in &sent.parcels {
        for _ in 0..2 {
            let input = json!({ "shipmentId": parcel });
            run(&stalls[*owner].staff, "merchant/orders#ShipmentDeliver", input).await;
        }
    }
    let [_, _, claras] = &sent.parts;
    let order = seen(&walk.clara, claras).await;
    assert_eq!(order.text("state").unwrap(), "DELIVERED");
    let candle = order.list("lines").unwrap().iter().find(|line| line.int("shipped").unwrap() == 2).unwrap();
    let units = |n: i64| json!([{ "lineId": candle.text("id").unwrap(), "quantity": n }]);
    let refund = json!({ "merchantOrderId": claras, "lines": units(1), "reason": "DAMAGED" });
    run(&walk.clara.staff, "merchant/orders#RefundCreate", refund).await;
    let more = json!({ "merchantOrderId": claras, "lines": units(2), "reason": "DAMAGED" });
    let error = refused(&walk.clara.staff, "merchant/orders#RefundCreate", more).await;
    assert_eq!(error.code(), "TOO_MANY_UNITS", "no unit twice");
    let after = settled(&walk.clara, claras).await;
    assert_eq!(after.minor("refunded").unwrap(), 1060);

    let whole = until(walk, &sent.order, "fulfillmentStatus", "DELIVERED").await;
    assert_eq!(whole.text("paymentStatus").unwrap(), "PARTIALLY_REFUNDED");
    assert_eq!(whole.minor("refunded").unwrap(), sent.returned_minor + 1060);
    walk.site.wait_quiet(crate::common::PATIENCE).await.unwrap();
    mails(walk, &sent.order.number);
}

/// One mail when it was placed, one for each parcel that left and one for each that arrived; one for each merchant.
fn mails(walk: &Walk, number: &str) {
    let mails = walk.site.mails().unwrap();
    let count = |to: &str, words: &str| {
        let about = |subject: &str| subject.contains(number) && subject.contains(words);
        mails.iter().filter(|mail| mail.to.contains(to) && about(&mail.subject)).count()
    };
    let subjects: Vec<_> = mails.iter().map(|mail| format!("{}: {}", mail.to, mail.subject)).collect();
    assert_eq!(count("ada@", "Your order"), 1, "{subjects:#?}");
    assert_eq!(count("ada@", "is on its way"), 4, "{subjects:#?}");
    assert_eq!(count("ada@", "was delivered"), 4, "{subjects:#?}");
    for merchant in ["anna@", "bruno@", "clara@"] {
        assert_eq!(count(merchant, "New order"), 1, "{subjects:#?}");
    }
}
