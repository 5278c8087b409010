//! Money and expiry race: whoever comes first wins, and late money goes back or brings the order back.

use orders::command::{Late, LatePayment, late_payment, payment_failed};
use orders::model::status::{MerchantOrderState, OrderState, PaymentState};
use orders::{Order, query};
use payments::{Operation, expire_due};

use crate::support::{Market, place};

/// An order whose provider answers after two hours.
async fn slow(m: &Market, offer: kernel::id::OfferId, units: i64, method: &str) -> Order {
    let ctx = m.t.anonymous();
    let (_, access) = m.cart(&ctx, &[(offer, units)]).await;
    let plan = m.plan(&ctx, &access).await;
    let mut input = place(&access, &plan, "slow", method);
    input.payment.token = Some("tok_very_late".to_owned());
    let order = orders::command::place(&ctx, input).await.unwrap();
    m.drain().await;
    m.order(&order).await
}

/// The payment runs out after half an hour.
async fn run_out(m: &Market, order: &Order) {
    m.t.clock.advance(chrono::Duration::minutes(31));
    let ctx = m.t.system();
    assert_eq!(expire_due(&ctx, ctx.now()).await.unwrap(), [order.payment_id]);
}

/// The provider's answer is asked for, hours later. The money that came with it.
async fn answer(m: &Market, order: &Order) -> LatePayment {
    m.t.clock.advance(chrono::Duration::hours(3));
    payments::sweep(&m.t.system(), m.t.system().now()).await.unwrap();
    m.drain().await;
    let mut found = payments::query::operations_by_payments(&m.t.operator(), &[order.payment_id]).await.unwrap();
    let operation: Operation = found.remove(&order.payment_id).unwrap().remove(0);
    LatePayment {
        order: order.id,
        payment: order.payment_id,
        operation: operation.id,
        amount_minor: operation.amount.minor,
    }
}

async fn payment(m: &Market, order: &Order) -> payments::Payment {
    payments::query::payment(&m.t.operator(), order.payment_id).await.unwrap()
}

testkit::both_databases! {
    async fn late_money_brings_an_expired_order_back(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 3).await;
        let order = slow(&m, offer, 2, "card_sandbox").await;
        run_out(&m, &order).await;
        payment_failed(&m.t.system(), order.id, order.payment_id, "payment_expired").await.unwrap();
        assert_eq!((m.order(&order).await.state, m.available(&shop, "A1").await), (OrderState::Canceled, 3));
        let late = answer(&m, &order).await;
        let revived = late_payment(&m.t.system(), late).await.unwrap();
        assert!(matches!(revived, Late::Revived(_)));
        assert!(matches!(late_payment(&m.t.system(), late).await.unwrap(), Late::Settled(_)));
        m.drain().await;
        let order = m.order(&order).await;
        assert_eq!((order.state, order.payment_state), (OrderState::Placed, PaymentState::Authorized));
        assert_eq!(m.available(&shop, "A1").await, 1);
        let part = m.accept(&order, &shop).await;
        assert_eq!(part.merchant_order.state, MerchantOrderState::ToShip);
        shop.ship(&part, None).await.unwrap();
        m.verify().await;
    }

    async fn late_money_for_goods_that_are_gone_is_given_up(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 3).await;
        let order = slow(&m, offer, 2, "card_sandbox").await;
        run_out(&m, &order).await;
        payment_failed(&m.t.system(), order.id, order.payment_id, "payment_expired").await.unwrap();
        // Somebody else took two of them.
        shop.stock("A1", shop.one, 1).await;
        let late = answer(&m, &order).await;
        assert!(matches!(late_payment(&m.t.system(), late).await.unwrap(), Late::GivenUp(_)));
        m.drain().await;
        assert_eq!(m.order(&order).await.state, OrderState::Canceled);
        assert_eq!(payment(&m, &order).await.state(), payments::PaymentState::Voided);
        assert_eq!(m.available(&shop, "A1").await, 1);
        m.verify().await;
    }

    async fn a_late_wallet_payment_is_refunded_when_the_goods_are_gone(t: TestEnv) {
        let m = Market::new(t).await;
        let (anna, bert) = (m.shop("anna").await, m.shop("bert").await);
        let (one, two) = (m.goods(&anna, "A1", 1000, 2).await, m.goods(&bert, "B1", 500, 9).await);
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(one, 2), (two, 1)]).await;
        let plan = m.plan(&ctx, &access).await;
        let mut input = place(&access, &plan, "slow", "wallet_sandbox");
        input.payment.token = Some("tok_very_late".to_owned());
        let order = orders::command::place(&ctx, input).await.unwrap();
        m.drain().await;
        run_out(&m, &order).await;
        payment_failed(&m.t.system(), order.id, order.payment_id, "payment_expired").await.unwrap();
        anna.stock("A1", anna.one, 1).await;
        let late = answer(&m, &order).await;
        assert!(matches!(late_payment(&m.t.system(), late).await.unwrap(), Late::GivenUp(_)));
        m.drain().await;
        let order = m.order(&order).await;
        assert_eq!((order.state, order.payment_state), (OrderState::Canceled, PaymentState::Refunded));
        assert_eq!((order.captured_minor, order.refund_minor), (order.total_minor, order.total_minor));
        assert_eq!(payment(&m, &order).await.state(), payments::PaymentState::Refunded);
        let refunds: usize = m.parts(&order).await.iter().map(|part| part.refunds.len()).sum();
        assert_eq!(refunds, 2, "one for each merchant");
        m.verify().await;
    }

    async fn money_that_overtakes_the_expiry_saves_the_order(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 3).await;
        let order = slow(&m, offer, 2, "wallet_sandbox").await;
        run_out(&m, &order).await;
        // The order hears of the money first, of the expiry afterwards.
        let late = answer(&m, &order).await;
        assert!(matches!(late_payment(&m.t.system(), late).await.unwrap(), Late::Revived(_)));
        payment_failed(&m.t.system(), order.id, order.payment_id, "payment_expired").await.unwrap();
        m.drain().await;
        let order = m.order(&order).await;
        assert_eq!((order.state, order.payment_state), (OrderState::Placed, PaymentState::Paid));
        assert_eq!(m.available(&shop, "A1").await, 1);
        m.verify().await;
    }

    async fn deciding_about_late_money_races_once(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 3).await;
        let order = slow(&m, offer, 2, "card_sandbox").await;
        run_out(&m, &order).await;
        payment_failed(&m.t.system(), order.id, order.payment_id, "payment_expired").await.unwrap();
        let late = answer(&m, &order).await;
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let ctx = m.t.system();
                testkit::tokio::spawn(async move { late_payment(&ctx, late).await.unwrap() })
            })
            .collect();
        let mut revived = 0;
        for task in tasks {
            revived += usize::from(matches!(task.await.unwrap(), Late::Revived(_)));
        }
        assert_eq!((revived, m.available(&shop, "A1").await), (1, 1));
        m.verify().await;
    }

    async fn a_wallet_order_that_the_buyer_canceled_is_refunded(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 3).await;
        let order = slow(&m, offer, 2, "wallet_sandbox").await;
        let cancel = orders::command::CancelOrder {
            order: order.id,
            reason: orders::model::status::CancelReason::BuyerRequest,
            note: None,
        };
        orders::command::cancel_order(&m.t.operator(), cancel).await.unwrap();
        answer(&m, &order).await;
        m.drain().await;
        let order = query::order(&m.t.operator(), order.id).await.unwrap();
        assert_eq!((order.state, order.payment_state), (OrderState::Canceled, PaymentState::Refunded));
        m.verify().await;
    }
}
