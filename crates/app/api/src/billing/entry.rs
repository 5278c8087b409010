//! Manual entries, debts and subscriptions.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use billing::{DecideEntry, RequestEntry, SetSubscription};
use chrono::{DateTime, NaiveDate, Utc};

use crate::error::{Gql, answer, answer_optional, ctx, respond};
use crate::page::{connection, page_args};
use crate::scalar::{Money, MoneyInput};
use crate::{input, payload};

/// What a manual entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing::EntryKind")]
pub enum ManualEntryKind {
    /// The operator gives the merchant money.
    Credit,
    /// The merchant owes the operator money, without tax.
    Debit,
    /// The merchant owes the operator a penalty, with VAT.
    Penalty,
    /// The operator gives up what the merchant owes.
    WriteOff,
}

/// How far a manual entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing::EntryState")]
pub enum ManualEntryState {
    /// Another person has to decide.
    Requested,
    /// It is in the ledger.
    Posted,
    /// Not approved; nothing moved.
    Rejected,
}

/// How far a debt is on the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing::DebtState")]
pub enum DebtState {
    /// Later sales pay it.
    Netting,
    /// The merchant was asked to pay.
    Requested,
    /// It is a claim of its own, beside the balance.
    Claimed,
    /// Nothing is owed any more.
    Settled,
}

/// What can be done with a manual entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ManualEntryAction {
    /// Post it, or reject it: `manualEntryDecide`.
    Decide,
}

/// An entry of the ledger that somebody asked for.
#[derive(Debug, Clone)]
pub struct ManualEntry(pub billing::ManualEntry);

impl From<billing::ManualEntry> for ManualEntry {
    fn from(entry: billing::ManualEntry) -> Self {
        Self(entry)
    }
}

/// An entry of the ledger that somebody asked for.
#[Object]
impl ManualEntry {
    /// The id of the entry.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// What it does.
    fn kind(&self) -> ManualEntryKind {
        self.0.kind.into()
    }
    /// The merchant.
    fn merchant_id(&self) -> ID {
        self.0.merchant_id.to_string().into()
    }
    /// How much, without tax.
    fn amount(&self) -> Money {
        self.0.amount.into()
    }
    /// VAT on it.
    fn tax(&self) -> Money {
        Money::minor(self.0.tax_minor, self.0.amount.currency)
    }
    /// Why; the merchant reads it.
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

/// What a merchant owes the operator.
#[derive(Debug, Clone, SimpleObject)]
pub struct MerchantDebt {
    /// The id of the debt.
    pub id: ID,
    /// Who owes.
    pub merchant_id: ID,
    /// How far it is.
    pub state: DebtState,
    /// Whether it is so large that somebody should look at it.
    pub critical: bool,
    /// What was owed at the last look.
    pub amount: Money,
    /// Since when.
    pub since_at: DateTime<Utc>,
    /// When the merchant was asked to pay.
    pub requested_at: Option<DateTime<Utc>>,
    /// When it became a claim of its own.
    pub claimed_at: Option<DateTime<Utc>>,
    /// When nothing was owed any more.
    pub settled_at: Option<DateTime<Utc>>,
}

impl From<billing::Debt> for MerchantDebt {
    fn from(debt: billing::Debt) -> Self {
        Self {
            id: debt.id.to_string().into(),
            merchant_id: debt.merchant_id.to_string().into(),
            state: debt.state.into(),
            critical: debt.is_critical,
            amount: Money::minor(debt.amount_minor, debt.currency),
            since_at: debt.since_at,
            requested_at: debt.requested_at,
            claimed_at: debt.claimed_at,
            settled_at: debt.settled_at,
        }
    }
}

/// What a merchant pays each month for selling.
#[derive(Debug, Clone, SimpleObject)]
pub struct MerchantSubscription {
    /// The merchant.
    pub merchant_id: ID,
    /// Each month, without tax.
    pub monthly: Money,
    /// From the month of this day on.
    pub from_on: NaiveDate,
    /// To the month of this day.
    pub until_on: Option<NaiveDate>,
    /// Grows with each change; send it as `expectedVersion`.
    pub version: i64,
}

impl From<billing::Subscription> for MerchantSubscription {
    fn from(of: billing::Subscription) -> Self {
        Self {
            merchant_id: of.merchant_id.to_string().into(),
            monthly: Money::minor(of.monthly_minor, of.currency),
            from_on: of.from_on,
            until_on: of.until_on,
            version: of.version,
        }
    }
}

/// An entry that somebody wants.
#[derive(Debug, Clone, InputObject)]
pub struct ManualEntryRequestInput {
    /// A unique name; asking twice does nothing.
    pub idempotency_key: String,
    /// What it does.
    pub kind: ManualEntryKind,
    /// The merchant.
    pub merchant_id: ID,
    /// How much, without tax; more than zero.
    pub amount: MoneyInput,
    /// Why; the merchant reads it.
    pub reason: String,
}

/// A decision about an entry.
#[derive(Debug, Clone, InputObject)]
pub struct ManualEntryDecideInput {
    /// The entry.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// Whether it is posted; otherwise it is rejected.
    pub approve: bool,
    /// More words.
    pub note: Option<String>,
}

/// What a merchant is to pay each month.
#[derive(Debug, Clone, InputObject)]
pub struct MerchantSubscriptionSetInput {
    /// The merchant.
    pub merchant_id: ID,
    /// The version that was read; 0 when there is none in this currency.
    pub expected_version: i64,
    /// Each month, without tax.
    pub monthly: MoneyInput,
    /// From the month of this day on.
    pub from_on: NaiveDate,
    /// To the month of this day; without end when absent.
    pub until_on: Option<NaiveDate>,
}

/// Which manual entries. All wishes must be met.
#[derive(Debug, Clone, Default, InputObject)]
pub struct ManualEntryFilter {
    /// Of this merchant.
    pub merchant_id: Option<ID>,
    /// In this state.
    pub state: Option<ManualEntryState>,
}

/// Which debts. All wishes must be met.
#[derive(Debug, Clone, Default, InputObject)]
pub struct MerchantDebtFilter {
    /// Of this merchant.
    pub merchant_id: Option<ID>,
    /// In this state.
    pub state: Option<DebtState>,
}

payload! {
    /// What became of `manualEntryRequest`.
    ManualEntryRequestPayload {
        /// The entry.
        entry: ManualEntry }
    /// What became of `manualEntryDecide`.
    ManualEntryDecidePayload {
        /// The entry as it is now.
        entry: ManualEntry }
    /// What became of `merchantSubscriptionSet`.
    MerchantSubscriptionSetPayload {
        /// What the merchant pays from now on.
        subscription: MerchantSubscription }
}

/// Questions about manual entries, debts and subscriptions.
#[derive(Default)]
pub struct EntryQuery;

#[Object]
impl EntryQuery {
    /// Manual entries, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn manual_entries(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which entries; all when absent.")] filter: Option<ManualEntryFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, ManualEntry>> {
        let filter = filter.unwrap_or_default();
        let merchant = answer(gql, input::optional_id("filter.merchantId", filter.merchant_id.as_ref()))?;
        let page = answer(gql, page_args(first, after))?;
        let filter = billing::query::EntryFilter { merchant, state: filter.state.map(Into::into) };
        let found = billing::query::manual_entries(ctx(gql)?, &filter, &page).await;
        Ok(connection(answer(gql, found)?, ManualEntry::from))
    }

