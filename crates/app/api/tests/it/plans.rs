//! Every list is read through an index: the database is asked how it runs each statement.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{Request, Variables};
use context::Ctx;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::{Value, json};
use testkit::TestEnv;

use crate::bazaar::{
    self, ASKED, Bazaar, CHECKOUT, COMPANIES, FINANCE, MERCHANTS, OFFERS, ORDERS, PARTS, PRODUCTS, QUOTES, Quotes,
};
use crate::documents::{Introspection, inner};

/// Tables that may be read whole, and why.
const ALLOWED: [(&str, &str); 1] = [("marketplace_version", "a single row: the stamp of what the process keeps")];

/// Pages that may be sorted after reading, by a part of the statement, and why.
const SORTED: [(&str, &str); 3] = [
    ("IN (SELECT \"company_id\" FROM \"company_member\"", "a buyer has a place in a few companies"),
    ("\"number\" >= ", "the numbers with a common beginning are few"),
    ("\"product\".\"owner_id\" = ? OR ", "what a merchant may read is in two indexes; its own products are in one"),
];

/// The plan of a statement, one line a step.
async fn plan(t: &TestEnv, statement: Statement) -> Vec<String> {
    let tx = t.world.db.begin_write().await.unwrap();
    let (explain, column) = match tx.get_database_backend() {
        DbBackend::Postgres => {
            // The tables of a test are so small that reading them whole is cheapest; what counts is what can be used.
            tx.execute_unprepared("SET LOCAL enable_seqscan = off").await.unwrap();
            ("EXPLAIN", "QUERY PLAN")
        }
        _ => ("EXPLAIN QUERY PLAN", "detail"),
    };
    let sql = format!("{explain} {}", statement.sql);
    let values = statement.values.map(|values| values.0).unwrap_or_default();
    let rows = tx.query_all_raw(Statement::from_sql_and_values(statement.db_backend, sql, values)).await.unwrap();
    rows.iter().map(|row| row.try_get("", column).unwrap()).collect()
}

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
        (&operator, FINANCE, "LedgerJournal", vec![json!({})]),
    ] {
        ask_pages(ctx, document, operation, filters).await;
    }
    ask_details(bazaar).await;
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
        // Invitations are shown to who has proved the address.
        let proved = "UPDATE user_account SET email_verified_at = created_at WHERE email = 'quotes@example.org'";
        t.world.db.for_migrations().execute_unprepared(proved).await.unwrap();
        ask_documents(&bazaar, &quotes).await;
        t.world.db.recorder().start();
        let mut answered = BTreeSet::from(["storefrontProducts".to_owned()]);
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
                let steps = plan(t, statement.clone()).await;
                faults.extend(steps.iter().filter(|step| sorts(step, &statement.sql)).map(|_| format!("sorted: {}", statement.sql)));
                faults.extend(steps.iter().filter_map(|step| whole(step)).map(|table| format!("{table}: {}", statement.sql)));
            }
        }
        assert!(faults.is_empty(), "read whole or sorted:\n{}", faults.join("\n"));
    }
}
