//! Goods that buyers collect: at pickup points of carriers and in stores of merchants.

use chrono::Duration;
use inventory::{LocationEdit, Store, location_edit};
use kernel::Fault as _;
use kernel::PageArgs;
use kernel::id::{DeliveryMethodId, PickupPointId};
use marketplace::command::{CreateDeliveryMethod, ImportPickupPoints, create_delivery_method, import_pickup_points};
use marketplace::query::{PickupPointFilter, pickup_points};
use marketplace::{DeliveryKind, DeliveryMethod, DeliveryPricing, PickupPlace, PickupPointKind, TravelDays};
use orders::command::{
    CartAccess, CartDetails, DeliveryChoice, HandOver, OfFulfillment, Ship, cart_edit, find_overdue, pickup_hand_over,
    pickup_make_ready, place, ship, tracking_events,
};
use orders::model::care::FulfillmentAction;
use orders::model::status::{MerchantOrderState, ShipmentState};
use orders::model::tracking::Scan;

use crate::support::{self, Market, Shop, code, event_units, parcel};

fn locker(name: &str) -> PickupPlace {
    PickupPlace {
        code: "P101".to_owned(),
        name: name.to_owned(),
        kind: PickupPointKind::Locker,
        line1: "Station Square 1".to_owned(),
        postal_code: "10117".to_owned(),
        city: "Berlin".to_owned(),
        country: "DE".to_owned(),
        hours: Some("all day".to_owned()),
    }
}

async fn import(m: &Market, place: PickupPlace, active: bool) -> PickupPointId {
    let input = ImportPickupPoints { carrier: "dhl".to_owned(), points: vec![(place, active)] };
    import_pickup_points(&m.t.operator(), input).await.unwrap();
    let filter = PickupPointFilter { country: "DE".to_owned(), postal_code: Some("101".to_owned()), carrier: None };
    let found = pickup_points(&m.t.operator(), &filter, &PageArgs::first(5)).await.unwrap().into_rows();
    found[0].id
}

/// A way of delivery beside that of the bootstrap, for parcels at 1.90.
async fn method(m: &Market, kind: DeliveryKind) -> DeliveryMethod {
    let market = marketplace::snapshot(&m.t.operator()).await.unwrap();
    let usual = market.delivery_method_by_code("parcel").unwrap().clone();
    let input = CreateDeliveryMethod {
        code: kind.as_str().to_owned(),
        name: kind.as_str().to_owned(),
        kind,
        pricing: DeliveryPricing::Rates,
        product_types: vec!["parcel".to_owned()],
        countries: vec!["DE".to_owned()],
        tax_class_id: usual.tax_class_id,
        max_weight_g: None,
        max_size: marketplace::SizeLimits::default(),
        transit_days_min: 0,
        transit_days_max: 2,
        tracking_required: kind == DeliveryKind::PickupPoint,
        signature_required: false,
        cut_off: None,
        cod_allowed: kind == DeliveryKind::StorePickup,
        rates: vec![marketplace::DeliveryRate { first_minor: 190, additional_minor: 0, ..usual.rates[0].clone() }],
        zones: Vec::new(),
        carriers: if kind == DeliveryKind::PickupPoint { vec!["dhl".to_owned()] } else { Vec::new() },
        travel_days: TravelDays::default(),
        own_rates: marketplace::OwnRates::default(),
        position: 9,
        active: true,
    };
    create_delivery_method(&m.t.operator(), input).await.unwrap()
}

/// Chooses a method, and perhaps a point, for the only consignment of a cart.
async fn choose(
    m: &Market,
    access: &CartAccess,
    method: DeliveryMethodId,
    pickup_point: Option<PickupPointId>,
) -> Result<orders::model::plan::SplitPlan, orders::Error> {
    let ctx = m.t.anonymous();
    let consignment = m.plan(&ctx, access).await.consignments[0].key.clone();
    let choices = vec![DeliveryChoice { consignment, method, pickup_point }];
    cart_edit(&ctx, access, CartDetails { choices, ..CartDetails::default() }).await?;
    Ok(m.plan(&ctx, access).await)
}

