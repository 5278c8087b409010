//! Where merchants stand: their life, who they are, their account, planned closings, appeals.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use merchants::{ChangeKyc, ChangePayoutAccount, Closing, DecideAppeal, PlanClosings};

use super::input::MerchantStatusInput;
use super::object::Merchant;
use crate::error::{Gql, answer, answer_optional, ctx, respond};
use crate::input;
use crate::marketplace::merchant_rules::BlockEffects;
use crate::page::{connection, page_args};
use crate::payload;

/// Whether it is known who a merchant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::KycState")]
pub enum KycState {
    /// Nobody asks.
    NotRequired,
    /// The merchant has to bring its papers.
    PendingSubmission,
    /// The operator looks at them.
    PendingApproval,
    /// It is known.
    Approved,
    /// The papers do not say it.
    Refused,
    /// It was known, the papers are too old.
    Expired,
}

/// What can be done about who a merchant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::KycTransition")]
pub enum KycAction {
    /// Ask for papers, for the first time or anew.
    Require,
    /// Ask no more.
    Waive,
    /// Say that the papers are there: `merchantKycSubmit`.
    Submit,
    /// Find them good.
    Approve,
    /// Find them wanting.
    Refuse,
    /// Find them too old.
    Expire,
}

/// Where a merchant's account for payouts stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::PayoutState")]
pub enum PayoutAccountState {
    /// There is none.
    None,
    /// It was named; the operator has to look at it.
    Pending,
    /// It is paid to.
    Active,
    /// Nothing is paid to it until the operator lifts that.
    Restricted,
    /// The operator does not pay to it; another one has to be named.
    Rejected,
}

/// What can be done about an account for payouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::PayoutTransition")]
pub enum PayoutAccountAction {
    /// Name an account: `merchantBankEdit`.
    Name,
    /// Take it away: `merchantBankEdit`.
    Remove,
    /// Find it good.
    Verify,
    /// Do not pay to it.
    Reject,
    /// Pay nothing to it for now.
    Restrict,
    /// Pay to it again.
    Lift,
}

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

/// Whether it is known who a merchant is.
#[derive(Debug, Clone)]
pub struct MerchantKyc(pub(super) merchants::Merchant);

/// Whether it is known who a merchant is.
#[Object]
impl MerchantKyc {
    /// The answer.
    fn state(&self) -> KycState {
        self.0.kyc.state.into()
    }
    /// Why, when it is refused or expired.
    fn reason(&self) -> Option<&str> {
        self.0.kyc.reason.as_deref()
    }
    /// Until when the papers are good.
    fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.kyc.expires_at
    }
    /// What the caller may do about it now.
    fn allowed_actions(&self, gql: &Context<'_>) -> Gql<Vec<KycAction>> {
        Ok(merchants::allowed_kyc(ctx(gql)?, &self.0).into_iter().map(Into::into).collect())
    }
}

/// Whether money may go to a merchant's account.
#[derive(Debug, Clone)]
pub struct MerchantPayoutAccount(pub(super) merchants::Merchant);

/// Whether money may go to a merchant's account.
#[Object]
impl MerchantPayoutAccount {
    /// Where it stands.
    fn state(&self) -> PayoutAccountState {
        self.0.payout.state.into()
    }
    /// Why, when it is restricted or rejected.
    fn reason(&self) -> Option<&str> {
        self.0.payout.reason.as_deref()
    }
    /// What the caller may decide about it now.
    fn allowed_actions(&self, gql: &Context<'_>) -> Gql<Vec<PayoutAccountAction>> {
        Ok(merchants::allowed_payout(ctx(gql)?, &self.0).into_iter().map(Into::into).collect())
    }
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

/// Which merchant, in which version.
#[derive(Debug, InputObject)]
pub struct MerchantKycSubmitInput {
    /// The merchant.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
}

/// A decision about who a merchant is.
#[derive(Debug, InputObject)]
pub struct MerchantKycChangeInput {
    /// The merchant.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// What is decided.
    pub action: KycAction,
    /// Why, as a code.
    pub reason_code: Option<String>,
    /// Why, in words; required to refuse and to expire.
    pub reason: Option<String>,
    /// With an approval: until when the papers are good; for ever when absent.
    pub expires_at: Option<DateTime<Utc>>,
}

impl MerchantKycChangeInput {
    fn read(self) -> Result<ChangeKyc, context::Error> {
        Ok(ChangeKyc {
            id: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            transition: self.action.into(),
            reason_code: self.reason_code,
            reason: self.reason,
            expires_at: self.expires_at,
        })
    }
}

/// A decision about a merchant's account for payouts.
#[derive(Debug, InputObject)]
pub struct MerchantPayoutAccountChangeInput {
    /// The merchant.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// What is decided: to verify, reject, restrict or lift.
    pub action: PayoutAccountAction,
    /// Why, as a code.
    pub reason_code: Option<String>,
    /// Why, in words; required to reject and to restrict.
    pub reason: Option<String>,
}

impl MerchantPayoutAccountChangeInput {
    fn read(self) -> Result<ChangePayoutAccount, context::Error> {
        Ok(ChangePayoutAccount {
            id: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            transition: self.action.into(),
            reason_code: self.reason_code,
            reason: self.reason,
        })
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
    /// What became of `merchantKycSubmit`.
    MerchantKycSubmitPayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantKycChange`.
    MerchantKycChangePayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantPayoutAccountChange`.
    MerchantPayoutAccountChangePayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantClosingsPlan`.
    MerchantClosingsPlanPayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantAppeal`.
    MerchantAppealPayload {
        /// The appeal.
        appeal: MerchantAppeal }
    /// What became of `merchantAppealDecide`.
    MerchantAppealDecidePayload {
        /// The appeal as it is now.
        appeal: MerchantAppeal }
}

/// Questions about where merchants stand.
#[derive(Default)]
pub struct StandingQuery;

#[Object]
impl StandingQuery {
    /// Every step of a merchant's life, identification and payout account, the newest first.
    #[graphql(complexity = "crate::page::cost(first, child_complexity)")]
    async fn merchant_steps(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The merchant.")] merchant_id: ID,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, MerchantStep>> {
        let page = answer(gql, page_args(first, after))?;
        let id = answer(gql, input::id("merchantId", &merchant_id))?;
        Ok(connection(answer(gql, merchants::steps(ctx(gql)?, id, &page).await)?, MerchantStep::from))
    }

    /// Appeals against blocks, the newest first.
    #[graphql(complexity = "crate::page::cost(first, child_complexity)")]
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

/// Changes of where merchants stand.
#[derive(Default)]
pub struct StandingMutation;

#[Object]
impl StandingMutation {
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

    /// Says that the papers that show who a merchant is are there.
    async fn merchant_kyc_submit(
        &self,
        gql: &Context<'_>,
        input: MerchantKycSubmitInput,
    ) -> Gql<MerchantKycSubmitPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = input::id("id", &input.id)?;
            merchants::submit_kyc(ctx, id, input.expected_version).await
        };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Decides about who a merchant is.
    async fn merchant_kyc_change(
        &self,
        gql: &Context<'_>,
        input: MerchantKycChangeInput,
    ) -> Gql<MerchantKycChangePayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::change_kyc(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Decides about a merchant's account for payouts.
    async fn merchant_payout_account_change(
        &self,
        gql: &Context<'_>,
        input: MerchantPayoutAccountChangeInput,
    ) -> Gql<MerchantPayoutAccountChangePayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::change_payout_account(ctx, input.read()?).await };
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
