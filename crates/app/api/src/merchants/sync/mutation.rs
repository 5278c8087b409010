//! Setting systems up, and taking what they tell.

use async_graphql::{Context, Object};
use merchants::sync;

use super::input::{
    MerchantsSyncInput, SyncFieldsSetInput, SyncLinkCreateInput, SyncLinkDeleteInput, SyncMessagesDropInput,
    SyncMessagesReplayInput, SyncSystemCreateInput, SyncSystemEditInput,
};
use super::object::{SyncLink, SyncMessage, SyncSystem};
use crate::error::{Gql, ctx, respond};
use crate::{input, payload};

payload! {
    /// What became of `syncSystemCreate`.
    SyncSystemCreatePayload { /// The system.
        system: SyncSystem }
    /// What became of `syncSystemEdit`.
    SyncSystemEditPayload { /// The system as it is now.
        system: SyncSystem }
    /// What became of `syncFieldsSet`.
    SyncFieldsSetPayload { /// The system as it is now.
        system: SyncSystem }
    /// What became of `syncLinkCreate`.
    SyncLinkCreatePayload { /// The link.
        link: SyncLink }
    /// What became of `syncLinkDelete`.
    SyncLinkDeletePayload { /// The link as it was.
        link: SyncLink }
    /// What became of `merchantsSync`.
    MerchantsSyncPayload { /// What became of each message, in the order in which they were sent.
        messages: Vec<SyncMessage> }
    /// What became of `syncMessagesReplay`.
    SyncMessagesReplayPayload { /// The messages, in the order in which they came first.
        messages: Vec<SyncMessage> }
    /// What became of `syncMessagesDrop`.
    SyncMessagesDropPayload { /// The messages, in the order in which they came first.
        messages: Vec<SyncMessage> }
}

fn shown(messages: Vec<sync::SyncMessage>) -> Vec<SyncMessage> {
    messages.into_iter().map(SyncMessage::from).collect()
}

/// What other systems tell of merchants.
#[derive(Default)]
pub struct SyncMutation;

#[Object]
impl SyncMutation {
    /// Makes a system that tells what it knows of merchants.
    async fn sync_system_create(
        &self,
        gql: &Context<'_>,
        input: SyncSystemCreateInput,
    ) -> Gql<SyncSystemCreatePayload> {
        let done = Box::pin(sync::create_system(ctx(gql)?, input.into())).await;
        respond(gql, done.map(SyncSystem::from))
    }

    /// Changes the name of a system, or switches it on or off. While it is off people may change its fields, and its
    /// messages wait as dead ones.
    async fn sync_system_edit(&self, gql: &Context<'_>, input: SyncSystemEditInput) -> Gql<SyncSystemEditPayload> {
        let ctx = ctx(gql)?;
        let done = async { sync::edit_system(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(SyncSystem::from))
    }

    /// Gives a system these fields and no others. Nobody else changes them for merchants that it knows.
    async fn sync_fields_set(&self, gql: &Context<'_>, input: SyncFieldsSetInput) -> Gql<SyncFieldsSetPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let fields = input.fields.into_iter().map(Into::into).collect();
            sync::set_fields(ctx, input::id("id", &input.id)?, input.expected_version, fields).await
        };
        respond(gql, Box::pin(done).await.map(SyncSystem::from))
    }

    /// Says by which number a system knows a merchant.
    async fn sync_link_create(&self, gql: &Context<'_>, input: SyncLinkCreateInput) -> Gql<SyncLinkCreatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let system = input::id("systemId", &input.system_id)?;
            sync::link(ctx, system, &input.external_id, input::id("merchantId", &input.merchant_id)?).await
        };
        respond(gql, Box::pin(done).await.map(SyncLink::from))
    }

    /// Takes a link away.
    async fn sync_link_delete(&self, gql: &Context<'_>, input: SyncLinkDeleteInput) -> Gql<SyncLinkDeletePayload> {
        let ctx = ctx(gql)?;
        let done = async { sync::unlink(ctx, input::id("systemId", &input.system_id)?, &input.external_id).await };
        respond(gql, Box::pin(done).await.map(SyncLink::from))
    }

    /// Takes what a system tells of merchants, each message once. What cannot be taken is kept as dead, with its reason.
    async fn merchants_sync(&self, gql: &Context<'_>, input: MerchantsSyncInput) -> Gql<MerchantsSyncPayload> {
        let messages = input.messages.into_iter().map(Into::into).collect();
        let done = Box::pin(sync::receive(ctx(gql)?, &input.system, messages)).await;
        respond(gql, done.map(shown))
    }

    /// Takes dead messages again, once what was wrong is mended here.
    async fn sync_messages_replay(
        &self,
        gql: &Context<'_>,
        input: SyncMessagesReplayInput,
    ) -> Gql<SyncMessagesReplayPayload> {
        let ctx = ctx(gql)?;
        let done = async { sync::replay(ctx, &input::ids("ids", &input.ids, sync::MESSAGES_MAX)?).await };
        respond(gql, Box::pin(done).await.map(shown))
    }

    /// Gives dead messages up. What they say is forgotten.
    async fn sync_messages_drop(
        &self,
        gql: &Context<'_>,
        input: SyncMessagesDropInput,
    ) -> Gql<SyncMessagesDropPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            sync::drop_messages(ctx, &input::ids("ids", &input.ids, sync::MESSAGES_MAX)?, &input.reason).await
        };
        respond(gql, Box::pin(done).await.map(shown))
    }
}
