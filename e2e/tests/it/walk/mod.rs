//! One order, many merchants, from the empty marketplace to the bank file: what the README promises.

mod buy;
mod fulfil;
mod goods;
mod money;
mod open;
mod papers;

use e2e::site::Options;
use e2e::{Client, Kind, Site};
use serde_json::Value;

use crate::common::finish;

/// A merchant and somebody of its staff.
pub struct Stall {
    pub id: String,
    pub staff: Client,
}

/// What the steps hand to each other.
pub struct Walk {
    pub site: Site,
    pub operator: Client,
    pub anonymous: Client,
    pub channel_id: String,
    pub tax_class_id: String,
    pub anna: Stall,
    pub bruno: Stall,
    pub clara: Stall,
}

/// The goods: ids of offers, and what else the steps need.
pub struct Goods {
    pub category_id: String,
    pub teapot: Value,
    pub small: String,
    pub large_of_bruno: String,
    pub bench: String,
    pub candle: String,
    pub matches: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_order_many_merchants() {
    for kind in Kind::present("the walk of an order") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let walk = open::marketplace(site).await;
        let goods = goods::listed(&walk).await;
        goods::strangers_are_kept_out(&walk, &goods).await;
        goods::found_by_buyers(&walk, &goods).await;
        let order = buy::by_card(&walk, &goods).await;
        buy::by_transfer_and_at_the_door(&walk, &goods).await;
        buy::as_a_registered_buyer(&walk, &goods).await;
        let order = fulfil::accepted_shipped_canceled(&walk, order).await;
        fulfil::delivered_and_refunded(&walk, &order).await;
        money::paid_out(&walk, &order).await;
        finish(walk.site).await;
    }
}
