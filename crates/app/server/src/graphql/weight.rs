//! What a document would cost, found in time linear in its text.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet};
use async_graphql::{Name, Variables};
use async_graphql_value::{ConstValue, Value};

use super::Refusal;

/// What a document may cost at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the query text. Variables do not count: they may hold a bulk load.
    pub query_bytes: usize,
    /// Fields, with every fragment counted at each of its spreads.
    pub size: u64,
    /// Fields one within the other.
    pub depth: u64,
    /// Fields of the answer, a connection counted with its page size.
    pub cost: u64,
    /// Fields that have an alias or stand in the same place as another of their name: each is executed on its own.
    pub repeats: u64,
    /// Fields of the operation itself.
    pub roots: u64,
}

/// What one operation costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weight {
    /// Fields of the answer, a connection counted with its page size.
    pub cost: u64,
    /// Fields one within the other.
    pub depth: u64,
    /// Lists of the schema one within the other: `types { fields { type { fields …`.
    introspection: u64,
    /// Whether it selects `nodes` or `edges`.
    connection: bool,
}

/// How many selection sets may stand one within the other, over fragments. The walk is recursive.
const LEVELS_MAX: u32 = 100;
/// The page size of a connection that names none.
const PAGE: u64 = 20;
/// The largest page; the schema refuses more.
const PAGE_MAX: u64 = 100;
/// How many lists of the schema may stand one within the other; the usual introspection has one.
const INTROSPECTION_MAX: u64 = 2;

/// Fields of the whole document with every fragment counted at each of its spreads; also directives, arguments and
/// variables, which the validation walks too.
///
/// # Errors
/// A fragment that spreads itself, or selection sets nested beyond reason.
pub(crate) fn expanded_size(doc: &ExecutableDocument) -> Result<u64, Refusal> {
    let mut walk = Sizes { doc, memo: HashMap::new() };
    let mut size = 0_u64;
    for (_, operation) in doc.operations.iter() {
        let operation = &operation.node;
        size = size.saturating_add((operation.variable_definitions.len() + operation.directives.len()) as u64);
        size = size.saturating_add(walk.set(&operation.selection_set.node, 0)?.size);
    }
    // A fragment nobody spreads is validated all the same.
    for name in doc.fragments.keys() {
        if !walk.memo.contains_key(name) {
            size = size.saturating_add(walk.fragment(name, 0)?.size);
        }
    }
    Ok(size)
}

struct Sizes<'a> {
    doc: &'a ExecutableDocument,
    /// `None` while the fragment is being walked: meeting it again means a cycle.
    memo: HashMap<&'a Name, Option<Extent>>,
}

#[derive(Clone, Copy, Default)]
struct Extent {
    size: u64,
    /// Selection sets one within the other.
    height: u32,
}

impl<'a> Sizes<'a> {
    fn set(&mut self, set: &'a SelectionSet, level: u32) -> Result<Extent, Refusal> {
        let mut total = Extent::default();
        for selection in &set.items {
            let own = selection.node.directives().len() as u64;
            let (inside, own) = match &selection.node {
                Selection::Field(field) => {
                    (self.inner(&field.node.selection_set.node, level)?, own + field.node.arguments.len() as u64)
                }
                Selection::InlineFragment(inline) => (self.inner(&inline.node.selection_set.node, level)?, own),
                Selection::FragmentSpread(spread) => (self.fragment(&spread.node.fragment_name.node, level)?, own),
            };
            total.size = total.size.saturating_add(inside.size).saturating_add(own + 1);
            total.height = total.height.max(inside.height + 1);
        }
        Ok(total)
    }

    fn inner(&mut self, set: &'a SelectionSet, level: u32) -> Result<Extent, Refusal> {
        if level >= LEVELS_MAX {
            return Err(too_deep(u64::from(LEVELS_MAX)));
        }
        self.set(set, level + 1)
    }

    fn fragment(&mut self, name: &'a Name, level: u32) -> Result<Extent, Refusal> {
        let extent = match self.memo.get(name) {
            Some(Some(known)) => *known,
            Some(None) => {
                return Err(Refusal::bad_request("FRAGMENT_CYCLE", format!("the fragment `{name}` spreads itself")));
            }
            None => {
                self.memo.insert(name, None);
                let extent = match self.doc.fragments.get(name) {
                    Some(fragment) => self.inner(&fragment.node.selection_set.node, level)?,
                    // Unknown: the validation says so.
                    None => Extent::default(),
                };
                self.memo.insert(name, Some(extent));
                extent
            }
        };
        // A fragment that is known already is not walked again, but whoever walks it later goes as deep.
        if level + extent.height > LEVELS_MAX { Err(too_deep(u64::from(LEVELS_MAX))) } else { Ok(extent) }
    }
}

