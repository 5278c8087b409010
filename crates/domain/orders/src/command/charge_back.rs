//! Money that a buyer's bank took back.

use context::Ctx;
use kernel::allocate;
use kernel::id::{DisputeId, MerchantId, MerchantOrderId, OrderId, PaymentId, RefundId};
use payments::{bear_dispute_in_tx, unborne_in_tx};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde_json::json;

use super::paying::insert_refund_lines;
use super::work::Work;
use crate::Error;
use crate::actions::DRIVE;
use crate::entity::refund;
use crate::event::LineUnits;
use crate::model::book::{Book, refundable};
use crate::model::giving::GivenUnits;
use crate::model::money::Parts;
use crate::model::status::{Bearer, RefundKind, RefundState, ShippingState};
use crate::model::types::{FulfillmentOrderIds, StoredParts, Wanted};
use crate::repo;

/// Money of an order that the buyer's bank took back.
#[derive(Debug, Clone, Copy)]
pub struct ChargeBack {
    /// The dispute.
    pub dispute: DisputeId,
    /// The order.
    pub order: OrderId,
    /// The payment it came by.
    pub payment: PaymentId,
    /// The merchant order it is about; `None`: all that this payment is for.
    pub merchant_order: Option<MerchantOrderId>,
    /// How much, in minor units.
    pub amount_minor: i64,
}

/// What a merchant order bears of a chargeback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargedBack {
    /// The merchant order.
    pub merchant_order: MerchantOrderId,
    /// Its merchant.
    pub merchant: MerchantId,
    /// What is given back, as in a refund.
    pub parts: Parts,
}

/// What a merchant order gives back, worked out on a copy of the order.
struct Share {
    part: MerchantOrderId,
    merchant: MerchantId,
    given: GivenUnits,
}

/// What the merchants of an order would bear if the dispute were lost now. Writes nothing.
///
/// # Errors
/// Not found; the database error.
pub async fn charge_back_of(ctx: &Ctx, input: ChargeBack) -> Result<Vec<ChargedBack>, Error> {
    ctx.authorize(DRIVE)?;
    let market = marketplace::snapshot_on(ctx.read()).await.map_err(super::market_fault)?;
    let mut book = repo::book(ctx.read(), input.order, false).await?;
    Ok(shares(&mut book, &input, market.settings.refund_fixed_fee).iter().map(Share::borne).collect())
}

/// Takes the money of a lost dispute as given back, and no provider is asked: units are undone as in a refund; less than
/// all that is left is spread over units and shipping like goodwill that the merchant bears. What the merchants cannot
/// bear, because it was not earned, is left to the marketplace. What was undone of the money before is not undone again.
/// The same dispute again answers what was written.
///
/// # Errors
/// Not found; the database error.
pub async fn charge_back(ctx: &Ctx, input: ChargeBack) -> Result<Vec<ChargedBack>, Error> {
    ctx.authorize(DRIVE)?;
    let tx = ctx.begin_write().await?;
    let mut work = Work::open(ctx, tx, input.order).await?;
    let Some(amount_minor) = unborne_in_tx(&work.tx, input.dispute).await? else {
        let known = refund::Entity::find()
            .filter(refund::Column::DisputeId.eq(input.dispute))
            .order_by_asc(refund::Column::MerchantOrderId)
            .all(&*work.tx)
            .await?;
        let borne = |row: refund::Model| ChargedBack {
            merchant_order: row.merchant_order_id,
            merchant: row.merchant_id,
            parts: row.parts.0,
        };
        return Ok(known.into_iter().map(borne).collect());
    };
    let input = ChargeBack { amount_minor, ..input };
    let with_fee = work.market.settings.refund_fixed_fee;
    let mut shares = shares(&mut work.book, &input, with_fee);
    shares.sort_by_key(|share| share.part);
    for share in &shares {
        write(&mut work, input.dispute, share).await?;
    }
    let borne_minor = shares.iter().map(|share| share.given.step.cash).sum();
    bear_dispute_in_tx(&work.tx, input.dispute, borne_minor).await?;
    work.finish().await?;
    Ok(shares.iter().map(Share::borne).collect())
}

impl Share {
    fn borne(&self) -> ChargedBack {
        ChargedBack { merchant_order: self.part, merchant: self.merchant, parts: self.given.step.parts }
    }
}

