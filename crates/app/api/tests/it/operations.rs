//! The documents of `graphql/operations` fit the schema.

use std::path::{Path, PathBuf};

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{BaseType, DocumentOperations, Type};
use async_graphql::{Executor as _, Name, Request, Variables};
use futures::StreamExt as _;
use serde_json::{Map, Value, json};
use testkit::TestEnv;

use crate::documents::Introspection;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../graphql/operations");

fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(documents(&path));
        } else if path.extension().is_some_and(|extension| extension == "graphql") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A value for a variable: an empty one would be refused before the selection is looked at.
fn sample(all: &Introspection, of: &Type) -> Value {
    match &of.base {
        BaseType::List(_) => json!([]),
        BaseType::Named(name) => all.sample(name),
    }
}

testkit::both_databases! {
    async fn every_document_fits_the_schema(t: TestEnv) {
        let schema = api::build(api::Services::default());
        let all = Introspection::of(&schema).await;
        let mut checked = 0;
        for path in documents(Path::new(FOLDER)) {
            let text = std::fs::read_to_string(&path).unwrap();
            let parsed = parse_query(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let DocumentOperations::Multiple(operations) = parsed.operations else {
                panic!("{}: give its operations names", path.display());
            };
            for (name, operation) in operations {
                let mut variables = Map::new();
                for variable in &operation.node.variable_definitions {
                    if !variable.node.var_type.node.nullable {
                        let value = sample(&all, &variable.node.var_type.node);
                        variables.insert(variable.node.name.node.to_string(), value);
                    }
                }
                checked += 1;
                fits(&t, &schema, &path, &text, &name, variables).await;
            }
        }
        assert!(checked > 30, "{checked} operations");
    }
}

async fn fits(
    t: &TestEnv,
    schema: &api::SoukSchema,
    path: &Path,
    text: &str,
    name: &Name,
    variables: Map<String, Value>,
) {
    // Nobody signed in: what fits the schema is denied, with a code; what does not fit has none.
    let ctx = t.anonymous();
    let request = Request::new(only(text, name))
        .operation_name(name.to_string())
        .variables(Variables::from_json(Value::Object(variables)))
        .data(api::Loaders::new(ctx.clone()))
        .data(ctx);
    let first = schema.execute_stream(request, None).next().await;
    for error in first.into_iter().flat_map(|answer| answer.errors) {
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        assert!(code.is_some(), "{} {name}: {}", path.display(), error.message);
    }
}

/// The document without the other operations: a client sends one, with the fragments it uses.
fn only(text: &str, name: &str) -> String {
    let mut parts = Vec::new();
    let mut part = String::new();
    for line in text.lines() {
        let begins = ["query ", "mutation ", "subscription ", "fragment "].iter().any(|word| line.starts_with(word));
        if begins && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
        }
        part.push_str(line);
        part.push('\n');
    }
    parts.push(part);
    let word = |part: &str, n: usize| {
        part.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).nth(n).map(str::to_owned)
    };
    let mut chosen: Vec<&String> = parts
        .iter()
        .filter(|part| {
            !part.starts_with("fragment ") && !part.starts_with('#') && word(part, 1).as_deref() == Some(name)
        })
        .collect();
    assert_eq!(chosen.len(), 1, "operation {name}: begin each operation and fragment on a line of its own");
    let mut at = 0;
    while at < chosen.len() {
        for part in parts.iter().filter(|part| part.starts_with("fragment ")) {
            let spread = format!("...{}", word(part, 1).unwrap());
            let used = chosen[at].split_whitespace().any(|token| token.trim_end_matches('}') == spread);
            if used && !chosen.contains(&part) {
                chosen.push(part);
            }
        }
        at += 1;
    }
    chosen.into_iter().cloned().collect()
}
