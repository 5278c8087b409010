//! Buying on account: credit lines of companies, and what they owe.

use std::collections::HashMap;

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use context::Ctx;
use kernel::id::{CompanyId, OrderId};
use payments::SetCreditLine;
use payments::actions::EDIT_CREDIT_LINE;
use payments::query::{self, ReceivableFilter};

use crate::error::{Gql, answer, ctx, respond};
use crate::loader::{LoadError, Loader, OfRequest};
use crate::page::{connection, page_args};
use crate::scalar::{Money, MoneyInput};
use crate::{input, payload};

/// What a company may owe the marketplace in one currency.
pub struct CreditLine(payments::CreditLine);

impl From<payments::CreditLine> for CreditLine {
    fn from(of: payments::CreditLine) -> Self {
        Self(of)
    }
}

impl CreditLine {
    fn money(&self, minor: i64) -> Money {
        Money::minor(minor, self.0.currency)
    }
}

/// What a company may owe the marketplace in one currency.
#[Object]
impl CreditLine {
    /// The id.
    fn id(&self) -> ID {
        self.0.id.into()
    }
    /// The most that may be reserved and open together.
    fn limit(&self) -> Money {
        self.money(self.0.limit_minor)
    }
    /// Reserved for orders whose goods have not left.
    fn reserved(&self) -> Money {
        self.money(self.0.reserved_minor)
    }
    /// Invoiced and not paid.
    fn open(&self) -> Money {
        self.money(self.0.open_minor)
    }
    /// Written off, but not free again until it is paid after all.
    fn blocked(&self) -> Money {
        self.money(self.0.blocked_minor)
    }
    /// What can still be ordered.
    fn left(&self) -> Money {
        self.money(self.0.left_minor())
    }
    /// From when on the days count.
    fn terms(&self) -> TermsKind {
        self.0.terms.kind.into()
    }
    /// Days until an invoice is due.
    fn net_days(&self) -> u32 {
        self.0.terms.days
    }
    /// Whether merchants are paid before the buyer has paid; only the operator sees it.
    fn guaranteed(&self, gql: &Context<'_>) -> Gql<Option<bool>> {
        Ok(ctx(gql)?.may(EDIT_CREDIT_LINE).then_some(self.0.guaranteed))
    }
    /// Grows with each change of the terms.
    fn version(&self) -> i64 {
        self.0.version
    }
}

/// From when on the days of payment terms count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "payments::TermsKind")]
pub enum TermsKind {
    /// From the day on which the goods left.
    Net,
    /// From the last day of the month in which the goods left.
    EndOfMonth,
}

/// What a buyer owes for a parcel that left.
#[derive(SimpleObject)]
pub struct Receivable {
    /// The id.
    pub id: ID,
    /// The order.
    pub order_id: ID,
    /// The number that the buyer writes into a bank transfer.
    pub order_number: String,
    /// The merchant order whose goods left.
    pub merchant_order_id: Option<ID>,
    /// Who owes it.
    pub company_id: ID,
    /// The payment.
    pub payment_id: ID,
    /// How much it was.
    pub amount: Money,
    /// What was paid of it.
    pub paid: Money,
    /// What was taken off it because goods were paid back.
    pub credited: Money,
    /// What is not expected any more.
    pub written_off: Money,
    /// What of that was paid after all.
    pub recovered: Money,
    /// What is still to be paid.
    pub open: Money,
    /// The last day on which it is paid in time.
    pub due_on: NaiveDate,
    /// The instant at which that day is over: from then on it is late.
    pub due_at: DateTime<Utc>,
    /// How many reminders were due so far.
    pub reminders: i64,
    /// When the buyer was reminded for the last time.
    pub reminded_at: Option<DateTime<Utc>>,
    /// When the goods left.
    pub created_at: DateTime<Utc>,
}

impl From<payments::Receivable> for Receivable {
    fn from(of: payments::Receivable) -> Self {
        let open = of.open_minor();
        let money = |minor| Money::minor(minor, of.amount.currency);
        Self {
            id: of.id.into(),
            order_id: of.order_id.into(),
            order_number: of.order_number,
            merchant_order_id: of.merchant_order_id.map(ID::from),
            company_id: of.company_id.into(),
            payment_id: of.payment_id.into(),
            amount: of.amount.into(),
            paid: money(of.paid_minor),
            credited: money(of.credited_minor),
            written_off: money(of.written_off_minor),
            recovered: money(of.recovered_minor),
            open: money(open),
            due_on: of.due_on,
            due_at: of.due_at,
            reminders: of.reminders,
            reminded_at: of.reminded_at,
            created_at: of.created_at,
        }
    }
}

