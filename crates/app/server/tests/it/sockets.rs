//! Subscriptions over WebSocket, by a client that is not ours.

use std::sync::Arc;
use std::time::Duration;

use futures::SinkExt as _;
use identity::{RoleName, Team};
use testkit::tokio;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::host::{SOCKETS, Value, json};
use crate::listening::Node;

const NOTICES: &str = "subscription($after: String) { notificationReceived(after: $after) { cursor notification { id title merchantId } } }";
const CHANGES: &str = "subscription($after: String, $kinds: [String!]) { changed(after: $after, kinds: $kinds) { cursor kind id sequence } }";

/// The title of a notification that was received.
fn title(message: &Value) -> &str {
    assert_eq!(message["type"], "next", "{message}");
    message["payload"]["data"]["notificationReceived"]["notification"]["title"]
        .as_str()
        .unwrap_or_else(|| panic!("{message}"))
}

fn cursor<'a>(message: &'a Value, field: &str) -> &'a str {
    message["payload"]["data"][field]["cursor"].as_str().unwrap_or_else(|| panic!("{message}"))
}

testkit::both_databases! {
    async fn a_merchant_hears_of_its_own_and_of_nobody_elses(t: TestEnv) {
        let node = Node::start(t).await;
        let (anna, ann, signed_ann) = node.owner("anna").await;
        let (bert, bob, signed_bob) = node.owner("bert").await;
        let (_, signed_op) = node.person("op@souk.example", Team::Operator, RoleName::OperatorOperations).await;
        let mut a = node.client(&signed_ann).await;
        let mut b = node.client(&signed_bob).await;
        let mut op = node.client(&signed_op).await;
        for client in [&mut a, &mut b, &mut op] {
            client.subscribe("n", NOTICES, json!({})).await;
            client.subscribe("c", CHANGES, json!({ "kinds": ["offer"] })).await;
        }
        // Until they listen, so that what is not heard was not told.
        a.nothing().await;
        node.tell(&ann, 1).await;
        let heard = a.hear().await;
        assert_eq!((title(&heard), heard["id"].as_str()), ("New order S-1", Some("n")));
        b.nothing().await;
        node.change(anna, "offer", "off_a").await;
        node.change(bert, "offer", "off_b").await;
        node.change(anna, "product", "prd_a").await;
        let changed = |message: &Value| message["payload"]["data"]["changed"]["id"].as_str().unwrap_or_default().to_owned();
        assert_eq!(changed(&a.hear().await), "off_a");
        assert_eq!(changed(&b.hear().await), "off_b");
        let mut both = [changed(&op.hear().await), changed(&op.hear().await)];
        both.sort_unstable();
        assert_eq!(both, ["off_a", "off_b"]);
        for client in [&mut a, &mut b, &mut op] {
            client.nothing().await;
        }
        node.tell(&bob, 2).await;
        assert_eq!(title(&b.hear().await), "New order S-2");
        a.nothing().await;
        // Nobody looks any more when nobody listens.
        assert!(node.live.is_reading() && node.live.listeners() == 6);
        drop((a, b, op));
        for _ in 0..100 {
            if !node.live.is_reading() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(!node.live.is_reading() && node.live.listeners() == 0);
    }

    async fn who_hears_what_depends_on_what_it_may_read(t: TestEnv) {
        let node = Node::start(t).await;
        let merchant = node.t.system().new_id();
        let (_, signed) = node.person("clerk@shop.example", Team::Merchant(merchant), RoleName::MerchantFinance).await;
        let mut clerk = node.client(&signed).await;
        clerk.subscribe("c", CHANGES, json!({})).await;
        clerk.nothing().await;
        node.change(merchant, "custom_role", "rol_a").await;
        node.change(merchant, "webhook_endpoint", "whe_a").await;
        node.change(merchant, "payout", "pot_a").await;
        let heard = clerk.hear().await;
        assert_eq!(heard["payload"]["data"]["changed"]["kind"], "payout.edited");
        clerk.nothing().await;
        clerk.0.close(None).await.unwrap();
        assert_eq!(clerk.goodbye().await, 1000, "a goodbye is answered");
    }

    async fn what_was_told_while_nobody_listened_comes_first(t: TestEnv) {
        let node = Arc::new(Node::start(t).await);
        let (_, ann, signed) = node.owner("anna").await;
        let mut client = node.client(&signed).await;
        client.subscribe("n", NOTICES, json!({})).await;
        client.nothing().await;
        let telling = {
            let (node, ann) = (node.clone(), ann);
            tokio::spawn(async move {
                let two = (1..=40).collect::<Vec<_>>();
                for pair in two.chunks(2) {
                    // Two transactions at the same time, of which either may end first.
                    futures::future::join_all(pair.iter().map(|n| node.tell(&ann, *n))).await;
                    tokio::time::sleep(Duration::from_millis(60)).await;
                }
            })
        };
        let mut seen = Vec::new();
        while seen.len() < 40 {
            let heard = client.hear().await;
            seen.push(title(&heard).to_owned());
            let last = Some(cursor(&heard, "notificationReceived").to_owned());
            if seen.len() % 7 == 0 {
                // The connection is lost, and comes back after a while.
                drop(client);
                tokio::time::sleep(Duration::from_millis(300)).await;
                client = node.client(&signed).await;
                client.subscribe("n", NOTICES, json!({ "after": last })).await;
            }
        }
        telling.await.unwrap();
        client.nothing().await;
        seen.sort_unstable();
        let mut all: Vec<String> = (1..=40).map(|n| format!("New order S-{n}")).collect();
        all.sort_unstable();
        assert_eq!(seen, all, "each once");
        // The same for changes, from a cursor on.
        let merchant = ann.team.merchant().unwrap();
        client.subscribe("c", CHANGES, json!({})).await;
        client.nothing().await;
        node.change(merchant, "offer", "off_0").await;
        let after = cursor(&client.hear().await, "changed").to_owned();
        drop(client);
        for n in 1..=5 {
            node.change(merchant, "offer", &format!("off_{n}")).await;
        }
        let mut client = node.client(&signed).await;
        client.subscribe("c", CHANGES, json!({ "after": after })).await;
        for n in 1..=5 {
            assert_eq!(client.hear().await["payload"]["data"]["changed"]["id"], format!("off_{n}"));
        }
        client.nothing().await;
    }

    async fn who_is_out_hears_nothing_more(t: TestEnv) {
        let node = Node::start(t).await;
        let (merchant, ann, signed) = node.owner("anna").await;
        let (_, other, _) = node.owner("bert").await;
        let team = Team::Merchant(merchant);
        node.person("second@shop.example", team, RoleName::MerchantOwner).await;
        let mut client = node.client(&signed).await;
        client.subscribe("n", NOTICES, json!({})).await;
        client.subscribe("c", CHANGES, json!({})).await;
        client.nothing().await;
        // No member any more: changes end, and nothing of the merchant is told.
        identity::member_remove(&node.t.system(), ann.id).await.unwrap();
        let ended = client.hear().await;
        assert_eq!((ended["type"].as_str(), ended["id"].as_str()), (Some("next"), Some("c")), "{ended}");
        let code = &ended["payload"]["errors"][0]["extensions"]["code"];
        assert!(code == "FORBIDDEN" || code == "NOT_FOUND", "{ended}");
        assert_eq!(client.hear().await, json!({ "type": "complete", "id": "c" }));
        node.tell(&ann, 1).await;
        node.tell(&other, 2).await;
        node.change(merchant, "offer", "off_a").await;
        client.nothing().await;
        // Signed out: the connection ends.
        let me = identity::authenticate(&node.t.world, Some(signed.token.reveal()), None, node.t.anonymous().origin().clone());
        identity::sign_out(&me.await.unwrap()).await.unwrap();
        assert_eq!(client.goodbye().await, 4403);
    }

    async fn the_protocol_is_kept_and_limits_hold(t: TestEnv) {
        let node = Node::start(t).await;
        let (_, _, signed) = node.owner("anna").await;
        let bearer = format!("Bearer {}", signed.token.reveal());
        for (message, code) in [
            ("nonsense".to_owned(), 4400),
            (json!({ "type": "start", "id": "1", "payload": {} }).to_string(), 4400),
            (json!({ "type": "subscribe", "id": "1", "payload": { "query": NOTICES } }).to_string(), 4401),
            (json!({ "type": "connection_init" }).to_string(), 4403),
            (json!({ "type": "connection_init", "payload": { "authorization": "Bearer nobody" } }).to_string(), 4403),
            (json!({ "type": "connection_init", "payload": { "authorization": bearer, "souk-merchant": "mer_00000000000000000000000000" } }).to_string(), 4403),
            (json!({ "type": "ping", "payload": { "x": "y".repeat(20_001) } }).to_string(), 1009),
        ] {
            let mut client = node.open(&[]).await.unwrap();
            client.0.send(Message::text(message.clone())).await.unwrap();
            assert_eq!(client.goodbye().await, code, "{message:.60}");
        }
        let mut client = node.open(&[("authorization", &bearer)]).await.unwrap();
        client.say(json!({ "type": "connection_init" })).await;
        assert_eq!(client.hear().await["type"], "connection_ack", "by the header of the handshake");
        client.say(json!({ "type": "ping", "payload": { "n": 1 } })).await;
        assert_eq!(client.hear().await, json!({ "type": "pong", "payload": { "n": 1 } }));
        client.subscribe("q", "{ me { user { email } } }", json!({})).await;
        assert_eq!(client.hear().await["payload"]["data"]["me"]["user"]["email"], "anna@shop.example");
        assert_eq!(client.hear().await, json!({ "type": "complete", "id": "q" }));
        for (query, code) in [
            ("{", "GRAPHQL_PARSE_FAILED"),
            ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
            ("subscription { a: changed { id } b: changed { id } }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ myNotifications(first: 100) { nodes { id title text event createdAt readAt severity subjectId subjectKind a: id b: id c: id d: id e: id f: id g: id h: id i: id j: id k: id l: id } } }", "QUERY_TOO_EXPENSIVE"),
            ("subscription { changed(kinds: [\"Not a kind\"]) { id } }", "MALFORMED"),
            ("subscription { notificationReceived(after: \"x\") { cursor } }", "BAD_CURSOR"),
        ] {
            client.subscribe("bad", query, json!({})).await;
            let heard = client.hear().await;
            let errors = if heard["type"] == "error" { &heard["payload"] } else { &heard["payload"]["errors"] };
            let found = errors[0]["extensions"]["code"].as_str().unwrap_or_default();
            assert!(found == code || code == "BAD_CURSOR" && !found.is_empty(), "{query:.60}: {heard}");
            if heard["type"] == "next" {
                assert_eq!(client.hear().await["type"], "complete");
            }
        }
        for id in ["1", "2", "3"] {
            client.subscribe(id, NOTICES, json!({})).await;
        }
        client.subscribe("4", NOTICES, json!({})).await;
        assert_eq!(client.hear().await["payload"][0]["extensions"]["code"], "TOO_MANY_OPERATIONS");
        client.say(json!({ "type": "complete", "id": "2" })).await;
        client.subscribe("4", NOTICES, json!({})).await;
        client.nothing().await;
        client.subscribe("4", NOTICES, json!({})).await;
        assert_eq!(client.goodbye().await, 4409);
        let mut twice = node.client(&signed).await;
        twice.say(json!({ "type": "connection_init" })).await;
        assert_eq!(twice.goodbye().await, 4429);
        drop(twice);
        tokio::time::sleep(Duration::from_millis(300)).await;
        let mut kept = Vec::new();
        for _ in 0..SOCKETS.per_caller {
            kept.push(node.client(&signed).await);
        }
        let mut crowd = node.open(&[("authorization", &bearer)]).await.unwrap();
        crowd.say(json!({ "type": "connection_init" })).await;
        assert_eq!(crowd.goodbye().await, 4429);
    }

    async fn pages_of_others_cannot_connect_and_a_node_says_goodbye(t: TestEnv) {
        let node = Node::start(t).await;
        let (_, _, signed) = node.owner("anna").await;
        let status = |error: tungstenite::Error| match error {
            tungstenite::Error::Http(response) => response.status().as_u16(),
            other => panic!("{other}"),
        };
        let evil = node.open(&[("origin", "https://evil.example")]).await;
        assert_eq!(status(evil.err().unwrap()), 403);
        assert!(node.open(&[("origin", "https://shop.example")]).await.is_ok());
        let own = format!("http://{}", node.address);
        assert!(node.open(&[("origin", &own)]).await.is_ok());
        let legacy = node.open(&[("sec-websocket-protocol", "graphql-ws")]).await;
        assert_eq!(status(legacy.err().unwrap()), 400);
        let mut client = node.client(&signed).await;
        client.subscribe("n", NOTICES, json!({})).await;
        client.nothing().await;
        node.stop.send(()).unwrap();
        assert_eq!(client.goodbye().await, 1001);
        tokio::time::timeout(Duration::from_secs(10), node.ended).await.expect("it does not end").unwrap();
    }
}
