//! Many at once.

use orders::command::place as place_cart;
use testkit::tokio::task::JoinSet;

use crate::support::{Market, code, parcel, place};
use kernel::Fault;

testkit::both_databases! {
    async fn two_hundred_buyers_get_a_hundred_units(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 100).await;
        let ctx = m.t.anonymous();
        let mut carts = Vec::new();
        for _ in 0..200 {
            carts.push(m.cart(&ctx, &[(offer, 1)]).await.1);
        }
        let plan = m.plan(&ctx, &carts[0]).await;
        let mut tasks = JoinSet::new();
        for access in carts {
            let ctx = ctx.clone();
            tasks.spawn(async move {
                let plan = orders::command::cart_plan(&ctx, &access).await.unwrap();
                place_cart(&ctx, place(&access, &plan, "k", "card_sandbox")).await
            });
        }
        let (mut placed, mut refused) = (0, 0);
        while let Some(result) = tasks.join_next().await {
            match result.unwrap() {
                Ok(_) => placed += 1,
                Err(error) if error.code() == "OUT_OF_STOCK" => {
                    assert_eq!(error.details().unwrap()["lines"][0]["available"], 0);
                    refused += 1;
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!((placed, refused), (100, 100));
        assert_eq!(m.available(&shop, "A1").await, 0);
        m.verify().await;
        let _ = plan;
    }

    async fn one_cart_in_two_tabs_is_one_order(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 100).await;
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(offer, 1)]).await;
        let plan = m.plan(&ctx, &access).await;
        let mut tasks = JoinSet::new();
        for n in 0..8 {
            let (ctx, input) = (ctx.clone(), place(&access, &plan, if n < 4 { "a" } else { "b" }, "card_sandbox"));
            tasks.spawn(async move { place_cart(&ctx, input).await });
        }
        let mut orders = Vec::new();
        while let Some(result) = tasks.join_next().await {
            match result.unwrap() {
                Ok(order) => orders.push(order.id),
                Err(error) => assert_eq!(error.code(), "CART_ORDERED"),
            }
        }
        orders.dedup();
        assert_eq!(orders.len(), 1);
        assert_eq!(m.available(&shop, "A1").await, 99);
        m.verify().await;
    }

    async fn the_last_unit_is_shipped_once(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 100).await;
        let order = m.placed(&[(offer, 2)], "card_sandbox").await;
        let part = m.accept(&order, &shop).await;
        shop.ship(&part, Some(1)).await.unwrap();
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let (staff, input) = (shop.staff.clone(), parcel(&part, Some(1)));
            tasks.spawn(async move { orders::command::ship(&staff, input).await });
        }
        let mut shipped = 0;
        while let Some(result) = tasks.join_next().await {
            match result.unwrap() {
                Ok(_) => shipped += 1,
                refused => assert_eq!(code(refused), "INVALID_TRANSITION"),
            }
        }
        assert_eq!(shipped, 1);
        m.verify().await;
    }
}
