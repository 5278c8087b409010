//! Where goods go and when: pickup points, what buyers are promised, goods that are handed over.

use e2e::bazaar::{Bazaar, Size};
use e2e::site::Options;
use e2e::{Client, Json as _, Kind, Site};
use serde_json::{Value, json};

use crate::common::{ask, eventually, finish, refused, run};

/// A way to a pickup point of dhl at 1.90, and the point.
async fn pickup_method(operator: &Client) -> (String, String) {
    let classes = ask(operator, "operator/marketplace#TaxClasses", json!({ "first": 1 })).await;
    let method = json!({
        "code": "locker", "name": "Locker", "kind": "PICKUP_POINT", "productTypes": ["parcel"], "countries": ["DE"],
        "taxClassId": classes.text("taxClasses.edges.0.node.id").unwrap(), "carriers": ["dhl"],
        "transitDaysMin": 1, "transitDaysMax": 2, "trackingRequired": true,
        "travelDays": { "weekdays": [1, 2, 3, 4, 5, 6], "restsOnHolidays": true },
        "rates": [{ "currency": "EUR", "firstAmount": "1.90", "additionalAmount": "0.00" }],
    });
    let made = run(operator, "operator/marketplace#DeliveryMethodCreate", method).await;
    let point = json!({
        "code": "P101", "name": "Locker 101", "kind": "LOCKER", "line1": "Station Square 1", "postalCode": "10117",
        "city": "Berlin", "country": "DE", "hours": "all day",
    });
    let import = json!({ "carrier": "dhl", "points": [point] });
    let done = run(operator, "operator/marketplace#PickupPointsImport", import.clone()).await;
    assert_eq!(done["imported"], json!({ "created": 1, "changed": 0, "unchanged": 0 }));
    let again = run(operator, "operator/marketplace#PickupPointsImport", import).await;
    assert_eq!(again["imported"], json!({ "created": 0, "changed": 0, "unchanged": 1 }));
    let found = json!({ "filter": { "country": "DE", "postalCode": "101", "carrier": "dhl" } });
    let found = ask(operator, "storefront/checkout#PickupPoints", found).await;
    let point = found.text("pickupPoints.edges.0.node.id").unwrap().to_owned();
    (made.text("deliveryMethod.id").unwrap().to_owned(), point)
}

/// A cart of one unit, its key and token, and the key of its only consignment.
async fn cart(buyer: &Client, offer: &str) -> (String, String, String) {
    let input = json!({
        "channel": "bazaar", "currency": "EUR", "email": "ann@example.org", "locale": "de",
        "lines": [{ "offerId": offer, "quantity": 1 }],
        "shipTo": { "name": "Ann", "line1": "Gartenweg 1", "postalCode": "10115", "city": "Berlin", "country": "DE" },
    });
    let made = run(buyer, "storefront/checkout#CartCreate", input).await;
    let key = made.text("created.cart.plan.consignments.0.key").unwrap().to_owned();
    (made.text("created.cart.id").unwrap().to_owned(), made.text("created.token").unwrap().to_owned(), key)
}

