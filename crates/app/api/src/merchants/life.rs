//! A merchant's life: how it comes, is blocked and leaves, and when it is closed by plan.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use merchants::{Closing, PlanClosings};

use super::input::MerchantStatusInput;
use super::object::Merchant;
use crate::error::{Gql, answer, ctx, respond};
use crate::input;
use crate::marketplace::merchant_rules::BlockEffects;
use crate::page::{connection, page_args};
use crate::payload;

/// Which part of a merchant's standing a step changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::Axis")]
pub enum MerchantAxis {
    /// Where the merchant stands.
    Life,
    /// Whether it is known who it is.
    Kyc,
    /// Whether money may go to its account.
    Payout,
}

/// A time in which a merchant sells nothing.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "MerchantClosingInput")]
pub struct MerchantClosing {
    /// When it begins.
    pub from: DateTime<Utc>,
    /// When it is over; the merchant sells again from this instant on.
    pub until: DateTime<Utc>,
    /// What buyers read about it.
    pub note: Option<String>,
}

impl From<Closing> for MerchantClosing {
    fn from(closing: Closing) -> Self {
        Self { from: closing.from, until: closing.until, note: closing.note }
    }
}

/// One step of a merchant, kept for ever.
#[derive(Debug, Clone, SimpleObject)]
pub struct MerchantStep {
    /// Its id.
    pub id: ID,
    /// The merchant.
    pub merchant_id: ID,
    /// What it changed.
    pub axis: MerchantAxis,
    /// What was done: `suspend`.
    pub transition: String,
    /// The state before: `active`.
    pub from: String,
    /// The state after: `suspended`.
    pub to: String,
    /// Why, as a code.
    pub reason_code: String,
    /// Why, in words.
    pub reason: Option<String>,
    /// What a block did beside that new orders stopped.
    pub effects: Option<BlockEffects>,
    /// Who did it.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<merchants::Step> for MerchantStep {
    fn from(step: merchants::Step) -> Self {
        Self {
            id: step.id.to_string().into(),
            merchant_id: step.merchant.to_string().into(),
            axis: step.axis.into(),
            transition: step.transition,
            from: step.from,
            to: step.to,
            reason_code: step.reason_code,
            reason: step.reason,
            effects: step.effects.map(BlockEffects::from),
            actor: step.actor_name,
            at: step.at,
        }
    }
}

/// When a merchant will sell nothing.
#[derive(Debug, InputObject)]
pub struct MerchantClosingsPlanInput {
    /// The merchant.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// All planned closings, apart from each other; what is over is forgotten.
    pub closings: Vec<MerchantClosing>,
}

impl MerchantClosingsPlanInput {
    fn read(self) -> Result<PlanClosings, context::Error> {
        let closing = |of: MerchantClosing| Closing { from: of.from, until: of.until, note: of.note };
        Ok(PlanClosings {
            id: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            closings: self.closings.into_iter().map(closing).collect(),
        })
    }
}

payload! {
    /// What became of `merchantAdmit`.
    MerchantAdmitPayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantSubmit`.
    MerchantSubmitPayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantReturn`.
    MerchantReturnPayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantReject`.
    MerchantRejectPayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantRevive`.
    MerchantRevivePayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantRestrict`.
    MerchantRestrictPayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantOffboard`.
    MerchantOffboardPayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantClosingsPlan`.
    MerchantClosingsPlanPayload {
        /// The merchant as it is now.
        merchant: Merchant }
}

/// Questions about the lives of merchants.
#[derive(Default)]
pub struct MerchantLifeQuery;

#[Object]
impl MerchantLifeQuery {
    /// Every step of the lives, identifications and payout accounts of merchants, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn merchant_steps(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only those of this merchant.")] merchant_id: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, MerchantStep>> {
        let page = answer(gql, page_args(first, after))?;
        let id = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        Ok(connection(answer(gql, merchants::steps(ctx(gql)?, id, &page).await)?, Into::into))
    }
}

/// Changes of the lives of merchants.
#[derive(Default)]
pub struct MerchantLifeMutation;

#[Object]
impl MerchantLifeMutation {
    /// Lets an applicant or somebody invited begin with the checklist.
    async fn merchant_admit(&self, gql: &Context<'_>, input: MerchantStatusInput) -> Gql<MerchantAdmitPayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::admit(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Says that the checklist is done, and asks for approval.
    async fn merchant_submit(&self, gql: &Context<'_>, input: MerchantStatusInput) -> Gql<MerchantSubmitPayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::submit(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Asks a merchant in review for more.
    async fn merchant_return(&self, gql: &Context<'_>, input: MerchantStatusInput) -> Gql<MerchantReturnPayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::send_back(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Does not take a merchant.
    async fn merchant_reject(&self, gql: &Context<'_>, input: MerchantStatusInput) -> Gql<MerchantRejectPayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::reject(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Takes up again what was rejected.
    async fn merchant_revive(&self, gql: &Context<'_>, input: MerchantStatusInput) -> Gql<MerchantRevivePayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::revive(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Blocks a merchant by a rule; what it does, the settings say for the reason, as for `merchantSuspend`.
    async fn merchant_restrict(&self, gql: &Context<'_>, input: MerchantStatusInput) -> Gql<MerchantRestrictPayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::restrict(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Lets a merchant finish what was ordered, and leave. `merchantClose` ends it when all is settled.
    async fn merchant_offboard(&self, gql: &Context<'_>, input: MerchantStatusInput) -> Gql<MerchantOffboardPayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::offboard(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Plans when a merchant sells nothing. What was ordered before is finished.
    async fn merchant_closings_plan(
        &self,
        gql: &Context<'_>,
        input: MerchantClosingsPlanInput,
    ) -> Gql<MerchantClosingsPlanPayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::plan_closings(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }
}
