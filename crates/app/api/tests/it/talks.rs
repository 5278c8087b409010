//! What the stage lacks of conversations, and what reading them costs.

use context::Ctx;
use kernel::id::MerchantId;
use serde_json::{Value, json};

use crate::bazaar::{self, Bazaar, CHECKOUT, ROWS, done};

pub const TALKS: &str = include_str!("../../../../../graphql/operations/merchant/conversations.graphql");
pub const OPERATORS: &str = include_str!("../../../../../graphql/operations/operator/conversations.graphql");
pub const BUYERS: &str = include_str!("../../../../../graphql/operations/storefront/conversations.graphql");

/// What opens an order to a guest who talks about it.
pub struct Guest {
    pub number: Value,
    pub token: Value,
}

impl Bazaar {
    /// A conversation of a merchant with the operator, answered, with a note of each.
    pub async fn talk(&self, merchant: MerchantId, key: &str) -> Value {
        let (owner, operator) = (self.t.merchant(merchant), self.t.operator());
        let input = json!({ "idempotencyKey": key, "subject": { "kind": "GENERAL" }, "topic": "question",
            "title": "A question", "message": { "words": "When am I paid?" } });
        let made = done(&owner, TALKS, "ConversationOpen", "conversation", input).await;
        for (ctx, words, visibility) in [
            (&owner, "Ask the bank", "MERCHANT"),
            (&operator, "A good shop", "OPERATOR"),
            (&operator, "On Monday", "ALL"),
        ] {
            let message = json!({ "words": words, "visibility": visibility });
            let input =
                json!({ "idempotencyKey": format!("{key} {words}"), "conversationId": made["id"], "message": message });
            done(ctx, TALKS, "MessagePost", "message", input).await;
        }
        made["id"].clone()
    }

    /// A guest who asks the first seller about an order.
    pub async fn guest(&self) -> Guest {
        let visitor = self.t.anonymous();
        let cart = self.cart(&[(0, 0)]).await;
        let placed = done(&visitor, CHECKOUT, "OrderPlace", "order", cart.placement("guest")).await;
        let guest = Guest { number: placed["number"].clone(), token: cart.token };
        let subject = json!({ "kind": "ORDER", "id": placed["merchantOrders"][0]["id"] });
        let input = json!({ "idempotencyKey": "guest", "subject": subject, "topic": "delivery", "title": "When?",
            "orderNumber": guest.number, "orderToken": guest.token, "message": { "words": "Call 0151 23456789" } });
        done(&visitor, BUYERS, "ConversationOpen", "conversation", input).await;
        guest
    }

    /// What people ask of conversations, by what they filter.
    pub async fn ask_talks(&self, buyer: &Ctx, guest: &Guest) {
        let (seller, operator) = (self.t.merchant(self.sellers[0]), self.t.operator());
        let user: kernel::id::UserId = operator.new_id();
        let filters = [
            json!({}),
            json!({ "awaiting": "MERCHANT" }),
            json!({ "awaiting": "MERCHANT", "closed": false }),
            json!({ "merchantId": self.sellers[0] }),
            json!({ "merchantId": self.sellers[0], "awaiting": "OPERATOR" }),
            json!({ "subject": { "kind": "ORDER", "id": "mor_1" } }),
            json!({ "assigneeId": user }),
            json!({ "mine": true }),
            json!({ "unread": true }),
            json!({ "topic": "question", "closed": false }),
            json!({ "closed": true }),
        ];
        for ctx in [&seller, &operator] {
            for filter in &filters {
                let first = bazaar::run(ctx, TALKS, "Conversations", json!({ "first": 1, "filter": filter })).await;
                let after = &first["conversations"]["pageInfo"]["endCursor"];
                let next = json!({ "first": 1, "filter": filter, "after": after });
                bazaar::run(ctx, TALKS, "Conversations", next).await;
            }
            bazaar::run(ctx, TALKS, "ConversationsUnread", json!({})).await;
            let found = bazaar::run(ctx, TALKS, "Conversations", json!({ "first": 1 })).await;
            let id = &found["conversations"]["edges"][0]["node"]["id"];
            for newest_first in [false, true] {
                let variables = json!({ "id": id, "newestFirst": newest_first, "first": 1 });
                let first = bazaar::run(ctx, TALKS, "Conversation", variables.clone()).await;
                let mut next = variables;
                next["after"] = first["conversation"]["messages"]["pageInfo"]["endCursor"].clone();
                bazaar::run(ctx, TALKS, "Conversation", next).await;
            }
        }
        for closed in [Value::Null, json!(false)] {
            bazaar::run(buyer, BUYERS, "MyConversations", json!({ "first": 1, "closed": closed })).await;
        }
        bazaar::run(buyer, BUYERS, "ConversationsUnread", json!({})).await;
        let of = json!({ "number": guest.number, "token": guest.token, "first": 1 });
        bazaar::run(&self.t.anonymous(), BUYERS, "GuestConversations", of).await;
    }
}

