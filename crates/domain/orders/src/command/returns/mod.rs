//! Goods that buyers send back.

mod answer;
mod receive;
mod request;
mod resolve;

use access::Grant;
use context::Ctx;
use history::Change;
use kernel::id::ReturnId;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};

use super::work::Work;
use crate::Error;
use crate::entity::{GoodsReturn, GoodsReturnLine, goods_return, goods_return_line};
use crate::event::ReturnChanged;
use crate::model::care::{self, ReturnAction};
use crate::model::status::ReturnState;
use crate::query::ReturnDetail;
use crate::repo;

pub use answer::{ApproveReturn, RejectReturn, SendReturn, return_approve, return_cancel, return_reject, return_send};
pub use receive::{
    InspectReturn, InspectedUnits, return_close, return_inspect, return_receive, return_report_no_reception,
};
pub use request::{RequestReturn, return_request};
pub use resolve::{RefundReturn, SendGoods, return_refund, return_replace, return_send_back};

/// A return that a caller wants to change, and the version it was seen in.
#[derive(Debug, Clone, Copy)]
pub struct OfReturn {
    /// The return.
    pub id: ReturnId,
    /// The version the decision was made on.
    pub expected_version: Option<i64>,
}

/// A return under the lock of its order.
struct Case {
    work: Work,
    row: GoodsReturn,
    lines: Vec<GoodsReturnLine>,
}

impl Case {
    /// Loads a return that the grant reaches and refuses what its state does not allow.
    async fn open(ctx: &Ctx, grant: &Grant, of: OfReturn, action: ReturnAction) -> Result<Self, Error> {
        let tx = ctx.begin_write().await?;
        let found = repo::goods_return(&*tx, grant, of.id).await?;
        let work = Work::open(ctx, tx, found.order_id).await?;
        // Once more under the lock of the order.
        let row = repo::goods_return(&*work.tx, grant, of.id).await?;
        if of.expected_version.is_some_and(|version| version != row.version) {
            return Err(context::Error::Stale("return").into());
        }
        action.require(row.state.as_str(), &care::goods_return(row.state, row.method))?;
        let lines = repo::goods_return_lines(&*work.tx, of.id).await?;
        Ok(Self { work, row, lines })
    }

    /// Takes the return to another state, writes everything and commits.
    async fn go(mut self, to: ReturnState, data: &Value) -> Result<ReturnDetail, Error> {
        let from = self.row.state;
        self.row.state = to;
        let ended = i64::from(is_open(to)) - i64::from(is_open(from));
        self.work.book.part_mut(self.row.merchant_order_id)?.returns_open += ended;
        save(&self.work, &mut self.row).await?;
        self.tell(from, data);
        let Self { work, row, lines } = self;
        work.finish().await?;
        Ok(ReturnDetail { goods_return: row, lines })
    }

    fn tell(&mut self, from: ReturnState, data: &Value) {
        let row = &self.row;
        self.work.tx.emit(&ReturnChanged {
            order: row.order_id,
            merchant_order: row.merchant_order_id,
            merchant: row.merchant_id,
            goods_return: row.id,
            state: row.state,
        });
        let change = Change::new("return", row.id, row.state.as_str()).of_merchant(row.merchant_id);
        let before = (row.version > 1).then_some(from.as_str());
        self.work.tx.record(change.field("state", before, row.state.as_str()));
        let kind = format!("return_{}", row.state);
        let data = json!({ "return": row.id, "number": row.number, "more": data });
        self.work.note(&kind, Some(self.row.merchant_order_id), &data);
    }

    /// Nothing comes back: the units may be asked for again.
    fn give_units_back(&mut self) {
        for returned in &self.lines {
            if let Some(line) = self.work.book.lines.iter_mut().find(|line| line.id == returned.order_line_id) {
                line.return_requested -= returned.quantity;
            }
        }
    }

    /// The units are settled, one way or another; they are never asked for again.
    fn settle_units(&mut self) {
        for returned in &self.lines {
            if let Some(line) = self.work.book.lines.iter_mut().find(|line| line.id == returned.order_line_id) {
                line.return_done += returned.quantity;
            }
        }
    }
}

const fn is_open(state: ReturnState) -> bool {
    matches!(
        state,
        ReturnState::Requested
            | ReturnState::Approved
            | ReturnState::InTransit
            | ReturnState::Received
            | ReturnState::Inspected
    )
}

async fn save(work: &Work, row: &mut GoodsReturn) -> Result<(), Error> {
    row.version += 1;
    let all = row.clone().into_active_model().reset_all();
    goods_return::Entity::update_many().set(all).filter(goods_return::Column::Id.eq(row.id)).exec(&*work.tx).await?;
    Ok(())
}

async fn save_line(work: &Work, row: &GoodsReturnLine) -> Result<(), Error> {
    let all = row.clone().into_active_model().reset_all();
    goods_return_line::Entity::update_many()
        .set(all)
        .filter(goods_return_line::Column::ReturnId.eq(row.return_id))
        .filter(goods_return_line::Column::OrderLineId.eq(row.order_line_id))
        .exec(&*work.tx)
        .await?;
    Ok(())
}

/// The refund of a return was not approved: it can be resolved anew.
pub(super) async fn reopen(work: &mut Work, id: ReturnId) -> Result<(), Error> {
    let row = goods_return::Entity::find_by_id(id).one(&*work.tx).await?;
    let mut row = row.ok_or(context::Error::NotFound("return"))?;
    if row.state != ReturnState::Refunded {
        return Ok(());
    }
    row.state = if row.inspected_at.is_some() { ReturnState::Inspected } else { ReturnState::Approved };
    row.refund_id = None;
    row.resolved_at = None;
    save(work, &mut row).await?;
    for returned in repo::goods_return_lines(&*work.tx, id).await? {
        if let Some(line) = work.book.lines.iter_mut().find(|line| line.id == returned.order_line_id) {
            line.return_done -= returned.quantity;
        }
    }
    work.book.part_mut(row.merchant_order_id)?.returns_open += 1;
    Ok(())
}