/// What `operation` costs with these variables. Call [`expanded_size`] first: it refuses cycles.
pub(crate) fn weigh(doc: &ExecutableDocument, operation: &OperationDefinition, variables: &Variables) -> Weight {
    let mut scale = Scale { doc, operation, variables, memo: HashMap::new() };
    scale.set(&operation.selection_set.node)
}

struct Scale<'a> {
    doc: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    memo: HashMap<&'a Name, Weight>,
}

impl<'a> Scale<'a> {
    fn set(&mut self, set: &'a SelectionSet) -> Weight {
        let mut total = Weight::default();
        for selection in &set.items {
            let weight = match &selection.node {
                Selection::Field(field) => self.field(&field.node),
                Selection::InlineFragment(inline) => self.set(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
            };
            total.cost = total.cost.saturating_add(weight.cost);
            total.depth = total.depth.max(weight.depth);
            total.introspection = total.introspection.max(weight.introspection);
            total.connection |= weight.connection;
        }
        total
    }

    fn field(&mut self, field: &'a Field) -> Weight {
        let name = field.name.node.as_str();
        let inside = self.set(&field.selection_set.node);
        let times = self.times(field, inside.connection);
        let lists = matches!(name, "fields" | "interfaces" | "possibleTypes" | "inputFields");
        Weight {
            cost: inside.cost.saturating_mul(times).saturating_add(1),
            depth: inside.depth + 1,
            introspection: inside.introspection + u64::from(lists),
            connection: matches!(name, "nodes" | "edges"),
        }
    }

    fn fragment(&mut self, name: &'a Name) -> Weight {
        if let Some(weight) = self.memo.get(name) {
            return *weight;
        }
        let weight = match self.doc.fragments.get(name) {
            Some(fragment) => self.set(&fragment.node.selection_set.node),
            None => Weight::default(),
        };
        self.memo.insert(name, weight);
        weight
    }

    /// How many objects a field gives: the page of a connection, the length of `ids`, else one.
    fn times(&self, field: &Field, connection: bool) -> u64 {
        let mut times = if connection { PAGE } else { 1 };
        for (name, value) in &field.arguments {
            match name.node.as_str() {
                "first" | "last" if connection => {
                    if let Some(page) = self.number(&value.node) {
                        times = page.clamp(1, PAGE_MAX);
                    }
                }
                "ids" => times = times.max(self.length(&value.node)),
                _ => {}
            }
        }
        times
    }

    fn number(&self, value: &Value) -> Option<u64> {
        match value {
            Value::Number(number) => number.as_u64(),
            Value::Variable(name) => match self.variable(name)? {
                ConstValue::Number(number) => number.as_u64(),
                _ => None,
            },
            _ => None,
        }
    }

    fn length(&self, value: &Value) -> u64 {
        match value {
            Value::List(list) => list.len() as u64,
            Value::Variable(name) => match self.variable(name) {
                Some(ConstValue::List(list)) => list.len() as u64,
                _ => 1,
            },
            _ => 1,
        }
    }

    fn variable(&self, name: &Name) -> Option<&ConstValue> {
        self.variables.get(name).or_else(|| {
            let definition = self.operation.variable_definitions.iter().find(|d| d.node.name.node == *name)?;
            definition.node.default_value()
        })
    }
}

impl Weight {
    /// Refuses what is over a limit.
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        if self.depth > limits.depth {
            return Err(too_deep(limits.depth));
        }
        if self.introspection > INTROSPECTION_MAX {
            return Err(Refusal::bad_request("QUERY_TOO_DEEP", "the lists of the schema are nested too deeply"));
        }
        if self.cost > limits.cost {
            let message =
                format!("the cost is {}, at most {} is allowed: ask for smaller pages", self.cost, limits.cost);
            return Err(Refusal::bad_request("QUERY_TOO_EXPENSIVE", message));
        }
        Ok(())
    }
}

