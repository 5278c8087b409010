//! Every list is read through an index: the database is asked how it runs each statement.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{Request, Variables};
use context::Ctx;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::bazaar::{
    self, ASKED, Bazaar, CHECKOUT, COMPANIES, FINANCE, INTEGRATIONS, MERCHANTS, OFFERS, ORDERS, PARTS, PEOPLE,
    PRODUCTS, QUOTES, Quotes, SYNC, TASKS,
};
use crate::documents::{Introspection, inner};

/// Tables that may be read whole, and why.
const ALLOWED: [(&str, &str); 3] = [
    ("decided", "no table: what four indexes found for a report"),
    ("marketplace_version", "a single row: the stamp of what the process keeps"),
    ("change_clock", "a single row: how far stamps are ahead of the numbers of transactions"),
];

/// Pages that may be sorted after reading, by a part of the statement, and why.
const SORTED: [(&str, &str); 5] = [
    ("\"task\".\"due_at\" < ", "what is due before an instant is a part of what is open"),
    ("\"task\".\"subject\" = ", "a thing has a few tasks"),
    ("IN (SELECT \"company_id\" FROM \"company_member\"", "a buyer has a place in a few companies"),
    ("\"number\" >= ", "the numbers with a common beginning are few"),
    ("\"product\".\"owner_id\" = ? OR ", "what a merchant may read is in two indexes; its own products are in one"),
];

/// The table that a step reads whole.
fn whole(step: &str) -> Option<&str> {
    let table = match step.split_once("Seq Scan on ") {
        Some((_, table)) => table,
        None if step.contains(" USING ") => return None,
        // A subquery is in brackets; its own steps follow.
        None => step.strip_prefix("SCAN ").filter(|of| !of.starts_with('(') && *of != "CONSTANT ROW")?,
    };
    let table = table.split_whitespace().next()?;
    (!ALLOWED.iter().any(|(allowed, _)| *allowed == table)).then_some(table)
}

/// Whether a page is sorted after reading more than the page.
fn sorts(step: &str, sql: &str) -> bool {
    step.contains("TEMP B-TREE FOR ORDER BY")
        && sql.contains(" LIMIT ")
        && !SORTED.iter().any(|(allowed, _)| sql.contains(allowed))
}

/// The root fields that are lists, each with a document that asks for it.
async fn lists() -> BTreeMap<String, (String, Value)> {
    let schema = api::build(api::Services::default());
    let all = Introspection::of(&schema).await;
    let ids = BTreeMap::new();
    let connections = all.root_fields().into_iter().filter(|field| inner(field.answer()).1.ends_with("Connection"));
    connections.map(|field| (field.name.clone(), all.call(&field, &ids))).collect()
}

/// Asks for each list in turn; the names of those that answered.
async fn ask_all(ctx: &Ctx, lists: &BTreeMap<String, (String, Value)>) -> BTreeSet<String> {
    let schema = api::build(api::Services::default());
    let mut answered = BTreeSet::new();
    for (name, (document, variables)) in lists {
        let request = Request::new(document)
            .variables(Variables::from_json(variables.clone()))
            .data(api::Loaders::new(ctx.clone()))
            .data(ctx.clone());
        if schema.execute(request).await.errors.is_empty() {
            answered.insert(name.clone());
        }
    }
    answered
}

