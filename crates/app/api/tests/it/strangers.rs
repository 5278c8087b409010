//! A merchant calls everything with the ids of another one: nothing is answered, nothing is changed, nothing is sent.
//!
//! The calls are made from the schema, one for each root field and one more for each optional id that it takes. Every
//! kind of id that some field takes has a line below; a kind without one fails, so a new field cannot be forgotten.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{Request, Variables};
use context::Ctx;
use kernel::id::MerchantId;
use kernel::{IdGen as _, SystemClock};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::{Value, json};
use testkit::TestEnv;

use crate::bazaar::Bazaar;
use crate::documents::{Introspection, RootField};

/// Where the first merchant's things of each kind are found; `?` is the merchant.
const OWNED: &[(&str, &str)] = &[
    ("mer", "SELECT id FROM merchant WHERE id = ?"),
    ("off", "SELECT id FROM offer WHERE merchant_id = ?"),
    ("prd", "SELECT id FROM product WHERE owner_id = ?"),
    ("var", "SELECT id FROM variant WHERE owner_id = ?"),
    ("lvl", "SELECT id FROM stock_level WHERE merchant_id = ?"),
    ("loc", "SELECT id FROM stock_location WHERE merchant_id = ?"),
    ("ord", "SELECT order_id AS id FROM merchant_order WHERE merchant_id = ?"),
    ("mor", "SELECT id FROM merchant_order WHERE merchant_id = ?"),
    ("orl", "SELECT id FROM order_line WHERE merchant_id = ?"),
    ("ful", "SELECT id FROM fulfillment_order WHERE merchant_id = ?"),
    ("shp", "SELECT id FROM shipment WHERE merchant_id = ?"),
    ("ref", "SELECT id FROM refund WHERE merchant_id = ?"),
    ("inc", "SELECT id FROM incident WHERE merchant_id = ?"),
    (
        "pay",
        "SELECT o.payment_id AS id FROM customer_order o JOIN merchant_order m ON m.order_id = o.id WHERE m.merchant_id = ?",
    ),
    ("quo", "SELECT id FROM quote WHERE merchant_id = ?"),
    ("qln", "SELECT l.id FROM quote_line l JOIN quote q ON q.id = l.quote_id WHERE q.merchant_id = ?"),
    ("qrq", "SELECT request_id AS id FROM quote WHERE merchant_id = ?"),
    ("usr", "SELECT user_id AS id FROM membership WHERE merchant_id = ?"),
    ("mbr", "SELECT id FROM membership WHERE merchant_id = ?"),
    ("inv", "SELECT id FROM invitation WHERE merchant_id = ? AND accepted_at IS NULL"),
    ("key", "SELECT id FROM api_key WHERE merchant_id = ?"),
    ("rol", "SELECT id FROM custom_role WHERE merchant_id = ?"),
    ("ses", "SELECT s.id FROM user_session s JOIN membership m ON m.user_id = s.user_id WHERE m.merchant_id = ?"),
    ("men", "SELECT id FROM manual_entry WHERE merchant_id = ?"),
    ("ltx", "SELECT tx_id AS id FROM ledger_entry WHERE merchant_id = ?"),
    ("apl", "SELECT id FROM merchant_appeal WHERE merchant_id = ?"),
    ("mdc", "SELECT id FROM merchant_document WHERE merchant_id = ?"),
    ("mno", "SELECT id FROM merchant_note WHERE merchant_id = ?"),
    ("whe", "SELECT id FROM webhook_endpoint WHERE merchant_id = ?"),
    ("whd", "SELECT id FROM webhook_delivery WHERE merchant_id = ?"),
    ("tsk", "SELECT id FROM task WHERE owner_id = ?"),
    ("tvw", "SELECT id FROM task_view WHERE merchant_id = ?"),
    ("cnv", "SELECT id FROM conversation WHERE merchant_id = ?"),
    ("msg", "SELECT id FROM message WHERE merchant_id = ?"),
    ("ast", "SELECT id FROM asset WHERE merchant_id = ?"),
];

