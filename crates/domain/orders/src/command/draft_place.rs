//! Turning a draft into an order.

use context::{Ctx, Idempotent};
use history::Change;
use kernel::id::DraftOrderId;
use serde::Serialize;

use super::draft::{open, save, wide};
use super::place::{Answer, PayWith, Placement, place_in};
use crate::Error;
use crate::actions::EDIT_DRAFT;
use crate::entity::Order;
use crate::model::draft::DraftAction;
use crate::model::status::{DraftState, OrderSource};
use crate::model::types::Address;
use crate::query;

/// A draft to be placed, with what its buyer agreed to.
#[derive(Debug, Clone)]
pub struct DraftPlace {
    /// The draft.
    pub draft: DraftOrderId,
    /// Chosen by the client; the same key again gives the same answer.
    pub idempotency_key: String,
    /// The version that was agreed to.
    pub expected_version: i64,
    /// The total that the buyer was told, in minor units.
    pub expected_total_minor: i64,
    /// The hash of the plan.
    pub plan_hash: String,
    /// How it is paid.
    pub payment: PayWith,
    /// Where the bill goes; `None`: where the goods go.
    pub bill_to: Option<Address>,
}

/// What tells a retry from a new request.
#[derive(Serialize)]
struct KeyedInput<'a> {
    draft: DraftOrderId,
    expected_version: i64,
    expected_total_minor: i64,
    plan_hash: &'a str,
    payment: &'a PayWith,
    bill_to: Option<&'a Address>,
}

/// Places a draft for its buyer: the same plan, the same checks and the same rows as any other order. Paid by a link,
/// a transfer, at the door or, by a company, on account; what a link pays is reserved until it runs out.
///
/// # Errors
/// Not found; stale version; [`Error::InvalidTransition`] when it is no draft any more; as [`super::place()`].
pub async fn draft_place(ctx: &Ctx, input: DraftPlace) -> Result<Order, Error> {
    let grant = ctx.authorize(EDIT_DRAFT)?;
    wide(&grant)?;
    let bill_to = input.bill_to.map(|address| address.checked("billTo")).transpose()?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let keyed = KeyedInput {
        draft: input.draft,
        expected_version: input.expected_version,
        expected_total_minor: input.expected_total_minor,
        plan_hash: &input.plan_hash,
        payment: &input.payment,
        bill_to: bill_to.as_ref(),
    };
    match tx.idempotent::<Answer, _>(ctx.actor().id(), "draft_place", &input.idempotency_key, &keyed).await? {
        Idempotent::Replay(answer) => return query::order_on(&*tx, answer.order).await,
        Idempotent::Proceed => {}
    }
    let mut draft = open(&tx, input.draft, Some(input.expected_version), DraftAction::Place).await?;
    let placement = Placement {
        expected_total_minor: input.expected_total_minor,
        plan_hash: input.plan_hash,
        payment: input.payment,
        email: None,
        bill_to,
        source: OrderSource::Phone,
        token_hash: None,
        customer: draft.cart.customer,
        grant,
    };
    let order = place_in(&mut tx, ctx, &draft.cart, placement).await?;
    draft.state = DraftState::Placed;
    draft.order = Some(order.id);
    draft.version += 1;
    draft.updated_at = tx.now();
    save(&tx, &draft).await?;
    let change = Change::new("draft_order", draft.id, "placed").field("order", (), order.id);
    tx.record(change.field("state", DraftState::Open, DraftState::Placed));
    tx.commit_with_answer(&Answer { order: order.id }).await?;
    Ok(order)
}
