//! Returns and incidents.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use orders::query::{self, ReturnDetail};

use super::care_enums::{
    IncidentReason, ReturnAction, ReturnDefect, ReturnMethod, ReturnReason, ReturnRejection, ReturnState,
};
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};

/// Goods that a buyer sends back.
#[derive(SimpleObject)]
#[graphql(name = "Return")]
pub struct GoodsReturn {
    /// The id.
    pub id: ID,
    /// The number for people.
    pub number: String,
    /// The merchant order.
    pub merchant_order_id: ID,
    /// The merchant.
    pub merchant_id: ID,
    /// How far it is.
    pub state: ReturnState,
    /// What its state allows.
    pub allowed_actions: Vec<ReturnAction>,
    /// Why the buyer sends the goods back.
    pub reason: ReturnReason,
    /// The buyer's words.
    pub note: Option<String>,
    /// How the goods come back.
    pub method: Option<ReturnMethod>,
    /// Where the buyer finds the label.
    pub label: Option<String>,
    /// Why it was refused.
    pub rejection: Option<ReturnRejection>,
    /// The answer to the buyer.
    pub answer: Option<String>,
    /// The carrier that brings the goods.
    pub carrier: Option<String>,
    /// The carrier's number.
    pub tracking_number: Option<String>,
    /// The refund of it.
    pub refund_id: Option<ID>,
    /// The units.
    pub lines: Vec<ReturnLine>,
    /// Who asked for it.
    pub requested_by: String,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When it was approved or rejected.
    pub decided_at: Option<DateTime<Utc>>,
    /// When the goods came.
    pub received_at: Option<DateTime<Utc>>,
    /// When they were looked at.
    pub inspected_at: Option<DateTime<Utc>>,
    /// When it was settled.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When it was put away.
    pub closed_at: Option<DateTime<Utc>>,
    /// Grows with each change; send it back as `expectedVersion`.
    pub version: i64,
}

/// Units of an order line that come back.
#[derive(SimpleObject)]
pub struct ReturnLine {
    /// The order line.
    pub line_id: ID,
    /// Units asked for.
    pub quantity: i64,
    /// Units that came back as they should be.
    pub ok: i64,
    /// Units that did not.
    pub bad: i64,
    /// Units that went to stock again.
    pub restocked: i64,
    /// What is wrong with the bad ones.
    pub bad_reason: Option<ReturnDefect>,
}

/// Something that went wrong with a merchant order; its money waits while it is open.
#[derive(SimpleObject)]
pub struct Incident {
    /// The id.
    pub id: ID,
    /// The merchant order.
    pub merchant_order_id: ID,
    /// What is wrong.
    pub reason: IncidentReason,
    /// More words.
    pub note: Option<String>,
    /// How it ended.
    pub outcome: Option<String>,
    /// Who opened it.
    pub opened_by: String,
    /// When.
    pub opened_at: DateTime<Utc>,
    /// Who closed it.
    pub closed_by: Option<String>,
    /// When.
    pub closed_at: Option<DateTime<Utc>>,
}

impl From<orders::Incident> for Incident {
    fn from(row: orders::Incident) -> Self {
        Self {
            id: row.id.into(),
            merchant_order_id: row.merchant_order_id.into(),
            reason: row.reason.into(),
            note: row.note,
            outcome: row.outcome,
            opened_by: row.opened_by,
            opened_at: row.opened_at,
            closed_by: row.closed_by,
            closed_at: row.closed_at,
        }
    }
}

pub(super) fn goods_return(of: &ReturnDetail) -> GoodsReturn {
    let row = of.goods_return.clone();
    let lines = of.lines.iter().map(|line| ReturnLine {
        line_id: line.order_line_id.into(),
        quantity: line.quantity,
        ok: line.ok,
        bad: line.bad,
        restocked: line.restocked,
        bad_reason: line.bad_reason.map(Into::into),
    });
    GoodsReturn {
        id: row.id.into(),
        number: row.number,
        merchant_order_id: row.merchant_order_id.into(),
        merchant_id: row.merchant_id.into(),
        state: row.state.into(),
        allowed_actions: of.allowed_actions().into_iter().map(ReturnAction::from).collect(),
        reason: row.reason.into(),
        note: row.note,
        method: row.method.map(Into::into),
        label: row.label,
        rejection: row.rejection.map(Into::into),
        answer: row.answer,
        carrier: row.carrier,
        tracking_number: row.tracking_number,
        refund_id: row.refund_id.map(ID::from),
        lines: lines.collect(),
        requested_by: row.requested_by,
        requested_at: row.requested_at,
        decided_at: row.decided_at,
        received_at: row.received_at,
        inspected_at: row.inspected_at,
        resolved_at: row.resolved_at,
        closed_at: row.closed_at,
        version: row.version,
    }
}

/// Which returns.
#[derive(InputObject, Default)]
pub struct ReturnFilter {
    /// Of this merchant; a merchant finds only its own.
    pub merchant_id: Option<ID>,
    /// In this state.
    pub state: Option<ReturnState>,
}

/// Which incidents.
#[derive(InputObject, Default)]
pub struct IncidentFilter {
    /// Of this merchant order.
    pub merchant_order_id: Option<ID>,
    /// Of this merchant; a merchant finds only its own.
    pub merchant_id: Option<ID>,
}

/// Questions about returns and incidents.
#[derive(Default)]
pub struct CareQuery;

#[Object]
impl CareQuery {
    /// A return, for the operator, its merchant and its buyer; null when there is none.
    #[graphql(name = "return")]
    async fn goods_return(&self, gql: &Context<'_>, id: ID) -> Gql<Option<GoodsReturn>> {
        let id = answer(gql, input::id("id", &id))?;
        answer_optional(gql, query::goods_return(ctx(gql)?, id).await.map(|found| goods_return(&found)))
    }

    /// Returns, the newest first: all for the operator, its own for a merchant, one's own for a buyer.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn returns(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which returns; all when absent")] filter: Option<ReturnFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, GoodsReturn>> {
        let page = answer(gql, page_args(first, after))?;
        let ReturnFilter { merchant_id, state } = filter.unwrap_or_default();
        let merchant = answer(gql, input::optional_id("filter.merchantId", merchant_id.as_ref()))?;
        let filter = query::ReturnFilter { merchant, state: state.map(Into::into) };
        let found = query::returns(ctx(gql)?, &filter, &page).await;
        answer(gql, found.map(|page| connection(page, |detail| goods_return(&detail))))
    }

    /// Incidents, the newest first: all for the operator, its own for a merchant.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn incidents(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which incidents; all when absent")] filter: Option<IncidentFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Incident>> {
        let page = answer(gql, page_args(first, after))?;
        let IncidentFilter { merchant_order_id, merchant_id } = filter.unwrap_or_default();
        let merchant_order = input::optional_id("filter.merchantOrderId", merchant_order_id.as_ref());
        let filter = query::IncidentFilter {
            merchant_order: answer(gql, merchant_order)?,
            merchant: answer(gql, input::optional_id("filter.merchantId", merchant_id.as_ref()))?,
        };
        let found = query::incidents(ctx(gql)?, &filter, &page).await;
        answer(gql, found.map(|page| connection(page, Incident::from)))
    }
}
