//! What is taken out of an order is told once, with the amounts.

use chrono::Duration;
use mail::Captured;
use orders::command::{
    CancelOrder, CancelUnits, Decide, Decision, LineDecision, PayWith, cancel_order, cancel_units, decide, expire_due,
    place,
};
use orders::event::{LatePaymentRefused, LinesRefused, OrderRevived, OrderUnitsCanceled};
use orders::model::status::CancelReason;
use orders::{Order, OrderLine};
use sea_orm::ConnectionTrait;

use crate::stage::{ANN, market, subjects, told};
use crate::support::{self, Market, Shop, event_units};

/// Tells the newest fact of a kind again, as a dispatcher does that was stopped before it could say that it was done.
async fn again<E: outbox::Event>(m: &Market) {
    let ctx = m.t.system();
    let read = m.t.world.db.read();
    let sql = "SELECT payload FROM outbox_event WHERE kind = ? ORDER BY id DESC LIMIT 1";
    let row = read.query_one_raw(db::dialect::statement(read, sql, [E::KIND.into()])).await.unwrap().unwrap();
    let fact: E = serde_json::from_str(&row.try_get_by_index::<String>(0).unwrap()).unwrap();
    let mut tx = ctx.begin_write().await.unwrap();
    tx.emit(&fact);
    tx.commit().await.unwrap();
    m.drain().await;
}

fn line<'a>(lines: &'a [OrderLine], sku: &str) -> &'a OrderLine {
    lines.iter().find(|line| line.sku == sku).unwrap()
}

fn all(captured: &Captured) -> usize {
    subjects(captured, ANN).len()
}

async fn canceled(m: &Market, order: &Order) {
    let input = CancelOrder { order: order.id, reason: CancelReason::BuyerRequest, note: None };
    cancel_order(&m.t.operator(), input).await.unwrap();
    m.drain().await;
}

async fn two_kinds(m: &Market, shop: &Shop) -> Order {
    let kinds = [(m.goods(shop, "A1", 1_000, 9).await, 2), (m.goods(shop, "A2", 700, 9).await, 1)];
    m.placed(&kinds, "card_sandbox").await
}