/// Kinds of ids that belong to no merchant, or of which the stage has none, and why.
const OTHERS: &[(&str, &str)] = &[
    ("chn", "channels are the operator's"),
    ("tax", "classes of goods are the operator's"),
    ("dlv", "delivery methods are the operator's"),
    ("car", "carriers are the operator's"),
    ("com", "commission rules are the operator's"),
    ("cpn", "coupons are the operator's"),
    ("cat", "the tree is everybody's"),
    ("atr", "attributes are everybody's"),
    ("cus", "a buyer's account"),
    ("adr", "a buyer's address"),
    ("cpy", "a company that buys"),
    ("cmb", "a buyer's place in a company"),
    ("crt", "a buyer's cart, which its secret opens"),
    ("crl", "a line of it"),
    ("drf", "drafts are the operator's"),
    ("rcp", "receipts are the operator's"),
    ("run", "runs of payouts are the operator's"),
    ("rec", "reconciliations are the operator's"),
    ("fnd", "findings are the operator's"),
    ("pup", "pickup points are the operator's"),
    ("sys", "systems that tell of merchants are the operator's"),
    ("smg", "what they tell goes to the operator"),
    ("pop", "what goes to a provider is the operator's"),
    ("wof", "what is given up is the operator's"),
    ("rvb", "what a company owes the operator"),
    ("cra", "a buyer's credit"),
    ("rma", "the stage has no return"),
    ("hld", "the stage has no money that waits"),
    ("pot", "the stage has no payout"),
    ("dsp", "the stage has no dispute"),
    ("dbt", "the stage has no debt"),
    ("stm", "the stage has no statement"),
    ("siv", "the stage has no invoice of a sale"),
    ("doc", "the stage has no document"),
    ("sia", "an attempt to sign in, which its secret opens"),
    ("idl", "the stage has no identity at a provider"),
    ("agr", "agreements are everybody's who sells"),
    ("nrl", "the rules of notifications are the operator's"),
    ("ntd", "what became of them is the operator's"),
    ("ntf", "a person's own; the stage tells nobody anything"),
];

/// Fields that answer everybody alike, whoever owns the thing, and why.
const OPEN: &[(&str, &str)] = &[
    ("mutation.cartCreate", "what a merchant sells can be put into a cart by everybody"),
    ("mutation.cartLinesAdd", "what a merchant sells can be put into a cart by everybody"),
    ("mutation.cartLinesSet", "what a merchant sells can be put into a cart by everybody"),
    ("query.storefrontProducts", "what is published is shown to everybody"),
];

/// Tables in which a stranger may name what everybody can buy.
const CARTS: [&str; 2] = ["cart: ", "cart_line: "];

/// What a call came to: what was answered, without what differs by chance.
async fn outcome(schema: &api::SoukSchema, ctx: &Ctx, document: &str, variables: &Value) -> Value {
    let request = Request::new(document)
        .variables(Variables::from_json(variables.clone()))
        .data(api::Loaders::new(ctx.clone()))
        .data(ctx.clone());
    let answer = schema.execute(request).await;
    let code = |error: &async_graphql::ServerError| {
        error.extensions.as_ref().and_then(|e| e.get("code")).map(|code| code.clone().into_json().unwrap())
    };
    let errors: Vec<_> = answer.errors.iter().map(code).collect();
    json!({ "data": answer.data.into_json().unwrap(), "errors": errors })
}

/// The ids in a value, in their order.
fn ids(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if prefix(text).is_some() => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| ids(item, found)),
        Value::Object(fields) => fields.values().for_each(|item| ids(item, found)),
        _ => {}
    }
}

/// The kind of an id.
fn prefix(text: &str) -> Option<&str> {
    text.split_once('_')
        .filter(|(kind, rest)| kind.len() == 3 && kernel::id::decode(rest).is_some())
        .map(|(kind, _)| kind)
}

fn put(value: &Value, stage: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => match prefix(text).and_then(|kind| stage.get(kind)) {
            Some(id) => json!(id),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| put(item, stage)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, item)| (name.clone(), put(item, stage))).collect(),
        _ => value.clone(),
    }
}

/// The call with well-formed ids of nothing, naming the optional id at `path` too.
async fn call(
    schema: &api::SoukSchema,
    ctx: &Ctx,
    all: &Introspection,
    field: &RootField,
    path: &str,
) -> (String, Value) {
    let mut ids = BTreeMap::new();
    for _ in 0..20 {
        let (document, variables) = all.call_with(field, &ids, path);
        let request = Request::new(document.as_str())
            .variables(Variables::from_json(variables.clone()))
            .data(api::Loaders::new(ctx.clone()))
            .data(ctx.clone());
        let answer = schema.execute(request).await;
        let Some((at, kind)) = malformed(&answer) else { return (document, variables) };
        let id = format!("{kind}_{}", kernel::id::encode(SystemClock.uuid()));
        ids.insert(at.trim_start_matches("input.").to_owned(), id.clone());
        ids.insert(at, id);
    }
    panic!("{} {path}: an id stays malformed", field.key());
}

