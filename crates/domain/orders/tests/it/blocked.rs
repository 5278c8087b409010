//! What a block takes from a merchant that has orders, and what it leaves.

use kernel::{Fault as _, PageArgs};
use merchants::{ChangeStatus, Closing, PlanClosings};
use orders::command::{Decide, Decision, LineDecision, decide, place as place_cart, ship};
use orders::model::status::MerchantOrderState as State;
use orders::query;
use testkit::tokio::task::JoinSet;

use crate::support::{Market, Shop, parcel, place};

fn code<T>(result: Result<T, orders::Error>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "OK")
}

async fn version(m: &Market, shop: &Shop) -> i64 {
    merchants::get(&m.t.operator(), shop.id).await.unwrap().version
}

async fn block(m: &Market, shop: &Shop, reason: &str) {
    let expected_version = version(m, shop).await;
    let reason_code = Some(reason.to_owned());
    let why = ChangeStatus { id: shop.id, expected_version, reason_code, reason: Some("As stated".to_owned()) };
    merchants::suspend(&m.t.operator(), why).await.unwrap();
}

async fn reopen(m: &Market, shop: &Shop) {
    let expected_version = version(m, shop).await;
    let why = ChangeStatus { id: shop.id, expected_version, reason_code: None, reason: None };
    merchants::reopen(&m.t.operator(), why).await.unwrap();
}

testkit::both_databases! {
    async fn the_reason_says_what_becomes_of_open_orders(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 20).await;
        for (reason, accepts, sends) in [("other", true, true), ("papers_expired", false, true), ("fraud", false, false)] {
            let old = m.placed(&[(offer, 1)], "card_sandbox").await;
            let new = m.placed(&[(offer, 1)], "card_sandbox").await;
            let accepted = m.accept(&old, &shop).await;
            block(&m, &shop, reason).await;
            let waiting = m.part(&new, &shop).await;
            let all = Decide { merchant_order: waiting.merchant_order.id, expected_version: None, decision: Decision::AcceptAll };
            let (accept, send) = (decide(&shop.staff, all.clone()).await, shop.ship(&accepted, None).await);
            assert_eq!(code(accept), if accepts { "OK" } else { "MERCHANT_BLOCKED" }, "{reason}");
            assert_eq!(code(send), if sends { "OK" } else { "MERCHANT_BLOCKED" }, "{reason}");
            if !accepts {
                // Refusing is always possible, and the operator may go on in its place.
                if sends {
                    let line = LineDecision { line: waiting.lines[0].id, accept: false, reason: None };
                    decide(&shop.staff, Decide { decision: Decision::Lines(vec![line]), ..all }).await.unwrap();
                } else {
                    decide(&m.t.operator(), all).await.unwrap();
                    ship(&m.t.operator(), parcel(&accepted, None)).await.unwrap();
                }
            }
            m.drain().await;
            reopen(&m, &shop).await;
        }
        m.verify().await;
    }

    async fn who_accepts_by_itself_does_not_while_it_may_not(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop_with("anna", true).await;
        let offer = m.goods(&shop, "A1", 1000, 20).await;
        let order = m.placed(&[(offer, 1)], "bank_transfer").await;
        block(&m, &shop, "papers_expired").await;
        m.transfer(&order, m.order(&order).await.total_minor, "R1").await;
        assert_eq!(m.part(&order, &shop).await.merchant_order.state, State::AwaitingAcceptance);
        reopen(&m, &shop).await;
        m.accept(&order, &shop).await;
        m.verify().await;
    }

    /// M2: when the block is answered, no order appears any more.
    async fn no_order_appears_after_a_block_was_answered(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 100).await;
        let ctx = m.t.anonymous();
        let mut tasks = JoinSet::new();
        for _ in 0..30 {
            let (_, access) = m.cart(&ctx, &[(offer, 1)]).await;
            let plan = m.plan(&ctx, &access).await;
            let ctx = ctx.clone();
            tasks.spawn(async move { place_cart(&ctx, place(&access, &plan, "k", "card_sandbox")).await.map_err(|e| e.code()) });
        }
        let count = async || {
            let page = query::orders(&m.t.operator(), &query::OrderFilter::default(), &PageArgs::first(100)).await.unwrap();
            page.items.len()
        };
        // Some are placed before, so that the block comes in the middle.
        let mut placed = 0;
        while placed < 3 {
            placed += usize::from(tasks.join_next().await.unwrap().unwrap().is_ok());
        }
        block(&m, &shop, "fraud").await;
        let then = count().await;
        while let Some(result) = tasks.join_next().await {
            match result.unwrap() {
                Ok(_) => placed += 1,
                Err(code) => assert_eq!(code, "MERCHANT_CANNOT_SELL"),
            }
        }
        assert_eq!((count().await, placed), (then, then));
        m.verify().await;
    }

    async fn within_a_planned_closing_nothing_is_ordered(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 20).await;
        let order = m.placed(&[(offer, 1)], "card_sandbox").await;
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(offer, 1)]).await;
        let plan = m.plan(&ctx, &access).await;
        let now = m.t.operator().now();
        let closing = Closing { from: now, until: now + chrono::Duration::hours(2), note: None };
        let planned = PlanClosings { id: shop.id, expected_version: version(&m, &shop).await, closings: vec![closing] };
        merchants::plan_closings(&shop.staff, planned).await.unwrap();
        let during = place_cart(&ctx, place(&access, &plan, "k", "card_sandbox")).await;
        assert_eq!(code(during), "MERCHANT_CANNOT_SELL");
        // What was ordered before is finished.
        m.accept(&order, &shop).await;
        m.t.clock.advance(chrono::Duration::hours(2));
        let plan = m.plan(&ctx, &access).await;
        assert_eq!(code(place_cart(&ctx, place(&access, &plan, "k2", "card_sandbox")).await), "OK");
    }
}
