//! One order under its lock: what every command after placement does before and after its own decision.

use std::sync::Arc;

use chrono::Duration;
use context::{Ctx, WriteTx};
use history::Change;
use inventory::{Release, release_in_tx};
use kernel::id::{ChangeId, MerchantOrderId, OrderId};
use marketplace::Snapshot;
use payments::{CapturePart, capture_in_tx, hold_at_most_in_tx, void_rest_in_tx};
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::money::capture_gift;
use super::paying::NewRefund;
use crate::Error;
use crate::entity::{event, words};
use crate::event::{
    CanceledPart, LineUnits, MerchantOrderClosed, OrderCanceled, OrderClosed, OrderUnitsCanceled, UnitsCanceled,
};
use crate::model::book::{Book, CanceledUnits};
use crate::model::given::Step;
use crate::model::giving::GivenUnits;
use crate::model::money::Parts;
use crate::model::status::{Bearer, CancelReason, CaptureTiming, MerchantOrderState, OrderState, RefundKind};
use crate::repo;

/// The transaction of a command on one order.
pub(super) struct Work {
    pub(super) tx: WriteTx,
    pub(super) ctx: Ctx,
    pub(super) book: Book,
    pub(super) market: Arc<Snapshot>,
    before: Book,
    taken_out: Vec<CanceledPart>,
    log: Vec<event::ActiveModel>,
    words: Vec<words::ActiveModel>,
}

