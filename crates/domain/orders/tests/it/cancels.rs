//! Canceling.

use orders::command::{CancelOrder, CancelUnits, cancel_order, cancel_units};
use orders::model::status::{CancelReason, MerchantOrderState as State, OrderState, PaymentState, RefundState};
use testkit::TestEnv;

use crate::support::{Market, Shop, code, event_units};

fn units(part: &orders::query::PartDetail, lines: &[(usize, i64)]) -> CancelUnits {
    CancelUnits {
        merchant_order: part.merchant_order.id,
        expected_version: None,
        lines: lines.iter().map(|(index, quantity)| event_units(part.lines[*index].id, *quantity)).collect(),
        reason: CancelReason::OutOfStock,
        note: None,
    }
}

async fn canceled(m: &Market, order: &orders::Order) -> Result<orders::model::book::Book, orders::Error> {
    let input = CancelOrder { order: order.id, reason: CancelReason::BuyerRequest, note: Some("Sorry".to_owned()) };
    cancel_order(&m.t.operator(), input).await
}

async fn one(t: TestEnv, quantity: i64) -> (Market, Shop, orders::Order) {
    let m = Market::new(t).await;
    let shop = m.shop("anna").await;
    let offer = m.goods(&shop, "A1", 1999, 5).await;
    let order = m.placed(&[(offer, quantity)], "card_sandbox").await;
    (m, shop, order)
}

testkit::both_databases! {
    async fn before_the_capture_less_is_captured(t: TestEnv) {
        let (m, shop, order) = one(t, 3).await;
        let part = m.part(&order, &shop).await;
        cancel_units(&shop.staff, units(&part, &[(0, 1)])).await.unwrap();
        let accepted = m.accept(&order, &shop).await;
        assert_eq!(accepted.merchant_order.captured_minor, 2 * 1999 + accepted.merchant_order.delivery_minor);
        assert_eq!(accepted.refunds, []);
        assert_eq!(m.available(&shop, "A1").await, 3);
        m.verify().await;
    }

    async fn after_the_capture_the_money_of_the_units_goes_back(t: TestEnv) {
        let (m, shop, order) = one(t, 3).await;
        let part = m.accept(&order, &shop).await;
        shop.ship(&part, Some(2)).await.unwrap();
        assert_eq!(code(cancel_units(&shop.staff, units(&part, &[(0, 2)])).await), "TOO_MANY_UNITS");
        cancel_units(&shop.staff, units(&part, &[(0, 1)])).await.unwrap();
        m.drain().await;
        let part = m.part(&order, &shop).await;
        assert_eq!(part.merchant_order.state, State::Shipped);
        assert_eq!(part.refunds[0].refund.amount_minor, 1999);
        assert_eq!(part.refunds[0].refund.state, RefundState::Settled);
        assert_eq!(m.order(&order).await.payment_state, PaymentState::PartiallyRefunded);
        assert_eq!(code(cancel_units(&shop.staff, units(&part, &[(0, 1)])).await), "INVALID_TRANSITION");
        m.verify().await;
    }

    async fn a_whole_order_goes_back_to_the_last_cent(t: TestEnv) {
        let (m, shop, order) = one(t, 3).await;
        m.accept(&order, &shop).await;
        canceled(&m, &order).await.unwrap();
        m.drain().await;
        let order = m.order(&order).await;
        assert_eq!((order.state, order.payment_state), (OrderState::Canceled, PaymentState::Refunded));
        assert_eq!(order.refund_minor, order.total_minor);
        assert_eq!(m.part(&order, &shop).await.merchant_order.state, State::Canceled);
        assert_eq!(m.available(&shop, "A1").await, 5);
        assert_eq!(code(canceled(&m, &order).await), "INVALID_TRANSITION");
        m.verify().await;
    }

    async fn what_has_left_is_not_canceled(t: TestEnv) {
        let (m, shop, order) = one(t, 3).await;
        let part = m.accept(&order, &shop).await;
        shop.ship(&part, Some(1)).await.unwrap();
        assert_eq!(code(canceled(&m, &order).await), "INVALID_TRANSITION");
    }

    async fn while_money_is_taken_nothing_is_canceled(t: TestEnv) {
        let (m, shop, order) = one(t, 3).await;
        let part = m.part(&order, &shop).await;
        let input = orders::command::Decide {
            merchant_order: part.merchant_order.id,
            expected_version: None,
            decision: orders::command::Decision::AcceptAll,
        };
        orders::command::decide(&shop.staff, input).await.unwrap();
        assert_eq!(code(cancel_units(&shop.staff, units(&part, &[(0, 1)])).await), "PAYMENT_IN_FLIGHT");
        assert_eq!(code(canceled(&m, &order).await), "PAYMENT_IN_FLIGHT");
        m.drain().await;
        assert!(canceled(&m, &order).await.is_ok());
        m.drain().await;
        m.verify().await;
    }

    async fn a_transfer_is_awaited_as_long_as_the_marketplace_says(t: TestEnv) {
        let m = Market::new(t).await;
        let days = |days| marketplace::SettingsPatch { transfer_expires_days: Some(days), ..Default::default() };
        m.settings(days(3)).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let order = m.placed(&[(offer, 1)], "bank_transfer").await;
        let expired = async || payments::expire_due(&m.t.system(), m.t.system().now()).await.unwrap().len();
        m.t.clock.advance(chrono::Duration::days(3) - chrono::Duration::seconds(1));
        assert_eq!(expired().await, 0);
        m.t.clock.advance(chrono::Duration::seconds(1));
        assert_eq!(expired().await, 1);
        let late = payments::TransferReceived {
            reference: order.number.clone(),
            amount: kernel::Money::new(order.total_minor, order.currency),
            bank_reference: "late".to_owned(),
            received_at: None,
        };
        assert_eq!(payments::transfer_received(&m.t.operator(), late).await.unwrap().applied_minor, 0);
    }

    async fn a_transfer_that_is_awaited_is_given_up_as_a_whole(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let order = m.placed(&[(offer, 2)], "bank_transfer").await;
        let part = m.part(&order, &shop).await;
        assert_eq!(code(cancel_units(&shop.staff, units(&part, &[(0, 1)])).await), "INVALID_TRANSITION");
        m.transfer(&order, 500, "r1").await;
        canceled(&m, &order).await.unwrap();
        m.drain().await;
        let order = m.order(&order).await;
        assert_eq!((order.state, order.refund_minor), (OrderState::Canceled, 500));
        m.verify().await;
    }
}
