//! What companies owe and is given up.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object};
use billing::{DecideWriteOff, RequestWriteOff};
use chrono::{DateTime, Utc};

use super::entry::{ManualEntryAction, ManualEntryState};
use crate::error::{Gql, answer, ctx, respond};
use crate::page::{connection, page_args};
use crate::scalar::{Money, MoneyInput};
use crate::{input, payload};

/// What is given up of what a company owes.
#[derive(Debug, Clone)]
pub struct ReceivableWriteOff(billing::WriteOff);

impl From<billing::WriteOff> for ReceivableWriteOff {
    fn from(of: billing::WriteOff) -> Self {
        Self(of)
    }
}

impl ReceivableWriteOff {
    fn money(&self, minor: i64) -> Money {
        Money::minor(minor, self.0.amount.currency)
    }
}

/// What is given up of what a company owes.
#[Object]
impl ReceivableWriteOff {
    /// The id.
    fn id(&self) -> ID {
        self.0.id.into()
    }
    /// What is owed.
    fn receivable_id(&self) -> ID {
        self.0.receivable_id.into()
    }
    /// The order.
    fn order_id(&self) -> ID {
        self.0.order_id.into()
    }
    /// The number of the order.
    fn order_number(&self) -> &str {
        &self.0.order_number
    }
    /// Who owes it.
    fn company_id(&self) -> ID {
        self.0.company_id.into()
    }
    /// The merchant who bears its share, if one does.
    fn merchant_id(&self) -> Option<ID> {
        self.0.merchant_id.map(ID::from)
    }
    /// How much.
    fn amount(&self) -> Money {
        self.0.amount.into()
    }
    /// What of it the merchant bears; the operator bears the rest.
    fn borne_by_merchant(&self) -> Money {
        self.money(self.0.merchant_minor)
    }
    /// What was paid after all.
    fn recovered(&self) -> Money {
        self.money(self.0.recovered_minor)
    }
    /// What of that the merchant got.
    fn recovered_by_merchant(&self) -> Money {
        self.money(self.0.recovered_merchant_minor)
    }
    /// Whether it keeps its part of the company's credit until it is paid after all.
    fn blocks_credit(&self) -> bool {
        self.0.blocks_credit
    }
    /// Why.
    fn reason(&self) -> &str {
        &self.0.reason
    }
    /// How far it is.
    fn state(&self) -> ManualEntryState {
        self.0.state.into()
    }
    /// What the caller can do now. Whoever asked for it cannot decide about it.
    fn allowed_actions(&self, gql: &Context<'_>) -> Gql<Vec<ManualEntryAction>> {
        let can = billing::can_decide(ctx(gql)?, self.0.state, &self.0.requested_by);
        Ok(if can { vec![ManualEntryAction::Decide] } else { Vec::new() })
    }
    /// Who asked for it.
    fn requested_by(&self) -> &str {
        &self.0.requested_by_name
    }
    /// When.
    fn requested_at(&self) -> DateTime<Utc> {
        self.0.requested_at
    }
    /// Who decided.
    fn decided_by(&self) -> Option<&str> {
        self.0.decided_by_name.as_deref()
    }
    /// When.
    fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.0.decided_at
    }
    /// More words on the decision.
    fn decision_note(&self) -> Option<&str> {
        self.0.decision_note.as_deref()
    }
    /// The transaction, once it is posted.
    fn transaction_id(&self) -> Option<ID> {
        self.0.tx.map(|tx| tx.to_string().into())
    }
    /// Grows with each change; send it as `expectedVersion`.
    fn version(&self) -> i64 {
        self.0.version
    }
}

/// Which write-offs. All wishes must be met.
#[derive(Debug, Clone, Default, InputObject)]
pub struct ReceivableWriteOffFilter {
    /// Of this company.
    pub company_id: Option<ID>,
    /// In this state.
    pub state: Option<ManualEntryState>,
}

/// Something that is owed and not expected any more.
#[derive(Debug, Clone, InputObject)]
pub struct ReceivableWriteOffRequestInput {
    /// What is owed.
    pub receivable_id: ID,
    /// What the caller saw open of it; all of it is given up.
    pub expected_open: MoneyInput,
    /// Why.
    pub reason: String,
}

/// A decision about a write-off.
#[derive(Debug, Clone, InputObject)]
pub struct ReceivableWriteOffDecideInput {
    /// The write-off.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// Whether it is posted; otherwise it is rejected.
    pub approve: bool,
    /// More words.
    pub note: Option<String>,
}

payload! {
    /// What became of `receivableWriteOffRequest`.
    ReceivableWriteOffRequestPayload {
        /// The write-off.
        write_off: ReceivableWriteOff }
    /// What became of `receivableWriteOffDecide`.
    ReceivableWriteOffDecidePayload {
        /// The write-off as it is now.
        write_off: ReceivableWriteOff }
}

/// Questions about what is given up.
#[derive(Default)]
pub struct WriteOffQuery;

#[Object]
impl WriteOffQuery {
    /// What was given up of what companies owe, or is to be, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn receivable_write_offs(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which write-offs; all when absent.")] filter: Option<ReceivableWriteOffFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, ReceivableWriteOff>> {
        let filter = filter.unwrap_or_default();
        let company = answer(gql, input::optional_id("filter.companyId", filter.company_id.as_ref()))?;
        let page = answer(gql, page_args(first, after))?;
        let filter = billing::query::WriteOffFilter { company, state: filter.state.map(Into::into) };
        let found = billing::query::write_offs(ctx(gql)?, &filter, &page).await;
        Ok(connection(answer(gql, found)?, ReceivableWriteOff::from))
    }
}

/// Giving up what is owed.
#[derive(Default)]
pub struct WriteOffMutation;

#[Object]
impl WriteOffMutation {
    /// Gives up what a company owes for a parcel. Above the amount that one person may post, another one has to agree.
    async fn receivable_write_off_request(
        &self,
        gql: &Context<'_>,
        input: ReceivableWriteOffRequestInput,
    ) -> Gql<ReceivableWriteOffRequestPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let wanted = RequestWriteOff {
                receivable_id: input::id("receivableId", &input.receivable_id)?,
                expected_open: input.expected_open.parse("expectedOpen")?,
                reason: input.reason,
            };
            billing::request_write_off(ctx, wanted).await
        };
        respond(gql, Box::pin(done).await.map(ReceivableWriteOff::from))
    }

    /// Posts a write-off that somebody else asked for, or rejects it.
    async fn receivable_write_off_decide(
        &self,
        gql: &Context<'_>,
        input: ReceivableWriteOffDecideInput,
    ) -> Gql<ReceivableWriteOffDecidePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let decision = DecideWriteOff {
                id: input::id("id", &input.id)?,
                expected_version: input.expected_version,
                approve: input.approve,
                note: input.note,
            };
            billing::decide_write_off(ctx, decision).await
        };
        respond(gql, Box::pin(done).await.map(ReceivableWriteOff::from))
    }
}