testkit::both_databases! {
    async fn a_refused_line_is_told_once(t: TestEnv) {
        let (m, captured) = market(t).await;
        let shop = m.shop("anna").await;
        let order = two_kinds(&m, &shop).await;
        let part = m.part(&order, &shop).await;
        let decision = |sku: &str, accept: bool| LineDecision {
            line: line(&part.lines, sku).id,
            accept,
            reason: (!accept).then_some(CancelReason::OutOfStock),
        };
        let decision = Decision::Lines(vec![decision("A1", true), decision("A2", false)]);
        let input = Decide { merchant_order: part.merchant_order.id, expected_version: None, decision };
        decide(&shop.staff, input).await.unwrap();
        m.drain().await;
        let mails = told(&captured, "Part of your order");
        assert_eq!((mails.len(), all(&captured)), (1, 2), "placed and refused: {:#?}", subjects(&captured, ANN));
        let text = &mails[0].text;
        for words in ["1 x Product A2", "The reason given: out of stock", "It cost 7.00 EUR. You do not have to pay that."] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(!text.contains("Product A1"), "{text}");
        again::<LinesRefused>(&m).await;
        assert_eq!(all(&captured), 2, "told again, mailed once");
    }

    async fn a_merchant_that_does_not_answer_is_told_of_once(t: TestEnv) {
        let (m, captured) = market(t).await;
        let shop = m.shop("anna").await;
        two_kinds(&m, &shop).await;
        m.t.clock.advance(Duration::hours(49));
        assert_eq!(expire_due(&m.t.system(), 10).await.unwrap(), 1);
        m.drain().await;
        let mails = told(&captured, "Part of your order");
        assert_eq!((mails.len(), all(&captured)), (1, 2), "{:#?}", subjects(&captured, ANN));
        assert!(mails[0].text.contains("the merchant did not answer in time"), "{}", mails[0].text);
    }

    async fn an_order_of_three_merchants_is_canceled_in_one_mail(t: TestEnv) {
        let (m, captured) = market(t).await;
        let mut wanted = Vec::new();
        for (name, sku) in [("anna", "A1"), ("berta", "B1"), ("clara", "C1")] {
            let shop = m.shop(name).await;
            wanted.push((m.goods(&shop, sku, 1_000, 9).await, 1));
        }
        let order = m.placed(&wanted, "bank_transfer").await;
        m.transfer(&order, order.total_minor, "R1").await;
        assert_eq!(told(&captured, "Payment received").len() + 1, all(&captured), "{:#?}", subjects(&captured, ANN));
        canceled(&m, &order).await;
        let mails = told(&captured, &format!("Order {}: canceled", order.number));
        assert_eq!(mails.len(), 1, "{:#?}", subjects(&captured, ANN));
        let total = kernel::Money::new(order.total_minor, order.currency);
        let text = &mails[0].text;
        for words in [
            format!("your order {} was canceled:", order.number),
            "1 x Product A1".to_owned(),
            "1 x Product B1".to_owned(),
            "1 x Product C1".to_owned(),
            format!("It cost {total}. You have paid {total} of it"),
        ] {
            assert!(text.contains(&words), "{words}: {text}");
        }
        let before = all(&captured);
        again::<OrderUnitsCanceled>(&m).await;
        assert_eq!(all(&captured), before, "told again, mailed once");
    }

    async fn a_part_that_is_canceled_names_what_goes_back(t: TestEnv) {
        let (m, captured) = market(t).await;
        let shop = m.shop("anna").await;
        let order = two_kinds(&m, &shop).await;
        let part = m.accept(&order, &shop).await;
        let cancel = async |quantity: i64| {
            let input = CancelUnits {
                merchant_order: part.merchant_order.id,
                expected_version: None,
                lines: vec![event_units(line(&part.lines, "A1").id, quantity)],
                reason: CancelReason::OutOfStock,
                note: None,
            };
            cancel_units(&shop.staff, input).await.unwrap();
            m.drain().await;
        };
        cancel(1).await;
        let mails = told(&captured, &format!("Order {}: canceled", order.number));
        assert_eq!(mails.len(), 1);
        let text = &mails[0].text;
        assert!(text.contains("this part of your order") && text.contains("1 x Product A1"), "{text}");
        assert!(text.contains("It cost 10.00 EUR. You have paid 10.00 EUR of it"), "{text}");
        // The refund is a fact of its own: one mail when the money went back.
        let refunds: Vec<_> = subjects(&captured, ANN).into_iter().filter(|s| s.to_lowercase().contains("refund")).collect();
        assert_eq!(refunds.len(), 1, "{:#?}", subjects(&captured, ANN));
        // A second command is a second fact.
        cancel(1).await;
        assert_eq!(told(&captured, &format!("Order {}: canceled", order.number)).len(), 2);
    }

    async fn a_declined_card_is_told_once(t: TestEnv) {
        let (m, captured) = market(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1_000, 9).await;
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(offer, 1)]).await;
        let plan = m.plan(&ctx, &access).await;
        let mut input = support::place(&access, &plan, "k1", "card_sandbox");
        input.payment = PayWith { token: Some("tok_declined".to_owned()), ..input.payment };
        let order = place(&ctx, input).await.unwrap();
        m.drain().await;
        assert_eq!(m.order(&order).await.state, orders::model::status::OrderState::Canceled);
        let subjects = subjects(&captured, ANN);
        assert_eq!(subjects.len(), 2, "placed and not paid, and no third mail: {subjects:#?}");
        let text = &told(&captured, "Payment for order")[0].text;
        assert!(text.contains("the card was declined") && text.contains("Nothing was charged"), "{text}");
    }

    async fn a_transfer_that_never_comes_is_told_once(t: TestEnv) {
        let (m, captured) = market(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1_000, 9).await;
        let order = m.placed(&[(offer, 1)], "bank_transfer").await;
        m.t.clock.advance(Duration::days(8));
        payments::expire_due(&m.t.system(), m.t.system().now()).await.unwrap();
        m.drain().await;
        let mails = told(&captured, &format!("Order {}: canceled", order.number));
        assert_eq!((mails.len(), all(&captured)), (1, 2), "{:#?}", subjects(&captured, ANN));
        assert!(mails[0].text.contains("the payment did not arrive"), "{}", mails[0].text);
    }

    async fn late_money_is_told_once(t: TestEnv) {
        let (m, captured) = market(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1_000, 3).await;
        // Two orders whose provider answers hours after the time to pay is over; the goods are there for one of them.
        let (mut orders, system) = (Vec::new(), m.t.system());
        for key in ["k1", "k2"] {
            let ctx = m.t.anonymous();
            let (_, access) = m.cart(&ctx, &[(offer, 1)]).await;
            let plan = m.plan(&ctx, &access).await;
            let mut input = support::place(&access, &plan, key, "card_sandbox");
            input.payment.token = Some("tok_very_late".to_owned());
            orders.push(place(&ctx, input).await.unwrap());
            m.drain().await;
        }
        m.t.clock.advance(Duration::minutes(31));
        payments::expire_due(&system, system.now()).await.unwrap();
        // The charges are tried again, and the provider still does not answer.
        m.dispatcher.drain().await.unwrap();
        assert_eq!(told(&captured, "Order").len(), 2, "canceled: {:#?}", subjects(&captured, ANN));
        shop.stock("A1", shop.one, 1).await;
        m.t.clock.advance(Duration::hours(3));
        payments::sweep(&system, system.now()).await.unwrap();
        m.drain().await;
        let (revived, late) = (told(&captured, "Payment received"), told(&captured, "Your payment for order"));
        assert_eq!((revived.len(), late.len(), all(&captured)), (1, 1, 6), "{:#?}", subjects(&captured, ANN));
        assert!(late[0].text.contains("the goods are sold by now"), "{}", late[0].text);
        let about = |mail: &mail::Message, order: &Order| mail.subject.contains(&order.number);
        assert!(orders.iter().all(|order| about(&revived[0], order) != about(&late[0], order)));
        again::<LatePaymentRefused>(&m).await;
        again::<OrderRevived>(&m).await;
        assert_eq!(all(&captured), 6, "told again, mailed once");
    }
}
