//! Refunds inside a command on their order: written, approved where the marketplace wants it, asked of the provider.

use context::WriteTx;
use kernel::id::{MerchantOrderId, RefundId, ReturnId};
use payments::{RefundPart, refund_in_tx};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;

use super::work::Work;
use crate::Error;
use crate::entity::{Refund, refund, refund_line};
use crate::event::{RefundApprovalChanged, RefundAwaitsApproval, RefundRequested};
use crate::model::book::Slots;
use crate::model::giving::GivenUnits;
use crate::model::money::Parts;
use crate::model::status::{Bearer, RefundKind, RefundState};
use crate::model::types::{FulfillmentOrderIds, StoredParts, Wanted};

/// A refund to be written.
pub(super) struct NewRefund {
    pub(super) kind: RefundKind,
    pub(super) bearer: Bearer,
    pub(super) reason: String,
    pub(super) note: Option<String>,
    pub(super) given: GivenUnits,
    pub(super) goods_return: Option<ReturnId>,
    /// Whether the goods did not leave or will not arrive. What is disputed of their money follows the dispute.
    pub(super) undone: bool,
}

/// A refund that somebody asks for.
pub(super) struct Asked {
    pub(super) wanted: Wanted,
    pub(super) kind: RefundKind,
    pub(super) bearer: Bearer,
    pub(super) reason: String,
    pub(super) note: Option<String>,
    pub(super) goods_return: Option<ReturnId>,
}

impl Work {
    /// Gives back what is wanted, or leaves it to be approved when it is above the marketplace's limit.
    pub(super) async fn refund(&mut self, part: MerchantOrderId, asked: Asked) -> Result<Refund, Error> {
        let with_fee = self.market.settings.refund_fixed_fee;
        let before = self.book.clone();
        let given = self.book.give_back(part, &asked.wanted, asked.bearer, with_fee)?;
        let Asked { wanted, kind, bearer, reason, note, goods_return } = asked;
        let waits = self.needs_approval(given.step.cash);
        let undone = never_arrives(&wanted);
        let new = NewRefund { kind, bearer, reason, note, given, goods_return, undone };
        if !waits {
            return self.give_back(part, new).await?.ok_or(Error::NothingToRefund);
        }
        // Nothing is taken until somebody agrees; what is left then decides. The merchant order is another one all the
        // same, so that whoever asks once more because the answer got lost does not ask for more.
        self.book = before;
        self.book.part_mut(part)?.version += 1;
        let mut row = self.refund_row(part, &new)?;
        row.state = RefundState::AwaitingApproval;
        row.wanted = Some(wanted);
        refund::Entity::insert(row.clone().into_active_model()).exec_without_returning(&*self.tx).await?;
        let data = json!({ "refund": row.id, "reason": row.reason, "amount_minor": row.amount_minor });
        self.note("refund_awaits_approval", Some(part), &data);
        self.tell_approval(&row);
        self.tx.emit(&RefundAwaitsApproval {
            order: row.order_id,
            merchant_order: part,
            merchant: row.merchant_id,
            refund: row.id,
            currency: row.currency,
            amount_minor: row.amount_minor,
        });
        Ok(row)
    }

    /// Tells that a refund waits for somebody to agree, or does no longer.
    pub(super) fn tell_approval(&mut self, row: &Refund) {
        self.tx.emit(&RefundApprovalChanged {
            order: row.order_id,
            merchant_order: row.merchant_order_id,
            merchant: row.merchant_id,
            refund: row.id,
        });
    }

    fn needs_approval(&self, amount_minor: i64) -> bool {
        let limit = self.market.settings.refund_approval_above.get(&self.book.order.currency);
        limit.is_some_and(|limit| amount_minor > *limit)
    }

