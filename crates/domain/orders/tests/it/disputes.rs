//! What a bank disputes and was never sent, or never arrives: it is undone, and its money follows the dispute.

use kernel::Money;
use kernel::id::{DisputeId, MerchantOrderId};
use orders::command::{
    CancelOrder, CancelUnits, ChargeBack, ParcelEnded, RefundUnits, cancel_order, cancel_units, charge_back,
    parcel_ended, refund_units,
};
use orders::model::status::{CancelReason, OrderState, PaymentState, RefundReason, RefundState};
use orders::{Order, Refund};
use payments::{OpenDispute, Operation, OperationKind, OperationState as State, ResolveDispute};
use payments::{open_dispute, resolve_dispute};
use testkit::TestEnv;
use testkit::tokio::task::JoinSet;

use crate::support::{Market, Shop, code, event_units};

pub fn disputed(order: &Order, part: Option<MerchantOrderId>, minor: i64) -> OpenDispute {
    OpenDispute {
        payment_id: order.payment_id,
        merchant_order_id: part,
        reference: format!("dp_{}_{minor}", order.number),
        amount: Money::new(minor, order.currency),
        fee_minor: 0,
        reason: "fraudulent".to_owned(),
        opened_at: None,
    }
}

pub fn decided(id: DisputeId, won: bool) -> ResolveDispute {
    ResolveDispute { id, won, fee_returned_minor: 0, resolved_at: None }
}

/// Two units that were paid at once, and the price of their delivery.
async fn paid(t: TestEnv) -> (Market, Shop, Order) {
    let m = Market::new(t).await;
    let shop = m.shop("anna").await;
    let offer = m.goods(&shop, "A1", 1999, 9).await;
    let order = m.placed(&[(offer, 2)], "wallet_sandbox").await;
    (m, shop, order)
}

async fn cancel(m: &Market, order: &Order) -> Result<orders::model::book::Book, orders::Error> {
    let input = CancelOrder { order: order.id, reason: CancelReason::Fraud, note: None };
    cancel_order(&m.t.operator(), input).await
}

async fn taken(m: &Market, order: &Order, part: Option<MerchantOrderId>, minor: i64) -> DisputeId {
    open_dispute(&m.t.operator(), disputed(order, part, minor)).await.unwrap().id
}

async fn bank(m: &Market, dispute: DisputeId, won: bool) {
    resolve_dispute(&m.t.operator(), decided(dispute, won)).await.unwrap();
    m.drain().await;
}

async fn refunds(m: &Market, order: &Order) -> Vec<Refund> {
    m.parts(order).await.into_iter().flat_map(|part| part.refunds).map(|of| of.refund).collect()
}

/// How far each way of giving money back is, and how much went by it.
async fn ways(m: &Market, order: &Order) -> Vec<(State, i64)> {
    let all = payments::query::operations_by_payments(&m.t.operator(), &[order.payment_id]).await.unwrap();
    let back = |of: &&Operation| of.kind == OperationKind::Refund;
    all[&order.payment_id].iter().filter(back).map(|of| (of.state, of.amount.minor)).collect()
}

/// What merchants bear of a dispute that was lost, and how often.
async fn borne(m: &Market, order: &Order, dispute: DisputeId, minor: i64) -> i64 {
    let input =
        ChargeBack { dispute, order: order.id, payment: order.payment_id, merchant_order: None, amount_minor: minor };
    let first = charge_back(&m.t.system(), input).await.unwrap();
    assert_eq!(charge_back(&m.t.system(), input).await.unwrap(), first);
    first.iter().map(|of| of.parts.gross).sum()
}