/// Spreads the money over the merchant orders by what each has left, and undoes their sales on the book.
fn shares(book: &mut Book, input: &ChargeBack, with_fee: bool) -> Vec<Share> {
    let concerned = |part: &&crate::MerchantOrder| {
        part.payment_id == input.payment && input.merchant_order.is_none_or(|only| only == part.id)
    };
    let parts: Vec<_> =
        book.parts.iter().filter(concerned).map(|part| (part.id, part.merchant_id, left(part))).collect();
    let sum: i64 = parts.iter().map(|(.., left)| left).sum();
    let weights: Vec<u64> = parts.iter().map(|(.., left)| u64::try_from(*left).unwrap_or(0)).collect();
    let Ok(amounts) = allocate(input.amount_minor.min(sum), &weights) else { return Vec::new() };
    let mut shares = Vec::new();
    for ((part, merchant, left), amount) in parts.into_iter().zip(amounts).filter(|(_, amount)| *amount > 0) {
        let undone = if amount == left { whole(book, part, amount, with_fee) } else { None };
        if let Some((undone, given)) = undone.or_else(|| some(book, part, amount)) {
            *book = undone;
            shares.push(Share { part, merchant, given });
        }
    }
    shares
}

const fn left(part: &crate::MerchantOrder) -> i64 {
    part.captured_minor - part.refund_minor
}

/// Undoes all that is left of a merchant order; `None` when that is another amount: not all was earned, units are on
/// their way back, or the operator had paid a part.
fn whole(book: &Book, part: MerchantOrderId, amount: i64, with_fee: bool) -> Option<(Book, GivenUnits)> {
    let own = book.lines.iter().filter(|line| line.merchant_order_id == part);
    let lines = own
        .map(|line| LineUnits { line: line.id, quantity: refundable(line) })
        .filter(|units| units.quantity > 0)
        .collect();
    let moved =
        book.fulfillments.iter().filter(|f| f.merchant_order_id == part && f.shipping_state == ShippingState::Moved);
    let shipping_of = moved.map(|f| f.id).collect();
    let wanted = Wanted::Units { lines, shipping_of, returned: false };
    borne(book, part, &wanted, with_fee).filter(|(_, given)| given.step.cash == amount)
}

/// Spreads an amount over what was earned of a merchant order; `None` when that is less.
fn some(book: &Book, part: MerchantOrderId, amount: i64) -> Option<(Book, GivenUnits)> {
    let wanted = Wanted::Amount { amount_minor: amount, lines: Vec::new(), shipping_of: Vec::new() };
    borne(book, part, &wanted, false)
}

/// What the merchant gives back, on a copy. Refused is what there is not; the bank took the money all the same.
fn borne(book: &Book, part: MerchantOrderId, wanted: &Wanted, with_fee: bool) -> Option<(Book, GivenUnits)> {
    let mut undone = book.clone();
    let given = undone.give_back(part, wanted, Bearer::Merchant, with_fee).ok()?;
    (given.step.parts.gross == given.step.cash).then_some((undone, given))
}

async fn write(work: &mut Work, dispute: DisputeId, share: &Share) -> Result<(), Error> {
    let (id, amount): (RefundId, i64) = (work.ctx.new_id(), share.given.step.cash);
    let order = &work.book.order;
    let row = refund::Model {
        id,
        order_id: order.id,
        merchant_order_id: share.part,
        merchant_id: share.merchant,
        payment_id: work.book.part(share.part)?.payment_id,
        currency: order.currency,
        kind: RefundKind::Chargeback,
        bearer: Bearer::Merchant,
        reason: "dispute".to_owned(),
        note: None,
        amount_minor: amount,
        parts: StoredParts(share.given.step.parts),
        shipping_of: FulfillmentOrderIds(share.given.shipping_of.clone()),
        wanted: None,
        return_id: None,
        state: RefundState::Settled,
        failure: None,
        dispute_id: Some(dispute),
        actor: work.ctx.actor().id(),
        decided_by: None,
        decided_at: None,
        requested_at: work.tx.now(),
        settled_at: Some(work.tx.now()),
        version: 1,
    };
    refund::Entity::insert(row.into_active_model()).exec_without_returning(&*work.tx).await?;
    insert_refund_lines(&work.tx, id, &share.given.slots).await?;
    work.book.part_mut(share.part)?.refund_minor += amount;
    work.note("charged_back", Some(share.part), &json!({ "dispute": dispute, "amount_minor": amount }));
    Ok(())
}
