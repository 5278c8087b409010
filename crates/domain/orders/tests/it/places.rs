//! Placement: everything or nothing, once.

use kernel::{Fault, PageArgs};
use orders::command::{PayWith, cart_edit, place as place_cart};
use orders::model::status::{MerchantOrderState, OrderState, PaymentState};
use orders::{Error, query};

use crate::support::{Market, code, details, place};

testkit::both_databases! {
    async fn a_cart_of_three_merchants_becomes_one_order(t: TestEnv) {
        let m = Market::new(t).await;
        let (a, b, c) = (m.shop("anna").await, m.shop("bert").await, m.shop("cleo").await);
        let lines = [
            (m.goods(&a, "A1", 1999, 10).await, 3),
            (m.goods_of(&a, "A2", 25_000, 10, "bulky").await, 1),
            (m.goods(&b, "B1", 12_900, 1).await, 1),
            (m.goods(&c, "C1", 1050, 10).await, 2),
            (m.goods(&c, "C2", 333, 10).await, 3),
        ];
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &lines).await;
        let plan = m.plan(&ctx, &access).await;
        assert_eq!(plan.consignments.len(), 4);
        let before = m.t.world.db.recorder().count();
        let order = place_cart(&ctx, place(&access, &plan, "k1", "card_sandbox")).await.unwrap();
        let statements = m.t.world.db.recorder().count() - before;
        assert!(statements <= 32, "{statements} statements");
        assert_eq!(order.total_minor, plan.totals.total);
        assert_eq!(order.email, "ann@example.org");
        let parts = m.parts(&order).await;
        assert_eq!(parts.iter().map(|p| p.merchant_order.total_minor).sum::<i64>(), order.total_minor);
        assert_eq!(parts.iter().map(|p| p.fulfillments.len()).sum::<usize>(), 4);
        assert!(parts.iter().all(|p| p.merchant_order.state == MerchantOrderState::Staging));
        assert_eq!(m.available(&a, "A1").await, 7);
        m.verify().await;
        m.drain().await;
        let order = m.order(&order).await;
        assert_eq!((order.state, order.payment_state), (OrderState::Placed, PaymentState::Authorized));
        assert!(m.parts(&order).await.iter().all(|p| p.merchant_order.state == MerchantOrderState::AwaitingAcceptance));
        let steps = query::timeline_of_order(&m.t.operator(), order.id, &PageArgs::first(100)).await.unwrap();
        let kinds: Vec<String> = steps.into_rows().into_iter().map(|step| step.kind).collect();
        assert_eq!(kinds, ["placed", "payment_authorized", "released", "released", "released"]);
        let frozen = query::plan_of_order(&m.t.operator(), order.id).await.unwrap();
        assert_eq!(frozen.hash, plan.hash);
        m.verify().await;
    }

    async fn the_same_key_gives_the_same_answer_and_nothing_else_does(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 10).await;
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(offer, 2)]).await;
        let plan = m.plan(&ctx, &access).await;
        let first = place_cart(&ctx, place(&access, &plan, "k1", "cash_on_delivery")).await.unwrap();
        let again = place_cart(&ctx, place(&access, &plan, "k1", "cash_on_delivery")).await.unwrap();
        assert_eq!(first.id, again.id);
        let mut other = place(&access, &plan, "k1", "cash_on_delivery");
        other.email = Some("bob@example.org".to_owned());
        assert_eq!(code(place_cart(&ctx, other).await), "IDEMPOTENCY_KEY_REUSED");
        assert_eq!(code(place_cart(&ctx, place(&access, &plan, "k2", "cash_on_delivery")).await), "CART_ORDERED");
        let mut stranger = place(&access, &plan, "k1", "cash_on_delivery");
        stranger.cart.token = Some("guess".to_owned());
        assert_eq!(code(place_cart(&ctx, stranger).await), "NOT_FOUND");
        assert_eq!(m.available(&shop, "A1").await, 8);
        m.verify().await;
    }

    async fn what_the_buyer_did_not_see_is_refused_with_the_new_plan(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 10).await;
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(offer, 2)]).await;
        let plan = m.plan(&ctx, &access).await;
        let mut wrong = place(&access, &plan, "k1", "card_sandbox");
        wrong.expected_total_minor -= 1;
        let error = place_cart(&ctx, wrong).await.unwrap_err();
        assert_eq!(error.code(), "PLAN_CHANGED");
        let Error::PlanChanged(new) = error else { panic!("{error}") };
        assert_eq!(new.hash, plan.hash);
        shop.stock("A1", shop.one, 1).await;
        let error = place_cart(&ctx, place(&access, &plan, "k1", "card_sandbox")).await.unwrap_err();
        assert_eq!(error.code(), "OUT_OF_STOCK");
        assert_eq!(error.details().unwrap()["lines"][0]["available"], 1);
        // Stock at another location makes another plan, which the buyer has to see first.
        shop.stock("A1", shop.two, 5).await;
        assert_eq!(code(place_cart(&ctx, place(&access, &plan, "k1", "card_sandbox")).await), "PLAN_CHANGED");
        let plan = m.plan(&ctx, &access).await;
        assert!(place_cart(&ctx, place(&access, &plan, "k1", "card_sandbox")).await.is_ok());
        m.verify().await;
    }

    async fn what_cannot_be_placed_says_why_and_changes_nothing(t: TestEnv) {
        let m = Market::new(t).await;
        let (shop, other) = (m.shop("anna").await, m.shop("bert").await);
        let offer = m.goods(&shop, "A1", 1000, 10).await;
        let bulky = m.goods_of(&other, "B1", 1000, 10, "bulky").await;
        let ctx = m.t.anonymous();
        let (_, empty) = m.cart(&ctx, &[]).await;
        let plan = m.plan(&ctx, &empty).await;
        assert_eq!(code(place_cart(&ctx, place(&empty, &plan, "k", "card_sandbox")).await), "CART_EMPTY");
        let (_, access) = m.cart(&ctx, &[(offer, 1), (bulky, 1)]).await;
        let plan = m.plan(&ctx, &access).await;
        assert_eq!(code(place_cart(&ctx, place(&access, &plan, "k", "bitcoin")).await), "UNKNOWN_METHOD");
        assert_eq!(code(place_cart(&ctx, place(&access, &plan, "k", "cash_on_delivery")).await), "CASH_NOT_ACCEPTED");
        let mut no_token = place(&access, &plan, "k", "card_sandbox");
        no_token.payment = PayWith { method: "card_sandbox".to_owned(), ..PayWith::default() };
        assert_eq!(code(place_cart(&ctx, no_token).await), "REQUIRED");
        let suspend = merchants::ChangeStatus { id: other.id, expected_version: 1, reason_code: None, reason: Some("late".to_owned()) };
        merchants::suspend(&m.t.operator(), suspend).await.unwrap();
        let error = place_cart(&ctx, place(&access, &plan, "k", "card_sandbox")).await.unwrap_err();
        assert_eq!(error.code(), "MERCHANT_CANNOT_SELL");
        assert_eq!(m.available(&shop, "A1").await, 10);
        let page = query::orders(&m.t.operator(), &query::OrderFilter::default(), &PageArgs::first(10)).await.unwrap();
        assert!(page.items.is_empty());
        let _ = cart_edit(&ctx, &access, details()).await.unwrap();
    }

    async fn cash_goes_to_the_merchants_at_once_and_a_transfer_when_it_came(t: TestEnv) {
        let m = Market::new(t).await;
        let (a, b) = (m.shop("anna").await, m.shop("bert").await);
        let lines = [(m.goods(&a, "A1", 1000, 10).await, 1), (m.goods(&b, "B1", 2000, 10).await, 1)];
        let cash = m.placed(&lines, "cash_on_delivery").await;
        assert_eq!(m.part(&cash, &a).await.merchant_order.state, MerchantOrderState::AwaitingAcceptance);
        let transfer = m.placed(&lines, "bank_transfer").await;
        assert_eq!(m.part(&transfer, &a).await.merchant_order.state, MerchantOrderState::Staging);
        m.transfer(&transfer, 1000, "r1").await;
        assert_eq!(m.order(&transfer).await.payment_state, PaymentState::PartiallyPaid);
        m.verify().await;
        m.transfer(&transfer, transfer.total_minor - 1000, "r2").await;
        assert_eq!(m.order(&transfer).await.payment_state, PaymentState::Paid);
        assert_eq!(m.part(&transfer, &b).await.merchant_order.state, MerchantOrderState::AwaitingAcceptance);
        let accepted = m.accept(&transfer, &b).await;
        assert_eq!(accepted.merchant_order.state, MerchantOrderState::ToShip);
        m.verify().await;
    }

    async fn a_declined_card_cancels_the_order_and_frees_the_stock(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 10).await;
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(offer, 2)]).await;
        let plan = m.plan(&ctx, &access).await;
        let mut input = place(&access, &plan, "k1", "card_sandbox");
        input.payment.token = Some("tok_declined".to_owned());
        let order = place_cart(&ctx, input).await.unwrap();
        m.drain().await;
        let order = m.order(&order).await;
        assert_eq!((order.state, order.payment_state), (OrderState::Canceled, PaymentState::Voided));
        assert_eq!(m.available(&shop, "A1").await, 10);
        m.verify().await;
    }
}
