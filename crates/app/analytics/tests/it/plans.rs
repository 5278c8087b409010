//! Each order of the list is read from its own index.

use analytics::storefront::{self, ListingQuery, Sort};
use kernel::{Currency, Cursor, PageArgs};

testkit::both_databases! {
    async fn no_order_reads_the_whole_listing_or_sorts_it(t: TestEnv) {
        let channel = t.system().new_id();
        let product: kernel::id::ProductId = t.system().new_id();
        let after = [
            (Sort::Newest, Cursor::of(&(t.system().now(), product)), "storefront_listing_newest"),
            (Sort::Title, Cursor::of(&("lamp", product)), "storefront_listing_title"),
            (Sort::PriceAsc, Cursor::of(&(100, product)), "storefront_listing_price"),
            (Sort::PriceDesc, Cursor::of(&(100, product)), "storefront_listing_price"),
        ];
        for (sort, cursor, index) in after {
            for after in [None, Some(cursor.as_str().to_owned())] {
                let query = ListingQuery { sort, ..ListingQuery::all(channel, Currency::EUR) };
                let recorder = t.world.db.recorder();
                recorder.start();
                storefront::list(&t.anonymous(), &query, &PageArgs::new(Some(20), after).unwrap()).await.unwrap();
                let sent = recorder.stop();
                assert_eq!(sent.len(), 1);
                let plan = t.plan(sent[0].clone(), &["enable_seqscan", "enable_sort"]).await.join("\n");
                assert!(plan.contains(index), "{sort:?}: {plan}");
                for slow in ["Seq Scan", "SCAN l\n", "TEMP B-TREE", "Sort"] {
                    assert!(!plan.contains(slow), "{sort:?}: {plan}");
                }
            }
        }
    }
}