/// The lists of the documents with what people filter by.
async fn ask_documents(bazaar: &Bazaar, quotes: &Quotes) {
    let t = &bazaar.t;
    let (company, request) = (&quotes.company, &quotes.request);
    let (buyer, operator, seller) = (t.anonymous(), t.operator(), t.merchant(bazaar.sellers[0]));
    let member = t.buyer(operator.new_id());
    let day = "2026-03-02T00:00:00Z";
    for (ctx, document, operation, filters) in [
        (&buyer, PRODUCTS, "StorefrontProducts", vec![json!({}), json!({ "availableOnly": true })]),
        (
            &operator,
            ORDERS,
            "Orders",
            vec![
                json!({}),
                json!({ "state": "PLACED" }),
                json!({ "email": "bea@example.org" }),
                json!({ "number": "S" }),
                json!({ "placedFrom": day }),
                json!({ "companyId": company }),
            ],
        ),
        (&member, ORDERS, "Orders", vec![json!({}), json!({ "companyId": company })]),
        (&operator, COMPANIES, "Receivables", vec![json!({ "companyId": company }), json!({ "overdue": true })]),
        (
            &operator,
            PARTS,
            "MerchantOrders",
            vec![json!({}), json!({ "state": "SHIPPED" }), json!({ "late": true }), json!({ "number": "S" })],
        ),
        (
            &seller,
            PARTS,
            "MerchantOrders",
            vec![json!({}), json!({ "state": "SHIPPED" }), json!({ "late": true }), json!({ "placedFrom": day })],
        ),
        (&seller, OFFERS, "Offers", vec![json!({})]),
        (&seller, QUOTES, "Quotes", vec![json!({}), json!({ "state": "OFFERED" })]),
        (
            &operator,
            QUOTES,
            "Quotes",
            vec![
                json!({}),
                json!({ "state": "OFFERED" }),
                json!({ "merchantId": bazaar.sellers[0] }),
                json!({ "merchantId": bazaar.sellers[0], "state": "OFFERED" }),
                json!({ "companyId": company }),
                json!({ "requestId": request }),
            ],
        ),
        (
            &quotes.buyer,
            ASKED,
            "Quotes",
            vec![
                json!({}),
                json!({ "state": "OFFERED" }),
                json!({ "companyId": company }),
                json!({ "companyId": company, "state": "OFFERED" }),
                json!({ "requestId": request }),
            ],
        ),
        (&operator, MERCHANTS, "MerchantsWithBalances", vec![json!({}), json!({ "status": "ACTIVE" })]),
    ] {
        ask_pages(ctx, document, operation, filters).await;
    }
    ask_desk(bazaar).await;
}

/// What the operator's people look at beside those.
async fn ask_desk(bazaar: &Bazaar) {
    ask_history(bazaar).await;
    ask_integrations(bazaar).await;
    ask_sync(bazaar).await;
    ask_tasks(bazaar).await;
    ask_details(bazaar).await;
}

/// What other systems ask: deliveries of webhooks, and the change feed; and what people are told.
async fn ask_integrations(bazaar: &Bazaar) {
    ask_notifications(bazaar).await;
    let (operator, seller) = (bazaar.t.operator(), bazaar.t.merchant(bazaar.sellers[0]));
    let hook = bazaar.hook(&seller, 3).await;
    for ctx in [&operator, &seller] {
        for of in [
            json!({}),
            json!({ "endpointId": hook }),
            json!({ "endpointId": hook, "state": "DEAD" }),
            json!({ "state": "DEAD" }),
        ] {
            bazaar::run(ctx, INTEGRATIONS, "WebhookDeliveries", of).await;
        }
        for filter in [json!({}), json!({ "kinds": ["offer", "order.placed"] }), json!({ "excludeOwn": true })] {
            let first = bazaar::run(ctx, INTEGRATIONS, "ChangeFeed", json!({ "first": 2, "filter": filter })).await;
            let after = &first["changeFeed"]["cursor"];
            bazaar::run(ctx, INTEGRATIONS, "ChangeFeed", json!({ "after": after, "filter": filter })).await;
        }
    }
}

/// What other systems tell: whom they know, and their messages.
async fn ask_sync(bazaar: &Bazaar) {
    let (operator, seller) = (bazaar.t.operator(), bazaar.sellers[0]);
    let input = merchants::sync::CreateSystem { code: "crm".to_owned(), name: "CRM".to_owned(), fields: Vec::new() };
    let system = match merchants::sync::create_system(&operator, input).await {
        Ok(system) => system.id,
        Err(_) => merchants::sync::systems(&operator, &kernel::PageArgs::first(1)).await.unwrap().into_rows()[0].id,
    };
    for filter in [
        json!({}),
        json!({ "systemId": system }),
        json!({ "state": "DEAD" }),
        json!({ "merchantId": seller }),
        json!({ "systemId": system, "state": "DEAD", "merchantId": seller }),
    ] {
        bazaar::run(&operator, SYNC, "SyncMessages", json!({ "filter": filter })).await;
    }
    for of in [json!({ "systemId": system }), json!({ "systemId": system, "merchantId": seller })] {
        bazaar::run(&operator, SYNC, "SyncLinks", of).await;
    }
}

