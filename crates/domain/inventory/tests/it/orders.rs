//! What orders do with stock.

use inventory::{Error, Issue, Release, Reserve, Restock};
use kernel::Fault as _;
use kernel::PageArgs;

use crate::{is_consistent, issue, line, release, reserve, restock, shop, told};

testkit::both_databases! {
    async fn what_is_short_is_named_with_what_is_left_and_nothing_is_reserved(t: TestEnv) {
        let shop = shop(&t).await;
        shop.count("A", shop.one, 5).await;
        shop.count("B", shop.one, 1).await;
        let wants = [shop.want("A", shop.one, 2), shop.want("B", shop.one, 3), shop.want("C", shop.two, 1)];
        let error = reserve(&t, &wants).await.unwrap_err();
        assert_eq!(error.code(), "OUT_OF_STOCK");
        let details = error.details().unwrap();
        let mut left: Vec<_> = details["short"].as_array().unwrap().iter()
            .map(|s| (s["sku"].as_str().unwrap(), s["wanted"].as_i64().unwrap(), s["available"].as_i64().unwrap()))
            .collect();
        left.sort_unstable();
        assert_eq!(left, [("", 1, 0), ("B", 3, 1)]);
        assert_eq!(shop.level("A", shop.one).await.reserved, 0);
        is_consistent(&t).await;
    }

    async fn entries_of_one_article_are_compared_together(t: TestEnv) {
        let shop = shop(&t).await;
        shop.count("A", shop.one, 5).await;
        let (first, second) = (shop.want("A", shop.one, 3), shop.want("A", shop.one, 3));
        let Err(Error::OutOfStock { short }) = reserve(&t, &[first, second]).await else { panic!("must be short") };
        let mut lines = vec![first.order_line_id, second.order_line_id];
        lines.sort();
        assert_eq!((short[0].wanted, short[0].available, &short[0].order_line_ids), (6, 5, &lines));
        // The same line twice is one promise.
        let part = Reserve { quantity: 2, ..first };
        reserve(&t, &[part, part]).await.unwrap();
        reserve(&t, &[Reserve { quantity: 1, ..first }]).await.unwrap();
        assert_eq!(shop.level("A", shop.one).await.reserved, 5);
        is_consistent(&t).await;
    }

    async fn a_second_parcel_consumes_what_is_reserved_at_its_own_location(t: TestEnv) {
        let shop = shop(&t).await;
        shop.count("A", shop.one, 10).await;
        shop.count("A", shop.two, 10).await;
        let (order_line_id, stock_item_id) = (line(), shop.item("A"));
        let at = |location_id, quantity| Reserve { order_line_id, stock_item_id, location_id, quantity };
        reserve(&t, &[at(shop.one, 2), at(shop.two, 3)]).await.unwrap();
        let ship = |location_id, quantity| Issue { order_line_id, location_id, quantity };
        issue(&t, &[ship(shop.one, 2)]).await.unwrap();
        issue(&t, &[ship(shop.two, 2)]).await.unwrap();
        let (one, two) = (shop.level("A", shop.one).await, shop.level("A", shop.two).await);
        assert_eq!((one.on_hand, one.reserved, two.on_hand, two.reserved), (8, 0, 8, 1));
        // Nothing of the line is left at the first location, whatever lies there.
        let refused = issue(&t, &[ship(shop.one, 1)]).await;
        assert!(matches!(refused, Err(Error::NotReserved { wanted: 1, open: 0, .. })));
        release(&t, &[Release { order_line_id, location_id: shop.two, quantity: 1 }]).await.unwrap();
        let again = release(&t, &[Release { order_line_id, location_id: shop.two, quantity: 1 }]).await;
        assert!(matches!(again, Err(Error::NotReserved { open: 0, .. })));
        restock(&t, &[Restock { stock_item_id, location_id: shop.one, quantity: 1 }]).await.unwrap();
        assert_eq!(shop.available(&t, "A").await, [("one".to_owned(), 9), ("two".to_owned(), 8)]);
        let journal = inventory::movements(&shop.staff, Some(one.id), &PageArgs::first(10)).await.unwrap().into_rows();
        let entries: Vec<_> = journal.iter().map(|m| (m.kind.as_str(), m.quantity, m.balance)).collect();
        assert_eq!(entries, [("returned", 1, 9), ("shipped", -2, 8), ("counted", 10, 10)]);
        is_consistent(&t).await;
    }

    async fn an_order_of_five_lines_takes_a_handful_of_statements(t: TestEnv) {
        let shop = shop(&t).await;
        let skus = ["A", "B", "C", "D", "E"];
        for sku in skus {
            shop.count(sku, shop.one, 9).await;
        }
        let wants: Vec<Reserve> = skus.iter().map(|sku| shop.want(sku, shop.one, 2)).collect();
        let mut tx = t.system().begin_write().await.unwrap();
        let recorder = t.world.db.recorder();
        let before = recorder.count();
        inventory::reserve_in_tx(&mut tx, &wants).await.unwrap();
        assert_eq!(recorder.count() - before, 3);
        tx.commit().await.unwrap();
        let ship = |w: &Reserve| Issue { order_line_id: w.order_line_id, location_id: w.location_id, quantity: 1 };
        let ships: Vec<Issue> = wants.iter().map(ship).collect();
        let mut tx = t.system().begin_write().await.unwrap();
        let before = recorder.count();
        inventory::issue_in_tx(&mut tx, &ships, "shp_1").await.unwrap();
        assert_eq!(recorder.count() - before, 4);
        tx.commit().await.unwrap();
        is_consistent(&t).await;
    }

    async fn quantities_out_of_range_are_refused(t: TestEnv) {
        let shop = shop(&t).await;
        shop.count("A", shop.one, 5).await;
        for bad in [0, -1, i64::MIN, i64::MAX] {
            let refused = reserve(&t, &[shop.want("A", shop.one, bad)]).await.unwrap_err();
            assert_eq!(refused.code(), "OUT_OF_RANGE", "{bad}");
        }
        reserve(&t, &[]).await.unwrap();
        release(&t, &[]).await.unwrap();
        issue(&t, &[]).await.unwrap();
        restock(&t, &[]).await.unwrap();
        let nowhere = Restock { stock_item_id: shop.item("NEVER"), location_id: shop.one, quantity: 1 };
        assert_eq!(restock(&t, &[nowhere]).await.unwrap_err().code(), "NOT_FOUND");
        is_consistent(&t).await;
    }

    async fn a_turn_of_availability_is_told_and_nothing_else(t: TestEnv) {
        let shop = shop(&t).await;
        shop.count("A", shop.one, 3).await;
        assert_eq!(told(&t).await, 1);
        let first = shop.want("A", shop.one, 2);
        reserve(&t, &[first]).await.unwrap();
        assert_eq!(told(&t).await, 1);
        reserve(&t, &[shop.want("A", shop.one, 1)]).await.unwrap();
        assert_eq!(told(&t).await, 2);
        release(&t, &[Release { order_line_id: first.order_line_id, location_id: shop.one, quantity: 1 }]).await.unwrap();
        assert_eq!(told(&t).await, 3);
    }
}
