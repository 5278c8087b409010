//! The GraphQL documents of the repository, `graphql/operations/{operator,merchant,storefront}/*.graphql`: what clients
//! are shown as examples is what is run here.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::{Error, Result, environment};

/// A file cut into its definitions.
#[derive(Debug, Default)]
struct File {
    /// By name of the operation: its text with the fragments it needs.
    operations: HashMap<String, &'static str>,
}

/// The operation `name` of `file`, such as `storefront/checkout`, with the fragments it needs.
///
/// # Errors
/// [`Error::Data`] when there is no such file or operation.
pub fn find(file: &str, name: &str) -> Result<&'static str> {
    static FILES: OnceLock<Mutex<HashMap<String, File>>> = OnceLock::new();
    let files = FILES.get_or_init(Mutex::default);
    let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
    if !files.contains_key(file) {
        let path = environment::checkout().join("graphql/operations").join(format!("{file}.graphql"));
        let text = std::fs::read_to_string(&path).map_err(|e| Error::file(&path, e))?;
        files.insert(file.to_owned(), read(&text));
    }
    let found = files.get(file).and_then(|file| file.operations.get(name).copied());
    found.ok_or_else(|| Error::Data(format!("graphql/operations/{file}.graphql has no operation {name}")))
}

fn read(text: &str) -> File {
    let definitions = definitions(text);
    let fragments: HashMap<&str, &str> =
        definitions.iter().filter(|d| d.kind == "fragment").map(|d| (d.name, d.text)).collect();
    let mut file = File::default();
    for operation in definitions.iter().filter(|d| d.kind != "fragment") {
        let mut document = operation.text.to_owned();
        let mut seen: Vec<&str> = Vec::new();
        let mut open = spreads(operation.text);
        while let Some(name) = open.pop() {
            if let Some(fragment) = fragments.get(name).filter(|_| !seen.contains(&name)) {
                seen.push(name);
                document.push('\n');
                document.push_str(fragment);
                open.extend(spreads(fragment));
            }
        }
        // They live as long as the program, and there are few.
        file.operations.insert(operation.name.to_owned(), Box::leak(document.into_boxed_str()));
    }
    file
}

struct Definition<'a> {
    kind: &'a str,
    name: &'a str,
    text: &'a str,
}

/// The definitions at the top of a document. Texts and comments of these files have no braces in them.
fn definitions(text: &str) -> Vec<Definition<'_>> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    let mut comment = false;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'#' => comment = true,
            b'\n' => comment = false,
            _ if comment => {}
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    found.extend(definition(&text[start..=index]));
                    start = index + 1;
                }
            }
            _ => {}
        }
    }
    found
}

fn definition(text: &str) -> Option<Definition<'_>> {
    let without_comments = text.lines().position(|line| !line.trim().is_empty() && !line.trim().starts_with('#'))?;
    let start: usize = text.split_inclusive('\n').take(without_comments).map(str::len).sum();
    let text = text[start..].trim();
    let mut words = text.split(|c: char| c.is_whitespace() || c == '(' || c == '{').filter(|word| !word.is_empty());
    Some(Definition { kind: words.next()?, name: words.next()?, text })
}

fn spreads(text: &str) -> Vec<&str> {
    let named = text.split("...").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    });
    named.filter(|name| !name.is_empty() && *name != "on").collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_operation_comes_with_its_fragments_alone() {
        let file = read(
            "# Two {things}\n\nfragment Inner on I { id }\nfragment Outer on O { inner { ...Inner } }\n\n\
             query One($id: ID!) { one(id: $id) { ...Outer ... on X { y } } }\nmutation Two { two { ...Inner } }\n",
        );
        assert_eq!(file.operations["Two"], "mutation Two { two { ...Inner } }\nfragment Inner on I { id }");
        let one = file.operations["One"];
        assert!(one.starts_with("query One($id: ID!)") && one.contains("on O") && one.contains("on I"), "{one}");
        assert_eq!(file.operations.len(), 2);
    }
}
