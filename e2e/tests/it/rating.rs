//! From orders to an explained rating, a warning, a restriction and back.

use chrono::Duration;
use e2e::bazaar::{Bazaar, Size};
use e2e::market::{BasketLine, sign_in};
use e2e::site::{OPERATOR, Options};
use e2e::{Client, Json as _, Kind, Site};
use serde_json::{Value, json};

use crate::common::{ask, eventually, finish, refused, run};

/// A decimal in millionths.
fn micro(value: &Value) -> i64 {
    let (whole, rest) = value.as_str().unwrap().split_once('.').unwrap_or((value.as_str().unwrap(), ""));
    format!("{whole}{rest:0<6}").parse().unwrap()
}

async fn rating(client: &Client, merchant: &str) -> Value {
    ask(client, "merchant/rating#MerchantRating", json!({ "merchantId": merchant })).await["merchantRating"].clone()
}

fn part(rating: &Value, metric: &str) -> Value {
    let parts = rating["parts"].as_array().unwrap();
    parts.iter().find(|part| part["metric"] == metric).unwrap_or_else(|| panic!("no {metric} in {rating}")).clone()
}

/// One unit of the one offer, paid and waiting for the merchant; gives the merchant order.
async fn bought(bazaar: &Bazaar, number: usize) -> Value {
    let line = BasketLine { offer_id: bazaar.offers[0][0].clone(), quantity: 1, delivery_minor: None };
    let placed = bazaar.storefront.buy(&bazaar.basket_of(vec![line], number)).await.unwrap();
    bazaar.storefront.wait_paid(&placed).await.unwrap();
    let id = placed.merchant_orders[0].0.clone();
    until(bazaar, &id, "AWAITING_ACCEPTANCE").await
}

async fn until(bazaar: &Bazaar, id: &str, state: &str) -> Value {
    eventually(&format!("a merchant order {state}"), async || {
        let answer = ask(&bazaar.staff[0].client, "merchant/orders#MerchantOrder", json!({ "id": id })).await;
        let part = answer["merchantOrder"].clone();
        (part["state"] == state).then_some(part)
    })
    .await
}

/// One order is sent, three are refused: one for the buyer's sake, two because nothing is there.
async fn trade(bazaar: &Bazaar) -> Vec<String> {
    let staff = &bazaar.staff[0];
    let good = bought(bazaar, 0).await;
    staff.accept(&good).await.unwrap();
    let good = until(bazaar, good.text("id").unwrap(), "TO_SHIP").await;
    staff.ship(&good).await.unwrap();
    let mut refused = Vec::new();
    for (number, reason) in ["FRAUD", "OUT_OF_STOCK", "OUT_OF_STOCK"].into_iter().enumerate() {
        let order = bought(bazaar, 1 + number).await;
        let line = json!({ "lineId": order["lines"][0]["id"], "accept": false, "reason": reason });
        let decide = json!({ "id": order["id"], "lines": [line] });
        run(&staff.client, "merchant/orders#MerchantOrderDecide", decide).await;
        refused.push(order.text("id").unwrap().to_owned());
    }
    refused
}

/// The next version: what is refused counts for three quarters, and who has less than half of all points is warned.
fn formula() -> Value {
    json!({
        "note": "Refusing counts for more",
        "metrics": [
            { "metric": "ACCEPTANCE", "windowDays": 90, "priorOrders": 0, "prior": "98", "target": "98", "worst": "60", "weight": 3 },
            { "metric": "VALID_TRACKING", "windowDays": 90, "priorOrders": 0, "prior": "95", "target": "95", "worst": "60", "weight": 1 },
        ],
        "threshold": { "below": "50", "graceDays": 5, "reasonCode": "low_rating" },
    })
}

/// Puts it in force; the rating is what the preview said.
async fn activate(bazaar: &Bazaar, id: &str) -> Value {
    let operator = &bazaar.market.operator;
    let mut wrong = formula();
    wrong["threshold"]["reasonCode"] = json!("moods");
    let fault = refused(operator, "operator/rating#RatingFormulaCreate", wrong).await;
    assert_eq!(fault.code(), "UNKNOWN_REASON");
    let made = run(operator, "operator/rating#RatingFormulaCreate", formula()).await;
    assert_eq!((&made["formula"]["version"], &made["formula"]["active"]), (&json!(2), &json!(false)));
    let crossing = json!({ "version": 2, "onlyCrossing": true, "first": 10 });
    let preview = ask(operator, "operator/rating#RatingPreview", crossing).await;
    let rows = preview.nodes("ratingPreview").unwrap();
    assert_eq!((rows.len(), &rows[0]["merchant"]["id"], &rows[0]["crossing"]), (1, &json!(id), &json!("FALLS")));
    let then = rows[0]["then"].clone();
    run(operator, "operator/rating#RatingFormulaActivate", json!({ "version": 2 })).await;
    let seen = eventually("the rating by the new formula", async || {
        let seen = rating(&bazaar.staff[0].client, id).await;
        (seen["formulaVersion"] == json!(2)).then_some(seen)
    })
    .await;
    assert_eq!(seen["rating"], then);
    seen
}

async fn card(bazaar: &Bazaar, id: &str) -> Value {
    let own = &bazaar.staff[0].client;
    ask(own, "merchant/onboarding#OwnOnboarding", json!({ "merchantId": id })).await["merchant"].clone()
}

