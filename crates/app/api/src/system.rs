//! What is known about the program itself.

use async_graphql::connection::Connection;
use async_graphql::{Context, InputObject, Object};
use chrono::{DateTime, Utc};

use crate::error::{Gql, answer, ctx, respond};
use crate::history::{Change, ChangeFilter, ChangeSubjectInput};
use crate::page::{connection, page_args};
use crate::payload;
use crate::schema::Services;

/// Questions about the program itself.
#[derive(Default)]
pub struct SystemQuery;

#[Object]
impl SystemQuery {
    /// The version of Souk that answers.
    fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// Who changed what, when, from where and how: of one thing, or of everything in the caller's scope, the newest first. A
    /// merchant sees what happened to its own things, whoever did it.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn changes(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only of this thing.")] subject: Option<ChangeSubjectInput>,
        #[graphql(desc = "Which changes; all when absent.")] filter: Option<ChangeFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Change>> {
        let ctx = ctx(gql)?;
        let filter = filter.unwrap_or_default().read(subject);
        let page = async { context::changes(ctx, &filter?, &page_args(first, after)?).await };
        answer(gql, page.await.map(|page| connection(page, Change)))
    }
}

/// A time to which the clock is put forward.
#[derive(Debug, Clone, InputObject)]
pub struct SandboxClockSetInput {
    /// The time; not before the present one.
    pub at: DateTime<Utc>,
}

payload! {
    /// What became of `sandboxClockSet`.
    SandboxClockSetPayload {
        /// The time that the clock shows.
        now: DateTime<Utc> }
}

/// Actions that belong to no domain.
#[derive(Default)]
pub struct SystemMutation;

#[Object]
impl SystemMutation {
    /// Answers with the time of the server; changes nothing. Lets a client check its connection and its clock.
    fn ping(&self, gql: &Context<'_>) -> Gql<DateTime<Utc>> {
        Ok(ctx(gql)?.now())
    }

    /// Puts the clock forward, so that hold periods and deadlines pass. Only where the settings of a sandbox allow it.
    async fn sandbox_clock_set(&self, gql: &Context<'_>, input: SandboxClockSetInput) -> Gql<SandboxClockSetPayload> {
        let ctx = ctx(gql)?;
        let clock = gql.data_opt::<Services>().and_then(Services::clock);
        respond(gql, context::sandbox_clock_set(ctx, clock, input.at).await)
    }
}
