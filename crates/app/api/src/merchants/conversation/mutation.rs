//! What is done in conversations.

use async_graphql::{Context, Object};
use merchants::actions::{ASSIGN_CONVERSATION, CLOSE_CONVERSATION, POST_MESSAGE, READ_CONVERSATION, REDACT_MESSAGE};
use merchants::conversation::{self, InviteOperator};
use orders::command;

use super::input::{
    ConversationAssignInput, ConversationCloseInput, ConversationInviteInput, ConversationMarkReadInput,
    ConversationOpenInput, ConversationReopenInput, MessagePostInput, MessageRedactInput, Posted, steered,
};
use super::object::{Conversation, Message};
use crate::error::{Gql, ctx, respond};
use crate::{input, payload};

payload! {
    /// What became of `conversationOpen`.
    ConversationOpenPayload { /// The conversation.
        conversation: Conversation }
    /// What became of `messagePost`.
    MessagePostPayload { /// The message.
        message: Message }
    /// What became of `conversationAssign`.
    ConversationAssignPayload { /// The conversation.
        conversation: Conversation }
    /// What became of `conversationInvite`.
    ConversationInvitePayload { /// The conversation.
        conversation: Conversation }
    /// What became of `conversationClose`.
    ConversationClosePayload { /// The conversation.
        conversation: Conversation }
    /// What became of `conversationReopen`.
    ConversationReopenPayload { /// The conversation.
        conversation: Conversation }
    /// What became of `conversationMarkRead`.
    ConversationMarkReadPayload { /// The conversation.
        conversation: Conversation }
    /// What became of `messageRedact`.
    MessageRedactPayload { /// The message, without its words.
        message: Message }
}

/// What is done in conversations.
#[derive(Default)]
pub struct ConversationMutation;

#[Object]
impl ConversationMutation {
    /// Opens a conversation with its first message: a buyer with a merchant or the operator, a merchant with a buyer of its
    /// own or the operator, the operator with whomever.
    async fn conversation_open(&self, gql: &Context<'_>, input: ConversationOpenInput) -> Gql<ConversationOpenPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            // Before anything is said of what was given.
            ctx.authorize(input.action())?;
            command::conversation_open(ctx, input.read()?).await
        };
        respond(gql, Box::pin(done).await.map(Conversation::from))
    }

    /// Writes a message. A closed conversation is opened again, where the settings say so.
    async fn message_post(&self, gql: &Context<'_>, input: MessagePostInput) -> Gql<MessagePostPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(input.action())?;
            match input.read()? {
                Posted::Own(post) => Ok::<_, orders::Error>(conversation::post(ctx, post).await?),
                Posted::Guest(post) => command::conversation_post_as_guest(ctx, post).await,
            }
        };
        respond(gql, Box::pin(done).await.map(Message::from))
    }

    /// Gives a conversation to somebody of one's own people, or to nobody.
    async fn conversation_assign(
        &self,
        gql: &Context<'_>,
        input: ConversationAssignInput,
    ) -> Gql<ConversationAssignPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(ASSIGN_CONVERSATION)?;
            conversation::assign(ctx, input.read()?).await
        };
        respond(gql, Box::pin(done).await.map(Conversation::from))
    }

    /// Asks the operator's team to join: by a buyer before everybody, by a merchant between the teams.
    async fn conversation_invite(
        &self,
        gql: &Context<'_>,
        input: ConversationInviteInput,
    ) -> Gql<ConversationInvitePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(POST_MESSAGE)?;
            let id = input::id("id", &input.id)?;
            conversation::invite(ctx, InviteOperator { id, words: input.words }).await
        };
        respond(gql, Box::pin(done).await.map(Conversation::from))
    }

    /// Closes a conversation: nobody is waited for any more.
    async fn conversation_close(
        &self,
        gql: &Context<'_>,
        input: ConversationCloseInput,
    ) -> Gql<ConversationClosePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(CLOSE_CONVERSATION)?;
            conversation::close(ctx, steered(&input.id, input.expected_version, input.words)?).await
        };
        respond(gql, Box::pin(done).await.map(Conversation::from))
    }

    /// Opens a closed conversation again. Who does so waits for the other side.
    async fn conversation_reopen(
        &self,
        gql: &Context<'_>,
        input: ConversationReopenInput,
    ) -> Gql<ConversationReopenPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(CLOSE_CONVERSATION)?;
            conversation::reopen(ctx, steered(&input.id, input.expected_version, input.words)?).await
        };
        respond(gql, Box::pin(done).await.map(Conversation::from))
    }

    /// Notes that one has read a conversation as it is now.
    async fn conversation_mark_read(
        &self,
        gql: &Context<'_>,
        input: ConversationMarkReadInput,
    ) -> Gql<ConversationMarkReadPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(READ_CONVERSATION)?;
            conversation::mark_read(ctx, input::id("id", &input.id)?).await
        };
        respond(gql, Box::pin(done).await.map(Conversation::from))
    }

    /// Takes the words and files of a message away for good. The message stays, with who wrote it and the SHA-256 of its words.
    async fn message_redact(&self, gql: &Context<'_>, input: MessageRedactInput) -> Gql<MessageRedactPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(REDACT_MESSAGE)?;
            conversation::redact(ctx, input.read()?).await
        };
        respond(gql, Box::pin(done).await.map(Message::from))
    }
}
