//! Who may call what. `rights.csv` has a line for every root field and a column for every role: `+` may,
//! `-` may not. A field without a line fails; so does an answer that differs from its line.
//!
//! After adding a field run `SOUK_UPDATE_RIGHTS=1 cargo test -p api rights` and read the new lines before
//! committing them: they say what the policy allows now, not what it should.

use std::collections::BTreeMap;

use access::{Actor, Principal, Role, Scope, Seat};
use async_graphql::{Request, Variables};
use kernel::id::{CustomerId, MerchantId, TypedId as _, UserId};
use kernel::{IdGen as _, SystemClock};
use testkit::TestEnv;

use crate::documents::{Introspection, RootField};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/rights.csv");

/// The columns of the table.
const ROLES: [&str; 12] = [
    "anonymous",
    "buyer",
    "storefront",
    "merchant_owner",
    "merchant_catalog",
    "merchant_fulfillment",
    "merchant_finance",
    "operator_admin",
    "operator_operations",
    "operator_finance",
    "operator_catalog",
    "operator_support",
];

fn actor(role: &str) -> Actor {
    let id = SystemClock.uuid();
    let scope = match role {
        "anonymous" => return Actor::anonymous(),
        "buyer" => Scope::Customer(CustomerId::from_uuid(id)),
        "storefront" => Scope::Public,
        _ if role.starts_with("merchant_") => Scope::Merchant(MerchantId::from_uuid(id)),
        _ => Scope::Operator,
    };
    // Whoever signs in as a person holds this seat too; a storefront is a program.
    let person = (role != "storefront").then(|| Seat { scope: Scope::Public, role: Role::named("user") });
    let seats = std::iter::once(Seat { scope, role: Role::named(role) }).chain(person);
    Actor::new(Principal::User(UserId::from_uuid(id)), role, seats)
}

/// Runs one field as somebody and gives the codes of the answer.
async fn codes(
    t: &TestEnv,
    schema: &api::SoukSchema,
    actor: Actor,
    document: &str,
    variables: serde_json::Value,
) -> Vec<(String, String)> {
    let ctx = t.ctx(actor);
    let request = Request::new(document)
        .variables(Variables::from_json(variables))
        .data(api::Loaders::new(ctx.clone()))
        .data(ctx);
    let answer = schema.execute(request).await;
    let mut codes = Vec::new();
    for error in &answer.errors {
        let extensions = error.extensions.as_ref();
        let text = |key: &str| match extensions.and_then(|e| e.get(key)) {
            Some(async_graphql::Value::String(code)) => code.clone(),
            _ => String::new(),
        };
        let code = text("code");
        assert!(!code.is_empty(), "an error without code: {} for {document}", error.message);
        codes.push((code, format!("{}|{}", text("field"), error.message)));
    }
    if let Ok(data) = answer.data.into_json() {
        for payload in data.as_object().into_iter().flat_map(|o| o.values()) {
            for error in payload["userErrors"].as_array().into_iter().flatten() {
                let path: Vec<&str> =
                    error["field"].as_array().into_iter().flatten().filter_map(|p| p.as_str()).collect();
                let message = error["message"].as_str().unwrap_or_default();
                codes.push((error["code"].as_str().unwrap().to_owned(), format!("{}|{message}", path.join("."))));
            }
        }
    }
    codes
}

/// A call with well-formed ids: the fault `MALFORMED_ID` tells which kind of id belongs where.
async fn well_formed(
    t: &TestEnv,
    schema: &api::SoukSchema,
    all: &Introspection,
    field: &RootField,
) -> (String, serde_json::Value) {
    let mut ids = BTreeMap::new();
    for _ in 0..20 {
        let (document, variables) = all.call(field, &ids);
        let answer = codes(t, schema, actor("operator_admin"), &document, variables.clone()).await;
        let Some((_, text)) = answer.iter().find(|(code, _)| code == "MALFORMED_ID") else {
            return (document, variables);
        };
        let (path, message) = text.split_once('|').unwrap();
        let prefix = message.rsplit_once("form ").unwrap().1.trim_end_matches('…').trim_end_matches('_');
        let id = format!("{prefix}_{}", kernel::id::encode(SystemClock.uuid()));
        ids.insert(path.to_owned(), id.clone());
        // A query names its argument without `input`; a mutation's path starts with it.
        ids.insert(path.trim_start_matches("input.").to_owned(), id);
    }
    panic!("{} cannot be called: an id is malformed at a path the document does not have", field.key());
}

fn known() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(FILE).unwrap_or_default();
    text.lines().skip(1).filter_map(|line| line.split_once(',')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

testkit::both_databases! {
    async fn every_root_field_answers_every_role_as_its_line_says(t: TestEnv) {
        let schema = api::build(services());
        let all = Introspection::of(&schema).await;
        let expected = known();
        let mut found = BTreeMap::new();
        for field in all.root_fields() {
            let (document, variables) = well_formed(&t, &schema, &all, &field).await;
            let mut cells = Vec::new();
            for role in ROLES {
                let answer = codes(&t, &schema, actor(role), &document, variables.clone()).await;
                let denied = answer.iter().any(|(code, _)| code == "UNAUTHENTICATED" || code == "FORBIDDEN");
                assert!(answer.iter().all(|(code, _)| code != "INTERNAL"), "{} as {role}: {answer:?}", field.key());
                cells.push(if denied { "-" } else { "+" });
            }
            found.insert(field.key(), cells.join(","));
        }
        if updating() {
            let lines: Vec<String> = found.iter().map(|(k, v)| format!("{k},{v}")).collect();
            std::fs::write(FILE, format!("field,{}\n{}\n", ROLES.join(","), lines.join("\n"))).unwrap();
            return;
        }
        for (field, cells) in &found {
            let line = expected.get(field).unwrap_or_else(|| panic!("{field} has no line in rights.csv"));
            assert_eq!(cells, line, "{field}: {}", ROLES.join(","));
        }
        let gone: Vec<&String> = expected.keys().filter(|k| !found.contains_key(*k)).collect();
        assert!(gone.is_empty(), "rights.csv has lines for fields that do not exist: {gone:?}");
    }
}

#[allow(clippy::disallowed_methods, reason = "a switch of the test itself")]
fn updating() -> bool {
    std::env::var("SOUK_UPDATE_RIGHTS").is_ok()
}

/// With a storage that nobody listens at: rights are decided before anything is sent to it.
fn services() -> api::Services {
    let settings = storage::Settings {
        endpoint: "http://127.0.0.1:9".to_owned(),
        public_endpoint: None,
        region: "us-east-1".to_owned(),
        bucket: "souk".to_owned(),
        access_key: "nobody".to_owned(),
        secret_key: "nothing".to_owned(),
        force_path_style: true,
    };
    api::Services::with_assets(assets::Urls::new(storage::ObjectStore::new(&settings)))
}
