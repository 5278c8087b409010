//! Opening a marketplace.

use e2e::market::{Market, NewMerchant, Wanted};
use e2e::site::{OPERATOR, Options};
use e2e::{Kind, Site, operations};
use serde_json::json;

fn wanted() -> Wanted {
    Wanted {
        channel: "test".to_owned(),
        currency: "EUR".to_owned(),
        country: "DE".to_owned(),
        locale: "de".to_owned(),
        tax_percent: "19".to_owned(),
        quoted_delivery: false,
        hold_days: 0,
    }
}

#[tokio::test]
async fn opening_twice_finds_what_is_there() {
    for kind in Kind::present("opening a marketplace") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let client = site.client().unwrap();
        let first = Market::open(&client, OPERATOR.0, OPERATOR.1, &wanted()).await.unwrap();
        let again = Market::open(&client, OPERATOR.0, OPERATOR.1, &wanted()).await.unwrap();
        assert_eq!((&first.channel_id, &first.tax_class_id), (&again.channel_id, &again.tax_class_id));
        let rows: Vec<_> = (0..3)
            .map(|n| NewMerchant {
                name: "Same name".to_owned(),
                legal_name: format!("Company {n}"),
                city: "Köln".to_owned(),
                email: format!("m{n}@example.com"),
            })
            .collect();
        let merchants = first.merchants(&rows).await.unwrap();
        let staff = first.staff(&merchants[1]).await.unwrap();
        let own = operations::find("merchant/profile", "OwnMerchant").unwrap();
        for (id, found) in [(&merchants[1], true), (&merchants[0], false)] {
            let answer = staff.client.query(own, json!({ "id": id })).await.unwrap();
            assert_eq!(!answer["merchant"].is_null(), found, "a key is for one merchant: {answer}");
        }
        first.location(&merchants[1], "main").await.unwrap();
        site.wait_quiet(std::time::Duration::from_secs(30)).await.unwrap();
        site.verify().await.unwrap();
        site.close().await.unwrap();
    }
}
