//! Parcels that do not arrive, and what shows that one did.

use kernel::{Fault, PageArgs};
use marketplace::model::SettingsPatch;
use orders::command::{
    Deliver, OfFulfillment, ParcelEnded, Proof, RefundUnits, deliver, fulfillment_merge, fulfillment_move,
    parcel_ended, refund_units,
};
use orders::model::status::{
    FulfillmentState, MerchantOrderState, OrderState, PaymentState, RefundReason, ShipmentState,
};
use orders::{Shipment, query};
use payments::query::{ReceivableFilter, open_receivables};
use testkit::tokio::task::JoinSet;

use crate::account::{line, on_account, terms};
use crate::quotes::{Stage, stage};
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

    async fn a_delivery_goes_back_when_nothing_of_it_arrives_in_whatever_parcels(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 9).await;
        for second_lost in [true, false] {
            let order = m.placed(&[(offer, 3)], "card_sandbox").await;
            let part = m.accept(&order, &shop).await;
            let first = shop.ship(&part, Some(2)).await.unwrap();
            let second = shop.ship(&part, None).await.unwrap();
            parcel_ended(&shop.staff, lost(&first)).await.unwrap();
            assert_eq!(m.part(&order, &shop).await.merchant_order.refund_minor, 2 * 1999, "one may arrive");
            parcel_ended(&shop.staff, if second_lost { lost(&second) } else { bounced(&second) }).await.unwrap();
            m.drain().await;
            let row = m.part(&order, &shop).await.merchant_order;
            assert_eq!(row.refund_minor, row.total_minor, "the delivery goes back with the last of it");
            m.verify().await;
        }
    }

    /// Two consignments with a price each; what is left of one is put to the other, of which something is under way.
    async fn a_parcel_that_comes_back_gives_up_the_delivery_that_it_carried_only(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 2).await;
        shop.stock("A1", shop.two, 2).await;
        let order = m.placed(&[(offer, 4)], "cash_on_delivery").await;
        let part = m.accept(&order, &shop).await;
        let [one, two] = [0, 1].map(|n: usize| part.fulfillments[n].fulfillment_order.clone());
        let first = shop.ship(&part, Some(1)).await.unwrap();
        shop.stock("A1", one.location_id, 4).await;
        let of = |id| OfFulfillment { id, expected_version: None };
        fulfillment_move(&shop.staff, of(two.id), one.location_id).await.unwrap();
        fulfillment_merge(&shop.staff, of(two.id), one.id).await.unwrap();
        let second = shop.ship(&m.part(&order, &shop).await, None).await.unwrap();
        assert_eq!((first.parts.0.shipping, second.parts.0.shipping), (one.shipping_gross_minor, two.shipping_gross_minor));
        assert_eq!((&first.shipping_of.0, &second.shipping_of.0), (&vec![one.id], &vec![two.id]));
        deliver(&shop.staff, arrived(&first)).await.unwrap();
        parcel_ended(&shop.staff, bounced(&second)).await.unwrap();
        m.drain().await;
        let done = m.part(&order, &shop).await;
        assert_eq!(done.merchant_order.captured_minor, 1999 + one.shipping_gross_minor, "what was handed over is paid");
        let given: Vec<i64> = done.fulfillments.iter().map(|f| f.fulfillment_order.shipping_given_minor).collect();
        assert_eq!(given, [0, two.shipping_gross_minor], "only what the second carried is given up");
        let back = RefundUnits {
            merchant_order: part.merchant_order.id,
            expected_version: None,
            lines: Vec::new(),
            shipping_of: vec![one.id],
            reason: RefundReason::Late,
            note: None,
        };
        assert_eq!(refund_units(&shop.staff, back).await.unwrap().amount_minor, one.shipping_gross_minor);
        m.drain().await;
        m.verify().await;
    }

    async fn a_parcel_that_was_given_up_is_reported_lost_and_nobody_is_paid_for_it(t: TestEnv) {
        let Stage { m, anna: shop, lamp: offer, bea, works } = stage(t).await;
        terms(&m, &works, 10_000, 0).await;
        let order = on_account(&m, &bea, &works, &[(offer, 3)]).await.unwrap();
        m.drain().await;
        let part = m.accept(&order, &shop).await;
        let (first, second) = (shop.ship(&part, Some(1)).await.unwrap(), shop.ship(&part, None).await.unwrap());
        m.drain().await;
        let filter = ReceivableFilter { company: Some(works.id), due_before: None };
        let owed = open_receivables(&m.t.operator(), filter, &PageArgs::first(9)).await.unwrap().into_rows();
        let oldest = owed.iter().find(|owed| owed.amount.minor == first.gross_minor).unwrap();
        let mut tx = m.t.operator().begin_write().await.unwrap();
        let locked = payments::locked_receivable_in_tx(&tx, oldest.id).await.unwrap();
        payments::write_off_in_tx(&mut tx, &locked, m.t.system().new_id(), false).await.unwrap();
        tx.commit().await.unwrap();
        m.drain().await;
        parcel_ended(&shop.staff, lost(&first)).await.unwrap();
        let after = m.part(&order, &shop).await;
        assert_eq!((after.lines[0].lost, after.merchant_order.refund_minor), (1, 0), "nobody paid for it");
        assert_eq!(line(&m, &works).await.1, second.gross_minor, "what else is owed stays");
        // What is still owed of the other is owed no more.
        parcel_ended(&shop.staff, lost(&second)).await.unwrap();
        m.drain().await;
        assert_eq!(m.part(&order, &shop).await.merchant_order.refund_minor, second.gross_minor);
        assert_eq!(line(&m, &works).await.1, 0);
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
