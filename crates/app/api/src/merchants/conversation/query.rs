//! Questions about conversations.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, Object};
use merchants::conversation;
use orders::query::GuestOrder;

use super::input::ConversationFilterInput;
use super::object::Conversation;
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};

/// Questions about conversations.
#[derive(Default)]
pub struct ConversationQuery;

#[Object]
impl ConversationQuery {
    /// The conversations in which one takes part, for the operator's people all of them; the one that moved last first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn conversations(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Those that meet all of it.")] filter: Option<ConversationFilterInput>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Conversation>> {
        let page = answer(gql, page_args(first, after))?;
        let filter = answer(gql, filter.unwrap_or_default().read())?;
        let found = Box::pin(conversation::conversations(ctx(gql)?, &filter, &page)).await;
        Ok(connection(answer(gql, found)?, Conversation::from))
    }

    /// One's own conversations as a buyer, the one that moved last first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn my_conversations(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only those that are closed, or are not.")] closed: Option<bool>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Conversation>> {
        let page = answer(gql, page_args(first, after))?;
        let found = Box::pin(conversation::my_conversations(ctx(gql)?, closed, &page)).await;
        Ok(connection(answer(gql, found)?, Conversation::from))
    }

    /// The conversations about an order whose number and secret are shown, for somebody who is not signed in.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn guest_conversations(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The number of the order.")] number: String,
        #[graphql(desc = "The secret of the cart it was placed from.")] token: String,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Conversation>> {
        let page = answer(gql, page_args(first, after))?;
        let guest = GuestOrder { number, token };
        let found = Box::pin(orders::command::guest_conversations(ctx(gql)?, &guest, &page)).await;
        Ok(connection(answer(gql, found)?, Conversation::from))
    }

    /// One conversation; `null` when there is none in which the caller takes part.
    async fn conversation(&self, gql: &Context<'_>, id: ID) -> Gql<Option<Conversation>> {
        let id = answer(gql, input::id("id", &id))?;
        let found = Box::pin(conversation::conversation(ctx(gql)?, id)).await;
        Ok(answer_optional(gql, found)?.map(Conversation::from))
    }

    /// In how many open conversations there is something that the caller has not read; at most a hundred are counted.
    async fn conversations_unread(&self, gql: &Context<'_>) -> Gql<usize> {
        answer(gql, Box::pin(conversation::conversations_unread(ctx(gql)?)).await)
    }
}
