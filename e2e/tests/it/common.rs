//! What the tests share.

use std::time::{Duration, Instant};

use e2e::{Client, Error, Site, operations};
use serde_json::{Value, json};

/// How long events and jobs may take to be done, in a debug build on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// For how long what a program had begun is nobody else's, once it was killed.
const LEASE: Duration = Duration::from_secs(60);

/// Runs the operation `file#Name` with `variables` and gives its data.
pub async fn ask(client: &Client, operation: &str, variables: Value) -> Value {
    client.query(document(operation), variables).await.unwrap_or_else(|e| panic!("{operation}: {e}"))
}

/// Runs the mutation `file#Name` with `input` and gives its payload.
pub async fn run(client: &Client, operation: &str, input: Value) -> Value {
    client.run(document(operation), input).await.unwrap_or_else(|e| panic!("{operation}: {e}"))
}

/// Runs the mutation `file#Name` with `input`, which must be refused; gives the refusal.
pub async fn refused(client: &Client, operation: &str, input: Value) -> Error {
    match client.run(document(operation), input).await {
        Ok(payload) => panic!("{operation} should have been refused: {payload}"),
        Err(error @ (Error::Refused(_) | Error::Answered { .. })) => error,
        Err(error) => panic!("{operation}: {error}"),
    }
}

/// The text of the operation `file#Name`.
pub fn document(operation: &str) -> &'static str {
    let (file, name) = operation.split_once('#').unwrap_or_else(|| panic!("{operation} names no operation"));
    operations::find(file, name).unwrap()
}

/// Looks again and again until `look` finds something.
pub async fn eventually<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(since.elapsed() < PATIENCE, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Ends a test: everything that was set off is done, `souk verify` finds nothing, nothing went wrong inside.
pub async fn finish(site: Site) {
    site.wait_quiet(LEASE + PATIENCE).await.unwrap();
    site.verify().await.unwrap();
    let log = site.log();
    let wrong: Vec<_> = log.lines().filter(|line| line.contains(" ERROR ") || line.contains("panic")).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    site.close().await.unwrap();
}

/// `{ amount, currency }` of minor units of EUR.
pub fn eur(minor: i64) -> Value {
    json!({ "amount": e2e::money::text(minor, 2), "currency": "EUR" })
}