/// What companies may owe; whoever sees a company sees this.
pub struct CreditLinesLoader(Ctx);

impl OfRequest for CreditLinesLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<CompanyId> for CreditLinesLoader {
    type Value = Vec<payments::CreditLine>;

    async fn load(&self, keys: &[CompanyId]) -> Result<HashMap<CompanyId, Self::Value>, LoadError> {
        query::credit_lines_of_seen_companies(&self.0, keys).await.map_err(LoadError::new)
    }
}

/// What is or was owed for an order that the caller was shown before.
pub struct ReceivablesOfOrderLoader(Ctx);

impl OfRequest for ReceivablesOfOrderLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<OrderId> for ReceivablesOfOrderLoader {
    type Value = Vec<payments::Receivable>;

    async fn load(&self, keys: &[OrderId]) -> Result<HashMap<OrderId, Self::Value>, LoadError> {
        query::receivables_of_seen_orders(&self.0, keys).await.map_err(LoadError::new)
    }
}

/// Which receivables.
#[derive(InputObject, Default)]
pub struct ReceivableFilterInput {
    /// Of this company.
    pub company_id: Option<ID>,
    /// Due before then.
    pub due_before: Option<DateTime<Utc>>,
    /// Only what is overdue now.
    #[graphql(default)]
    pub overdue: bool,
}

/// What a company may owe from now on.
#[derive(InputObject)]
pub struct CreditLineSetInput {
    /// The company.
    pub company_id: ID,
    /// The most it may owe, also the currency. Below what is owed it stops new orders and nothing else.
    pub limit: MoneyInput,
    /// From when on the days count.
    #[graphql(default_with = "TermsKind::Net")]
    pub terms: TermsKind,
    /// Days until an invoice is due; at most 365.
    pub net_days: u32,
    /// Whether merchants are paid before the buyer has paid: the operator bears what is never paid.
    #[graphql(default)]
    pub guaranteed: bool,
    /// The version that the caller saw; 0 for the first terms.
    pub expected_version: i64,
    /// Why, for the history.
    pub reason: String,
}

payload! {
    /// What became of `creditLineSet`.
    CreditLineSetPayload { /// The credit line.
        credit_line: CreditLine }
}

/// Questions about what is owed on account.
#[derive(Default)]
pub struct InvoiceQuery;

#[Object]
impl InvoiceQuery {
    /// What buyers owe and have not paid, the longest due first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn receivables(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which; all that are open when absent")] filter: Option<ReceivableFilterInput>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Receivable>> {
        let page = answer(gql, page_args(first, after))?;
        let ctx = ctx(gql)?;
        let ReceivableFilterInput { company_id, due_before, overdue } = filter.unwrap_or_default();
        let now = overdue.then(|| ctx.now());
        let due_before = now.map(|now| due_before.map_or(now, |before| before.min(now))).or(due_before);
        let company = answer(gql, input::optional_id("filter.companyId", company_id.as_ref()))?;
        let found = query::open_receivables(ctx, ReceivableFilter { company, due_before }, &page).await;
        answer(gql, found.map(|page| connection(page, Receivable::from)))
    }
}

/// Terms of buying on account.
#[derive(Default)]
pub struct InvoiceMutation;

#[Object]
impl InvoiceMutation {
    /// Lets a company buy on account, or changes what was agreed. Orders keep the terms they were placed under.
    async fn credit_line_set(&self, gql: &Context<'_>, input: CreditLineSetInput) -> Gql<CreditLineSetPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let company_id = input::id("companyId", &input.company_id)?;
            if ctx.may(EDIT_CREDIT_LINE) {
                customers::company(ctx, company_id).await.map_err(|_| unknown())?;
            }
            let terms = SetCreditLine {
                company_id,
                limit: input.limit.parse("limit")?,
                terms: input.terms.into(),
                net_days: input.net_days,
                guaranteed: input.guaranteed,
                expected_version: input.expected_version,
                reason: input.reason,
            };
            payments::set_credit_line(ctx, terms).await
        };
        respond(gql, done.await.map(CreditLine::from))
    }
}

fn unknown() -> payments::Error {
    kernel::Invalid::new("companyId", "UNKNOWN", "there is no such company").into()
}
