//! Starting and stopping.

use e2e::market::sign_in;
use e2e::site::{OPERATOR, Options};
use e2e::{Json as _, Kind, Site};
use serde_json::json;

use crate::common::{ask, finish};

#[tokio::test]
async fn a_restart_keeps_the_address_and_the_data_folder() {
    for kind in Kind::present("starting and stopping") {
        let mut site = Site::start(kind, Options::default()).await.unwrap();
        let client = site.client().unwrap();
        let version = client.query("{ version }", json!({})).await.unwrap();
        assert!(version["version"].is_string(), "{version}");
        site.stop().await.unwrap();
        assert!(client.query("{ version }", json!({})).await.is_err());
        site.up().await.unwrap();
        client.query("{ version }", json!({})).await.unwrap();
        site.kill().await.unwrap();
        site.up().await.unwrap();
        site.close().await.unwrap();
    }
}

#[tokio::test]
async fn the_demo_starts_with_a_marketplace_that_is_in_order() {
    let site = Site::start(Kind::Sqlite, Options { content: true, ..Options::default() }).await.unwrap();
    let client = site.client().unwrap();
    let channels = client.query("{ channels(first: 1) { edges { node { code } } } }", json!({})).await.unwrap();
    let page = json!({ "channel": channels.nodes("channels").unwrap()[0].text("code").unwrap(), "first": 20 });
    let page = ask(&client, "storefront/products#StorefrontProducts", page).await;
    let products = page.nodes("storefrontProducts").unwrap();
    assert_eq!(products.len(), 20);
    let image = products[0].text("product.images.0.url").unwrap();
    assert!(client.http().get(image).send().await.unwrap().status().is_success());
    let operator = sign_in(&client, OPERATOR.0, OPERATOR.1).await.unwrap();
    let merchants = ask(&operator, "operator/merchants#Merchants", json!({ "first": 100 })).await;
    assert_eq!(merchants.nodes("merchants").unwrap().len(), 8);
    let orders = ask(&operator, "operator/orders#Orders", json!({ "first": 100 })).await;
    assert_eq!(orders.nodes("orders").unwrap().len(), 60);
    finish(site).await;
}
