//! Accepting, refusing, letting the time pass.

use chrono::Duration;
use kernel::Fault;
use orders::command::{Decide, Decision, LineDecision, decide, expire_due};
use orders::model::state::MerchantOrderAction as Action;
use orders::model::status::{MerchantOrderState as State, OrderState, PaymentState, RefundState};
use payments::{open_dispute, resolve_dispute};

use crate::support::{Market, code};

testkit::both_databases! {
    async fn a_part_that_is_refused_is_not_captured_and_its_stock_is_free(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let lines = [(m.goods(&shop, "A1", 1000, 5).await, 2), (m.goods(&shop, "A2", 700, 5).await, 1)];
        let order = m.placed(&lines, "card_sandbox").await;
        let part = m.part(&order, &shop).await;
        assert_eq!(part.allowed_actions(), [Action::Decide, Action::Cancel]);
        let id = part.merchant_order.id;
        let of = |index: usize, accept| LineDecision { line: part.lines[index].id, accept, reason: None };
        let input = |decision| Decide { merchant_order: id, expected_version: Some(part.merchant_order.version), decision };
        let missing = decide(&shop.staff, input(Decision::Lines(vec![of(0, true)]))).await;
        assert_eq!(code(missing), "LINES_UNDECIDED");
        decide(&shop.staff, input(Decision::Lines(vec![of(0, true), of(1, false)]))).await.unwrap();
        let waiting = m.part(&order, &shop).await;
        assert_eq!(waiting.merchant_order.state, State::AwaitingPayment);
        assert_eq!(waiting.allowed_actions(), []);
        m.drain().await;
        let done = m.part(&order, &shop).await;
        assert_eq!(done.merchant_order.state, State::ToShip);
        assert_eq!(done.merchant_order.captured_minor, 2000 + done.merchant_order.delivery_minor);
        assert_eq!(m.available(&shop, "A2").await, 5);
        assert_eq!(m.order(&order).await.payment_state, PaymentState::Paid);
        let error = decide(&shop.staff, Decide { expected_version: None, ..input(Decision::AcceptAll) }).await.unwrap_err();
        assert_eq!(error.code(), "INVALID_TRANSITION");
        assert_eq!(error.details().unwrap()["state"], "to_ship");
        assert_eq!(error.details().unwrap()["allowed"][0], "SHIP");
        assert_eq!(code(decide(&shop.staff, input(Decision::AcceptAll)).await), "STALE_VERSION");
        m.verify().await;
    }

    async fn an_order_that_everybody_refuses_is_canceled_and_nothing_is_taken(t: TestEnv) {
        let m = Market::new(t).await;
        let (a, b) = (m.shop("anna").await, m.shop("bert").await);
        let lines = [(m.goods(&a, "A1", 1000, 5).await, 2), (m.goods(&b, "B1", 700, 5).await, 1)];
        let order = m.placed(&lines, "card_sandbox").await;
        for shop in [&a, &b] {
            let part = m.part(&order, shop).await;
            let lines = part.lines.iter().map(|l| LineDecision { line: l.id, accept: false, reason: None }).collect();
            let input = Decide {
                merchant_order: part.merchant_order.id,
                expected_version: None,
                decision: Decision::Lines(lines),
            };
            decide(&shop.staff, input).await.unwrap();
        }
        m.drain().await;
        let order = m.order(&order).await;
        assert_eq!((order.state, order.payment_state), (OrderState::Canceled, PaymentState::Voided));
        assert_eq!(m.part(&order, &a).await.merchant_order.state, State::Refused);
        assert_eq!((m.available(&a, "A1").await, m.available(&b, "B1").await), (5, 5));
        m.verify().await;
    }

    async fn who_does_not_answer_in_time_has_refused_once(t: TestEnv) {
        let m = Market::new(t).await;
        let (a, b) = (m.shop("anna").await, m.shop("bert").await);
        let lines = [(m.goods(&a, "A1", 1000, 5).await, 2), (m.goods(&b, "B1", 700, 5).await, 1)];
        let order = m.placed(&lines, "card_sandbox").await;
        m.accept(&order, &b).await;
        m.t.clock.advance(Duration::hours(48));
        assert_eq!(expire_due(&m.t.system(), 100).await.unwrap(), 0, "the last moment is still in time");
        m.t.clock.advance(Duration::seconds(1));
        assert_eq!(expire_due(&m.t.system(), 100).await.unwrap(), 1);
        assert_eq!(expire_due(&m.t.system(), 100).await.unwrap(), 0);
        m.drain().await;
        assert_eq!(m.part(&order, &a).await.merchant_order.state, State::Expired);
        assert_eq!(m.part(&order, &b).await.merchant_order.state, State::ToShip);
        assert_eq!(m.available(&a, "A1").await, 5);
        m.verify().await;
    }

    async fn what_a_bank_disputes_is_refused_in_time_like_everything_else(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 9).await;
        let disputed = m.placed(&[(offer, 1)], "wallet_sandbox").await;
        let other = m.placed(&[(offer, 1)], "wallet_sandbox").await;
        let input = crate::disputes::disputed(&disputed, None, disputed.total_minor);
        let dispute = open_dispute(&m.t.operator(), input).await.unwrap();
        m.t.clock.advance(Duration::hours(49));
        assert_eq!(expire_due(&m.t.system(), 100).await.unwrap(), 2);
        m.drain().await;
        assert_eq!(m.part(&other, &shop).await.refunds[0].refund.state, RefundState::Settled);
        let part = m.part(&disputed, &shop).await;
        assert_eq!((part.merchant_order.state, part.refunds[0].refund.state), (State::Expired, RefundState::Requested));
        resolve_dispute(&m.t.operator(), crate::disputes::decided(dispute.id, true)).await.unwrap();
        m.drain().await;
        assert_eq!(m.part(&disputed, &shop).await.refunds[0].refund.state, RefundState::Settled);
        m.verify().await;
    }

    async fn a_merchant_that_accepts_by_itself_is_paid_at_once(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop_with("anna", true).await;
        let offer = m.goods(&shop, "A1", 1000, 5).await;
        for method in ["card_sandbox", "cash_on_delivery"] {
            let order = m.placed(&[(offer, 1)], method).await;
            assert_eq!(m.part(&order, &shop).await.merchant_order.state, State::ToShip, "{method}");
        }
        m.verify().await;
    }
}
