//! Buyers fill carts, look at the split plan, place it, and pay in three ways.

use e2e::{Client, Json as _};
use serde_json::{Value, json};

use super::{Goods, Walk};
use crate::common::{ask, document, eur, eventually, refused, run};

const PASSWORD: &str = "a lamp and nine nights";

/// A placed order, and who may see it.
pub struct Bought {
    pub id: String,
    pub number: String,
    pub token: String,
    pub total_minor: i64,
}

fn line(offer: &str, quantity: i64) -> Value {
    json!({ "offerId": offer, "quantity": quantity })
}

/// A cart as `cartCreate` answers: `token` and `cart`.
async fn cart(client: &Client, email: &str, lines: &[Value]) -> Value {
    let to =
        json!({ "name": "Ada Buyer", "line1": "Gasse 1", "city": "Berlin", "postalCode": "10115", "country": "DE" });
    let input = json!({ "channel": "shop", "currency": "EUR", "lines": lines, "email": email, "shipTo": to });
    run(client, "storefront/checkout#CartCreate", input).await["created"].clone()
}

fn placement(cart: &Value, plan: &Value, key: &str, payment: Value) -> Value {
    json!({
        "idempotencyKey": key, "cartId": cart.text("cart.id").unwrap(), "cartToken": cart.text("token").unwrap(),
        "planHash": plan.text("hash").unwrap(), "total": plan["total"], "payment": payment,
    })
}

fn card(token: &str) -> Value {
    json!({ "method": "card_sandbox", "cardToken": token })
}

async fn place(client: &Client, cart: &Value, key: &str, payment: Value) -> Bought {
    let input = placement(cart, cart.at("cart.plan").unwrap(), key, payment);
    let order = run(client, "storefront/checkout#OrderPlace", input).await;
    bought(cart, order.at("order").unwrap())
}

fn bought(cart: &Value, order: &Value) -> Bought {
    Bought {
        id: order.text("id").unwrap().to_owned(),
        number: order.text("number").unwrap().to_owned(),
        token: cart.text("token").unwrap().to_owned(),
        total_minor: order.minor("total").unwrap(),
    }
}

/// The order as its buyer sees it.
pub async fn look(walk: &Walk, order: &Bought) -> Value {
    let variables = json!({ "number": order.number, "token": order.token });
    ask(&walk.anonymous, "storefront/checkout#GuestOrder", variables).await["guestOrder"].clone()
}

/// Waits until the order stands like this.
pub async fn until(walk: &Walk, order: &Bought, field: &str, wanted: &str) -> Value {
    eventually(&format!("{field} {wanted}"), async || {
        let seen = look(walk, order).await;
        (seen.text(field).unwrap() == wanted).then_some(seen)
    })
    .await
}

/// An order of three merchants, from the plan to the authorized card.
pub async fn by_card(walk: &Walk, goods: &Goods) -> Bought {
    let lines = [line(&goods.small, 3), line(&goods.bench, 1), line(&goods.candle, 2), line(&goods.matches, 1)];
    let cart = cart(&walk.anonymous, "ada@example.com", &lines).await;
    let plan = cart.at("cart.plan").unwrap();
    check_plan(walk, plan);
    let old = placement(&cart, plan, "walk-1", card("tok_ok"));

    // A price changes between look and order.
    let offer = ask(&walk.clara.staff, "merchant/offers#Offer", json!({ "id": goods.candle })).await;
    let version = offer.int("offer.version").unwrap();
    let edit = json!({ "id": goods.candle, "expectedVersion": version, "prices": [{ "price": eur(1060) }] });
    run(&walk.clara.staff, "merchant/offers#OfferEdit", edit).await;
    let variables = json!({ "input": old });
    let changed = walk.anonymous.query(document("storefront/checkout#OrderPlace"), variables).await.unwrap();
    assert_eq!(changed.text("orderPlace.userErrors.0.code").unwrap(), "PLAN_CHANGED");
    let new_hash = changed.text("orderPlace.plan.hash").unwrap().to_owned();

    let access = json!({ "id": cart.text("cart.id").unwrap(), "token": cart.text("token").unwrap() });
    let again = ask(&walk.anonymous, "storefront/checkout#Cart", access).await;
    let plan = again.at("cart.plan").unwrap();
    assert_eq!(plan.text("hash").unwrap(), new_hash);
    assert_eq!(plan.minor("goods").unwrap(), 3 * 1999 + 12_900 + 2 * 1060 + 200);
    let input = placement(&cart, plan, "walk-1", card("tok_ok"));
    let first = run(&walk.anonymous, "storefront/checkout#OrderPlace", input.clone()).await;
    let second = run(&walk.anonymous, "storefront/checkout#OrderPlace", input.clone()).await;
    assert_eq!(first.text("order.id").unwrap(), second.text("order.id").unwrap(), "the same key, the same answer");
    let mut other = input;
    other["payment"] = card("tok_declined");
    let reused = refused(&walk.anonymous, "storefront/checkout#OrderPlace", other.clone()).await;
    assert_eq!(reused.code(), "IDEMPOTENCY_KEY_REUSED");
    other["idempotencyKey"] = json!("walk-1-again");
    assert_eq!(refused(&walk.anonymous, "storefront/checkout#OrderPlace", other).await.code(), "CART_ORDERED");

    let order = bought(&cart, first.at("order").unwrap());
    until(walk, &order, "paymentStatus", "AUTHORIZED").await;
    assert_eq!(stock(walk, "TP-S").await, [("berlin".to_owned(), 2, 2), ("hamburg".to_owned(), 2, 1)]);
    out_of_stock(walk, goods).await;
    order
}

