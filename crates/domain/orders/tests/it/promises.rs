//! What buyers were promised, and what became of it.

use chrono::{DateTime, Duration, NaiveTime, Utc};
use kernel::{PageArgs, Zone};
use marketplace::command::{EditDeliveryMethod, edit_delivery_method};
use marketplace::model::SettingsPatch;
use marketplace::{ClosedDays, DeliveryZone, PostalRange, TravelDays, WorkCalendar};
use merchants::EditCalendar;
use orders::command::{CartDetails, cart_edit, find_overdue, place};
use orders::model::status::ShipmentState;
use orders::model::types::Address;
use orders::query::{MerchantOrderFilter, merchant_orders};

use crate::support::{self, Market, Shop, address, code};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Monday to Friday until 14:00 in Berlin, closed on Wednesday the 4th of March.
fn berlin() -> WorkCalendar {
    let day = "2026-03-04".parse().unwrap();
    WorkCalendar {
        time_zone: Zone::BERLIN,
        weekdays: vec![1, 2, 3, 4, 5],
        cut_off: NaiveTime::from_hms_opt(14, 0, 0),
        closed: vec![ClosedDays { from: day, to: day, name: "stocktaking".to_owned() }],
    }
}

/// The promise of the only choice of the only consignment.
async fn promised(m: &Market, offer: kernel::id::OfferId) -> orders::model::promise::Promise {
    let ctx = m.t.anonymous();
    let (_, access) = m.cart(&ctx, &[(offer, 1)]).await;
    m.plan(&ctx, &access).await.consignments[0].choice().unwrap().promise
}

async fn own_calendar(m: &Market, shop: &Shop, calendar: Option<WorkCalendar>) {
    let expected_version = merchants::get(&m.t.operator(), shop.id).await.unwrap().version;
    merchants::edit_calendar(&shop.staff, EditCalendar { id: shop.id, expected_version, calendar }).await.unwrap();
}

