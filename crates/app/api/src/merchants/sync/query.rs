//! Which systems tell of merchants, and what they told.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object};
use merchants::sync;

use super::object::{SyncLink, SyncMessage, SyncMessageState, SyncSystem};
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};

/// Which messages are asked for; what is absent does not matter.
#[derive(Debug, Default, InputObject)]
pub struct SyncMessageFilter {
    /// Of this system.
    pub system_id: Option<ID>,
    /// In this state.
    pub state: Option<SyncMessageState>,
    /// About this merchant.
    pub merchant_id: Option<ID>,
}

impl SyncMessageFilter {
    fn read(&self) -> Result<sync::MessageFilter, context::Error> {
        Ok(sync::MessageFilter {
            system: input::optional_id("filter.systemId", self.system_id.as_ref())?,
            state: self.state.map(Into::into),
            merchant: input::optional_id("filter.merchantId", self.merchant_id.as_ref())?,
        })
    }
}

/// Questions about other systems.
#[derive(Default)]
pub struct SyncQuery;

#[Object]
impl SyncQuery {
    /// Systems that tell what they know of merchants, by their code.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn sync_systems(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, SyncSystem>> {
        let page = answer(gql, page_args(first, after))?;
        Ok(connection(answer(gql, sync::systems(ctx(gql)?, &page).await)?, SyncSystem::from))
    }

    /// One of them.
    async fn sync_system(&self, gql: &Context<'_>, id: ID) -> Gql<Option<SyncSystem>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, sync::system(ctx(gql)?, id).await)?.map(SyncSystem::from))
    }

    /// Whom a system knows, by its own numbers, with the newest revision that was taken of each: who was out of reach
    /// compares them with its own and sends what is newer.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn sync_links(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The system.")] system_id: ID,
        #[graphql(desc = "Only the link of this merchant.")] merchant_id: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, SyncLink>> {
        let page = answer(gql, page_args(first, after))?;
        let system = answer(gql, input::id("systemId", &system_id))?;
        let merchant = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        Ok(connection(answer(gql, sync::links(ctx(gql)?, system, merchant, &page).await)?, SyncLink::from))
    }

    /// What systems told, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn sync_messages(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which of them; all if absent.")] filter: Option<SyncMessageFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, SyncMessage>> {
        let page = answer(gql, page_args(first, after))?;
        let filter = answer(gql, filter.unwrap_or_default().read())?;
        Ok(connection(answer(gql, sync::messages(ctx(gql)?, filter, &page).await)?, SyncMessage::from))
    }
}