/// What is to be done, as people filter and sort it.
async fn ask_tasks(bazaar: &Bazaar) {
    let (operator, seller) = (bazaar.t.operator(), bazaar.t.merchant(bazaar.sellers[0]));
    let day = "2026-03-02T00:00:00Z";
    let filters = [
        json!({}),
        json!({ "state": "RESOLVED" }),
        json!({ "queue": "shipping" }),
        json!({ "queue": "shipping", "state": "WAITING", "kind": "LATE_SHIPMENT" }),
        json!({ "mine": true }),
        json!({ "mine": true, "late": true }),
        json!({ "unassigned": true }),
        json!({ "merchantId": bazaar.sellers[0] }),
        json!({ "merchantId": bazaar.sellers[0], "queue": "shipping", "late": false }),
        json!({ "subjectId": "ful_1" }),
        json!({ "dueBefore": day }),
    ];
    for ctx in [&operator, &seller] {
        for sort in ["DUE", "PRIORITY", "OPENED"] {
            for filter in &filters {
                let variables = json!({ "filter": filter, "sortBy": sort, "first": 1 });
                let page = bazaar::run(ctx, TASKS, "Tasks", variables.clone()).await;
                if let Some(after) = page["tasks"]["pageInfo"]["endCursor"].as_str() {
                    let mut next = variables;
                    next["after"] = json!(after);
                    bazaar::run(ctx, TASKS, "Tasks", next).await;
                }
            }
        }
        bazaar::run(ctx, TASKS, "TaskQueues", json!({})).await;
        let period = json!({ "from": day, "to": "2026-04-02T00:00:00Z" });
        bazaar::run(ctx, TASKS, "TaskReport", period).await;
        let filters = vec![
            json!({}),
            json!({ "kind": "NEGATIVE" }),
            json!({ "merchantId": bazaar.sellers[0], "currency": "EUR" }),
        ];
        ask_pages_plain(ctx, "CriticalBalances", filters).await;
    }
}

/// The first page of a list of the document of tasks, and the one after it.
async fn ask_pages_plain(ctx: &Ctx, operation: &str, filters: Vec<Value>) {
    for filter in filters {
        let mut variables = json!({ "first": 1, "filter": filter });
        let page = bazaar::run(ctx, TASKS, operation, variables.clone()).await;
        let list = page.as_object().unwrap().values().next().unwrap();
        if let Some(after) = list["pageInfo"]["endCursor"].as_str() {
            variables["after"] = json!(after);
            bazaar::run(ctx, TASKS, operation, variables).await;
        }
    }
}

/// Rules of notifications and what became of them; what a person reads.
async fn ask_notifications(bazaar: &Bazaar) {
    const RULES: &str = include_str!("../../../../../graphql/operations/operator/notifications.graphql");
    const OWN: &str = include_str!("../../../../../graphql/operations/merchant/notifications.graphql");
    let (operator, seller) = (bazaar.t.operator(), bazaar.t.merchant(bazaar.sellers[0]));
    let rules = bazaar::run(&operator, RULES, "NotificationRules", json!({ "first": 1 })).await;
    let (rules, rule) = (&rules["notificationRules"], &rules["notificationRules"]["nodes"][0]);
    for of in [json!({ "after": rules["pageInfo"]["endCursor"] }), json!({ "event": rule["event"] })] {
        bazaar::run(&operator, RULES, "NotificationRules", of).await;
    }
    bazaar::run(&operator, RULES, "NotificationRuleVersions", json!({ "id": rule["id"] })).await;
    let filters = vec![
        json!({}),
        json!({ "ruleId": rule["id"] }),
        json!({ "event": "order.placed" }),
        json!({ "merchantId": bazaar.sellers[0] }),
        json!({ "state": "FAILED" }),
    ];
    ask_pages(&operator, RULES, "NotificationDeliveries", filters).await;
    for ctx in [&operator, &seller] {
        for unread in [true, false] {
            bazaar::run(ctx, OWN, "MyNotifications", json!({ "unread": unread, "first": 2 })).await;
        }
        bazaar::run(ctx, OWN, "NotificationUnreadCount", json!({})).await;
        bazaar::run(ctx, OWN, "NotificationPreferences", json!({})).await;
    }
    // What subscriptions and the queue ask.
    let (system, place) = (bazaar.t.system(), (0, seller.new_id()));
    marketplace::query::notifications_end(&seller).await.unwrap();
    marketplace::query::notifications_after(&seller, place, 9).await.unwrap();
    marketplace::query::told_after(&system, place, 9).await.unwrap();
    marketplace::command::notification::due_routes(&system).await.unwrap();
    marketplace::command::notification::active_rules(&system, &["order.placed"]).await.unwrap();
}

