//! Fulfillment orders are held, moved, split and put together; what the buyer pays stays.

use kernel::Fault;
use kernel::id::FulfillmentOrderId;
use orders::command::{
    CancelUnits, OfFulfillment, Ship, cancel_units, fulfillment_hold, fulfillment_merge, fulfillment_move,
    fulfillment_release, fulfillment_split, ship,
};
use orders::model::money::Parts;
use orders::model::status::{CancelReason, FulfillmentOrderState as State};
use orders::query::PartDetail;

use crate::support::{Market, code, event_units, parcel};

fn of(id: FulfillmentOrderId) -> OfFulfillment {
    OfFulfillment { id, expected_version: None }
}

fn from(part: &PartDetail, id: FulfillmentOrderId) -> Ship {
    Ship { fulfillment_order: id, lines: Vec::new(), ..parcel(part, None) }
}

fn states(part: &PartDetail) -> Vec<State> {
    part.fulfillments.iter().map(|of| of.fulfillment_order.state).collect()
}

testkit::both_databases! {
    async fn what_is_held_does_not_leave(t: TestEnv) {
        let m = Market::new(t).await;
        let (shop, other) = (m.shop("anna").await, m.shop("bert").await);
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let order = m.placed(&[(offer, 2)], "card_sandbox").await;
        let part = m.accept(&order, &shop).await;
        let id = part.fulfillments[0].fulfillment_order.id;
        assert_eq!(code(fulfillment_hold(&other.staff, of(id), "no").await), "NOT_FOUND");
        fulfillment_hold(&shop.staff, of(id), "address to be checked").await.unwrap();
        let refused = shop.ship(&part, None).await.unwrap_err();
        assert_eq!(refused.code(), "INVALID_TRANSITION");
        let told = serde_json::json!({ "state": "on_hold", "allowed": ["RELEASE_HOLD"] });
        assert_eq!(refused.details().unwrap(), told);
        let held = m.part(&order, &shop).await;
        assert_eq!(states(&held), [State::OnHold]);
        let stale = OfFulfillment { id, expected_version: Some(part.fulfillments[0].fulfillment_order.version) };
        assert_eq!(code(fulfillment_release(&shop.staff, stale).await), "STALE_VERSION");
        fulfillment_release(&shop.staff, of(id)).await.unwrap();
        shop.ship(&part, None).await.unwrap();
        assert_eq!(code(fulfillment_hold(&shop.staff, of(id), "late").await), "INVALID_TRANSITION");
        m.verify().await;
    }

    async fn promises_of_stock_move_with_it(t: TestEnv) {
        let m = Market::new(t).await;
        let (shop, other) = (m.shop("anna").await, m.shop("bert").await);
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let order = m.placed(&[(offer, 2)], "card_sandbox").await;
        let part = m.accept(&order, &shop).await;
        let id = part.fulfillments[0].fulfillment_order.id;
        assert_eq!(code(fulfillment_move(&shop.staff, of(id), shop.two).await), "OUT_OF_STOCK");
        assert_eq!(m.available(&shop, "A1").await, 3, "nothing moved");
        shop.stock("A1", shop.two, 4).await;
        assert_eq!(code(fulfillment_move(&shop.staff, of(id), other.one).await), "NOT_FOUND");
        assert_eq!(code(fulfillment_move(&shop.staff, of(id), shop.one).await), "UNCHANGED");
        fulfillment_move(&shop.staff, of(id), shop.two).await.unwrap();
        assert_eq!(m.available(&shop, "A1").await, 7);
        m.verify().await;
        let moved = m.part(&order, &shop).await;
        assert_eq!(moved.fulfillments[0].fulfillment_order.location_id, shop.two);
        assert_eq!(moved.merchant_order.total_minor, part.merchant_order.total_minor);
        shop.ship(&moved, None).await.unwrap();
        assert_eq!(m.available(&shop, "A1").await, 7);
        m.verify().await;
    }

    /// What was split is delivered for one price: a parcel split never charges delivery twice.
    async fn a_split_never_charges_the_delivery_twice(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let order = m.placed(&[(offer, 3)], "card_sandbox").await;
        let part = m.accept(&order, &shop).await;
        let (id, line) = (part.fulfillments[0].fulfillment_order.id, part.lines[0].id);
        let all = fulfillment_split(&shop.staff, of(id), &[event_units(line, 3)]).await;
        assert_eq!(code(all.map(|(_, id)| id)), "TOO_MANY_UNITS", "one stays");
        let (book, new) = fulfillment_split(&shop.staff, of(id), &[event_units(line, 1)]).await.unwrap();
        assert_eq!(book.order.total_minor, order.total_minor);
        m.verify().await;
        let split = m.part(&order, &shop).await;
        assert_eq!(split.fulfillments.len(), 2);
        assert_eq!(split.merchant_order.delivery_minor, part.merchant_order.delivery_minor);
        // The new one leaves first and takes the delivery with it, the old one is canceled: the delivery stays paid.
        let first = ship(&shop.staff, from(&split, new)).await.unwrap();
        assert_eq!(first.parts.0.shipping, part.merchant_order.delivery_minor);
        let second = ship(&shop.staff, Ship { lines: vec![event_units(line, 1)], ..from(&split, id) }).await.unwrap();
        assert_eq!(second.parts.0.shipping, 0);
        let cancel = CancelUnits {
            merchant_order: part.merchant_order.id, expected_version: None, lines: vec![], reason: CancelReason::OutOfStock,
            note: None,
        };
        cancel_units(&shop.staff, cancel).await.unwrap();
        m.drain().await;
        let done = m.part(&order, &shop).await;
        assert_eq!(done.merchant_order.refund_minor, 1999, "the unit, not the delivery");
        let earned: Parts = done.shipments.iter().map(|s| s.shipment.parts.0).sum();
        assert_eq!((earned.shipping, earned.fixed_fee), (part.merchant_order.delivery_minor, 35));
        m.verify().await;
    }

    async fn what_was_split_is_put_together(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let (one, two) = (m.goods(&shop, "A1", 1999, 5).await, m.goods(&shop, "A2", 500, 5).await);
        let order = m.placed(&[(one, 2), (two, 2)], "card_sandbox").await;
        let part = m.accept(&order, &shop).await;
        let id = part.fulfillments[0].fulfillment_order.id;
        let (_, new) = fulfillment_split(&shop.staff, of(id), &[event_units(part.lines[1].id, 2)]).await.unwrap();
        assert_eq!(code(fulfillment_merge(&shop.staff, of(new), new).await), "NOT_MERGEABLE");
        shop.stock("A2", shop.two, 5).await;
        fulfillment_move(&shop.staff, of(new), shop.two).await.unwrap();
        assert_eq!(code(fulfillment_merge(&shop.staff, of(new), id).await), "NOT_MERGEABLE", "another location");
        fulfillment_move(&shop.staff, of(new), shop.one).await.unwrap();
        fulfillment_merge(&shop.staff, of(id), new).await.unwrap();
        m.verify().await;
        let merged = m.part(&order, &shop).await;
        assert_eq!(states(&merged), [State::Merged, State::Open]);
        let parcel = ship(&shop.staff, from(&merged, new)).await.unwrap();
        assert_eq!(parcel.gross_minor, part.merchant_order.total_minor, "goods and delivery leave together");
        m.verify().await;
    }

    /// Of two consignments one has begun to leave; the other is put to it, and then nothing more leaves.
    async fn a_delivery_that_never_left_goes_back_also_when_it_was_put_to_another(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 2).await;
        shop.stock("A1", shop.two, 2).await;
        let order = m.placed(&[(offer, 4)], "card_sandbox").await;
        let part = m.accept(&order, &shop).await;
        assert_eq!(part.fulfillments.len(), 2, "two from each place");
        let (one, two) = (part.fulfillments[0].fulfillment_order.clone(), part.fulfillments[1].fulfillment_order.clone());
        let line = part.lines[0].id;
        let first = ship(&shop.staff, Ship { lines: vec![event_units(line, 1)], ..from(&part, one.id) }).await.unwrap();
        assert_eq!(first.parts.0.shipping, one.shipping_gross_minor);
        let there = one.location_id;
        shop.stock("A1", there, 4).await;
        fulfillment_move(&shop.staff, of(two.id), there).await.unwrap();
        fulfillment_merge(&shop.staff, of(two.id), one.id).await.unwrap();
        let cancel = CancelUnits {
            merchant_order: part.merchant_order.id, expected_version: None, lines: vec![], reason: CancelReason::OutOfStock,
            note: None,
        };
        cancel_units(&shop.staff, cancel).await.unwrap();
        m.drain().await;
        let done = m.part(&order, &shop).await.merchant_order;
        assert_eq!(done.refund_minor, 3 * 1999 + two.shipping_gross_minor, "its price never moved");
        assert!(two.shipping_gross_minor > 0);
        m.verify().await;
    }
}