async fn open_store(shop: &Shop) {
    let store = Store {
        line1: "Shop Street 1".to_owned(),
        postal_code: "20095".to_owned(),
        city: "Hamburg".to_owned(),
        hours: Some("9 to 5".to_owned()),
    };
    let edit = LocationEdit {
        id: shop.one,
        expected_version: 1,
        name: None,
        country: None,
        priority: None,
        store: Some(Some(store)),
        active: None,
    };
    location_edit(&shop.staff, edit).await.unwrap();
}

/// An order of `quantity` units that are collected in the store of `shop`, accepted.
async fn collected(m: &Market, shop: &Shop, quantity: i64, pay: &str) -> (orders::Order, OfFulfillment) {
    open_store(shop).await;
    let in_store = method(m, DeliveryKind::StorePickup).await;
    let offer = m.goods(shop, "S1", 1000, 9).await;
    let ctx = m.t.anonymous();
    let (_, access) = m.cart(&ctx, &[(offer, quantity)]).await;
    let plan = choose(m, &access, in_store.id, None).await.unwrap();
    assert_eq!(plan.consignments[0].pickup.as_ref().unwrap().city, "Hamburg");
    let order = place(&ctx, support::place(&access, &plan, "k1", pay)).await.unwrap();
    m.drain().await;
    let part = m.accept(&order, shop).await;
    let of = OfFulfillment { id: part.fulfillments[0].fulfillment_order.id, expected_version: None };
    (order, of)
}

fn hand_over(of: OfFulfillment) -> HandOver {
    HandOver { of, lines: Vec::new(), received_by: "Ann Buyer".to_owned() }
}

