//! What carriers tell: late, twice, out of order, too early.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use kernel::Fault;
use marketplace::command::{EditCarrier, edit_carrier};
use orders::command::{Scanned, ship, tracking_catch_up, tracking_events};
use orders::model::status::{MerchantOrderState, ShipmentState as State};
use orders::model::tracking::Scan;
use orders::query;
use testkit::tokio::task::JoinSet;

use crate::support::{Market, code, parcel};

const NUMBER: &str = "00340434";

fn scan(code: &str, occurred_at: DateTime<Utc>) -> Scan {
    Scan {
        tracking_number: NUMBER.to_owned(),
        code: code.to_owned(),
        occurred_at,
        text: None,
        received_by: (code == "delivered").then(|| "Ann".to_owned()),
    }
}

testkit::both_databases! {
    async fn the_state_is_the_furthest_that_was_told(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, sent) = m.shipped(&shop, offer, 2).await;
        m.t.clock.advance(Duration::hours(9));
        let system = m.t.system();
        let at = |hours: i64| sent.shipped_at + Duration::hours(hours);
        let state = async || query::shipment(&shop.staff, sent.id).await.unwrap().shipment.state;
        let late = [scan("out_for_delivery", at(5)), scan("in_transit", at(1)), scan("weighed", at(1))];
        assert_eq!(tracking_events(&system, "dhl", &late).await.unwrap(), Scanned { new: 3, parcels: 1 });
        assert_eq!(state().await, State::OutForDelivery);
        assert_eq!(tracking_events(&system, "dhl", &late).await.unwrap(), Scanned { new: 0, parcels: 0 }, "twice");
        let arrived = [scan("delivered", at(7)), scan("in_transit", at(2))];
        tracking_events(&system, "dhl", &arrived).await.unwrap();
        let done = query::shipment(&shop.staff, sent.id).await.unwrap().shipment;
        assert_eq!((done.state, done.delivered_at, done.received_by.as_deref()), (State::Delivered, Some(at(7)), Some("Ann")));
        tracking_events(&system, "dhl", &[scan("delivery_failed", at(8))]).await.unwrap();
        assert_eq!(state().await, State::Delivered, "what arrived stays there");
        assert_eq!(m.part(&order, &shop).await.merchant_order.state, MerchantOrderState::Delivered);
        assert_eq!(code(tracking_events(&system, "nobody", &late).await), "NOT_FOUND");
        assert_eq!(code(tracking_events(&shop.staff, "dhl", &late).await), "FORBIDDEN");
        m.verify().await;
    }

    async fn what_was_told_before_the_parcel_was_known_counts(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let order = m.placed(&[(offer, 1)], "card_sandbox").await;
        let part = m.accept(&order, &shop).await;
        let early = m.t.system().now() - Duration::hours(3);
        let system = m.t.system();
        let told = tracking_events(&system, "dhl", &[scan("delivered", early)]).await.unwrap();
        assert_eq!(told, Scanned { new: 1, parcels: 0 });
        let sent = ship(&shop.staff, parcel(&part, None)).await.unwrap();
        assert!(tracking_catch_up(&system, sent.id).await.unwrap());
        assert!(!tracking_catch_up(&system, sent.id).await.unwrap(), "once");
        let done = query::shipment(&shop.staff, sent.id).await.unwrap().shipment;
        assert_eq!((done.state, done.delivered_at), (State::Delivered, Some(done.shipped_at)));
        m.verify().await;
    }

    async fn a_number_used_again_is_another_parcel(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (_, old) = m.shipped(&shop, offer, 1).await;
        let system = m.t.system();
        tracking_events(&system, "dhl", &[scan("delivered", old.shipped_at)]).await.unwrap();
        m.t.clock.advance(Duration::days(200));
        let (_, new) = m.shipped(&shop, offer, 1).await;
        assert!(!tracking_catch_up(&system, new.id).await.unwrap(), "the old parcel's arrival is not this one's");
        tracking_events(&system, "dhl", &[scan("lost", new.shipped_at)]).await.unwrap();
        let states = [old.id, new.id].map(|id| query::shipment(&shop.staff, id));
        let [old, new] = states;
        assert_eq!(old.await.unwrap().shipment.state, State::Delivered);
        assert_eq!(new.await.unwrap().shipment.state, State::Lost);
        m.drain().await;
        m.verify().await;
    }

    async fn a_carrier_has_its_own_words_and_numbers(t: TestEnv) {
        let m = Market::new(t).await;
        let operator = m.t.operator();
        let dhl = marketplace::snapshot(&operator).await.unwrap().carrier_by_code("dhl").unwrap().clone();
        let edit = EditCarrier {
            id: dhl.id,
            expected_version: dhl.version,
            name: None,
            tracking_url_template: None,
            number_pattern: Some(Some("[0-9]{8}".to_owned())),
            event_map: Some(BTreeMap::from([("ZU".to_owned(), "delivered".to_owned())])),
            active: None,
        };
        edit_carrier(&operator, edit).await.unwrap();
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let order = m.placed(&[(offer, 2)], "card_sandbox").await;
        let part = m.accept(&order, &shop).await;
        let mut wrong = parcel(&part, Some(1));
        wrong.tracking_number = Some("12".to_owned());
        let refused = ship(&shop.staff, wrong).await.unwrap_err();
        assert_eq!((refused.code(), refused.field().as_deref()), ("MALFORMED", Some("trackingNumber")));
        let sent = ship(&shop.staff, parcel(&part, None)).await.unwrap();
        tracking_events(&m.t.system(), "dhl", &[scan("ZU", sent.shipped_at)]).await.unwrap();
        assert_eq!(query::shipment(&shop.staff, sent.id).await.unwrap().shipment.state, State::Delivered);
        m.verify().await;
    }

    async fn racing_messages_deliver_once(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let order = m.placed(&[(offer, 2)], "cash_on_delivery").await;
        let part = m.accept(&order, &shop).await;
        let sent = shop.ship(&part, None).await.unwrap();
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let (system, events) = (m.t.system(), [scan("delivered", sent.shipped_at)]);
            tasks.spawn(async move { tracking_events(&system, "dhl", &events).await.unwrap() });
        }
        let (mut new, mut parcels) = (0, 0);
        while let Some(scanned) = tasks.join_next().await {
            let scanned = scanned.unwrap();
            new += scanned.new;
            parcels += scanned.parcels;
        }
        assert_eq!((new, parcels), (1, 1));
        m.drain().await;
        let done = m.order(&order).await;
        assert_eq!(done.captured_minor, done.total_minor, "the cash is taken once");
        m.verify().await;
    }
}