testkit::both_databases! {
    async fn what_is_disputed_before_it_is_sent_is_canceled_and_never_paid_back_twice(t: TestEnv) {
        let (m, shop, order) = paid(t).await;
        let dispute = taken(&m, &order, None, order.total_minor).await;
        cancel(&m, &order).await.unwrap();
        m.drain().await;
        assert_eq!(m.available(&shop, "A1").await, 9, "goods are free, and not sent");
        assert_eq!(m.order(&order).await.state, OrderState::Canceled);
        assert_eq!(refunds(&m, &order).await[0].state, RefundState::Requested);
        assert_eq!(ways(&m, &order).await, [(State::Disputed, order.total_minor)], "nobody asks the provider");
        m.verify().await;
        bank(&m, dispute, false).await;
        assert_eq!(refunds(&m, &order).await[0].state, RefundState::Settled, "the buyer has it from the bank");
        assert_eq!(ways(&m, &order).await, [(State::Succeeded, order.total_minor)]);
        assert_eq!(borne(&m, &order, dispute, order.total_minor).await, 0, "nothing was sold");
        assert_eq!(m.order(&order).await.payment_state, PaymentState::Refunded);
        let payment = payments::query::payment(&m.t.operator(), order.payment_id).await.unwrap();
        assert_eq!(payment.amounts.refunded.done_minor, order.total_minor);
        let more = open_dispute(&m.t.operator(), disputed(&order, None, 1)).await;
        assert!(matches!(more, Err(payments::Error::ExceedsCaptured { refundable_minor: 0 })), "nothing is left to dispute");
        m.verify().await;
    }

    async fn a_dispute_that_is_won_lets_the_buyer_have_the_money_of_what_was_canceled(t: TestEnv) {
        let (m, _, order) = paid(t).await;
        let dispute = taken(&m, &order, None, 1_000).await;
        cancel(&m, &order).await.unwrap();
        m.drain().await;
        // What is not disputed goes back at once, by the same refund.
        let rest = order.total_minor - 1_000;
        assert_eq!(ways(&m, &order).await, [(State::Disputed, 1_000), (State::Succeeded, rest)]);
        assert_eq!(refunds(&m, &order).await[0].state, RefundState::Requested);
        bank(&m, dispute, true).await;
        assert_eq!(ways(&m, &order).await, [(State::Succeeded, 1_000), (State::Succeeded, rest)]);
        let settled = refunds(&m, &order).await;
        assert_eq!((settled.len(), settled[0].state, settled[0].amount_minor), (1, RefundState::Settled, order.total_minor));
        m.verify().await;
    }

    async fn what_is_canceled_after_a_dispute_was_lost_is_the_buyers_already(t: TestEnv) {
        let (m, shop, order) = paid(t).await;
        let part = m.part(&order, &shop).await.merchant_order.id;
        let dispute = taken(&m, &order, Some(part), 1_500).await;
        bank(&m, dispute, false).await;
        assert_eq!(borne(&m, &order, dispute, 1_500).await, 0, "nothing was earned, so nobody gives it back");
        cancel(&m, &order).await.unwrap();
        assert_eq!(ways(&m, &order).await[0], (State::Succeeded, 1_500), "the bank gave it to the buyer");
        m.drain().await;
        assert_eq!(refunds(&m, &order).await[0].state, RefundState::Settled);
        assert_eq!(ways(&m, &order).await, [(State::Succeeded, 1_500), (State::Succeeded, order.total_minor - 1_500)]);
        m.verify().await;
    }

    async fn a_disputed_parcel_is_reported_lost(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 9).await;
        for won in [true, false] {
            let (order, parcel) = m.shipped(&shop, offer, 2).await;
            let dispute = taken(&m, &order, None, order.total_minor).await;
            let part = m.part(&order, &shop).await;
            let keep = RefundUnits {
                merchant_order: part.merchant_order.id,
                expected_version: None,
                lines: vec![event_units(part.lines[0].id, 1)],
                shipping_of: Vec::new(),
                reason: RefundReason::Damaged,
                note: None,
            };
            assert_eq!(code(refund_units(&shop.staff, keep).await), "EXCEEDS_CAPTURED", "what the buyer keeps is not paid back as well");
            let lost = ParcelEnded { shipment: parcel.id, lost: true, restock: false, note: None };
            parcel_ended(&shop.staff, lost).await.unwrap();
            m.drain().await;
            assert_eq!(ways(&m, &order).await, [(State::Disputed, order.total_minor)]);
            bank(&m, dispute, won).await;
            if !won {
                assert_eq!(borne(&m, &order, dispute, order.total_minor).await, 0, "the sale is undone already");
            }
            assert_eq!(ways(&m, &order).await, [(State::Succeeded, order.total_minor)]);
            let settled = refunds(&m, &order).await;
            assert_eq!((settled.len(), settled[0].state), (1, RefundState::Settled));
            m.verify().await;
        }
    }

    /// The money of one merchant is disputed: the other one's goes back at once.
    async fn a_dispute_about_one_merchant_keeps_nothing_of_another(t: TestEnv) {
        let m = Market::new(t).await;
        let (anna, bert) = (m.shop("anna").await, m.shop("bert").await);
        let lines = [(m.goods(&anna, "A1", 1000, 9).await, 1), (m.goods(&bert, "B1", 700, 9).await, 1)];
        let order = m.placed(&lines, "wallet_sandbox").await;
        let (of_anna, of_bert) = (m.part(&order, &anna).await.merchant_order, m.part(&order, &bert).await.merchant_order);
        let dispute = taken(&m, &order, Some(of_anna.id), of_anna.total_minor).await;
        for (shop, part) in [(&anna, &of_anna), (&bert, &of_bert)] {
            let input = CancelUnits {
                merchant_order: part.id,
                expected_version: None,
                lines: Vec::new(),
                reason: CancelReason::OutOfStock,
                note: None,
            };
            cancel_units(&shop.staff, input).await.unwrap();
        }
        m.drain().await;
        let expected = [(State::Disputed, of_anna.total_minor), (State::Succeeded, of_bert.total_minor)];
        assert_eq!(ways(&m, &order).await, expected);
        bank(&m, dispute, false).await;
        assert!(refunds(&m, &order).await.iter().all(|refund| refund.state == RefundState::Settled));
        m.verify().await;
    }

    async fn a_cancellation_and_a_decision_that_race_pay_once(t: TestEnv) {
        let (m, shop, _) = paid(t).await;
        let offer = m.goods(&shop, "A2", 500, 60).await;
        for round in 0..4 {
            let order = m.placed(&[(offer, 2)], "wallet_sandbox").await;
            let dispute = taken(&m, &order, None, order.total_minor).await;
            let mut tasks = JoinSet::new();
            for n in 0..6 {
                let (desk, id) = (m.t.operator(), order.id);
                tasks.spawn(async move {
                    if n % 2 == 0 {
                        let input = CancelOrder { order: id, reason: CancelReason::Fraud, note: None };
                        cancel_order(&desk, input).await.is_ok()
                    } else {
                        resolve_dispute(&desk, decided(dispute, round % 2 == 0)).await.is_ok()
                    }
                });
            }
            let mut done = 0;
            while let Some(result) = tasks.join_next().await {
                done += usize::from(result.unwrap());
            }
            assert_eq!(done, 1 + 3, "canceled once; the decision again is the same decision");
            m.drain().await;
            assert_eq!(ways(&m, &order).await, [(State::Succeeded, order.total_minor)]);
            assert_eq!(refunds(&m, &order).await[0].state, RefundState::Settled);
        }
        m.verify().await;
    }
}
