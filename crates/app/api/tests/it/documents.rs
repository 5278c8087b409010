//! Makes a document for any root field out of the schema itself.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// The schema as introspection tells it.
pub struct Introspection {
    types: BTreeMap<String, Value>,
}

const QUERY: &str = "{ __schema { types { kind name description
    fields { name description args { name description type { ...T } defaultValue } type { ...T } }
    inputFields { name description type { ...T } defaultValue } enumValues { name description } possibleTypes { name } } } }
  fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }";

/// A root field with what is needed to call it.
#[derive(Clone)]
pub struct RootField {
    /// `query` or `mutation`.
    pub operation: &'static str,
    /// The field.
    pub name: String,
    definition: Value,
}

impl RootField {
    /// `query.merchant`, the key in the table of rights.
    pub fn key(&self) -> String {
        format!("{}.{}", self.operation, self.name)
    }

    /// The type of its answer.
    pub fn answer(&self) -> &Value {
        &self.definition["type"]
    }
}

impl Introspection {
    pub async fn of(schema: &api::SoukSchema) -> Self {
        let answer = schema.execute(QUERY).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        let data = answer.data.into_json().unwrap();
        let types = data["__schema"]["types"].as_array().unwrap();
        let named = types.iter().map(|t| (t["name"].as_str().unwrap().to_owned(), t.clone()));
        Self { types: named.collect() }
    }

    pub fn types(&self) -> impl Iterator<Item = &Value> {
        self.types.values().filter(|t| !t["name"].as_str().unwrap().starts_with("__"))
    }

    pub fn root_fields(&self) -> Vec<RootField> {
        let mut all = Vec::new();
        for (operation, root) in [("query", "Query"), ("mutation", "Mutation")] {
            for field in self.types[root]["fields"].as_array().unwrap() {
                let name = field["name"].as_str().unwrap().to_owned();
                all.push(RootField { operation, name, definition: field.clone() });
            }
        }
        all
    }

    /// A document that calls the field and selects little, and its required variables; `ids` gives a value for
    /// the id at a path such as `input.lines.0.offerId`.
    pub fn call(&self, field: &RootField, ids: &BTreeMap<String, String>) -> (String, Value) {
        let mut variables = Map::new();
        let (mut declared, mut passed) = (Vec::new(), Vec::new());
        for arg in field.definition["args"].as_array().unwrap() {
            if arg["type"]["kind"] != "NON_NULL" || !arg["defaultValue"].is_null() {
                continue;
            }
            let name = arg["name"].as_str().unwrap();
            declared.push(format!("${name}: {}", spell(&arg["type"])));
            passed.push(format!("{name}: ${name}"));
            variables.insert(name.to_owned(), self.value(&arg["type"], name, name, ids));
        }
        let bracket =
            |parts: Vec<String>| if parts.is_empty() { String::new() } else { format!("({})", parts.join(", ")) };
        let selection = self.selection(&field.definition["type"]);
        let document =
            format!("{} X{} {{ {}{} {selection} }}", field.operation, bracket(declared), field.name, bracket(passed));
        (document, Value::Object(variables))
    }

    /// A value of the type with this name.
    pub fn sample(&self, name: &str) -> Value {
        let kind = self.types[name]["kind"].clone();
        self.value(&json!({ "kind": kind, "name": name, "ofType": null }), name, name, &BTreeMap::new())
    }

    fn selection(&self, of: &Value) -> String {
        let (kind, name) = inner(of);
        match kind {
            "OBJECT" if self.types[name]["fields"].as_array().unwrap().iter().any(|f| f["name"] == "userErrors") => {
                "{ userErrors { code message field } }".to_owned()
            }
            "OBJECT" | "INTERFACE" | "UNION" => "{ __typename }".to_owned(),
            _ => String::new(),
        }
    }

    fn value(&self, of: &Value, name: &str, path: &str, ids: &BTreeMap<String, String>) -> Value {
        match of["kind"].as_str().unwrap() {
            "NON_NULL" => self.value(&of["ofType"], name, path, ids),
            "LIST" => json!([self.value(&of["ofType"], name, &format!("{path}.0"), ids)]),
            "ENUM" => self.types[of["name"].as_str().unwrap()]["enumValues"][0]["name"].clone(),
            "INPUT_OBJECT" => {
                let mut object = Map::new();
                for field in self.types[of["name"].as_str().unwrap()]["inputFields"].as_array().unwrap() {
                    if field["type"]["kind"] == "NON_NULL" && field["defaultValue"].is_null() {
                        let field_name = field["name"].as_str().unwrap();
                        let path = format!("{path}.{field_name}");
                        object.insert(field_name.to_owned(), self.value(&field["type"], field_name, &path, ids));
                    }
                }
                Value::Object(object)
            }
            _ => scalar(of["name"].as_str().unwrap(), name, path, ids),
        }
    }
}

fn scalar(kind: &str, name: &str, path: &str, ids: &BTreeMap<String, String>) -> Value {
    let lower = name.to_lowercase();
    match kind {
        "ID" => json!(ids.get(path).cloned().unwrap_or_else(|| "x".to_owned())),
        "Int" => json!(1),
        "Boolean" => json!(true),
        "Float" => json!(1.0),
        "Currency" => json!("EUR"),
        "Decimal" => json!("1"),
        "DateTime" => json!("2026-03-02T09:00:00Z"),
        "NaiveDate" | "Date" => json!("2026-03-02"),
        _ if lower.contains("email") => json!("nobody@example.org"),
        _ if lower.contains("amount") => json!("1.00"),
        _ if lower.contains("country") => json!("DE"),
        _ if lower.contains("locale") => json!("en"),
        _ if lower.contains("contenttype") => json!("image/png"),
        _ if lower.contains("iban") => json!("DE89370400440532013000"),
        _ if lower.contains("password") => json!("correct horse battery staple"),
        _ if lower.contains("currenc") => json!("EUR"),
        _ if lower.contains("url") => json!("https://example.org/x"),
        _ => json!("x1"),
    }
}

/// The kind and name of a type without its wrappers.
pub fn inner(of: &Value) -> (&str, &str) {
    let mut at = of;
    while !at["ofType"].is_null() {
        at = &at["ofType"];
    }
    (at["kind"].as_str().unwrap(), at["name"].as_str().unwrap())
}

fn spell(of: &Value) -> String {
    match of["kind"].as_str().unwrap() {
        "NON_NULL" => format!("{}!", spell(&of["ofType"])),
        "LIST" => format!("[{}]", spell(&of["ofType"])),
        _ => of["name"].as_str().unwrap().to_owned(),
    }
}