/// Where an id is malformed, and of which kind it should be.
fn malformed(answer: &async_graphql::Response) -> Option<(String, String)> {
    let kind =
        |message: &str| message.rsplit_once("form ").map(|(_, kind)| kind.trim_end_matches(['…', '_']).to_owned());
    for error in &answer.errors {
        let text =
            |key: &str| error.extensions.as_ref().and_then(|e| e.get(key)).map(|v| v.clone().into_json().unwrap());
        if text("code") == Some(json!("MALFORMED_ID")) {
            return Some((text("field")?.as_str()?.to_owned(), kind(&error.message)?));
        }
    }
    let data = answer.data.clone().into_json().ok()?;
    for payload in data.as_object()?.values() {
        for error in payload["userErrors"].as_array().into_iter().flatten() {
            if error["code"] == "MALFORMED_ID" {
                let path: Vec<&str> = error["field"].as_array()?.iter().filter_map(Value::as_str).collect();
                return Some((path.join("."), kind(error["message"].as_str()?)?));
            }
        }
    }
    None
}

async fn texts(t: &TestEnv, sql: &str) -> Vec<String> {
    let read = t.world.db.read();
    let rows = read.query_all_raw(Statement::from_string(read.get_database_backend(), sql.to_owned())).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Every row of every table as a text.
async fn everything(t: &TestEnv) -> BTreeSet<String> {
    let postgres = t.world.db.backend() == DbBackend::Postgres;
    let tables = if postgres {
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    };
    let mut rows = BTreeSet::new();
    for table in texts(t, tables).await {
        let row = if postgres {
            format!("\"{table}\"::text")
        } else {
            let columns = texts(t, &format!("SELECT name FROM pragma_table_info('{table}')")).await;
            columns.iter().map(|column| format!("quote(\"{column}\")")).collect::<Vec<_>>().join(" || ',' || ")
        };
        let found = texts(t, &format!("SELECT {row} FROM \"{table}\"")).await;
        rows.extend(found.into_iter().map(|row| format!("{table}: {row}")));
    }
    rows
}

/// How an id may stand in a row: as text, and as either database shows what is in it.
fn spellings(id: &str) -> [String; 3] {
    let (_, rest) = id.split_once('_').unwrap();
    let uuid = kernel::id::decode(rest).unwrap();
    [id.to_owned(), uuid.hyphenated().to_string(), format!("{:X}", uuid.simple())]
}

async fn stage(t: &TestEnv, merchant: MerchantId) -> BTreeMap<String, String> {
    let (read, backend) = (t.world.db.read(), t.world.db.backend());
    let mut stage = BTreeMap::new();
    for (kind, sql) in OWNED {
        let mark = if backend == DbBackend::Postgres { "$1" } else { "?" };
        let sql = format!("{} ORDER BY 1 LIMIT 1", sql.replace('?', mark));
        let row = read.query_one_raw(Statement::from_sql_and_values(backend, sql, [merchant.into()])).await.unwrap();
        let row = row.unwrap_or_else(|| panic!("the stage has no {kind}"));
        // Whatever it is of, what is in it is the same.
        let id: MerchantId = row.try_get("", "id").unwrap();
        stage.insert((*kind).to_owned(), format!("{kind}_{}", kernel::id::encode(id.0)));
    }
    stage
}

testkit::both_databases! {
    async fn a_merchant_gets_nothing_by_the_ids_of_another(t: TestEnv) {
        let bazaar = Bazaar::open(t).await;
        let (mine, other) = (bazaar.sellers[0], bazaar.sellers[2]);
        bazaar.furnish(mine).await;
        let t = &bazaar.t;
        let stage = stage(t, mine).await;
        let schema = api::build(api::Services::default());
        let all = Introspection::of(&schema).await;
        let known: BTreeSet<&str> = OWNED.iter().chain(OTHERS).map(|(kind, _)| *kind).collect();
        let marks: Vec<[String; 3]> = stage.values().map(|id| spellings(id)).collect();
        let (mut problems, mut calls, mut owned) = (Vec::new(), 0, 0);
        let before = everything(t).await;
        for field in all.root_fields() {
            let optional = all.optional_ids(&field);
            for path in std::iter::once(String::new()).chain(optional) {
                // Each with contexts of its own: what one call does must not decide what the next one may.
                let stranger = t.merchant(other);
                let (document, nothing) = call(&schema, &stranger, &all, &field, &path).await;
                let mut kinds = Vec::new();
                ids(&nothing, &mut kinds);
                for kind in kinds.iter().filter_map(|id| prefix(id)).filter(|kind| !known.contains(kind)) {
                    problems.push(format!("{} takes ids of the kind {kind}, which has no line here", field.key()));
                }
                if kinds.is_empty() {
                    continue;
                }
                calls += 1;
                let foreign = put(&nothing, &stage);
                let told = outcome(&schema, &t.merchant(other), &document, &foreign).await;
                let unknown = outcome(&schema, &t.merchant(other), &document, &nothing).await;
                // The ids are good: their owner gets something by them.
                if field.key().starts_with("query.") {
                    owned += usize::from(outcome(&schema, &t.merchant(mine), &document, &foreign).await != unknown);
                }
                let open = OPEN.iter().any(|(name, _)| *name == field.key());
                if told != unknown && !open {
                    problems.push(format!("{} {path}: {told} is not {unknown}", field.key()));
                }
            }
        }
        let after = everything(t).await;
        let gone = before.difference(&after).filter(|row| !row.starts_with("access_state") && !row.starts_with("sign_in_throttle"));
        problems.extend(gone.map(|row| format!("changed or gone: {row}")));
        for row in after.difference(&before) {
            let bought = CARTS.iter().any(|table| row.starts_with(table));
            if !bought && marks.iter().flatten().any(|mark| row.contains(mark.as_str())) {
                problems.push(format!("written: {row}"));
            }
        }
        assert!(problems.is_empty(), "{calls} calls\n{}", problems.join("\n"));
        assert!(calls > 200 && owned > 10, "{calls} calls, {owned} of them answer the owner");
    }
}

impl Bazaar {
    /// What the stage lacks of a merchant: people, a key, a role, a product of its own, a return, an incident, quotes.
    pub async fn furnish(&self, merchant: MerchantId) {
        let t = &self.t;
        let owner = t.merchant(merchant);
        self.quotes().await;
        let team = identity::Team::Merchant(merchant);
        let hash = identity::PasswordHash::of("password", "correct horse battery", "", "").await.unwrap();
        let add = identity::AddMember {
            email: "ann@example.org".to_owned(),
            name: "Ann".to_owned(),
            team,
            role: identity::RoleName::MerchantOwner.into(),
            access: identity::MemberAccess::Password(hash),
        };
        identity::member_add(&owner, add).await.unwrap();
        let input = identity::SignIn {
            email: "ann@example.org".to_owned(),
            password: "correct horse battery".to_owned(),
            user_agent: None,
        };
        identity::sign_in(&t.anonymous(), input).await.unwrap();
        let permission = identity::Permission {
            resource: "stock".to_owned(),
            verb: "read".to_owned(),
            scope: identity::PermissionScope::OwnMerchant,
        };
        let role = identity::CustomRoleCreate {
            team: identity::TeamKind::Merchant,
            merchant: None,
            name: "Counters".to_owned(),
            description: String::new(),
            permissions: vec![permission],
            masks: Vec::new(),
        };
        let role = identity::custom_role_create(&owner, role).await.unwrap();
        let key = identity::ApiKeyCreate {
            name: "ERP".to_owned(),
            scope: identity::ApiKeyScope::Merchant(merchant),
            role: role.held(),
            expires_at: None,
        };
        identity::api_key_create(&owner, key).await.unwrap();
        let product = catalog::model::ProductInput {
            title: "Own".to_owned(),
            variants: vec![catalog::model::VariantInput { sku: "OWN".to_owned(), ..Default::default() }],
            ..Default::default()
        };
        let create = catalog::command::ProductCreate { merchant: None, product };
        catalog::command::product_create(&owner, create).await.unwrap();
        let parts = orders::query::parts_by_orders(&t.operator(), &self.orders).await.unwrap();
        let part = parts.values().flatten().find(|part| part.merchant_order.merchant_id == merchant).unwrap();
        let (merchant_order, reason) = (part.merchant_order.id, orders::model::status::IncidentReason::NotReceived);
        let open = orders::command::OpenIncident { merchant_order, reason, note: None };
        orders::command::incident_open(&t.operator(), open).await.unwrap();
        self.hook(&owner, 1).await;
        self.standing(merchant).await;
        self.talk(merchant, "talk").await;
        self.rated(merchant, merchant_order).await;
        self.tasked(merchant).await;
    }
}
