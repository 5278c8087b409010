//! Other systems: webhooks to one that is down for days, and a program that keeps up by the change feed.

use std::collections::BTreeSet;

use e2e::bazaar::{Bazaar, Size};
use e2e::erp::Erp;
use e2e::market::{Staff, sign_in};
use e2e::peer::{Receiver, verified};
use e2e::site::{OPERATOR, Options};
use e2e::{Client, Error, Json as _, Kind, Site};
use serde_json::{Value, json};

use crate::common::{ask, eventually, finish, refused, run};

const SIZE: Size = Size { merchants: 2, products: 3, variants: 1, units: 20 };

fn options() -> Options {
    let options = Options::default().with("SOUK__WEBHOOKS__ALLOW_HTTP", "true");
    options.with("SOUK__WEBHOOKS__ALLOW_NETWORKS", "127.0.0.1/32").with("SOUK__SANDBOX__CLOCK", "true")
}

/// Changes an offer: its handling days.
async fn touch(staff: &Staff, offer: &str, days: i64) {
    let seen = ask(&staff.client, "merchant/offers#Offer", json!({ "id": offer })).await;
    let edit = json!({ "id": offer, "expectedVersion": seen["offer"]["version"], "handlingDays": days });
    run(&staff.client, "merchant/offers#OfferEdit", edit).await;
}

/// Puts the clock forward by so many hours.
async fn forward(client: &Client, hours: i64) {
    // Sessions end meanwhile.
    let operator = sign_in(client, OPERATOR.0, OPERATOR.1).await.unwrap();
    let now = chrono_now(&operator).await;
    let at = now + chrono::Duration::hours(hours);
    run(&operator, "operator/marketplace#SandboxClockSet", json!({ "at": at.to_rfc3339() })).await;
}

async fn chrono_now(operator: &Client) -> chrono::DateTime<chrono::Utc> {
    let answer = operator.query("mutation { ping }", json!({})).await.unwrap();
    answer.text("ping").unwrap().parse().unwrap()
}

/// Where the feed ends, when nothing is held back.
async fn end_of_feed(client: &Client) -> String {
    eventually("the end of the feed", async || {
        let feed = ask(client, "operator/integrations#ChangeFeed", json!({ "first": 100 })).await;
        assert!(!feed.truth("changeFeed.hasMore").unwrap());
        (feed.int("changeFeed.heldCount").unwrap() == 0).then(|| feed.text("changeFeed.cursor").unwrap().to_owned())
    })
    .await
}

async fn deliveries(staff: &Staff, endpoint: &Value, state: Option<&str>) -> Vec<Value> {
    let asked = json!({ "endpointId": endpoint, "state": state, "first": 100 });
    let answer = ask(&staff.client, "operator/integrations#WebhookDeliveries", asked).await;
    answer.nodes("webhookDeliveries").unwrap().into_iter().cloned().collect()
}

/// Waits until there are `count` messages in a state, each tried `tries` times at least.
async fn wait(staff: &Staff, endpoint: &Value, state: &str, count: usize, tries: i64) -> Vec<Value> {
    eventually(&format!("{count} messages that are {state} after {tries} tries"), async || {
        let found = deliveries(staff, endpoint, Some(state)).await;
        (found.len() == count && found.iter().all(|of| of.int("attemptCount").unwrap() >= tries)).then_some(found)
    })
    .await
}

fn texts(of: &[Value], field: &str) -> BTreeSet<String> {
    of.iter().map(|of| of.text(field).unwrap().to_owned()).collect()
}