async fn choose(buyer: &Client, cart: &(String, String, String), method: &str, point: Option<&str>) -> Value {
    let (id, token, consignment) = cart;
    let delivery = json!([{ "consignment": consignment, "methodId": method, "pickupPointId": point }]);
    let edit = json!({ "cartId": id, "token": token, "delivery": delivery });
    run(buyer, "storefront/checkout#CartEdit", edit).await["cart"]["plan"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyer_collects_at_a_pickup_point() {
    for kind in Kind::present("goods at a pickup point") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let size = Size { merchants: 1, products: 1, variants: 1, units: 20 };
        let bazaar = Bazaar::open(&site.client().unwrap(), size).await.unwrap();
        let (operator, staff, buyer) = (&bazaar.market.operator, &bazaar.staff[0].client, site.client().unwrap());
        let (method, point) = pickup_method(operator).await;
        let cart = cart(&buyer, &bazaar.offers[0][0]).await;
        let without = choose(&buyer, &cart, &method, None).await;
        assert_eq!(without["placeable"], json!(false));
        let why = without["rejected"].as_array().unwrap().iter().find(|rejected| rejected["blocking"] == true).unwrap();
        assert_eq!(why["code"], "PICKUP_POINT_REQUIRED");
        let plan = choose(&buyer, &cart, &method, Some(&point)).await;
        assert_eq!((plan.text("consignments.0.pickup.code").unwrap(), plan.minor("delivery").unwrap()), ("P101", 190));
        let place = json!({
            "idempotencyKey": "collect-1", "cartId": cart.0, "cartToken": cart.1, "planHash": plan["hash"],
            "total": plan["total"], "payment": { "method": "card_sandbox", "cardToken": "tok_ok" },
        });
        let placed = run(&buyer, "storefront/checkout#OrderPlace", place).await;
        let id = placed.text("order.merchantOrders.0.id").unwrap();
        let part = eventually("an order to be accepted", async || {
            let seen = ask(staff, "merchant/orders#MerchantOrder", json!({ "id": id })).await["merchantOrder"].clone();
            (seen["state"] == "AWAITING_ACCEPTANCE").then_some(seen)
        })
        .await;
        let promised = |of: &Value, name: &str| of.text(name).unwrap().to_owned();
        assert_eq!(part.text("fulfillmentOrders.0.pickup.name").unwrap(), "Locker 101");
        for name in ["shipBy", "deliverFrom", "deliverTo"] {
            assert_eq!(promised(&part, name), promised(&part, &format!("fulfillmentOrders.0.{name}")), "{name}");
        }
        run(staff, "merchant/orders#MerchantOrderDecide", json!({ "id": id, "acceptAll": true })).await;
        eventually("an order to be shipped", async || {
            let seen = ask(staff, "merchant/orders#MerchantOrder", json!({ "id": id })).await["merchantOrder"].clone();
            (seen["state"] == "TO_SHIP").then_some(())
        })
        .await;
        let parcel = |carrier: &str| {
            json!({
                "fulfillmentOrderId": part.text("fulfillmentOrders.0.id").unwrap(), "carrier": carrier,
                "trackingNumber": "00340434161094042557",
            })
        };
        let wrong = refused(staff, "merchant/orders#ShipmentCreate", parcel("ups")).await;
        assert_eq!(wrong.code(), "WRONG_CARRIER");
        run(staff, "merchant/orders#ShipmentCreate", parcel("dhl")).await;
        let number = placed.text("order.number").unwrap();
        eventually("a mail in the buyer's language about the parcel", async || {
            let mails = site.mails().unwrap();
            let about =
                |subject: &str| mails.iter().filter(|mail| mail.to.contains("ann@") && mail.subject == subject).count();
            let left = format!("Paket 1 Ihrer Bestellung {number} ist unterwegs");
            ((about(&format!("Ihre Bestellung {number}")), about(&left)) == (1, 1)).then_some(())
        })
        .await;
        finish(site).await;
    }
}

/// The marketplace's parcels: merchants may ask up to 9.90; from 50.00 on the marketplace pays where they ask nothing.
async fn open_prices(operator: &Client, allowed: bool) -> String {
    let methods = ask(operator, "operator/marketplace#DeliveryMethods", json!({ "first": 20 })).await;
    let nodes = methods["deliveryMethods"]["edges"].as_array().unwrap().iter().map(|edge| &edge["node"]);
    let parcel = nodes.clone().find(|node| node["code"] == "bazaar-parcel").unwrap();
    let edit = json!({
        "id": parcel["id"], "expectedVersion": parcel["version"],
        "ownRates": { "allowed": allowed, "highest": [{ "currency": "EUR", "amount": "9.90" }] },
        "rates": [{
            "currency": "EUR", "firstAmount": "4.90", "additionalAmount": "0.00", "freeAboveAmount": "0.01",
            "fundedBy": "OPERATOR",
        }],
    });
    let edited = run(operator, "operator/marketplace#DeliveryMethodEdit", edit).await;
    edited.text("deliveryMethod.id").unwrap().to_owned()
}

fn asks(method: &str, version: i64, amount: &str) -> Value {
    let rate = json!({ "currency": "EUR", "firstAmount": amount, "additionalAmount": "0.00" });
    json!({ "deliveryMethodId": method, "expectedVersion": version, "rates": [{ "rate": rate }] })
}

async fn plan(buyer: &Client, cart: &(String, String, String)) -> Value {
    let seen = ask(buyer, "storefront/checkout#Cart", json!({ "id": cart.0, "token": cart.1 })).await;
    seen["cart"]["plan"].clone()
}

fn place(cart: &(String, String, String), plan: &Value, key: &str) -> Value {
    json!({
        "idempotencyKey": key, "cartId": cart.0, "cartToken": cart.1, "planHash": plan["hash"],
        "total": plan["total"], "payment": { "method": "card_sandbox", "cardToken": "tok_ok" },
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn merchants_ask_their_own_price_and_the_marketplace_pays_where_they_do_not() {
    for kind in Kind::present("prices of delivery") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let size = Size { merchants: 2, products: 1, variants: 1, units: 20 };
        let bazaar = Bazaar::open(&site.client().unwrap(), size).await.unwrap();
        let (operator, buyer) = (&bazaar.market.operator, site.client().unwrap());
        let (anna, bert) = (&bazaar.staff[0].client, &bazaar.staff[1].client);
        let method = open_prices(operator, true).await;
        // Each merchant sets its own, within the bound, and sees nothing of the other's.
        let dear = refused(anna, "merchant/delivery#MerchantDeliverySet", asks(&method, 0, "9.91")).await;
        assert_eq!(dear.code(), "TOO_HIGH");
        let set = run(anna, "merchant/delivery#MerchantDeliverySet", asks(&method, 0, "3.90")).await;
        assert_eq!((&set["deliveryRates"]["inForce"], &set["deliveryRates"]["version"]), (&json!(true), &json!(1)));
        let foreign = json!({ "merchantId": set["deliveryRates"]["merchantId"], "deliveryMethodId": method,
            "expectedVersion": 1, "rates": [] });
        assert_eq!(refused(bert, "merchant/delivery#MerchantDeliverySet", foreign).await.code(), "NOT_FOUND");
        let others = ask(bert, "merchant/delivery#MerchantDeliveryRates", json!({})).await;
        assert_eq!(others["merchantDeliveryRates"]["edges"], json!([]));

        let of_anna = cart(&buyer, &bazaar.offers[0][0]).await;
        let seen = plan(&buyer, &of_anna).await;
        let choice = &seen["consignments"][0]["choices"][0];
        assert_eq!((seen.minor("delivery").unwrap(), &choice["ratesOf"]), (390, &json!("MERCHANT")));
        run(anna, "merchant/delivery#MerchantDeliverySet", asks(&method, 1, "4.50")).await;
        let stale = refused(&buyer, "storefront/checkout#OrderPlace", place(&of_anna, &seen, "own-1")).await;
        assert_eq!(stale.code(), "PLAN_CHANGED");
        let now = plan(&buyer, &of_anna).await;
        let placed = run(&buyer, "storefront/checkout#OrderPlace", place(&of_anna, &now, "own-2")).await;
        let sold = shipped(anna, placed.text("order.merchantOrders.0.id").unwrap(), "00340434161094042557").await;
        let row = &sold["fulfillmentOrders"][0];
        assert_eq!((row.minor("shipping").unwrap(), row.minor("shippingDiscount").unwrap()), (450, 0));
        assert_eq!(
            (&row["shippingOrigin"]["ratesOf"], &row["shippingOrigin"]["version"]),
            (&json!("MERCHANT"), &json!(2))
        );

        // The other merchant asks nothing of its own: the buyer pays nothing, the marketplace 4.90.
        let of_bert = cart(&buyer, &bazaar.offers[1][0]).await;
        let seen = plan(&buyer, &of_bert).await;
        let choice = &seen["consignments"][0]["choices"][0];
        assert_eq!((choice.minor("price").unwrap(), choice.minor("funded").unwrap()), (0, 490));
        assert_eq!((seen.minor("delivery").unwrap(), seen.minor("discount").unwrap()), (490, 490));
        let placed = run(&buyer, "storefront/checkout#OrderPlace", place(&of_bert, &seen, "funded-1")).await;
        let sold = shipped(bert, placed.text("order.merchantOrders.0.id").unwrap(), "00340434161094042564").await;
        let row = &sold["fulfillmentOrders"][0];
        assert_eq!(
            (row.minor("shippingDiscount").unwrap(), &row["shippingOrigin"]["borneBy"]),
            (490, &json!("OPERATOR"))
        );

        // What the marketplace does not let merchants set any more, it sets itself from then on.
        open_prices(operator, false).await;
        let last = plan(&buyer, &cart(&buyer, &bazaar.offers[0][0]).await).await;
        assert_eq!(last["consignments"][0]["choices"][0]["ratesOf"], "OPERATOR");
        let shut = refused(anna, "merchant/delivery#MerchantDeliverySet", asks(&method, 2, "1.00")).await;
        assert_eq!(shut.code(), "OWN_RATES_NOT_ALLOWED");
        finish(site).await;
    }
}

/// Accepts and ships a merchant order; gives it as its merchant sees it then.
async fn shipped(staff: &Client, id: &str, number: &str) -> Value {
    let seen = async || ask(staff, "merchant/orders#MerchantOrder", json!({ "id": id })).await["merchantOrder"].clone();
    let in_state = async |state: &str| {
        eventually(state, async || {
            let now = seen().await;
            (now["state"] == state).then_some(now)
        })
        .await
    };
    in_state("AWAITING_ACCEPTANCE").await;
    run(staff, "merchant/orders#MerchantOrderDecide", json!({ "id": id, "acceptAll": true })).await;
    let part = in_state("TO_SHIP").await;
    let parcel = json!({
        "fulfillmentOrderId": part.text("fulfillmentOrders.0.id").unwrap(), "carrier": "dhl", "trackingNumber": number,
    });
    run(staff, "merchant/orders#ShipmentCreate", parcel).await;
    in_state("SHIPPED").await
}
