//! Many buyers, few units; many kills; many orders.

use std::sync::Arc;
use std::time::Duration;

use e2e::bazaar::{Bazaar, Size};
use e2e::olist::Dataset;
use e2e::site::{OPERATOR, Options};
use e2e::{Json as _, Kind, Site, bench, crash, environment, replay};

use crate::common::{PATIENCE, finish};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_there_is_sold_once() {
    for kind in Kind::present("overselling") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let size = Size { merchants: 1, products: 1, variants: 1, units: 20 };
        let bazaar = Arc::new(Bazaar::open(&site.client().unwrap(), size).await.unwrap());
        let rush = bench::rush(&bazaar, &bazaar.offers[0][0], 40).await.unwrap();
        assert_eq!((rush.placed, rush.refused), (20, 20));
        finish(site).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_keeps_orders_and_goes_on_with_them() {
    for kind in Kind::present("restarting with orders") {
        let mut site = Site::start(kind, Options::default()).await.unwrap();
        let size = Size { merchants: 3, products: 2, variants: 1, units: 100 };
        let bazaar = Bazaar::open(&site.client().unwrap(), size).await.unwrap();
        let mut orders = Vec::new();
        for number in 0..5 {
            orders.push(bazaar.storefront.buy(&bazaar.basket(number)).await.unwrap());
        }
        site.stop().await.unwrap();
        site.up().await.unwrap();
        for placed in &orders {
            bazaar.storefront.wait_paid(placed).await.unwrap();
        }
        bazaar.fulfil_all().await.unwrap();
        site.wait_quiet(PATIENCE).await.unwrap();
        for placed in &orders {
            let order = bazaar.storefront.order(placed).await.unwrap();
            assert_eq!(order.text("fulfillmentStatus").unwrap(), "DELIVERED", "{order}");
            assert_eq!(order.minor("total").unwrap(), placed.total_minor);
        }
        finish(site).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_lose_and_double_nothing() {
    for kind in Kind::present("kills under load") {
        let options = crash::Options { rounds: 3, seed: 7, buyers: 4, orders_max: 12 };
        let report = crash::run(kind, options).await.unwrap();
        assert_eq!(report.kills, 3);
        assert!(report.acknowledged > 0, "{report:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_orders_are_replayed() {
    let Some(folder) = environment::olist() else {
        environment::skip("the replay of real orders", "the Olist files are not beside the checkout");
        return;
    };
    let data = Dataset::read(&folder, Some(300)).unwrap();
    let known = data.totals();
    for kind in Kind::present("the replay of real orders") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let operator = (OPERATOR.0.to_owned(), OPERATOR.1.to_owned());
        let options = replay::Options { operator, concurrency: 8, talk: false };
        let summary = replay::run(&site.client().unwrap(), &data, &options).await.unwrap();
        assert_eq!(summary.failures, 0, "{:#?}", summary.first_failures);
        assert_eq!((summary.orders, summary.merchant_orders), (known.orders, known.merchant_orders));
        assert_eq!((summary.lines, summary.split_orders), (known.lines, known.split_orders));
        assert_eq!((summary.items_minor, summary.freight_minor), (known.items_minor, known.freight_minor));
        assert_eq!(summary.paid_minor, known.items_minor + known.freight_minor);
        assert_eq!(summary.paid_out_minor, summary.payable_minor);
        site.wait_quiet(Duration::from_secs(120)).await.unwrap();
        finish(site).await;
    }
}
