//! Chargebacks as the operator sees them.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use context::Ctx;
use kernel::Invalid;
use kernel::id::MerchantOrderId;
use payments::{OpenDispute, ResolveDispute};

use crate::error::{Gql, answer, answer_optional, ctx, respond};
use crate::page::{connection, page_args};
use crate::scalar::{Money, MoneyInput};
use crate::{input, payload};

/// How a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "payments::DisputeState")]
pub enum DisputeState {
    /// The provider took the money; the bank has not decided.
    Open,
    /// The buyer was wrong: the money came back.
    Won,
    /// The buyer keeps the money.
    Lost,
}

/// What can be done with a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum DisputeAction {
    /// Say what the bank decided: `disputeResolve`.
    Resolve,
}

/// Money that a provider took back because a buyer complained to the bank.
#[derive(Debug, Clone, SimpleObject)]
pub struct Dispute {
    /// The id of the dispute.
    pub id: ID,
    /// The provider's code.
    pub provider: String,
    /// The provider's name of it.
    pub reference: String,
    /// The payment.
    pub payment_id: ID,
    /// Its order.
    pub order_id: ID,
    /// The merchant order it is about; null: the order as a whole.
    pub merchant_order_id: Option<ID>,
    /// What was taken.
    pub amount: Money,
    /// What the provider charges for it.
    pub fee: Money,
    /// What of the fee came back.
    pub fee_returned: Money,
    /// The buyer's reason.
    pub reason: String,
    /// How it stands.
    pub state: DisputeState,
    /// What can be done now.
    pub allowed_actions: Vec<DisputeAction>,
    /// When the money was taken.
    pub opened_at: DateTime<Utc>,
    /// When it was decided.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Grows with each change.
    pub version: i64,
}

impl From<payments::Dispute> for Dispute {
    fn from(of: payments::Dispute) -> Self {
        let money = |minor| Money::minor(minor, of.amount.currency);
        let open = of.state == payments::DisputeState::Open;
        Self {
            id: of.id.to_string().into(),
            payment_id: of.payment_id.to_string().into(),
            order_id: of.order_id.to_string().into(),
            merchant_order_id: of.merchant_order_id.map(|id| id.to_string().into()),
            amount: of.amount.into(),
            fee: money(of.fee_minor),
            fee_returned: money(of.fee_returned_minor),
            state: of.state.into(),
            allowed_actions: if open { vec![DisputeAction::Resolve] } else { Vec::new() },
            opened_at: of.opened_at,
            resolved_at: of.resolved_at,
            version: of.version,
            provider: of.provider,
            reference: of.reference,
            reason: of.reason,
        }
    }
}

/// A dispute to be opened.
#[derive(Debug, Clone, InputObject)]
pub struct DisputeOpenInput {
    /// The payment.
    pub payment_id: ID,
    /// The merchant order it is about; the order as a whole when absent.
    pub merchant_order_id: Option<ID>,
    /// The provider's name of it; opening it twice does nothing.
    pub reference: String,
    /// What was taken.
    pub amount: MoneyInput,
    /// What the provider charges for it; nothing when absent.
    pub fee: Option<MoneyInput>,
    /// The buyer's reason.
    pub reason: String,
    /// When the money was taken; now when absent.
    pub opened_at: Option<DateTime<Utc>>,
}

impl DisputeOpenInput {
    async fn read(self, ctx: &Ctx) -> Result<OpenDispute, payments::Error> {
        let (amount, fee) = (self.amount.parse("amount")?, self.fee.map(|fee| fee.parse("fee")).transpose()?);
        if fee.is_some_and(|fee| fee.currency != amount.currency) {
            return Err(Invalid::new("fee.currency", "CURRENCY_MISMATCH", "must be that of the amount").into());
        }
        let payment_id = input::id("paymentId", &self.payment_id)?;
        let part: Option<MerchantOrderId> = input::optional_id("merchantOrderId", self.merchant_order_id.as_ref())?;
        if let Some(part) = part {
            let unknown = || Invalid::new("merchantOrderId", "UNKNOWN", "is not of the order that was paid");
            let order = payments::query::payment(ctx, payment_id).await?.order_id;
            let found = orders::query::merchant_order(ctx, part).await.map_err(|_| unknown())?;
            if found.order_id != order {
                return Err(unknown().into());
            }
        }
        Ok(OpenDispute {
            payment_id,
            merchant_order_id: part,
            reference: self.reference,
            amount,
            fee_minor: fee.map_or(0, |fee| fee.minor),
            reason: self.reason,
            opened_at: self.opened_at,
        })
    }
}

