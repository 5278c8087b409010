//! Starting and stopping.

use e2e::site::Options;
use e2e::{Kind, Site};

#[tokio::test]
async fn a_restart_keeps_the_address_and_the_data_folder() {
    for kind in Kind::present("starting and stopping") {
        let mut site = Site::start(kind, Options::default()).await.unwrap();
        let client = site.client().unwrap();
        let version = client.query("{ version }", serde_json::json!({})).await.unwrap();
        assert!(version["version"].is_string(), "{version}");
        site.stop().await.unwrap();
        assert!(client.query("{ version }", serde_json::json!({})).await.is_err());
        site.up().await.unwrap();
        client.query("{ version }", serde_json::json!({})).await.unwrap();
        site.kill().await.unwrap();
        site.up().await.unwrap();
        site.close().await.unwrap();
    }
}
