//! Many at once.

use std::sync::Arc;

use inventory::Error;
use testkit::tokio::task::JoinSet;

use crate::{is_consistent, reserve, shop};

testkit::both_databases! {
    async fn of_two_hundred_buyers_for_a_hundred_units_exactly_a_hundred_get_one(t: TestEnv) {
        let shop = shop(&t).await;
        shop.count("LAST", shop.one, 100).await;
        let t = Arc::new(t);
        let mut buyers = JoinSet::new();
        for _ in 0..200 {
            let (t, want) = (t.clone(), shop.want("LAST", shop.one, 1));
            buyers.spawn(async move { reserve(&t, &[want]).await });
        }
        let (mut got, mut refused) = (0, 0);
        while let Some(outcome) = buyers.join_next().await {
            match outcome.unwrap() {
                Ok(()) => got += 1,
                Err(Error::OutOfStock { short }) => {
                    assert_eq!((short.len(), short[0].wanted, short[0].available), (1, 1, 0));
                    refused += 1;
                }
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!((got, refused), (100, 100));
        let level = shop.level("LAST", shop.one).await;
        assert_eq!((level.on_hand, level.reserved, level.available()), (100, 100, 0));
        is_consistent(&t).await;
    }

    async fn buyers_of_the_same_articles_in_opposite_order_do_not_block_each_other(t: TestEnv) {
        let shop = shop(&t).await;
        shop.count("A", shop.one, 1_000).await;
        shop.count("B", shop.one, 1_000).await;
        let t = Arc::new(t);
        let mut buyers = JoinSet::new();
        for n in 0..60 {
            let mut wants = vec![shop.want("A", shop.one, 1), shop.want("B", shop.one, 2)];
            if n % 2 == 0 {
                wants.reverse();
            }
            let t = t.clone();
            buyers.spawn(async move { reserve(&t, &wants).await });
        }
        while let Some(outcome) = buyers.join_next().await {
            outcome.unwrap().unwrap();
        }
        assert_eq!(shop.level("A", shop.one).await.reserved, 60);
        assert_eq!(shop.level("B", shop.one).await.reserved, 120);
        is_consistent(&t).await;
    }

    async fn counting_while_selling_never_goes_below_what_is_promised(t: TestEnv) {
        let shop = Arc::new(shop(&t).await);
        shop.count("C", shop.one, 50).await;
        let t = Arc::new(t);
        let mut tasks = JoinSet::new();
        for n in 0..40 {
            let (t, shop) = (t.clone(), shop.clone());
            tasks.spawn(async move {
                if n % 4 == 0 {
                    let (sku, location_id, on_hand) = ("C".to_owned(), shop.one, 20 + n);
                    let lines = vec![inventory::StockSetLine { sku, location_id, on_hand, safety: None }];
                    let input = inventory::StockSet { merchant_id: None, lines, reference: None };
                    let outcome = inventory::stock_set(&shop.staff, input).await.unwrap();
                    assert!(outcome.errors.iter().all(|error| error.code == "BELOW_RESERVED"));
                } else {
                    match reserve(&t, &[shop.want("C", shop.one, 2)]).await {
                        Ok(()) | Err(Error::OutOfStock { .. }) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
            });
        }
        while let Some(task) = tasks.join_next().await {
            task.unwrap();
        }
        let level = shop.level("C", shop.one).await;
        assert!(level.reserved <= level.on_hand);
        is_consistent(&t).await;
    }
}