/// The time of grace passes, and the merchant is restricted.
async fn restricted(anybody: &Client, bazaar: &mut Bazaar, id: &str) {
    let at = bazaar.market.clock().await.unwrap() + Duration::days(5);
    let operator = &bazaar.market.operator;
    run(operator, "operator/marketplace#SandboxClockSet", json!({ "at": at.to_rfc3339() })).await;
    bazaar.market.operator = sign_in(anybody, OPERATOR.0, OPERATOR.1).await.unwrap();
    let bazaar = &*bazaar;
    let restricted = eventually("the restriction", async || {
        let seen = card(bazaar, id).await;
        (seen["status"] == "RESTRICTED").then_some(seen)
    })
    .await;
    assert_eq!((&restricted["reasonCode"], &restricted["canSell"]), (&json!("low_rating"), &json!(false)));
}

/// The orders count for nothing any more, and the merchant sells again.
async fn recovered(bazaar: &Bazaar, id: &str, orders: &[String]) {
    let (operator, own) = (&bazaar.market.operator, &bazaar.staff[0].client);
    let exclude = async |order: &str| {
        let input =
            json!({ "merchantOrderId": order, "expectedVersion": 1, "tag": "FORCE_MAJEURE", "reason": "The flood" });
        run(operator, "operator/rating#RatedOrderExclude", input).await
    };
    for order in orders {
        exclude(order).await;
    }
    assert_eq!(rating(own, id).await["rating"], json!("100"));
    assert_eq!(card(bazaar, id).await["status"], json!("ACTIVE"));
    let falls = ask(operator, "operator/rating#RatingFalls", json!({ "merchantId": id, "first": 5 })).await;
    let fall = falls.nodes("ratingFalls").unwrap()[0].clone();
    assert!(fall["restrictedAt"].is_string() && fall["endedAt"].is_string(), "{fall}");
    let steps = ask(operator, "operator/merchants#MerchantSteps", json!({ "merchantId": id, "first": 5 })).await;
    let codes: Vec<_> = steps.nodes("merchantSteps").unwrap().iter().map(|step| step["reasonCode"].clone()).collect();
    assert_eq!(codes[..2], [json!("rating_recovered"), json!("low_rating")]);
    let scores = ask(own, "merchant/rating#MerchantScores", json!({ "merchantId": id, "first": 20 })).await;
    let scores = scores.nodes("merchantScores").unwrap();
    assert_eq!(scores[0]["rating"], json!("100"));
    assert!(scores.len() > 2, "{scores:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_become_a_rating_that_is_explained_and_a_low_one_restricts() {
    for kind in Kind::present("rating") {
        let site = Site::start(kind, Options::default().with("SOUK__SANDBOX__CLOCK", "true")).await.unwrap();
        let anybody = site.client().unwrap();
        let size = Size { merchants: 1, products: 1, variants: 1, units: 20 };
        let mut bazaar = Bazaar::open(&anybody, size).await.unwrap();
        let id = bazaar.staff[0].merchant_id.clone();
        let orders = trade(&bazaar).await;
        let own = bazaar.staff[0].client.clone();
        let seen = eventually("what happened", async || {
            let seen = rating(&own, &id).await;
            let counted = !seen["parts"].as_array().unwrap().is_empty() && part(&seen, "ACCEPTANCE")["n"] == json!(3);
            (counted && part(&seen, "VALID_TRACKING")["n"] == json!(1)).then_some(seen)
        })
        .await;
        assert_eq!((&seen["formulaVersion"], &seen["known"], &seen["fall"]), (&json!(1), &json!(true), &Value::Null));

        // One of three is 33 %, below the worst; the parcel can be followed: a quarter of all points.
        let seen = activate(&bazaar, &id).await;
        assert_eq!((&seen["rating"], &seen["stars"]), (&json!("25"), &json!("2")));
        assert_eq!(
            seen["parts"].as_array().unwrap().iter().map(|part| micro(&part["points"])).sum::<i64>(),
            25_000_000
        );
        assert_eq!(part(&seen, "ACCEPTANCE")["cost"], json!("75"));
        let costing = json!({ "merchantId": id, "metric": "ACCEPTANCE", "costing": true, "first": 10 });
        let behind = ask(&own, "merchant/rating#MerchantRatingOrders", costing.clone()).await;
        let mut named: Vec<&str> = behind
            .nodes("merchantRatingOrders")
            .unwrap()
            .iter()
            .map(|row| row.text("order.merchantOrderId").unwrap())
            .collect();
        named.sort_unstable();
        let mut expected: Vec<&str> = orders[1..].iter().map(String::as_str).collect();
        expected.sort_unstable();
        assert_eq!(named, expected, "what the buyer caused is not among them");
        let better = json!({ "merchantId": id, "changes": [{ "metric": "ACCEPTANCE", "k": 98, "n": 100 }] });
        let better = ask(&own, "merchant/rating#MerchantRatingWhatIf", better).await;
        assert_eq!(better["merchantRatingWhatIf"]["stars"], json!("5"));
        assert_eq!((&seen["fall"]["below"], &seen["fall"]["restrictedAt"]), (&json!("50"), &Value::Null));
        eventually("the warning", async || {
            site.mails().unwrap().into_iter().find(|mail| mail.body.contains("is rated 25.0 of 100 points"))
        })
        .await;
        assert_eq!(card(&bazaar, &id).await["status"], json!("ACTIVE"));

        restricted(&anybody, &mut bazaar, &id).await;
        recovered(&bazaar, &id, &orders[1..]).await;
        finish(site).await;
    }
}