/// Consignments by merchant, location and product type, each with choices, prices and reasons.
fn check_plan(walk: &Walk, plan: &Value) {
    assert!(plan.truth("placeable").unwrap(), "{plan}");
    let consignments = plan.list("consignments").unwrap();
    let mut parts: Vec<_> = consignments
        .iter()
        .map(|c| ["merchantId", "locationName", "productType"].map(|field| c.text(field).unwrap()))
        .collect();
    let mut expected = vec![
        [walk.anna.id.as_str(), "berlin", "parcel"],
        [walk.anna.id.as_str(), "hamburg", "parcel"],
        [walk.bruno.id.as_str(), "barn", "bulky"],
        [walk.clara.id.as_str(), "shelf", "parcel"],
    ];
    parts.sort_unstable();
    expected.sort_unstable();
    assert_eq!(parts, expected);
    let mut delivery = 0;
    for consignment in consignments {
        assert!(!consignment.list("reasons").unwrap().is_empty(), "{consignment}");
        let chosen = consignment.text("chosenMethodId").unwrap();
        let choices = consignment.list("choices").unwrap();
        let choice = choices.iter().find(|choice| choice.text("methodId").unwrap() == chosen).unwrap();
        assert!(choice.text("shipBy").unwrap() <= choice.text("deliverFrom").unwrap());
        delivery += choice.minor("price").unwrap();
    }
    assert_eq!(plan.minor("delivery").unwrap(), delivery);
    assert_eq!(plan.minor("total").unwrap(), plan.minor("goods").unwrap() + delivery);
}

/// More than there is: the plan says so, and placing it does too.
async fn out_of_stock(walk: &Walk, goods: &Goods) {
    let cart = cart(&walk.anonymous, "greedy@example.com", &[line(&goods.large_of_bruno, 50)]).await;
    let plan = cart.at("cart.plan").unwrap();
    assert!(!plan.truth("placeable").unwrap());
    assert_eq!(plan.text("rejected.0.code").unwrap(), "OUT_OF_STOCK");
    assert_eq!(plan.int("rejected.0.available").unwrap(), 3);
    let input = placement(&cart, plan, "walk-greedy", card("tok_ok"));
    let error = refused(&walk.anonymous, "storefront/checkout#OrderPlace", input).await;
    assert_eq!(error.code(), "OUT_OF_STOCK");
    assert_eq!(error.details().unwrap().int("lines.0.available").unwrap(), 3);
}

/// Location, units on hand and units reserved of an article of Anna's.
pub async fn stock(walk: &Walk, sku: &str) -> Vec<(String, i64, i64)> {
    let answer = ask(&walk.anna.staff, "merchant/stock#StockLevels", json!({ "first": 50 })).await;
    let levels = answer.nodes("stockLevels").unwrap().into_iter().filter(|level| level.text("sku").unwrap() == sku);
    let row = |level: &Value| {
        let (on_hand, reserved) = (level.int("onHand").unwrap(), level.int("reserved").unwrap());
        (level.text("location.code").unwrap().to_owned(), on_hand, reserved)
    };
    let mut levels: Vec<_> = levels.map(row).collect();
    levels.sort_unstable();
    levels
}