pub(crate) fn too_deep(max: u64) -> Refusal {
    Refusal::bad_request("QUERY_TOO_DEEP", format!("at most {max} levels may be nested"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn of(query: &str, variables: serde_json::Value) -> Weight {
        let doc = parse_query(query).unwrap();
        expanded_size(&doc).unwrap();
        let (_, operation) = doc.operations.iter().next().unwrap();
        weigh(&doc, &operation.node, &Variables::from_json(variables))
    }

    fn cost(query: &str, variables: serde_json::Value) -> u64 {
        of(query, variables).cost
    }

    #[test]
    fn a_connection_costs_its_page() {
        let none = || serde_json::json!({});
        assert_eq!(cost("{ a b { c } }", none()), 3);
        assert_eq!(cost("{ list { nodes { a b } } }", none()), 1 + 20 * 3);
        assert_eq!(cost("{ list(first: 5) { edges { node { a } } } }", none()), 1 + 5 * 3);
        assert_eq!(cost("{ list(first: 5) { ...F } } fragment F on L { nodes { a } }", none()), 1 + 5 * 2);
        assert_eq!(
            cost("{ list(first: 3) { nodes { list(first: 4) { nodes { a } } } } }", none()),
            1 + 3 * (1 + 1 + 4 * 2)
        );
        assert_eq!(cost("query($n: Int) { list(first: $n) { nodes { a } } }", serde_json::json!({"n": 7})), 1 + 7 * 2);
        assert_eq!(cost("query($n: Int = 6) { list(first: $n) { nodes { a } } }", none()), 1 + 6 * 2);
        // Nothing saves a client from the page that it would get: not a wrong type, not a huge number.
        assert_eq!(cost("query($n: Int) { list(first: $n) { nodes { a } } }", none()), 1 + 20 * 2);
        assert_eq!(cost("{ list(first: \"1\") { nodes { a } } }", none()), 1 + 20 * 2);
        assert_eq!(cost("{ list(first: 99999999999) { nodes { a } } }", none()), 1 + 100 * 2);
        assert_eq!(cost("{ nodes(ids: [1, 2, 3]) { a } }", none()), 1 + 3);
        assert_eq!(cost("query($i: [ID!]!) { nodes(ids: $i) { a } }", serde_json::json!({"i": [1, 2]})), 1 + 2);
    }

    #[test]
    fn depth_goes_through_fragments() {
        let weight = of("{ a { ...F ... { b } } ...F } fragment F on T { b { c { d } } }", serde_json::json!({}));
        assert_eq!(weight.depth, 4);
    }

    #[test]
    fn nested_lists_of_the_schema_are_refused() {
        let limits = Limits { query_bytes: 0, size: 5000, depth: 20, cost: 1000, repeats: 10, roots: 10 };
        let fine = of("{ __schema { types { fields { args { type { name } } } } } }", serde_json::json!({}));
        assert!(fine.check(&limits).is_ok());
        let bad = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
        assert_eq!(of(bad, serde_json::json!({})).check(&limits).unwrap_err().code, "QUERY_TOO_DEEP");
    }

    #[test]
    fn a_fragment_counts_at_each_spread_but_is_walked_once() {
        let bomb = |levels: usize| {
            let fragments: String =
                (0..levels).map(|n| format!("fragment F{n} on Query {{ ...F{m} ...F{m} }}", m = n + 1)).collect();
            format!("{{ ...F0 }} {fragments} fragment F{levels} on Query {{ a }}")
        };
        let size = |query: &str| expanded_size(&parse_query(query).unwrap());
        assert_eq!(size("{ a(x: 1) { b } ...F } fragment F on Query { c @skip(if: true) }").unwrap(), 6);
        assert_eq!(size(&bomb(2)).unwrap(), 1 + 2 + 4 + 4);
        assert!(size(&bomb(60)).unwrap() > 1 << 60);
        assert_eq!(size(&bomb(99)).unwrap_err().code, "QUERY_TOO_DEEP");
        assert_eq!(size(&bomb(2_000)).unwrap_err().code, "QUERY_TOO_DEEP");
    }

    #[test]
    fn cycles_and_hidden_chains_are_refused() {
        let size = |query: &str| expanded_size(&parse_query(query).unwrap());
        let cycle = "{ ...A } fragment A on Query { b { ...B } } fragment B on Query { ...A }";
        assert_eq!(size(cycle).unwrap_err().code, "FRAGMENT_CYCLE");
        assert_eq!(size("{ a } fragment A on Query { ...A }").unwrap_err().code, "FRAGMENT_CYCLE");
        // Spread from its end, each fragment of the chain is known when the next one needs it.
        let chain: String = (0..3_000).map(|n| format!("fragment F{n} on Query {{ ...F{} }}", n + 1)).collect();
        let spreads: String = (0..3_000).rev().map(|n| format!("...F{n} ")).collect();
        assert_eq!(size(&format!("{{ {spreads} }} {chain}")).unwrap_err().code, "QUERY_TOO_DEEP");
    }
}
