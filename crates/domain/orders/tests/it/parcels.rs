//! Parcels that do not arrive, and what shows that one did.

use kernel::Fault;
use marketplace::model::SettingsPatch;
use orders::command::{Deliver, ParcelEnded, Proof, RefundUnits, deliver, parcel_ended, refund_units};
use orders::model::status::{
    FulfillmentState, MerchantOrderState, OrderState, PaymentState, RefundReason, ShipmentState,
};
use orders::{Shipment, query};
use testkit::tokio::task::JoinSet;

use crate::support::{Market, code, event_units};

fn lost(parcel: &Shipment) -> ParcelEnded {
    ParcelEnded { shipment: parcel.id, lost: true, restock: false, note: None }
}

fn bounced(parcel: &Shipment) -> ParcelEnded {
    ParcelEnded { shipment: parcel.id, lost: false, restock: true, note: None }
}

fn arrived(parcel: &Shipment) -> Deliver {
    let proof = Proof { received_by: Some(" Mr Neighbour ".to_owned()), asset: None };
    Deliver { shipment: parcel.id, delivered_at: None, proof: Some(proof) }
}

testkit::both_databases! {
    async fn a_lost_parcel_is_paid_back_with_its_delivery(t: TestEnv) {
        let m = Market::new(t).await;
        let (shop, other) = (m.shop("anna").await, m.shop("bert").await);
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, parcel) = m.shipped(&shop, offer, 2).await;
        assert_eq!(code(parcel_ended(&other.staff, lost(&parcel)).await), "NOT_FOUND");
        let ended = parcel_ended(&shop.staff, lost(&parcel)).await.unwrap();
        assert_eq!(ended.state, ShipmentState::Lost);
        let again = parcel_ended(&shop.staff, bounced(&parcel)).await.unwrap_err();
        assert_eq!(again.code(), "INVALID_TRANSITION");
        assert_eq!(again.details().unwrap(), serde_json::json!({ "state": "lost", "allowed": ["DELIVER"] }));
        m.drain().await;
        let part = m.part(&order, &shop).await;
        assert_eq!(part.merchant_order.refund_minor, part.merchant_order.total_minor);
        assert_eq!(part.refunds[0].refund.reason, RefundReason::Lost.as_str());
        assert_eq!(part.merchant_order.state, MerchantOrderState::Undelivered, "lost is not delivered");
        let after = m.order(&order).await;
        assert_eq!((after.state, after.payment_state), (OrderState::Canceled, PaymentState::Refunded));
        assert_eq!(m.available(&shop, "A1").await, 3, "what is lost is not in stock");
        m.verify().await;
        deliver(&shop.staff, arrived(&parcel)).await.unwrap();
        let found = m.part(&order, &shop).await;
        assert_eq!((found.lines[0].lost, found.lines[0].delivered), (0, 2), "found again");
        assert_eq!(found.lines[0].refunded, 2, "what was paid back stays paid back");
        assert_eq!(orders::model::book::of_line(&found.lines[0]).returnable, 0, "and is not paid back again");
        m.verify().await;
    }

    async fn a_parcel_that_came_back_is_in_stock_again(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let order = m.placed(&[(offer, 3)], "card_sandbox").await;
        let part = m.accept(&order, &shop).await;
        let first = shop.ship(&part, Some(2)).await.unwrap();
        let second = shop.ship(&part, None).await.unwrap();
        parcel_ended(&shop.staff, bounced(&first)).await.unwrap();
        m.drain().await;
        let half = m.part(&order, &shop).await;
        assert_eq!((half.lines[0].bounced, half.lines[0].refunded), (2, 2));
        assert_eq!(half.merchant_order.refund_minor, 2 * 1999, "the delivery was for all three");
        assert_eq!(m.available(&shop, "A1").await, 4);
        deliver(&shop.staff, arrived(&second)).await.unwrap();
        let done = m.order(&order).await;
        assert_eq!(done.fulfillment_state, FulfillmentState::Delivered);
        let seen = query::shipment(&shop.staff, second.id).await.unwrap().shipment;
        assert_eq!(seen.received_by.as_deref(), Some("Mr Neighbour"));
        m.verify().await;
    }

    async fn cash_refused_at_the_door_is_no_sale(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let order = m.placed(&[(offer, 3)], "cash_on_delivery").await;
        let part = m.accept(&order, &shop).await;
        let first = shop.ship(&part, Some(1)).await.unwrap();
        let second = shop.ship(&part, None).await.unwrap();
        parcel_ended(&shop.staff, bounced(&first)).await.unwrap();
        m.drain().await;
        m.verify().await;
        deliver(&shop.staff, arrived(&second)).await.unwrap();
        m.drain().await;
        let done = m.order(&order).await;
        assert_eq!((done.captured_minor, done.refund_minor), (2 * 1999, 0), "only what was handed over is paid");
        assert_eq!(done.payment_state, PaymentState::Paid);
        assert_eq!(m.available(&shop, "A1").await, 3);
        assert_eq!(code(deliver(&shop.staff, arrived(&first)).await), "INVALID_TRANSITION");
        m.verify().await;
    }

    /// What nobody paid at the door is no reason to keep the fee once all that was paid is paid back.
    async fn the_fee_goes_back_with_the_last_unit_that_was_paid(t: TestEnv) {
        let m = Market::new(t).await;
        m.settings(SettingsPatch { refund_fixed_fee: Some(true), ..SettingsPatch::default() }).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let order = m.placed(&[(offer, 2)], "cash_on_delivery").await;
        let part = m.accept(&order, &shop).await;
        let first = shop.ship(&part, Some(1)).await.unwrap();
        let second = shop.ship(&part, None).await.unwrap();
        deliver(&shop.staff, arrived(&first)).await.unwrap();
        parcel_ended(&shop.staff, bounced(&second)).await.unwrap();
        m.drain().await;
        let refund = RefundUnits {
            merchant_order: part.merchant_order.id,
            expected_version: None,
            lines: vec![event_units(part.lines[0].id, 1)],
            shipping_of: Vec::new(),
            reason: RefundReason::Damaged,
            note: None,
        };
        let refund = refund_units(&shop.staff, refund).await.unwrap();
        assert_eq!((refund.amount_minor, refund.parts.0.fixed_fee), (1999, 35));
        m.drain().await;
        m.verify().await;
    }

    async fn a_parcel_ends_once(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, parcel) = m.shipped(&shop, offer, 2).await;
        let mut tasks = JoinSet::new();
        for n in 0..8 {
            let (staff, input) = (shop.staff.clone(), if n % 2 == 0 { lost(&parcel) } else { bounced(&parcel) });
            tasks.spawn(async move { parcel_ended(&staff, input).await });
        }
        let mut ended = 0;
        while let Some(result) = tasks.join_next().await {
            match result.unwrap() {
                Ok(_) => ended += 1,
                refused => assert_eq!(code(refused), "INVALID_TRANSITION"),
            }
        }
        assert_eq!(ended, 1);
        m.drain().await;
        let part = m.part(&order, &shop).await;
        assert_eq!(part.merchant_order.refund_minor, part.merchant_order.total_minor);
        m.verify().await;
    }
}