    /// One manual entry.
    async fn manual_entry(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The id of the entry.")] id: ID,
    ) -> Gql<Option<ManualEntry>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, billing::query::manual_entry(ctx(gql)?, id).await)?.map(ManualEntry::from))
    }

    /// What merchants owe, the newest first; a merchant sees its own.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn merchant_debts(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which debts; all when absent.")] filter: Option<MerchantDebtFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, MerchantDebt>> {
        let filter = filter.unwrap_or_default();
        let merchant = answer(gql, input::optional_id("filter.merchantId", filter.merchant_id.as_ref()))?;
        let page = answer(gql, page_args(first, after))?;
        let filter = billing::query::DebtFilter { merchant, state: filter.state.map(Into::into) };
        Ok(connection(answer(gql, billing::query::debts(ctx(gql)?, &filter, &page).await)?, MerchantDebt::from))
    }

    /// What a merchant pays each month, by currency. All of them.
    async fn merchant_subscriptions(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The merchant; one's own when absent.")] merchant_id: Option<ID>,
    ) -> Gql<Vec<MerchantSubscription>> {
        let merchant = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        let found = answer(gql, billing::query::subscriptions(ctx(gql)?, merchant).await)?;
        Ok(found.into_iter().map(MerchantSubscription::from).collect())
    }
}

/// Changes of manual entries and subscriptions.
#[derive(Default)]
pub struct EntryMutation;

#[Object]
impl EntryMutation {
    /// Asks for a manual entry. Within the limit of one person it is posted at once, otherwise another one decides.
    async fn manual_entry_request(
        &self,
        gql: &Context<'_>,
        input: ManualEntryRequestInput,
    ) -> Gql<ManualEntryRequestPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let request = RequestEntry {
                idempotency_key: input.idempotency_key,
                kind: input.kind.into(),
                merchant_id: input::id("merchantId", &input.merchant_id)?,
                amount: input.amount.parse("amount")?,
                reason: input.reason,
            };
            billing::request_entry(ctx, request).await
        };
        respond(gql, Box::pin(done).await.map(ManualEntry::from))
    }

    /// Approves or rejects a manual entry that somebody else asked for.
    async fn manual_entry_decide(
        &self,
        gql: &Context<'_>,
        input: ManualEntryDecideInput,
    ) -> Gql<ManualEntryDecidePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let ManualEntryDecideInput { id, expected_version, approve, note } = input;
            let id = input::id("id", &id)?;
            billing::decide_entry(ctx, DecideEntry { id, expected_version, approve, note }).await
        };
        respond(gql, Box::pin(done).await.map(ManualEntry::from))
    }

    /// Sets what a merchant pays each month. Months that were charged stay as they are.
    async fn merchant_subscription_set(
        &self,
        gql: &Context<'_>,
        input: MerchantSubscriptionSetInput,
    ) -> Gql<MerchantSubscriptionSetPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let set = SetSubscription {
                merchant_id: input::id("merchantId", &input.merchant_id)?,
                expected_version: input.expected_version,
                monthly: input.monthly.parse("monthly")?,
                from_on: input.from_on,
                until_on: input.until_on,
            };
            billing::set_subscription(ctx, set).await
        };
        respond(gql, Box::pin(done).await.map(MerchantSubscription::from))
    }
}
