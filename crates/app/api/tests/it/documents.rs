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
        self.call_with(field, ids, "")
    }

    /// The same, naming what is optional at the path `also` too, and selecting what tells whether there is an answer.
    pub fn call_with(&self, field: &RootField, ids: &BTreeMap<String, String>, also: &str) -> (String, Value) {
        let ids = &Wanted { ids, also };
        let mut variables = Map::new();
        let (mut declared, mut passed) = (Vec::new(), Vec::new());
        for arg in field.definition["args"].as_array().unwrap() {
            let name = arg["name"].as_str().unwrap();
            if (arg["type"]["kind"] != "NON_NULL" || !arg["defaultValue"].is_null()) && !ids.asks(name) {
                continue;
            }
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
        let nothing = Wanted { ids: &BTreeMap::new(), also: "" };
        self.value(&json!({ "kind": kind, "name": name, "ofType": null }), name, name, &nothing)
    }

    /// The paths of all optional ids that the field takes, in its arguments and their inputs.
    pub fn optional_ids(&self, field: &RootField) -> Vec<String> {
        let mut found = Vec::new();
        for arg in field.definition["args"].as_array().unwrap() {
            self.optional_in(arg, arg["name"].as_str().unwrap(), 0, &mut found);
        }
        found
    }

    fn optional_in(&self, of: &Value, path: &str, depth: usize, found: &mut Vec<String>) {
        let (kind, name) = inner(&of["type"]);
        let bare = if of["type"]["kind"] == "NON_NULL" { &of["type"]["ofType"] } else { &of["type"] };
        let path = if bare["kind"] == "LIST" { format!("{path}.0") } else { path.to_owned() };
        let optional = of["type"]["kind"] != "NON_NULL" || !of["defaultValue"].is_null();
        if name == "ID" && optional {
            found.push(path);
        } else if kind == "INPUT_OBJECT" && depth < 3 {
            for inner in self.types[name]["inputFields"].as_array().unwrap() {
                let path = format!("{path}.{}", inner["name"].as_str().unwrap());
                self.optional_in(inner, &path, depth + 1, found);
            }
        }
    }

    /// Enough of an answer to tell whether there is one: what the payload of a mutation holds, the rows of a list.
    fn selection(&self, of: &Value) -> String {
        let (kind, name) = inner(of);
        if kind != "OBJECT" {
            return if matches!(kind, "INTERFACE" | "UNION") { "{ __typename }".to_owned() } else { String::new() };
        }
        let fields = self.types[name]["fields"].as_array().unwrap();
        let has = |name: &str| fields.iter().find(|f| f["name"] == name && f["args"].as_array().unwrap().is_empty());
        if has("userErrors").is_some() {
            let result = |field: &Value| {
                let object = inner(&field["type"]).0 == "OBJECT";
                format!("{}{}", field["name"].as_str().unwrap(), if object { " { __typename }" } else { "" })
            };
            let results = fields.iter().filter(|f| f["name"] != "userErrors").map(result).collect::<Vec<_>>();
            return format!("{{ {} userErrors {{ code message field }} }}", results.join(" "));
        }
        match (has("nodes"), has("id")) {
            (Some(nodes), _) => format!("{{ nodes {} }}", self.selection(&nodes["type"])),
            (None, Some(_)) => "{ id }".to_owned(),
            (None, None) => "{ __typename }".to_owned(),
        }
    }

    fn value(&self, of: &Value, name: &str, path: &str, ids: &Wanted<'_>) -> Value {
        match of["kind"].as_str().unwrap() {
            "NON_NULL" => self.value(&of["ofType"], name, path, ids),
            "LIST" => json!([self.value(&of["ofType"], name, &format!("{path}.0"), ids)]),
            "ENUM" => self.types[of["name"].as_str().unwrap()]["enumValues"][0]["name"].clone(),
            "INPUT_OBJECT" => {
                let mut object = Map::new();
                for field in self.types[of["name"].as_str().unwrap()]["inputFields"].as_array().unwrap() {
                    let field_name = field["name"].as_str().unwrap();
                    let path = format!("{path}.{field_name}");
                    let required = field["type"]["kind"] == "NON_NULL" && field["defaultValue"].is_null();
                    if required || ids.asks(&path) {
                        object.insert(field_name.to_owned(), self.value(&field["type"], field_name, &path, ids));
                    }
                }
                Value::Object(object)
            }
            _ => scalar(of["name"].as_str().unwrap(), name, path, ids),
        }
    }
}

/// What a call is to hold.
struct Wanted<'a> {
    ids: &'a BTreeMap<String, String>,
    also: &'a str,
}

impl Wanted<'_> {
    /// Whether what is optional at this path, or something in it, is asked for.
    fn asks(&self, path: &str) -> bool {
        self.also.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// The id at this path. A fault of a query may name the field alone.
    fn id(&self, path: &str) -> Option<String> {
        let field = path.trim_end_matches(".0").rsplit('.').next().unwrap_or(path);
        self.ids
            .get(path)
            .or_else(|| self.ids.get(path.trim_end_matches(".0")))
            .or_else(|| self.ids.get(field))
            .cloned()
    }
}

fn scalar(kind: &str, name: &str, path: &str, ids: &Wanted<'_>) -> Value {
    let lower = name.to_lowercase();
    match kind {
        "ID" => json!(ids.id(path).unwrap_or_else(|| "x".to_owned())),
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
