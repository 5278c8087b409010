//! Rules that hold for every type of the schema.

use crate::documents::{Introspection, inner};

async fn schema() -> Introspection {
    Introspection::of(&api::build(api::Services::default())).await
}

#[testkit::tokio::test]
async fn every_public_field_argument_and_type_is_described() {
    let all = schema().await;
    let mut missing = Vec::new();
    let described = |value: &serde_json::Value| value["description"].as_str().is_some_and(|d| !d.trim().is_empty());
    for of in all.types() {
        let name = of["name"].as_str().unwrap();
        if ["String", "Int", "Float", "Boolean", "ID"].contains(&name) {
            continue;
        }
        // The library gives connections no description; their fields have one, and so has what they list.
        let undescribable = ["Query", "Mutation"].contains(&name) || name.ends_with("Connection");
        if !described(of) && !undescribable {
            missing.push(name.to_owned());
        }
        for part in ["fields", "inputFields", "enumValues"] {
            for field in of[part].as_array().into_iter().flatten() {
                if !described(field) {
                    missing.push(format!("{name}.{}", field["name"].as_str().unwrap()));
                }
                for arg in field["args"].as_array().into_iter().flatten() {
                    let arg_name = arg["name"].as_str().unwrap();
                    if !described(arg) && !["first", "after", "input", "id"].contains(&arg_name) {
                        missing.push(format!("{name}.{}({arg_name})", field["name"].as_str().unwrap()));
                    }
                }
            }
        }
    }
    assert!(missing.is_empty(), "without description: {missing:#?}");
}

#[testkit::tokio::test]
async fn lists_of_rows_at_the_root_are_connections() {
    let all = schema().await;
    for field in all.root_fields() {
        let of =
            all.types().find(|t| t["name"] == if field.operation == "query" { "Query" } else { "Mutation" }).unwrap();
        let definition = of["fields"].as_array().unwrap().iter().find(|f| f["name"] == field.name.as_str()).unwrap();
        let (kind, name) = inner(&definition["type"]);
        let is_list = definition["type"].to_string().contains("\"LIST\"");
        let bounded = definition["description"].as_str().unwrap_or_default().contains("All of them");
        assert!(!is_list || kind != "OBJECT" || bounded, "{} returns a plain list of {name}", field.key());
    }
}

/// `make schema` writes the file; whoever changes the API sees the change in a review.
#[testkit::tokio::test]
async fn the_exported_schema_is_the_one_that_answers() {
    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../graphql/schema.graphql");
    let written = std::fs::read_to_string(FILE).unwrap();
    let answers = api::build(api::Services::default()).sdl();
    assert!(written.trim() == answers.trim(), "graphql/schema.graphql is old: run `make schema`");
}