testkit::both_databases! {
    async fn a_promise_is_made_of_working_days_and_frozen(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        // Without calendars every day counts, to its end in UTC: two days, then one to three on the way.
        assert_eq!(promised(&m, offer).await.ship_by, at("2026-03-05T00:00:00Z"));
        // The marketplace's calendar: Monday 10:00 in Berlin, not on Wednesday, so Tuesday and Thursday.
        m.settings(SettingsPatch { calendar: Some(berlin()), ..Default::default() }).await;
        let promise = promised(&m, offer).await;
        assert_eq!(promise.ship_by, at("2026-03-05T23:00:00Z"));
        assert_eq!((promise.deliver_from, promise.deliver_to), (at("2026-03-05T23:00:00Z"), at("2026-03-08T23:00:00Z")));
        // The merchant's own goes first.
        own_calendar(&m, &shop, Some(WorkCalendar { closed: Vec::new(), ..berlin() })).await;
        assert_eq!(promised(&m, offer).await.ship_by, at("2026-03-04T23:00:00Z"));
        let order = m.placed(&[(offer, 1)], "card_sandbox").await;
        let before = m.part(&order, &shop).await.merchant_order;
        assert_eq!((before.ship_by, before.deliver_to), (at("2026-03-04T23:00:00Z"), at("2026-03-07T23:00:00Z")));
        assert_eq!(before.deliver_from, at("2026-03-04T23:00:00Z"));
        // What changes later changes the next order, not this one.
        own_calendar(&m, &shop, None).await;
        let market = marketplace::snapshot(&m.t.operator()).await.unwrap();
        let parcel = market.delivery_method_by_code("parcel").unwrap();
        let slow = EditDeliveryMethod { transit_days_max: Some(9), ..EditDeliveryMethod::unchanged(parcel) };
        edit_delivery_method(&m.t.operator(), slow).await.unwrap();
        m.t.clock.advance(Duration::minutes(10));
        m.accept(&order, &shop).await;
        let after = m.part(&order, &shop).await.merchant_order;
        assert_eq!((after.ship_by, after.deliver_from, after.deliver_to), (before.ship_by, before.deliver_from, before.deliver_to));
        assert_eq!(promised(&m, offer).await.deliver_to, at("2026-03-14T23:00:00Z"));
    }

    async fn the_zone_of_the_address_decides_price_and_days(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let market = marketplace::snapshot(&m.t.operator()).await.unwrap();
        let parcel = market.delivery_method_by_code("parcel").unwrap().clone();
        let range = |from: &str, to: &str| PostalRange { from: from.to_owned(), to: to.to_owned() };
        let zone = |code: &str, served, days, postal_codes| DeliveryZone {
            code: code.to_owned(),
            name: code.to_owned(),
            countries: vec!["DE".to_owned()],
            postal_codes,
            served,
            transit_days_min: 1,
            transit_days_max: days,
            rates: Vec::new(),
        };
        let mut islands = zone("islands", true, 6, vec![range("25946", "25999")]);
        islands.rates = vec![marketplace::DeliveryRate { first_minor: 1_490, ..parcel.rates[0].clone() }];
        let zones = vec![islands, zone("closed", false, 3, vec![range("27498", "27498")]), zone("rest", true, 3, Vec::new())];
        // Sunday and the holiday on Friday the 6th do not count on the way.
        let travel_days = Some(TravelDays { weekdays: vec![1, 2, 3, 4, 5, 6], rests_on_holidays: true });
        let edit = EditDeliveryMethod { zones: Some(zones), travel_days, ..EditDeliveryMethod::unchanged(&parcel) };
        edit_delivery_method(&m.t.operator(), edit).await.unwrap();
        let holidays = std::collections::BTreeMap::from([("DE".to_owned(), vec!["2026-03-06".parse().unwrap()])]);
        m.settings(SettingsPatch { holidays: Some(holidays), ..Default::default() }).await;
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(offer, 1)]).await;
        // Leaves on Wednesday the 4th; Thursday, Saturday, Monday.
        let usual = m.plan(&ctx, &access).await;
        let choice = usual.consignments[0].choice().unwrap();
        assert_eq!((choice.price, choice.promise.deliver_to), (490, at("2026-03-10T00:00:00Z")));
        let to = async |postal_code: &str| {
            let ship_to = Some(Address { postal_code: postal_code.to_owned(), ..address() });
            cart_edit(&ctx, &access, CartDetails { ship_to, ..CartDetails::default() }).await.unwrap();
            m.plan(&ctx, &access).await
        };
        let island = to("25980").await;
        let choice = island.consignments[0].choice().unwrap();
        assert_eq!((choice.price, choice.promise.deliver_to), (1_490, at("2026-03-13T00:00:00Z")));
        assert!(choice.reasons.contains(&"to islands".to_owned()), "{:?}", choice.reasons);
        assert_ne!(island.hash, usual.hash);
        let nowhere = to("27498").await;
        assert!(!nowhere.is_placeable());
        let codes: Vec<&str> = nowhere.rejected.iter().map(|r| r.code.as_str()).collect();
        assert!(codes.contains(&"ADDRESS_NOT_SERVED") && codes.contains(&"NO_DELIVERY_METHOD"), "{codes:?}");
        // Whoever saw the price of another address does not get it.
        let result = place(&ctx, support::place(&access, &usual, "k1", "card_sandbox")).await;
        assert_eq!(code(result), "NO_DELIVERY_METHOD");
    }

    async fn goods_that_did_not_leave_are_found_once(t: TestEnv) {
        let m = Market::new(t).await;
        let (shop, other) = (m.shop("anna").await, m.shop("berta").await);
        let (offer, second) = (m.goods(&shop, "A1", 1999, 9).await, m.goods(&other, "B1", 500, 9).await);
        let late = m.placed(&[(offer, 1)], "card_sandbox").await;
        let part = m.accept(&late, &shop).await;
        let in_time = m.placed(&[(second, 1)], "card_sandbox").await;
        let sent = m.accept(&in_time, &other).await;
        other.ship(&sent, None).await.unwrap();
        let unpaid = m.placed(&[(offer, 1)], "bank_transfer").await;
        let ship_by = part.merchant_order.ship_by;
        m.t.clock.advance(ship_by - m.t.system().now() - Duration::seconds(1));
        assert_eq!(find_overdue(&m.t.system(), 10).await.unwrap(), 0);
        m.t.clock.advance(Duration::seconds(1));
        // Several nodes look at once: one of them finds it.
        let looks = (0..4).map(|_| {
            let ctx = m.t.system();
            tokio::spawn(async move { find_overdue(&ctx, 10).await.unwrap() })
        });
        let mut found = 0;
        for look in looks.collect::<Vec<_>>() {
            found += look.await.unwrap();
        }
        assert_eq!(found, 1);
        assert_eq!(find_overdue(&m.t.system(), 10).await.unwrap(), 0);
        let marked = m.part(&late, &shop).await;
        assert_eq!(marked.merchant_order.late_at, Some(ship_by));
        assert_eq!(marked.fulfillments[0].fulfillment_order.late_at, Some(ship_by));
        assert_eq!(m.part(&unpaid, &shop).await.merchant_order.late_at, None, "nobody paid, nobody is late");
        let filter = MerchantOrderFilter { late: Some(true), ..MerchantOrderFilter::default() };
        let page = PageArgs::new(None, None).unwrap();
        let listed = async |ctx: &context::Ctx| merchant_orders(ctx, &filter, &page).await.unwrap().items.len();
        assert_eq!((listed(&shop.staff).await, listed(&m.t.operator()).await, listed(&other.staff).await), (1, 1, 0));
        // Shipping late does not unsay it.
        shop.ship(&marked, None).await.unwrap();
        assert_eq!(m.part(&late, &shop).await.merchant_order.late_at, Some(ship_by));
        m.verify().await;
    }

    async fn what_leaves_too_late_is_late_though_nobody_looked(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let order = m.placed(&[(offer, 2)], "card_sandbox").await;
        let part = m.accept(&order, &shop).await;
        shop.ship(&part, Some(1)).await.unwrap();
        assert_eq!(m.part(&order, &shop).await.merchant_order.late_at, None);
        m.t.clock.advance(Duration::days(4));
        shop.ship(&part, None).await.unwrap();
        assert_eq!(m.part(&order, &shop).await.merchant_order.late_at, Some(m.t.system().now()));
        assert_eq!(find_overdue(&m.t.system(), 10).await.unwrap(), 0);
    }

    async fn money_that_comes_days_later_moves_the_promise(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        m.settings(SettingsPatch { calendar: Some(berlin()), ..Default::default() }).await;
        let order = m.placed(&[(offer, 1)], "bank_transfer").await;
        let before = m.part(&order, &shop).await.merchant_order;
        assert_eq!(before.ship_by, at("2026-03-05T23:00:00Z"));
        // The merchant's calendar of the day of the order holds, whatever it is now.
        m.settings(SettingsPatch { calendar: Some(WorkCalendar::default()), ..Default::default() }).await;
        m.t.clock.advance(Duration::days(4));
        m.transfer(&order, order.total_minor, "b1").await;
        let after = m.part(&order, &shop).await.merchant_order;
        // Friday 10:00; Monday and Tuesday; one to three days on the way.
        assert_eq!(after.ship_by, at("2026-03-10T23:00:00Z"));
        assert_eq!((after.deliver_from, after.deliver_to), (at("2026-03-10T23:00:00Z"), at("2026-03-13T23:00:00Z")));
        assert_eq!(find_overdue(&m.t.system(), 10).await.unwrap(), 0);
    }

    async fn what_goes_by_wire_is_there_when_it_leaves(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods_of(&shop, "D1", 900, 5, "digital").await;
        let order = m.placed(&[(offer, 1)], "card_sandbox").await;
        let part = m.accept(&order, &shop).await;
        let sent = shop.ship(&part, None).await.unwrap();
        assert_eq!((sent.state, sent.delivered_at), (ShipmentState::Delivered, Some(m.t.system().now())));
        assert_eq!(part.fulfillments[0].fulfillment_order.method_kind, "digital");
        m.verify().await;
    }
}