/// The bank's decision about a dispute.
#[derive(Debug, Clone, InputObject)]
pub struct DisputeResolveInput {
    /// The dispute.
    pub id: ID,
    /// Whether the buyer was wrong and the money comes back.
    pub won: bool,
    /// What of the provider's fee comes back; nothing when absent.
    pub fee_returned: Option<MoneyInput>,
    /// When it was decided; now when absent.
    pub resolved_at: Option<DateTime<Utc>>,
}

impl DisputeResolveInput {
    fn read(self) -> Result<ResolveDispute, context::Error> {
        let returned = self.fee_returned.map(|fee| fee.parse("feeReturned")).transpose()?;
        Ok(ResolveDispute {
            id: input::id("id", &self.id)?,
            won: self.won,
            fee_returned_minor: returned.map_or(0, |fee| fee.minor),
            resolved_at: self.resolved_at,
        })
    }
}

/// Which disputes. All wishes must be met.
#[derive(Debug, Clone, Default, InputObject)]
pub struct DisputeFilter {
    /// Of this payment.
    pub payment_id: Option<ID>,
    /// In this state.
    pub state: Option<DisputeState>,
}

payload! {
    /// What became of `disputeOpen`.
    DisputeOpenPayload {
        /// The dispute.
        dispute: Dispute }
    /// What became of `disputeResolve`.
    DisputeResolvePayload {
        /// The dispute as it is now.
        dispute: Dispute }
}

/// Questions about disputes.
#[derive(Default)]
pub struct DisputeQuery;

#[Object]
impl DisputeQuery {
    /// Disputes, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn disputes(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which disputes; all when absent.")] filter: Option<DisputeFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Dispute>> {
        let filter = filter.unwrap_or_default();
        let payment = answer(gql, input::optional_id("filter.paymentId", filter.payment_id.as_ref()))?;
        let page = answer(gql, page_args(first, after))?;
        let filter = payments::query::DisputeFilter { payment, state: filter.state.map(Into::into) };
        Ok(connection(answer(gql, payments::query::disputes(ctx(gql)?, &filter, &page).await)?, Dispute::from))
    }

    /// One dispute.
    async fn dispute(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The id of the dispute.")] id: ID,
    ) -> Gql<Option<Dispute>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, payments::query::dispute(ctx(gql)?, id).await)?.map(Dispute::from))
    }
}

/// Changes of disputes.
#[derive(Default)]
pub struct DisputeMutation;

#[Object]
impl DisputeMutation {
    /// Takes a dispute as opened: the provider has taken the money, what the merchant has is frozen as far as it may
    /// lose it.
    async fn dispute_open(&self, gql: &Context<'_>, input: DisputeOpenInput) -> Gql<DisputeOpenPayload> {
        let ctx = ctx(gql)?;
        let opened = async { payments::open_dispute(ctx, input.read(ctx).await?).await };
        respond(gql, Box::pin(opened).await.map(Dispute::from))
    }

    /// Takes the bank's decision about a dispute.
    async fn dispute_resolve(&self, gql: &Context<'_>, input: DisputeResolveInput) -> Gql<DisputeResolvePayload> {
        let ctx = ctx(gql)?;
        let resolved = async { payments::resolve_dispute(ctx, input.read()?).await };
        respond(gql, Box::pin(resolved).await.map(Dispute::from))
    }
}
