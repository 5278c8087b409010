//! What is known about the program itself.

use async_graphql::{Context, Object};
use chrono::{DateTime, Utc};

use crate::error::{Gql, ctx};

/// Questions about the program itself.
#[derive(Default)]
pub struct SystemQuery;

#[Object]
impl SystemQuery {
    /// The version of Souk that answers.
    async fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}

/// Actions that belong to no domain.
#[derive(Default)]
pub struct SystemMutation;

#[Object]
impl SystemMutation {
    /// Answers with the time of the server; changes nothing. Lets a client check its connection and its clock.
    async fn ping(&self, gql: &Context<'_>) -> Gql<DateTime<Utc>> {
        Ok(ctx(gql)?.now())
    }
}