impl Work {
    /// Locks and loads the order.
    pub(super) async fn open(ctx: &Ctx, tx: WriteTx, id: OrderId) -> Result<Self, Error> {
        let book = repo::book(&*tx, id, true).await?;
        let market = marketplace::snapshot_on(&*tx).await.map_err(market_fault)?;
        let (taken_out, log, words) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { tx, ctx: ctx.clone(), before: book.clone(), book, market, taken_out, log, words })
    }

    /// Refuses a stale version of a merchant order.
    pub(super) fn expect(&self, part: MerchantOrderId, version: Option<i64>) -> Result<(), Error> {
        let current = self.book.part(part)?.version;
        match version {
            Some(version) if version != current => Err(context::Error::Stale("merchant order").into()),
            _ => Ok(()),
        }
    }

    /// Adds a step to the timeline. It is there for good: words of people do not belong into `data`.
    pub(super) fn note(&mut self, kind: &str, part: Option<MerchantOrderId>, data: &Value) {
        self.note_saying(kind, part, data, ("note", None));
    }

    /// The same with words, which are shown as a field of `data` until the buyer is erased.
    pub(super) fn note_saying(
        &mut self,
        kind: &str,
        part: Option<MerchantOrderId>,
        data: &Value,
        (field, said): (&str, Option<&str>),
    ) {
        let (id, order): (ChangeId, OrderId) = (self.ctx.new_id(), self.book.order.id);
        self.log.push(timeline(&self.ctx, id, order, part, kind, data, self.tx.now()));
        self.words.extend(said.map(|said| words::ActiveModel {
            event_id: Set(id),
            order_id: Set(order),
            field: Set(field.to_owned()),
            words: Set(said.to_owned()),
        }));
    }

    /// Adds steps made elsewhere to the timeline.
    pub(super) fn add_steps(&mut self, steps: Vec<event::ActiveModel>) {
        self.log.extend(steps);
    }

    /// Derives the states, writes what changed with its history, events and timeline, and commits.
    pub(super) async fn finish(mut self) -> Result<Book, Error> {
        self.write().await?;
        self.tx.commit().await?;
        Ok(self.book)
    }

    /// The same, and keeps `answer` for retries under the idempotency key.
    pub(super) async fn finish_with<T: serde::Serialize>(mut self, answer: &T) -> Result<Book, Error> {
        self.write().await?;
        self.tx.commit_with_answer(answer).await?;
        Ok(self.book)
    }

    async fn write(&mut self) -> Result<(), Error> {
        let hold = Duration::days(self.market.settings.hold_days.into());
        self.book.derive(self.tx.now(), hold);
        self.tell_canceled();
        self.tell_ends();
        self.give_up_rest().await?;
        repo::save(&*self.tx, &self.before, &mut self.book).await?;
        for (before, after) in self.before.parts.iter().zip(&self.book.parts) {
            if before.version != after.version {
                let change = Change::new("merchant_order", after.id, "changed").of_merchant(after.merchant_id);
                self.tx.record(change.diff(Some(&Shown::of(before)), Some(&Shown::of(after))));
            }
        }
        if !self.log.is_empty() {
            let steps = std::mem::take(&mut self.log);
            event::Entity::insert_many(steps).exec_without_returning(&*self.tx).await?;
        }
        if !self.words.is_empty() {
            let said = std::mem::take(&mut self.words);
            words::Entity::insert_many(said).exec_without_returning(&*self.tx).await?;
        }
        Ok(())
    }

    /// What this command has taken out so far; whoever takes it tells of it.
    pub(super) fn taken_out(&mut self) -> Vec<CanceledPart> {
        std::mem::take(&mut self.taken_out)
    }

    fn tell_canceled(&mut self) {
        let parts = self.taken_out();
        if !parts.is_empty() {
            let cancellation: ChangeId = self.ctx.new_id();
            self.tx.emit(&OrderUnitsCanceled { order: self.book.order.id, cancellation, parts });
        }
    }

    fn tell_ends(&mut self) {
        let order = self.book.order.id;
        for (before, after) in self.before.parts.iter().zip(&self.book.parts) {
            if before.state != after.state && after.state == MerchantOrderState::Closed {
                self.tx.emit(&MerchantOrderClosed { order, merchant_order: after.id, merchant: after.merchant_id });
            }
        }
        if self.before.order.state == self.book.order.state {
            return;
        }
        match self.book.order.state {
            OrderState::Canceled => {
                self.tx.emit(&OrderCanceled { order });
                self.note("order_canceled", None, &json!({}));
            }
            OrderState::Closed => {
                self.tx.emit(&OrderClosed { order });
                self.note("order_closed", None, &json!({}));
            }
            OrderState::Placed => {}
        }
    }

    /// Gives up what is held and will not be taken, once nobody can ask for it any more.
    async fn give_up_rest(&mut self) -> Result<(), Error> {
        for payment in self.book.payments() {
            let (before, after) = (self.before.money_of(payment), self.book.money_of(payment));
            let canceled = after.is_gone && !before.is_gone;
            let decided = after.is_held_first && after.is_decided && !before.is_decided && after.asked < after.total;
            if canceled || decided {
                void_rest_in_tx(&mut self.tx, payment).await?;
            } else if after.by_parcel && after.whole < before.whole {
                hold_at_most_in_tx(&mut self.tx, payment, after.whole - after.taken).await?;
            }
        }
        Ok(())
    }

    /// Cancels open units: stock is free again, money that was taken goes back.
    pub(super) async fn cancel(
        &mut self,
        part: MerchantOrderId,
        lines: &[LineUnits],
        reason: CancelReason,
        note: Option<&str>,
        by_merchant: bool,
    ) -> Result<CanceledUnits, Error> {
        let canceled = self.book.cancel(part, lines)?;
        let releases: Vec<Release> = canceled
            .released
            .iter()
            .map(|p| Release { order_line_id: p.line, location_id: p.location, quantity: p.quantity })
            .collect();
        release_in_tx(&mut self.tx, &releases).await?;
        let owner = self.book.part(part)?.clone();
        self.tx.emit(&UnitsCanceled {
            order: self.book.order.id,
            merchant_order: part,
            merchant: owner.merchant_id,
            lines: lines.to_vec(),
            reason,
            gross_minor: canceled.parts.gross,
            by_merchant,
        });
        // Ratings tell by it what a merchant refused from what it took and canceled.
        let undecided = owner.decided_at.is_none();
        let data = json!({ "lines": lines, "reason": reason, "gross_minor": canceled.parts.gross,
            "by_merchant": by_merchant, "undecided": undecided });
        self.note_saying("units_canceled", Some(part), &data, ("note", note));
        let (gross_minor, mut refund_minor) = (canceled.parts.gross, 0);
        if self.book.is_captured(&owner) {
            let left = owner.captured_minor - owner.refund_minor;
            // Only a part of a transfer came: what came goes back.
            let parts = if canceled.parts.gross <= left {
                canceled.parts
            } else {
                Parts { gross: left, goods: left, discount: owner.captured_discount_minor, ..Parts::default() }
            };
            let refund = NewRefund {
                kind: RefundKind::Cancellation,
                bearer: Bearer::Merchant,
                reason: reason.to_string(),
                note: note.map(str::to_owned),
                given: GivenUnits {
                    step: Step { cash: parts.gross, parts },
                    slots: canceled.slots.clone(),
                    shipping_of: canceled.shipping_of.clone(),
                },
                goods_return: None,
                undone: true,
            };
            refund_minor = self.give_back(part, refund).await?.map_or(0, |refund| refund.amount_minor);
        }
        let lines = lines.to_vec();
        self.taken_out.push(CanceledPart { merchant_order: part, lines, reason, gross_minor, refund_minor });
        Ok(canceled)
    }

    /// Asks the provider for the money of the accepted units.
    pub(super) async fn request_capture(&mut self, part: MerchantOrderId) -> Result<i64, Error> {
        let due = self.book.due(part);
        if self.book.part(part)?.capture == CaptureTiming::OnAcceptance {
            let wanted = CapturePart {
                payment_id: self.book.part(part)?.payment_id,
                amount_minor: due,
                merchant_order_id: part,
            };
            capture_in_tx(&mut self.tx, wanted).await?;
            self.book.part_mut(part)?.capture_requested_minor = due;
            capture_gift(self, part).await?;
        }
        Ok(due)
    }
}

/// A step of the timeline.
pub(super) fn timeline(
    ctx: &Ctx,
    id: ChangeId,
    order: OrderId,
    part: Option<MerchantOrderId>,
    kind: &str,
    data: &Value,
    now: chrono::DateTime<chrono::Utc>,
) -> event::ActiveModel {
    event::ActiveModel {
        id: Set(id),
        order_id: Set(order),
        merchant_order_id: Set(part),
        kind: Set(kind.to_owned()),
        actor: Set(ctx.actor().id()),
        actor_name: Set(ctx.actor().name.clone()),
        data: Set(data.to_string()),
        happened_at: Set(now),
    }
}

/// What the history shows of a merchant order.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    state: MerchantOrderState,
    outcome: Option<crate::model::status::Outcome>,
    captured_minor: i64,
    refund_minor: i64,
}

impl Shown {
    fn of(part: &crate::MerchantOrder) -> Self {
        Self {
            state: part.state,
            outcome: part.outcome,
            captured_minor: part.captured_minor,
            refund_minor: part.refund_minor,
        }
    }
}

/// The marketplace's faults as ours.
pub(crate) fn market_fault(error: marketplace::Error) -> Error {
    match error {
        marketplace::Error::Core(core) => core.into(),
        other => context::Error::internal(other).into(),
    }
}
