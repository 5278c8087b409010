//! Writes each statement to the log when somebody asks for it: at level trace, target `souk::sql`.
//!
//! A line is one JSON object, so that the statements can be run again as they are, with their parameters and
//! transactions. Measurements do that to find out what the database alone costs. The parameters are personal data:
//! nothing turns this on by itself.

use sea_orm::{Statement, Value};
use serde_json::{Value as Json, json};

const TARGET: &str = "souk::sql";

/// A statement of the write transaction with this number; 0 stands outside of transactions.
pub(crate) fn statement(transaction: u64, statement: &Statement) {
    if tracing::enabled!(target: TARGET, tracing::Level::TRACE) {
        let values: Vec<_> = statement.values.iter().flat_map(|values| values.0.iter()).map(typed).collect();
        write(&json!({ "tx": transaction, "sql": statement.sql, "values": values }));
    }
}

/// The begin or the end of a write transaction.
pub(crate) fn boundary(transaction: u64, sql: &str) {
    if tracing::enabled!(target: TARGET, tracing::Level::TRACE) {
        write(&json!({ "tx": transaction, "sql": sql, "values": [] }));
    }
}

fn write(line: &Json) {
    tracing::trace!(target: TARGET, "{line}");
}

/// A parameter with its type: `["uuid", "0190…"]`; `["uuid", null]` is a null of that type.
fn typed(value: &Value) -> Json {
    match value {
        Value::Bool(v) => json!(["bool", v]),
        Value::Int(v) => json!(["i32", v]),
        Value::BigInt(v) => json!(["i64", v]),
        // How many rows at most: sea-query gives limits this type, the databases take them as an i64.
        Value::BigUnsigned(v) => json!(["i64", v]),
        Value::String(v) => json!(["text", v]),
        Value::Uuid(v) => json!(["uuid", v.map(|v| v.to_string())]),
        Value::ChronoDateTimeUtc(v) => json!(["at", v.map(|v| v.to_rfc3339())]),
        Value::ChronoDate(v) => json!(["on", v.map(|v| v.to_string())]),
        Value::Bytes(v) => json!(["bytes", v]),
        other => json!(["other", format!("{other:?}")]),
    }
}
