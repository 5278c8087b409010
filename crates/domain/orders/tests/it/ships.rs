//! Parcels.

use chrono::Duration;
use orders::command::{Deliver, close_due, deliver};
use orders::model::money::Parts;
use orders::model::status::{FulfillmentState, MerchantOrderState as State, OrderState, PaymentState};

use crate::support::{Market, code, parcel};

testkit::both_databases! {
    async fn parcels_leave_one_after_the_other_and_carry_the_whole(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let order = m.placed(&[(offer, 3)], "card_sandbox").await;
        let part = m.part(&order, &shop).await;
        assert_eq!(code(shop.ship(&part, Some(1)).await), "INVALID_TRANSITION");
        let part = m.accept(&order, &shop).await;
        let mut bare = parcel(&part, Some(1));
        bare.tracking_number = None;
        assert_eq!(code(orders::command::ship(&shop.staff, bare).await), "TRACKING_REQUIRED");
        assert_eq!(code(shop.ship(&part, Some(4)).await), "TOO_MANY_UNITS");
        assert_eq!(code(shop.ship(&part, Some(0)).await), "OUT_OF_RANGE");
        let first = shop.ship(&part, Some(2)).await.unwrap();
        assert_eq!(first.tracking_url.as_deref().unwrap().split('=').next_back(), Some("00340434"));
        assert_eq!(m.order(&order).await.fulfillment_state, FulfillmentState::PartiallyShipped);
        let second = shop.ship(&part, None).await.unwrap();
        assert_eq!((first.parcel_no, second.parcel_no), (1, 2));
        assert_eq!(code(shop.ship(&part, None).await), "INVALID_TRANSITION");
        let done = m.part(&order, &shop).await;
        assert_eq!(done.merchant_order.state, State::Shipped);
        let all: Parts = done.shipments.iter().map(|s| s.shipment.parts.0).sum();
        let row = &done.merchant_order;
        assert_eq!(all.gross, row.total_minor);
        assert_eq!(all.shipping, row.delivery_minor);
        assert_eq!((all.commission_item, all.commission_shipping), (row.commission_item_minor, row.commission_shipping_minor));
        assert_eq!((all.fixed_fee, all.commission_vat), (35, row.commission_vat_minor));
        assert_eq!(all.net(), row.total_minor - all.commission_item - all.commission_shipping - 35 - all.commission_vat);
        assert_eq!(second.parts.0.shipping, 0, "shipping and fee go with the first parcel");
        m.verify().await;
    }

    async fn what_arrived_is_closed_after_its_time(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let order = m.placed(&[(offer, 2)], "card_sandbox").await;
        let part = m.accept(&order, &shop).await;
        let shipment = shop.ship(&part, None).await.unwrap();
        let early = Deliver { shipment: shipment.id, delivered_at: Some(m.t.system().now() - Duration::hours(1)), proof: None };
        assert_eq!(code(deliver(&shop.staff, early).await), "OUT_OF_RANGE");
        let input = Deliver { shipment: shipment.id, delivered_at: None, proof: None };
        deliver(&shop.staff, input.clone()).await.unwrap();
        let version = m.part(&order, &shop).await.merchant_order.version;
        deliver(&shop.staff, input).await.unwrap();
        let part = m.part(&order, &shop).await;
        assert_eq!((part.merchant_order.state, part.merchant_order.version), (State::Delivered, version));
        assert_eq!(close_due(&m.t.system(), 10).await.unwrap(), 0);
        m.t.clock.advance(Duration::days(15));
        assert_eq!(close_due(&m.t.system(), 10).await.unwrap(), 1);
        assert_eq!(m.order(&order).await.state, OrderState::Closed);
        m.verify().await;
    }

    async fn cash_is_taken_with_each_parcel(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let order = m.placed(&[(offer, 3)], "cash_on_delivery").await;
        let part = m.accept(&order, &shop).await;
        let first = shop.ship(&part, Some(1)).await.unwrap();
        let second = shop.ship(&part, None).await.unwrap();
        assert!(!first.recognized);
        assert_eq!(m.order(&order).await.payment_state, PaymentState::Unpaid);
        deliver(&shop.staff, Deliver { shipment: second.id, delivered_at: None, proof: None }).await.unwrap();
        m.drain().await;
        let half = m.order(&order).await;
        assert_eq!((half.captured_minor, half.payment_state), (3998, PaymentState::PartiallyPaid));
        deliver(&shop.staff, Deliver { shipment: first.id, delivered_at: None, proof: None }).await.unwrap();
        m.drain().await;
        let whole = m.order(&order).await;
        assert_eq!((whole.captured_minor, whole.payment_state), (whole.total_minor, PaymentState::Paid));
        assert_eq!(whole.fulfillment_state, FulfillmentState::Delivered);
        m.verify().await;
    }
}