testkit::both_databases! {
    async fn a_pickup_point_is_chosen_frozen_and_served_by_its_carrier(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let to_point = method(&m, DeliveryKind::PickupPoint).await;
        let point = import(&m, locker("Locker 101"), true).await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(offer, 1)]).await;
        assert_eq!(m.plan(&ctx, &access).await.totals.delivery, 490, "cheaper, but nobody asked for it");
        let without = choose(&m, &access, to_point.id, None).await.unwrap();
        let refused = place(&ctx, support::place(&access, &without, "k1", "card_sandbox")).await;
        assert_eq!(code(refused), "PICKUP_POINT_REQUIRED");
        let unknown = choose(&m, &access, to_point.id, Some(m.t.system().new_id())).await.unwrap_err();
        assert_eq!((unknown.code(), unknown.field().as_deref()), ("UNKNOWN", Some("delivery.0.pickupPointId")));
        let plan = choose(&m, &access, to_point.id, Some(point)).await.unwrap();
        assert_eq!(plan.totals.delivery, 190);
        // Between plan and placement the point is closed: the buyer hears of it, then it is open again.
        import(&m, locker("Locker 101"), false).await;
        let gone = place(&ctx, support::place(&access, &plan, "k2", "card_sandbox")).await;
        assert_eq!(code(gone), "PICKUP_POINT_GONE");
        import(&m, locker("Locker 101"), true).await;
        let order = place(&ctx, support::place(&access, &plan, "k3", "card_sandbox")).await.unwrap();
        m.drain().await;
        // What the carrier publishes later does not change the order.
        import(&m, locker("Locker 101 (moved)"), true).await;
        let part = m.accept(&order, &shop).await;
        let frozen = part.fulfillments[0].fulfillment_order.pickup.clone().unwrap();
        assert_eq!((frozen.point, frozen.name.as_str()), (Some(point), "Locker 101"));
        let wrong = Ship { carrier: Some("ups".to_owned()), ..parcel(&part, None) };
        let wrong = ship(&shop.staff, wrong).await.unwrap_err();
        assert_eq!((wrong.code(), wrong.field().as_deref()), ("WRONG_CARRIER", Some("carrier")));
        let sent = shop.ship(&part, None).await.unwrap();
        let told = |word: &str| Scan {
            tracking_number: "00340434".to_owned(),
            code: word.to_owned(),
            occurred_at: m.t.system().now(),
            text: None,
            received_by: None,
        };
        // Late news of the way do not take it out of the locker again.
        tracking_events(&m.t.system(), "dhl", &[told("ready_for_pickup")]).await.unwrap();
        tracking_events(&m.t.system(), "dhl", &[told("out_for_delivery")]).await.unwrap();
        let state = async || m.part(&order, &shop).await.shipments[0].shipment.state;
        assert_eq!((sent.state, state().await), (ShipmentState::Shipped, ShipmentState::ReadyForPickup));
        tracking_events(&m.t.system(), "dhl", &[told("delivered")]).await.unwrap();
        assert_eq!(state().await, ShipmentState::Delivered);
        m.verify().await;
    }

    async fn goods_lie_ready_in_the_store_and_are_handed_over(t: TestEnv) {
        let m = Market::new(t).await;
        let (shop, other) = (m.shop("anna").await, m.shop("berta").await);
        let (order, of) = collected(&m, &shop, 3, "card_sandbox").await;
        let part = m.part(&order, &shop).await;
        assert_eq!(code(shop.ship(&part, None).await), "INVALID_TRANSITION");
        assert_eq!(code(pickup_make_ready(&other.staff, of).await), "NOT_FOUND");
        assert_eq!(code(pickup_hand_over(&other.staff, hand_over(of)).await), "NOT_FOUND");
        let allowed = part.fulfillment_actions(&part.fulfillments[0]);
        assert!(allowed.contains(&FulfillmentAction::MakeReady) && !allowed.contains(&FulfillmentAction::Ship));
        pickup_make_ready(&shop.staff, of).await.unwrap();
        assert_eq!(code(pickup_make_ready(&shop.staff, of).await), "INVALID_TRANSITION");
        let ready = m.part(&order, &shop).await;
        assert_eq!(ready.fulfillments[0].fulfillment_order.ready_at, Some(m.t.system().now()));
        assert_eq!(ready.merchant_order.state, MerchantOrderState::ToShip, "nothing is earned before it is collected");
        // The buyer takes their time; the merchant is not late.
        m.t.clock.advance(Duration::days(6));
        assert_eq!(find_overdue(&m.t.system(), 10).await.unwrap(), 0);
        let line = ready.lines[0].id;
        let nobody = HandOver { received_by: " ".to_owned(), ..hand_over(of) };
        assert_eq!(pickup_hand_over(&shop.staff, nobody).await.unwrap_err().field().as_deref(), Some("receivedBy"));
        let one = HandOver { lines: vec![event_units(line, 1)], ..hand_over(of) };
        let first = pickup_hand_over(&shop.staff, one).await.unwrap();
        assert_eq!((first.state, first.received_by.as_deref()), (ShipmentState::Delivered, Some("Ann Buyer")));
        pickup_hand_over(&shop.staff, hand_over(of)).await.unwrap();
        let done = m.part(&order, &shop).await.merchant_order;
        assert_eq!((done.state, done.late_at), (MerchantOrderState::Delivered, None));
        assert_eq!(code(pickup_hand_over(&shop.staff, hand_over(of)).await), "INVALID_TRANSITION");
        assert_eq!(m.available(&shop, "S1").await, 6);
        m.verify().await;
    }

    async fn two_at_the_counter_hand_goods_over_once(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let (order, of) = collected(&m, &shop, 2, "cash_on_delivery").await;
        let at_once = (0..4).map(|_| {
            let staff = shop.staff.clone();
            tokio::spawn(async move { pickup_hand_over(&staff, hand_over(of)).await.is_ok() })
        });
        let mut done = 0;
        for one in at_once.collect::<Vec<_>>() {
            done += usize::from(one.await.unwrap());
        }
        assert_eq!(done, 1);
        m.drain().await;
        let part = m.part(&order, &shop).await;
        assert_eq!((part.shipments.len(), part.lines[0].delivered), (1, 2));
        // Paid at the counter: all of it is captured, once.
        assert_eq!(part.merchant_order.captured_minor, part.merchant_order.total_minor);
        m.verify().await;
    }
}
