//! Orders that a gift card and a card pay together.

use orders::Order;
use orders::command::capture_failed;
use orders::model::status::{MerchantOrderState, OrderState, PaymentState};
use payments::event::CreditFunding;
use payments::{GiveCredit, UseCredit};

use crate::support::{Market, place};

/// An order of which a gift card pays `minor`.
async fn with_gift_card(m: &Market, lines: &[(kernel::id::OfferId, i64)], minor: i64) -> Order {
    let gift = GiveCredit {
        customer_id: None,
        amount: kernel::Money::new(minor, kernel::Currency::EUR),
        funding: CreditFunding::Sold,
        reason: "sold at the counter".to_owned(),
        expires_at: None,
    };
    let code = payments::give_credit(&m.t.operator(), gift).await.unwrap().code;
    let ctx = m.t.anonymous();
    let (_, access) = m.cart(&ctx, lines).await;
    let plan = m.plan(&ctx, &access).await;
    let mut input = place(&access, &plan, "mixed", "card_sandbox");
    input.payment.credit = Some(UseCredit { gift_card_code: code, amount_minor: None });
    let order = orders::command::place(&ctx, input).await.unwrap();
    m.drain().await;
    m.order(&order).await
}

/// Balance and reserve of the only gift card.
async fn credit(m: &Market) -> (i64, i64) {
    let page = kernel::PageArgs::first(5);
    let rows = payments::query::credit_accounts(&m.t.operator(), &page).await.unwrap().into_rows();
    (rows[0].balance.minor, rows[0].reserved_minor)
}

testkit::both_databases! {
    async fn each_part_takes_credit_first_and_gives_the_card_its_money_back_first(t: TestEnv) {
        let m = Market::new(t).await;
        let (anna, bert) = (m.shop("anna").await, m.shop("bert").await);
        let lines = [(m.goods(&anna, "A1", 1000, 9).await, 2), (m.goods(&bert, "B1", 700, 9).await, 1)];
        let order = with_gift_card(&m, &lines, 500).await;
        assert_eq!((order.payment_state, credit(&m).await), (PaymentState::Authorized, (500, 500)));
        let first = m.accept(&order, &anna).await;
        assert_eq!(first.merchant_order.state, MerchantOrderState::ToShip);
        assert_eq!((first.merchant_order.captured_minor, credit(&m).await), (first.merchant_order.total_minor, (0, 0)));
        let second = m.accept(&order, &bert).await;
        assert_eq!(second.merchant_order.captured_minor, second.merchant_order.total_minor);
        assert_eq!(m.order(&order).await.payment_state, PaymentState::Paid);
        // All of it goes back: the card's share to the card, the rest to the gift card.
        let cancel = orders::command::CancelOrder {
            order: order.id,
            reason: orders::model::status::CancelReason::BuyerRequest,
            note: None,
        };
        orders::command::cancel_order(&m.t.operator(), cancel).await.unwrap();
        m.drain().await;
        let order = m.order(&order).await;
        assert_eq!((order.state, order.payment_state), (OrderState::Canceled, PaymentState::Refunded));
        assert_eq!(credit(&m).await, (500, 0));
        m.verify().await;
    }

    async fn when_the_card_fails_at_the_capture_the_gift_card_gets_its_part_back(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 9).await;
        let order = with_gift_card(&m, &[(offer, 1)], 300).await;
        // The card's hold runs out and nobody renews it.
        m.t.clock.advance(chrono::Duration::days(8));
        let part = m.accept(&order, &shop).await;
        assert_eq!(part.merchant_order.state, MerchantOrderState::AwaitingPayment);
        assert_eq!((part.merchant_order.captured_minor, credit(&m).await), (300, (0, 0)));
        capture_failed(&m.t.system(), order.id, part.merchant_order.id).await.unwrap();
        m.drain().await;
        let order = m.order(&order).await;
        assert_eq!((order.state, order.payment_state), (OrderState::Canceled, PaymentState::Refunded));
        assert_eq!((credit(&m).await, m.available(&shop, "A1").await), ((300, 0), 9));
        m.verify().await;
    }
}
