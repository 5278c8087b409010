//! Counterparties are kept in step with a CRM, which is away for a while.

use e2e::bazaar::{Bazaar, Size};
use e2e::crm::Connector;
use e2e::market::sign_in;
use e2e::peer::Crm;
use e2e::site::{OPERATOR, Options};
use e2e::{Client, Error, Json as _, Kind, Site};
use serde_json::{Value, json};

use crate::common::{ask, eventually, finish, refused, run};

const SIZE: Size = Size { merchants: 2, products: 1, variants: 1, units: 5 };

/// A key that may tell what the CRM knows, and read what it has to; nothing else.
async fn key(operator: &Client) -> String {
    let may = |resource: &str, verb: &str| json!({ "resource": resource, "verb": verb, "scope": "ALL" });
    let permissions = [may("sync", "send"), may("sync", "read"), may("merchant", "read"), may("change_feed", "read")];
    let role = json!({ "team": "OPERATOR", "name": "CRM", "permissions": permissions });
    let role = run(operator, "merchant/team#CustomRoleCreate", role).await["customRole"]["id"].clone();
    let key = json!({ "name": "CRM", "kind": "OPERATOR", "customRoleId": role });
    run(operator, "merchant/team#ApiKeyCreate", key).await.text("created.secret").unwrap().to_owned()
}

async fn legal_name(operator: &Client, id: &str) -> Value {
    ask(operator, "operator/merchants#Merchant", json!({ "id": id })).await["merchant"]["legal"]["legalName"].clone()
}

fn states(told: &[Value]) -> Vec<&str> {
    told.iter().map(|message| message["state"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counterparties_are_kept_in_step_with_a_crm_that_was_away() {
    for kind in Kind::present("a CRM") {
        let mut site = Site::start(kind, Options::default()).await.unwrap();
        let client = site.client().unwrap();
        let bazaar = Bazaar::open(&client, SIZE).await.unwrap();
        let operator = sign_in(&client, OPERATOR.0, OPERATOR.1).await.unwrap();
        let merchants: Vec<&str> = bazaar.staff.iter().map(|staff| staff.merchant_id.as_str()).collect();
        let system = json!({ "code": "crm", "name": "CRM", "fields": ["LEGAL_NAME", "SEAT"] });
        let system = run(&operator, "operator/sync#SyncSystemCreate", system).await["system"]["id"].clone();
        for (external, merchant) in [("C-1", merchants[0]), ("C-2", merchants[1])] {
            let link = json!({ "systemId": system, "externalId": external, "merchantId": merchant });
            run(&operator, "operator/sync#SyncLinkCreate", link).await;
        }
        let crm = Crm::start().await.unwrap();
        for (external, name) in [("C-1", "Atlas Ceramics SARL"), ("C-2", "Fjord AS"), ("C-3", "Nobody here")] {
            crm.name(external, name);
        }
        let by = client.with_token(&key(&operator).await);
        let mut connector = Connector::new(by.clone(), &crm.url(), (system.as_str().unwrap(), "crm"));
        assert_eq!(states(&connector.push().await.unwrap()), ["APPLIED", "APPLIED"]);
        assert_eq!(connector.push().await.unwrap(), Vec::<Value>::new(), "Souk has all that is newest");
        assert_eq!(legal_name(&operator, merchants[0]).await, "Atlas Ceramics SARL");
        quiet(&operator).await;
        connector.pull().await.unwrap();

        // People keep the rest; the name is kept by the CRM. What the CRM told does not come back to it.
        let bea = json!([{ "topic": "FINANCE", "name": "Bea", "email": "bea@atlas.example" }]);
        let edit = json!({ "merchantId": merchants[0], "expectedVersion": 0, "contacts": bea });
        run(&operator, "merchant/onboarding#MerchantCounterpartyEdit", edit).await;
        crm.name("C-2", "Fjord & Pine AS");
        assert_eq!(states(&connector.push().await.unwrap()), ["APPLIED"]);
        quiet(&operator).await;
        assert_eq!(connector.pull().await.unwrap(), 1, "the change of people, not its own");
        assert_eq!(crm.company("C-1").contacts[0]["email"], "bea@atlas.example");
        let seen = ask(&operator, "operator/merchants#Merchant", json!({ "id": merchants[0] })).await;
        let legal = json!({ "legalName": "By hand", "country": "DE" });
        let by_hand = json!({ "id": merchants[0], "expectedVersion": seen["merchant"]["version"], "legal": legal });
        let Error::Refused(errors) = refused(&operator, "merchant/profile#MerchantLegalEdit", by_hand).await else {
            panic!("refused by a rule")
        };
        assert_eq!(errors[0].code, "KEPT_ELSEWHERE");

        // Souk is away while the CRM is worked with, and is killed with messages on their way.
        site.kill().await.unwrap();
        for name in ["Atlas", "Atlas Keramik GmbH"] {
            crm.name("C-1", name);
        }
        crm.name("C-2", "Fjord Oy");
        assert!(connector.push().await.is_err());
        site.up().await.unwrap();
        assert_eq!(states(&connector.push().await.unwrap()), ["APPLIED", "APPLIED"]);
        for (merchant, name) in [(merchants[0], "Atlas Keramik GmbH"), (merchants[1], "Fjord Oy")] {
            assert_eq!(legal_name(&operator, merchant).await, name);
        }
        // The key is good for this and nothing else.
        let more = json!({ "code": "erp", "name": "ERP" });
        assert!(refused(&by, "operator/sync#SyncSystemCreate", more).await.to_string().contains("FORBIDDEN"));
        finish(site).await;
    }
}

/// Waits until nothing of the feed is held back by a transaction that still runs.
async fn quiet(client: &Client) {
    eventually("the feed", async || {
        let feed = ask(client, "operator/integrations#ChangeFeed", json!({ "first": 1 })).await;
        (feed.int("changeFeed.heldCount").unwrap() == 0).then_some(())
    })
    .await;
}
