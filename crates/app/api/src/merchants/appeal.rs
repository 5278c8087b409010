//! Appeals of merchants against their block.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use merchants::DecideAppeal;

use crate::error::{Gql, answer, answer_optional, ctx, respond};
use crate::input;
use crate::page::{connection, page_args};
use crate::payload;

/// Where an appeal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::AppealState")]
pub enum AppealState {
    /// Nobody decided yet.
    Open,
    /// The block was lifted.
    Granted,
    /// The block stays.
    Upheld,
}

/// A merchant asks that its block be looked at again.
#[derive(Debug, Clone, SimpleObject)]
pub struct MerchantAppeal {
    /// Its id.
    pub id: ID,
    /// The merchant.
    pub merchant_id: ID,
    /// When it was blocked.
    pub blocked_at: DateTime<Utc>,
    /// Why it was blocked, as a code.
    pub reason_code: String,
    /// What the merchant says.
    pub words: String,
    /// Where it stands.
    pub state: AppealState,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// What the operator says.
    pub answer: Option<String>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Grows by one with every change; send it as `expectedVersion`.
    pub version: i64,
}

impl From<merchants::Appeal> for MerchantAppeal {
    fn from(appeal: merchants::Appeal) -> Self {
        Self {
            id: appeal.id.to_string().into(),
            merchant_id: appeal.merchant.to_string().into(),
            blocked_at: appeal.blocked_at,
            reason_code: appeal.reason_code,
            words: appeal.words,
            state: appeal.state.into(),
            asked_at: appeal.asked_at,
            answer: appeal.answer,
            decided_by: appeal.decided_by,
            decided_at: appeal.decided_at,
            version: appeal.version,
        }
    }
}

/// An appeal against a block.
#[derive(Debug, InputObject)]
pub struct MerchantAppealInput {
    /// The merchant.
    pub merchant_id: ID,
    /// What speaks against the block.
    pub words: String,
}

/// What the operator decides about an appeal.
#[derive(Debug, InputObject)]
pub struct MerchantAppealDecideInput {
    /// The appeal.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// Whether the block is lifted, in the same transaction.
    pub grant: bool,
    /// What the merchant is told.
    pub answer: String,
}

impl MerchantAppealDecideInput {
    fn read(self) -> Result<DecideAppeal, context::Error> {
        let id = input::id("id", &self.id)?;
        Ok(DecideAppeal { id, expected_version: self.expected_version, grant: self.grant, answer: self.answer })
    }
}

payload! {
    /// What became of `merchantAppeal`.
    MerchantAppealPayload {
        /// The appeal.
        appeal: MerchantAppeal }
    /// What became of `merchantAppealDecide`.
    MerchantAppealDecidePayload {
        /// The appeal as it is now.
        appeal: MerchantAppeal }
}

/// Questions about appeals.
#[derive(Default)]
pub struct MerchantAppealQuery;

#[Object]
impl MerchantAppealQuery {
    /// Appeals against blocks, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn merchant_appeals(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only those of this merchant.")] merchant_id: Option<ID>,
        #[graphql(desc = "Only those in this state.")] state: Option<AppealState>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, MerchantAppeal>> {
        let page = answer(gql, page_args(first, after))?;
        let id = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        let found = merchants::appeals(ctx(gql)?, id, state.map(Into::into), &page).await;
        Ok(connection(answer(gql, found)?, MerchantAppeal::from))
    }

    /// One appeal; `null` when there is none within the caller's reach.
    async fn merchant_appeal(&self, gql: &Context<'_>, id: ID) -> Gql<Option<MerchantAppeal>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, merchants::appeal_by_id(ctx(gql)?, id).await)?.map(MerchantAppeal::from))
    }
}

/// Appeals and decisions about them.
#[derive(Default)]
pub struct MerchantAppealMutation;

#[Object]
impl MerchantAppealMutation {
    /// Asks that the block of a merchant be looked at again, once a block.
    async fn merchant_appeal(&self, gql: &Context<'_>, input: MerchantAppealInput) -> Gql<MerchantAppealPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = input::id("merchantId", &input.merchant_id)?;
            merchants::appeal(ctx, id, &input.words).await
        };
        respond(gql, Box::pin(done).await.map(MerchantAppeal::from))
    }

    /// Decides about an appeal. Granting it lifts the block.
    async fn merchant_appeal_decide(
        &self,
        gql: &Context<'_>,
        input: MerchantAppealDecideInput,
    ) -> Gql<MerchantAppealDecidePayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::decide_appeal(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(MerchantAppeal::from))
    }
}