pub async fn by_transfer_and_at_the_door(walk: &Walk, goods: &Goods) {
    let one = cart(&walk.anonymous, "bank@example.com", &[line(&goods.candle, 1)]).await;
    let order = place(&walk.anonymous, &one, "walk-transfer", json!({ "method": "bank_transfer" })).await;
    assert_eq!(look(walk, &order).await.text("merchantOrders.0.state").unwrap(), "STAGING");
    let receipt = json!({ "reference": order.number, "amount": eur(order.total_minor), "bankReference": "B-1" });
    for _ in 0..2 {
        run(&walk.operator, "operator/finance#BankReceiptRecord", receipt.clone()).await;
    }
    let paid = until(walk, &order, "paymentStatus", "PAID").await;
    assert_ne!(paid.text("merchantOrders.0.state").unwrap(), "STAGING");

    let bench = cart(&walk.anonymous, "door@example.com", &[line(&goods.bench, 1)]).await;
    let cash = json!({ "method": "cash_on_delivery" });
    let input = placement(&bench, bench.at("cart.plan").unwrap(), "walk-door-1", cash.clone());
    let error = refused(&walk.anonymous, "storefront/checkout#OrderPlace", input).await;
    assert_eq!(error.code(), "CASH_NOT_ACCEPTED", "the truck driver takes no cash");
    let two = cart(&walk.anonymous, "door@example.com", &[line(&goods.candle, 1)]).await;
    let order = place(&walk.anonymous, &two, "walk-door-2", cash).await;
    let part = until(walk, &order, "merchantOrders.0.state", "AWAITING_ACCEPTANCE").await;
    let parcels = super::fulfil::accept_and_ship(&walk.clara, part.text("merchantOrders.0.id").unwrap()).await;
    assert_eq!(look(walk, &order).await.text("paymentStatus").unwrap(), "UNPAID");
    run(&walk.clara.staff, "merchant/orders#ShipmentDeliver", json!({ "shipmentId": parcels[0] })).await;
    until(walk, &order, "paymentStatus", "PAID").await;
}

/// Registers, is declined, pays with another card, changes their mind.
pub async fn as_a_registered_buyer(walk: &Walk, goods: &Goods) {
    let email = "berta@example.com";
    let register = json!({ "email": email, "name": "Berta", "password": PASSWORD });
    run(&walk.anonymous, "storefront/account#CustomerRegister", register).await;
    let berta = e2e::market::sign_in(&walk.anonymous, email, PASSWORD).await.unwrap();
    let mine = async |id: &str| ask(&berta, "storefront/checkout#MyOrder", json!({ "id": id })).await["order"].clone();

    let one = cart(&berta, email, &[line(&goods.matches, 2)]).await;
    let declined = place(&berta, &one, "berta-1", card("tok_declined")).await;
    eventually("the end of an order that nobody paid", async || {
        (mine(&declined.id).await.text("state").unwrap() == "CANCELED").then_some(())
    })
    .await;
    let two = cart(&berta, email, &[line(&goods.matches, 2)]).await;
    let paid = place(&berta, &two, "berta-2", card("tok_ok")).await;
    eventually("the authorization", async || {
        (mine(&paid.id).await.text("paymentStatus").unwrap() == "AUTHORIZED").then_some(())
    })
    .await;
    let cancel = json!({ "id": paid.id, "reason": "BUYER_REQUEST" });
    run(&berta, "storefront/checkout#OrderCancel", cancel).await;
    eventually("the money back", async || {
        (mine(&paid.id).await.text("paymentStatus").unwrap() == "VOIDED").then_some(())
    })
    .await;
    let list = ask(&berta, "storefront/checkout#MyOrders", json!({ "first": 10 })).await;
    assert_eq!(list.nodes("orders").unwrap().len(), 2, "a buyer finds only their own orders");
    let foreign = walk.anonymous.query(document("storefront/checkout#MyOrder"), json!({ "id": paid.id })).await;
    assert!(foreign.is_err() || foreign.unwrap()["order"].is_null());
}