    /// Writes a refund and asks the provider for it. Nothing happens when nothing moves.
    pub(super) async fn give_back(&mut self, part: MerchantOrderId, new: NewRefund) -> Result<Option<Refund>, Error> {
        let given = &new.given;
        let undoes = given.step.parts != Parts::default() || !given.slots.is_empty();
        let gift = given.step.parts.discount != 0;
        if given.step.cash == 0 && !gift && (new.kind == RefundKind::Cancellation || !undoes) {
            return Ok(None);
        }
        let row = self.refund_row(part, &new)?;
        refund::Entity::insert(row.clone().into_active_model()).exec_without_returning(&*self.tx).await?;
        self.carry_out(&row, &new.given.slots, new.undone).await?;
        Ok(Some(row))
    }

    fn refund_row(&self, part: MerchantOrderId, new: &NewRefund) -> Result<Refund, Error> {
        let id: RefundId = self.ctx.new_id();
        let (order, owner) = (&self.book.order, self.book.part(part)?);
        let amount_minor = new.given.step.cash;
        // What costs the buyer nothing is undone without the provider.
        let settled = (amount_minor == 0).then(|| self.tx.now());
        Ok(refund::Model {
            id,
            order_id: order.id,
            merchant_order_id: part,
            merchant_id: owner.merchant_id,
            payment_id: owner.payment_id,
            currency: order.currency,
            kind: new.kind,
            bearer: new.bearer,
            reason: new.reason.clone(),
            note: new.note.clone(),
            amount_minor,
            parts: StoredParts(new.given.step.parts),
            shipping_of: FulfillmentOrderIds(new.given.shipping_of.clone()),
            wanted: None,
            return_id: new.goods_return,
            state: if settled.is_some() { RefundState::Settled } else { RefundState::Requested },
            failure: None,
            dispute_id: None,
            actor: self.ctx.actor().id(),
            decided_by: None,
            decided_at: None,
            requested_at: self.tx.now(),
            settled_at: settled,
            version: 1,
        })
    }

    /// Takes a refund whose row is written as agreed: its units, its money, and everybody who listens.
    pub(super) async fn carry_out(&mut self, row: &Refund, slots: &[Slots], undone: bool) -> Result<(), Error> {
        self.book.part_mut(row.merchant_order_id)?.refund_minor += row.amount_minor;
        insert_refund_lines(&self.tx, row.id, slots).await?;
        let part = RefundPart {
            payment_id: row.payment_id,
            amount_minor: row.amount_minor,
            refund_id: row.id,
            merchant_order_id: Some(row.merchant_order_id),
            undone,
        };
        refund_in_tx(&mut self.tx, part).await?;
        let parts = row.parts.0;
        self.tx.emit(&RefundRequested {
            order: row.order_id,
            merchant_order: row.merchant_order_id,
            merchant: row.merchant_id,
            refund: row.id,
            currency: row.currency,
            recognized: row.kind != RefundKind::Cancellation,
            amount_minor: row.amount_minor,
            parts,
            net_minor: parts.net(),
        });
        let data = json!({
            "refund": row.id, "kind": row.kind, "reason": row.reason, "amount_minor": row.amount_minor,
            "bearer": row.bearer,
        });
        self.note("refund_requested", Some(row.merchant_order_id), &data);
        Ok(())
    }
}

/// Whether goods are paid back that were lost or came back on their way; nobody else names slots.
pub(super) const fn never_arrives(wanted: &Wanted) -> bool {
    matches!(wanted, Wanted::Slots { .. })
}

pub(super) async fn insert_refund_lines(tx: &WriteTx, refund: RefundId, slots: &[Slots]) -> Result<(), Error> {
    let rows: Vec<refund_line::ActiveModel> = slots
        .iter()
        .map(|slots| refund_line::ActiveModel {
            refund_id: Set(refund),
            order_line_id: Set(slots.line),
            quantity: Set(slots.to - slots.from),
            slot_from: Set(slots.from),
            slot_to: Set(slots.to),
            gross_minor: Set(slots.gross),
        })
        .collect();
    if !rows.is_empty() {
        refund_line::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

/// Writes what changed of a refund; the order is locked.
pub(super) async fn save_refund(work: &Work, row: &mut Refund) -> Result<(), Error> {
    row.version += 1;
    let all = row.clone().into_active_model().reset_all();
    refund::Entity::update_many().set(all).filter(refund::Column::Id.eq(row.id)).exec(&*work.tx).await?;
    Ok(())
}