testkit::both_databases! { on one thread:
    async fn a_list_of_conversations_costs_the_same_however_many_there_are(t: TestEnv) {
        let bazaar = Bazaar::open(t).await;
        let t = &bazaar.t;
        for n in 0..ROWS {
            bazaar.talk(bazaar.sellers[0], &format!("talk {n}")).await;
        }
        let cost = async |ctx: &Ctx, operation: &str, variables: Value| {
            bazaar::run(ctx, TALKS, operation, variables.clone()).await;
            let before = t.world.db.recorder().count();
            t.world.db.recorder().start();
            let answer = bazaar::run(ctx, TALKS, operation, variables).await;
            let count = t.world.db.recorder().count() - before;
            t.world.db.recorder().stop();
            (answer, count)
        };
        let seller = t.merchant(bazaar.sellers[0]);
        let (few, many) = (
            cost(&seller, "Conversations", json!({ "first": 2 })).await,
            cost(&seller, "Conversations", json!({ "first": 6 })).await,
        );
        assert_eq!(many.0["conversations"]["edges"].as_array().unwrap().len(), ROWS);
        // The page, how far one has read, the names of merchants.
        assert_eq!((few.1, many.1), (3, 3));
        let id = many.0["conversations"]["edges"][0]["node"]["id"].clone();
        let of = |first: usize| json!({ "id": id, "first": first });
        let (few, many) = (
            cost(&seller, "Conversation", of(1)).await,
            cost(&seller, "Conversation", of(9)).await,
        );
        assert_eq!(many.0["conversation"]["messages"]["edges"].as_array().unwrap().len(), 3);
        // The conversation, how far one has read, the merchant; messages, their words, files and redactions.
        assert_eq!((few.1, many.1), (7, 7));
    }

    // Over GraphQL as people do it: a guest asks, the shop answers, the operator joins, takes words away and closes.
    async fn a_guest_a_shop_and_the_operator_talk(t: TestEnv) {
        let bazaar = Bazaar::open(t).await;
        let t = &bazaar.t;
        let guest = bazaar.guest().await;
        let (seller, operator) = (t.merchant(bazaar.sellers[0]), t.operator());
        let list = bazaar::run(&seller, TALKS, "Conversations", json!({ "filter": { "awaiting": "MERCHANT" } })).await;
        let thread = &list["conversations"]["edges"][0]["node"];
        assert_eq!((&thread["unread"], &thread["subjectKind"], &thread["buyerName"]), (&json!(1), &json!("ORDER"), &json!("Bea")));
        let id = &thread["id"];
        let said = async |ctx: &Ctx, document: &str| {
            let found = bazaar::run(ctx, document, "Conversation", json!({ "id": id })).await;
            let edges = found["conversation"]["messages"]["edges"].as_array().unwrap().clone();
            edges.iter().map(|edge| edge["node"]["words"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(said(&seller, TALKS).await, ["Call •••"]);
        assert_eq!(said(&operator, OPERATORS).await, ["Call 0151 23456789"]);
        let post = |key: &str, words: &str| json!({ "idempotencyKey": key, "conversationId": id, "message": { "words": words } });
        done(&seller, TALKS, "MessagePost", "message", post("a1", "Tomorrow")).await;
        let mut more = post("g1", "Thank you");
        (more["orderNumber"], more["orderToken"]) = (guest.number.clone(), guest.token.clone());
        more["message"]["awaiting"] = json!("NOBODY");
        let thanked = done(&t.anonymous(), BUYERS, "MessagePost", "message", more).await;
        let ask = json!({ "id": id, "words": "Is this all right?" });
        let asked = done(&seller, TALKS, "ConversationInvite", "conversation", ask).await;
        assert_eq!((&asked["awaiting"], asked["operatorSince"].is_null()), (&json!("OPERATOR"), false));
        let redact = json!({ "id": thanked["id"], "reason": "Asked for" });
        let gone = done(&operator, OPERATORS, "MessageRedact", "message", redact).await;
        assert_eq!((&gone["words"], &gone["redaction"]["reason"]), (&Value::Null, &json!("Asked for")));
        let version = bazaar::run(&operator, OPERATORS, "Conversation", json!({ "id": id })).await["conversation"]["version"].clone();
        let close = json!({ "id": id, "expectedVersion": version, "words": "All is well" });
        let closed = done(&operator, OPERATORS, "ConversationClose", "conversation", close).await;
        assert_eq!((&closed["awaiting"], &closed["closedBy"]), (&json!("NOBODY"), &json!("OPERATOR")));
        let of = json!({ "number": guest.number, "token": guest.token });
        let read = bazaar::run(&t.anonymous(), BUYERS, "GuestConversations", of).await;
        let messages = read["guestConversations"]["edges"][0]["node"]["messages"]["edges"].as_array().unwrap().clone();
        let words: Vec<&Value> = messages.iter().map(|edge| &edge["node"]["words"]).collect();
        assert_eq!(words, [&json!("Call 0151 23456789"), &json!("Tomorrow"), &Value::Null, &json!("All is well")]);
    }
}