/// The history, as an audit asks, and the journal.
async fn ask_history(bazaar: &Bazaar) {
    ask_pages(&bazaar.t.operator(), FINANCE, "LedgerJournal", vec![json!({})]).await;
    let (from, until) = ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z");
    let filters = vec![
        json!({}),
        json!({ "actor": "system:worker" }),
        json!({ "onBehalfOf": "usr_1" }),
        json!({ "merchantId": bazaar.sellers[0] }),
        json!({ "entity": "offer", "action": "created", "from": from, "until": until }),
    ];
    ask_pages(&bazaar.t.operator(), PEOPLE, "Changes", filters).await;
    let filters = vec![json!({}), json!({ "actor": "system:worker" })];
    ask_pages(&bazaar.t.merchant(bazaar.sellers[0]), PEOPLE, "Changes", filters).await;
}

/// An order, a product, a cart.
async fn ask_details(bazaar: &Bazaar) {
    let (buyer, operator) = (bazaar.t.anonymous(), bazaar.t.operator());
    bazaar::run(&operator, ORDERS, "Order", json!({ "id": bazaar.orders[0] })).await;
    let slug = json!({ "slug": bazaar.slug, "channel": "web" });
    bazaar::run(&buyer, PRODUCTS, "StorefrontProduct", slug).await;
    let cart = bazaar.cart(&[(0, 0), (1, 0)]).await;
    bazaar::run(&buyer, CHECKOUT, "Cart", json!({ "id": cart.id, "token": cart.token })).await;
}

/// The first page and the one after it, for each filter.
async fn ask_pages(ctx: &Ctx, document: &str, operation: &str, filters: Vec<Value>) {
    for filter in filters {
        let variables = json!({ "channel": "web", "first": 2, "filter": filter });
        let answer = bazaar::run(ctx, document, operation, variables.clone()).await;
        // The page after the first one is found by its cursor.
        let list = answer.as_object().unwrap().values().next().unwrap();
        if let Some(after) = list["pageInfo"]["endCursor"].as_str() {
            let mut next = variables;
            next["after"] = json!(after);
            bazaar::run(ctx, document, operation, next).await;
        }
    }
}

testkit::both_databases! { on one thread:
    async fn no_list_reads_a_table_whole(t: TestEnv) {
        let bazaar = Bazaar::open(t).await;
        let t = &bazaar.t;
        let lists = lists().await;
        let quotes = bazaar.quotes().await;
        bazaar.rated(bazaar.sellers[0], t.operator().new_id()).await;
        for seller in &bazaar.sellers {
            bazaar.tasked(*seller).await;
        }
        bazaar.talk(bazaar.sellers[0], "talk").await;
        let guest = bazaar.guest().await;
        // Invitations are shown to who has proved the address.
        let proved = "UPDATE user_account SET email_verified_at = created_at WHERE email = 'quotes@example.org'";
        t.world.db.for_migrations().execute_unprepared(proved).await.unwrap();
        ask_documents(&bazaar, &quotes).await;
        t.world.db.recorder().start();
        bazaar.ask_talks(&quotes.buyer, &guest).await;
        // These need to be told of what; the documents below ask them.
        let known = ["storefrontProducts", "guestConversations", "notificationRuleVersions", "syncLinks"];
        let mut answered = BTreeSet::from(known.map(str::to_owned));
        for ctx in [t.operator(), t.merchant(bazaar.sellers[0]), quotes.buyer.clone()] {
            answered.append(&mut ask_all(&ctx, &lists).await);
        }
        ask_documents(&bazaar, &quotes).await;
        let sent = t.world.db.recorder().stop();
        let silent: Vec<&String> = lists.keys().filter(|name| !answered.contains(*name)).collect();
        assert!(silent.is_empty(), "lists that were not asked: {silent:?}");

        let mut seen = BTreeSet::new();
        let mut faults = Vec::new();
        for statement in sent {
            if !statement.sql.starts_with("SELECT") && !statement.sql.starts_with("WITH") {
                continue;
            }
            if seen.insert(statement.sql.clone()) {
                let steps = t.plan(statement.clone(), &["enable_seqscan"]).await;
                faults.extend(steps.iter().filter(|step| sorts(step, &statement.sql)).map(|_| format!("sorted: {}", statement.sql)));
                faults.extend(steps.iter().filter_map(|step| whole(step)).map(|table| format!("{table}: {}", statement.sql)));
            }
        }
        assert!(faults.is_empty(), "read whole or sorted:\n{}", faults.join("\n"));
    }
}