async fn good(secret: &str, receiver: &Receiver, from: usize) {
    let messages = receiver.got().split_off(from);
    let Some(good) = verified("hooks", secret, &messages).await.unwrap() else { return };
    assert_eq!(good, messages.iter().map(|message| message.id.clone()).collect::<Vec<_>>());
    let Some(none) = verified("hooks", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", &messages).await.unwrap() else {
        return;
    };
    assert!(none.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_was_down_for_days_misses_nothing() {
    for kind in Kind::present("hooks") {
        let site = Site::start(kind, options()).await.unwrap();
        let client = site.client().unwrap();
        let bazaar = Bazaar::open(&client, SIZE).await.unwrap();
        let (staff, offers) = (&bazaar.staff[0], &bazaar.offers[0]);
        let start = end_of_feed(&staff.client).await;
        let receiver = Receiver::start().await.unwrap();

        let make = json!({ "url": receiver.url(), "description": "ERP", "kinds": ["offer"] });
        let made = run(&staff.client, "operator/integrations#WebhookEndpointCreate", make).await["created"].clone();
        let (endpoint, old) = (&made["endpoint"]["id"], made.text("secret").unwrap());
        run(&staff.client, "operator/integrations#WebhookPing", json!({ "id": endpoint })).await;
        for (n, offer) in offers.iter().enumerate() {
            touch(staff, offer, 11 + n as i64).await;
        }
        // What another merchant does is told nobody here.
        touch(&bazaar.staff[1], &bazaar.offers[1][0], 5).await;
        wait(staff, endpoint, "DELIVERED", 1 + offers.len(), 1).await;
        good(old, &receiver, 0).await;
        strangers(&bazaar.staff[1], endpoint, &made).await;

        // Down for three days, while things change and the secret is replaced.
        receiver.down();
        for n in 0..4 {
            touch(staff, &offers[n % offers.len()], 10 + n as i64).await;
        }
        let missed = wait(staff, endpoint, "PENDING", 4, 1).await;
        for (hours, tries) in [(1, 2), (23, 3), (48, 4)] {
            forward(&client, hours).await;
            wait(staff, endpoint, "PENDING", 4, tries).await;
        }
        let seen = ask(&staff.client, "operator/integrations#WebhookEndpoint", json!({ "id": endpoint })).await;
        assert!(
            seen["webhookEndpoint"]["failingSince"].is_string() && seen["webhookEndpoint"]["active"] == json!(true)
        );
        let before = receiver.got().len();
        good(old, &receiver, 0).await;
        let rotate =
            json!({ "id": endpoint, "expectedVersion": seen["webhookEndpoint"]["version"], "overlapHours": 72 });
        let rotated = run(&staff.client, "operator/integrations#WebhookSecretRotate", rotate).await["rotated"].clone();
        let new = rotated.text("secret").unwrap();
        assert_ne!(new, old);
        touch(staff, &offers[0], 20).await;
        wait(staff, endpoint, "PENDING", 5, 1).await;

        receiver.answer(200);
        forward(&client, 26).await;
        let all = wait(staff, endpoint, "DELIVERED", 1 + offers.len() + 5, 1).await;
        // Whoever has the old secret still and whoever has the new one already can both check what came.
        good(old, &receiver, before).await;
        good(new, &receiver, before).await;

        each_once(staff, &receiver, &start, &all).await;
        sent_again(staff, &receiver, endpoint, &missed).await;
        finish(site).await;
    }
}

/// Each once, under the id that every try had, and all that the feed tells.
async fn each_once(staff: &Staff, receiver: &Receiver, start: &str, all: &[Value]) {
    let taken: Vec<String> = receiver.taken().iter().map(|message| message.id.clone()).collect();
    assert_eq!(taken.iter().cloned().collect::<BTreeSet<_>>(), texts(all, "id"));
    assert_eq!(taken.len(), all.len());
    assert!(receiver.got().iter().all(|message| taken.contains(&message.id)));
    let asked = json!({ "first": 100, "after": start, "filter": { "kinds": ["offer"] } });
    let told = ask(&staff.client, "operator/integrations#ChangeFeed", asked).await;
    let told = texts(told.list("changeFeed.events").unwrap(), "id");
    let said = receiver.taken().into_iter().map(|message| message.said());
    let said: BTreeSet<String> = said.filter_map(|said| Some(said["data"]["changeId"].as_str()?.to_owned())).collect();
    assert_eq!(said, told);
}

/// The messages of the first hour of the outage once more.
async fn sent_again(staff: &Staff, receiver: &Receiver, endpoint: &Value, missed: &[Value]) {
    let from = missed.iter().map(|of| of.text("createdAt").unwrap()).min().unwrap();
    let to = missed.iter().map(|of| of.text("createdAt").unwrap()).max().unwrap();
    let to: chrono::DateTime<chrono::Utc> = to.parse().unwrap();
    let to = to + chrono::Duration::seconds(1);
    let before = receiver.taken().len();
    let replay = json!({ "endpointId": endpoint, "from": from, "to": to.to_rfc3339() });
    let replayed = run(&staff.client, "operator/integrations#WebhookReplay", replay).await;
    assert_eq!(replayed["count"], json!(4));
    let again = eventually("the replay", async || {
        let again = receiver.taken().split_off(before);
        (again.len() >= 4).then_some(again)
    })
    .await;
    assert_eq!(again.iter().map(|message| message.id.clone()).collect::<BTreeSet<_>>(), texts(missed, "id"));
    assert_eq!(again.len(), 4);
}

/// Another merchant finds nothing of an endpoint, and does nothing to it.
async fn strangers(other: &Staff, endpoint: &Value, made: &Value) {
    let client = &other.client;
    let seen = ask(client, "operator/integrations#WebhookEndpoint", json!({ "id": endpoint })).await;
    assert!(seen["webhookEndpoint"].is_null());
    assert!(deliveries(other, endpoint, None).await.is_empty());
    assert!(
        ask(client, "operator/integrations#WebhookEndpoints", json!({}))
            .await
            .nodes("webhookEndpoints")
            .unwrap()
            .is_empty()
    );
    for (operation, input) in [
        ("WebhookPing", json!({ "id": endpoint })),
        ("WebhookSecretRotate", json!({ "id": endpoint, "expectedVersion": 1 })),
        ("WebhookEndpointDisable", json!({ "id": endpoint, "expectedVersion": 1 })),
    ] {
        let error = refused(client, &format!("operator/integrations#{operation}"), input).await;
        assert!(matches!(&error, Error::Answered { code, .. } if code == "NOT_FOUND"), "{operation}: {error}");
    }
    let theirs = json!({ "merchantId": made["endpoint"]["merchantId"], "url": "https://erp.example/" });
    let error = refused(client, "operator/integrations#WebhookEndpointCreate", theirs).await;
    assert!(matches!(&error, Error::Answered { code, .. } if code == "NOT_FOUND"), "{error}");
    // Souk is no way into the networks behind it.
    for url in ["http://10.0.0.1/", "https://169.254.169.254/latest/meta-data", "http://[::1]:1/", "ftp://erp.example/"]
    {
        let error = refused(client, "operator/integrations#WebhookEndpointCreate", json!({ "url": url })).await;
        assert!(matches!(&error, Error::Refused(errors) if errors[0].code == "URL_REFUSED"), "{url}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_keeps_up_by_the_change_feed_and_reconciles_after_an_outage() {
    for kind in Kind::present("hooks") {
        let mut site = Site::start(kind, options()).await.unwrap();
        let client = site.client().unwrap();
        let bazaar = Bazaar::open(&client, SIZE).await.unwrap();
        let (staff, offers) = (&bazaar.staff[0], &bazaar.offers[0]);
        let file = site.data().with_file_name("erp.json");
        let agrees = async |erp: &mut Erp| {
            let listed = erp.listed().await.unwrap();
            eventually("the program", async || (listed == caught_up(&file, staff).await).then_some(())).await;
            *erp = Erp::start(staff.client.clone(), &file).unwrap();
            assert_eq!(*erp.offers(), listed);
        };
        let mut erp = Erp::start(staff.client.clone(), &file).unwrap();
        agrees(&mut erp).await;
        assert_eq!(erp.offers().len(), offers.len());
        let first = erp.read();
        for (n, offer) in offers.iter().enumerate() {
            touch(staff, offer, 5 + n as i64).await;
        }
        agrees(&mut erp).await;
        assert_eq!(erp.read(), first + offers.len());
        assert_eq!(erp.catch_up().await.unwrap(), 0);

        // It is away, while much happens at once and Souk itself is killed.
        drop(erp);
        let hands = offers.iter().map(|offer| async move {
            for days in 0..12 {
                touch(staff, offer, 12 + days % 7).await;
            }
        });
        futures::future::join_all(hands).await;
        site.kill().await.unwrap();
        site.up().await.unwrap();
        let off = json!({ "id": offers[0], "expectedVersion": version(staff, &offers[0]).await, "action": "PAUSE" });
        run(&staff.client, "merchant/offers#OfferStatusChange", off).await;
        let mut erp = Erp::start(staff.client.clone(), &file).unwrap();
        agrees(&mut erp).await;
        assert_eq!(erp.read(), first + offers.len() + 12 * offers.len() + 1, "each change once");
        finish(site).await;
    }
}

async fn version(staff: &Staff, offer: &str) -> Value {
    ask(&staff.client, "merchant/offers#Offer", json!({ "id": offer })).await["offer"]["version"].clone()
}

/// What the program knows when it has read on.
async fn caught_up(file: &std::path::Path, staff: &Staff) -> std::collections::BTreeMap<String, Value> {
    let mut erp = Erp::start(staff.client.clone(), file).unwrap();
    erp.catch_up().await.unwrap();
    erp.offers().clone()
}
