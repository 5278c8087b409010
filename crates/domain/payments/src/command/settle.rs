//! Takes an outcome, from whoever tells it first.

use chrono::{DateTime, Utc};
use context::WriteTx;
use kernel::id::{OrphanId, PaymentOperationId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::plan::{Wanted, fact, plan, plan_voids};
use crate::entity::orphan;
use crate::error::Error;
use crate::event::{
    CaptureFailed, MoneyPlace, OrphanMoneyReturned, PaymentAuthorized, PaymentCaptured, PaymentFailed, PaymentLate,
    PaymentRefunded, PaymentVoided, RefundFailed, RenewalFailed,
};
use crate::model::{CaptureMoment, Operation, OperationKind, OperationState, Payment, Phase, Source};
use crate::provider::{CREDIT, INVOICE};
use crate::repo;

/// What became of an operation.
pub(crate) enum Outcome {
    /// It happened.
    Succeeded {
        /// The provider's name of the charge, or the bank's of a transfer, where known.
        charge: Option<String>,
        /// Until when the provider holds the money, where it says so.
        held_until: Option<DateTime<Utc>>,
    },
    /// It did not happen, and why.
    Failed(String),
}

/// Settles an operation. Whatever was told before, the later phase wins; hearing it again does nothing (`false`).
pub(crate) async fn settle(
    tx: &mut WriteTx,
    id: PaymentOperationId,
    outcome: Outcome,
    told_by: &str,
) -> Result<bool, Error> {
    let (mut operation, payment) = repo::lock_operation(tx, id).await?;
    let before = match operation.state {
        OperationState::Succeeded => Phase::Succeeded,
        OperationState::Failed => Phase::Failed,
        OperationState::Planned
        | OperationState::Sent
        | OperationState::ActionRequired
        | OperationState::Disputed
        | OperationState::Unknown => Phase::Requested,
    };
    let mut held = None;
    let (state, phase, reason) = match outcome {
        Outcome::Succeeded { charge, held_until } => {
            operation.charge = settled_charge(&operation, charge);
            held = held_until;
            (OperationState::Succeeded, Phase::Succeeded, None)
        }
        Outcome::Failed(reason) => (OperationState::Failed, Phase::Failed, Some(reason)),
    };
    if phase <= before {
        return Ok(false);
    }
    operation.state = state;
    operation.reason = reason;
    operation.settled_at = Some(tx.now());
    repo::save_operation(tx, &operation, None).await?;
    match (payment, operation.orphan_id) {
        (Some(payment), _) => {
            let told = Told { before, phase, held_until: held, by: told_by };
            settle_payment(tx, payment, &operation, told).await?;
        }
        (None, Some(orphan)) => settle_orphan(tx, orphan, &operation).await?,
        (None, None) => {}
    }
    Ok(true)
}

/// Where the money is for sure. A charge that was opened by this operation gets its name now, and may get another one
/// when the buyer has confirmed.
fn settled_charge(operation: &Operation, told: Option<String>) -> Option<String> {
    let opens = operation.kind == OperationKind::Authorize
        || operation.kind == OperationKind::Capture && operation.merchant_order_id.is_none();
    if opens { told.or_else(|| operation.charge.clone()) } else { operation.charge.clone().or(told) }
}

/// What was told of an operation.
struct Told<'a> {
    before: Phase,
    phase: Phase,
    held_until: Option<DateTime<Utc>>,
    by: &'a str,
}

async fn settle_payment(
    tx: &mut WriteTx,
    mut payment: Payment,
    operation: &Operation,
    told: Told<'_>,
) -> Result<(), Error> {
    let fact = fact(operation, told.phase);
    repo::insert_facts(tx, payment.id, &[fact], told.by, operation.reason.as_deref()).await?;
    payment.amounts = payment.amounts.told(Some(told.before), fact);
    let succeeded = told.phase == Phase::Succeeded;
    let renewal = operation.replaces.is_some();
    if opens_charge(&payment, operation) && !renewal {
        // A token is good for one try.
        payment.token = None;
        payment.action_url = None;
        payment.failure.clone_from(&operation.reason);
    }
    let mut late = false;
    if opens_charge(&payment, operation) && succeeded {
        payment.charge.clone_from(&operation.charge);
        payment.held_until = told.held_until;
        payment.expires_at = None;
        let expired = payment.expired_at.is_some() && payment.closed_at.is_some();
        // Credit that was to pay a part is free again, and may be gone.
        if expired && !renewal && payment.credit_minor == 0 {
            // The order was given up meanwhile. It may come back, or the money goes back: orders decides.
            payment.closed_at = None;
            late = true;
        }
        after_opening(tx, &mut payment, operation).await?;
    }
    repo::save_payment(tx, &payment).await?;
    if late {
        let Operation { id, amount, .. } = *operation;
        let taken = (operation.kind == OperationKind::Capture).then(|| place(&payment, operation));
        tx.emit(&PaymentLate { payment: payment.id, order: payment.order_id, operation: id, amount, taken });
    } else if succeeded {
        tell_success(tx, &payment, operation).await?;
    } else {
        tell_failure(tx, &payment, operation);
    }
    Ok(())
}

/// Whether an operation opens a charge of the payment's method: the authorization, or the capture at placement.
fn opens_charge(payment: &Payment, operation: &Operation) -> bool {
    let at_placement = payment.method().is_some_and(|method| method.capture == CaptureMoment::AtPlacement);
    operation.kind == OperationKind::Authorize || at_placement && operation.kind == OperationKind::Capture
}

/// Gives up what a new hold replaces, and what nobody wants any more.
async fn after_opening(tx: &mut WriteTx, payment: &mut Payment, operation: &Operation) -> Result<(), Error> {
    if operation.kind != OperationKind::Authorize {
        return Ok(());
    }
    if payment.closed_at.is_some() {
        return plan_voids(tx, payment).await;
    }
    let sources = repo::sources_of(tx, payment.id).await?;
    let replaced = |source: &&Source| operation.replaces.is_some() && source.charge == operation.replaces;
    if let Some(source) = sources.iter().find(replaced) {
        let rest = source.capturable_minor();
        if rest > 0 {
            plan(tx, payment, Wanted::at(source, OperationKind::Void, rest)).await?;
        }
    }
    Ok(())
}

/// Tells that an operation happened. The amounts of the payment count it already.
pub(super) async fn tell_success(tx: &mut WriteTx, payment: &Payment, operation: &Operation) -> Result<(), Error> {
    let Operation { id, amount, .. } = *operation;
    let (payment_id, order) = (payment.id, payment.order_id);
    let place = place(payment, operation);
    match operation.kind {
        // The order is gone; what it was to release must not be released.
        OperationKind::Authorize if payment.closed_at.is_some() || operation.replaces.is_some() => {}
        // The other part of a mixed payment is still to come.
        OperationKind::Authorize if payment.amounts.authorized.done_minor < payment.amount.minor => {}
        OperationKind::Authorize => {
            tx.emit(&PaymentAuthorized { payment: payment_id, order, amount: payment.amount });
        }
        OperationKind::Capture => tx.emit(&PaymentCaptured {
            payment: payment_id,
            order,
            operation: id,
            merchant_order: operation.merchant_order_id,
            amount,
            place,
        }),
        OperationKind::Void => tx.emit(&PaymentVoided { payment: payment_id, order, amount }),
        OperationKind::Refund => tell_refunded(tx, payment, operation, place).await?,
    }
    Ok(())
}

/// Tells that the buyer has the money of a refund, and whose it was.
pub(super) async fn tell_refunded(
    tx: &mut WriteTx,
    payment: &Payment,
    operation: &Operation,
    place: MoneyPlace,
) -> Result<(), Error> {
    let Some(refund) = operation.refund_id else { return Ok(()) };
    let complete = is_complete(tx, payment, operation).await?;
    let Operation { id: operation, amount, .. } = *operation;
    tx.emit(&PaymentRefunded {
        payment: payment.id,
        order: payment.order_id,
        operation,
        refund,
        amount,
        place,
        complete,
    });
    Ok(())
}

/// Where the money of an operation is.
fn place(payment: &Payment, operation: &Operation) -> MoneyPlace {
    if let Some(dispute) = operation.dispute_id {
        return MoneyPlace::Dispute(dispute);
    }
    match (operation.provider.as_deref(), &operation.charge) {
        (Some(CREDIT), Some(account)) => MoneyPlace::Credit(account.clone()),
        (Some(INVOICE), _) => MoneyPlace::Buyer(payment.order_id),
        (Some(code), _) => MoneyPlace::Provider(code.to_owned()),
        (None, _) => MoneyPlace::Bank,
    }
}

/// Whether the whole refund is with the buyer now, wherever its parts went.
async fn is_complete(tx: &WriteTx, payment: &Payment, operation: &Operation) -> Result<bool, Error> {
    let total = operation.refund_total_minor.unwrap_or(operation.amount.minor);
    if operation.amount.minor >= total {
        return Ok(true);
    }
    let operations = repo::operations_of(tx, payment.id).await?;
    let done = operations
        .iter()
        .filter(|other| other.refund_id == operation.refund_id && other.state == OperationState::Succeeded)
        .map(|other| other.amount.minor);
    Ok(done.sum::<i64>() >= total)
}

fn tell_failure(tx: &mut WriteTx, payment: &Payment, operation: &Operation) {
    let Operation { id, amount, .. } = *operation;
    let (payment_id, order) = (payment.id, payment.order_id);
    let reason = operation.reason.clone().unwrap_or_default();
    tracing::warn!(operation = %id, kind = operation.kind.as_str(), reason, "a payment operation failed");
    match operation.kind {
        // The old hold stands until it runs out; somebody has to hurry.
        OperationKind::Authorize if operation.replaces.is_some() => {
            tx.emit(&RenewalFailed { payment: payment_id, order, amount, reason });
        }
        // The buyer tries again as long as the link is good.
        _ if opens_charge(payment, operation) && payment.is_by_link() && payment.closed_at.is_none() => {}
        _ if opens_charge(payment, operation) => tx.emit(&PaymentFailed { payment: payment_id, order, reason }),
        OperationKind::Authorize => {}
        OperationKind::Capture => tx.emit(&CaptureFailed {
            payment: payment_id,
            order,
            operation: id,
            merchant_order: operation.merchant_order_id,
            amount,
            reason,
        }),
        // The hold runs out by itself; the sweeper tries again.
        OperationKind::Void => {}
        OperationKind::Refund => {
            if let Some(refund) = operation.refund_id {
                tx.emit(&RefundFailed { payment: payment_id, order, operation: id, refund, amount, reason });
            }
        }
    }
}

async fn settle_orphan(tx: &mut WriteTx, id: OrphanId, operation: &Operation) -> Result<(), Error> {
    if operation.state != OperationState::Succeeded {
        tracing::error!(orphan = %id, reason = operation.reason, "stray money could not be returned");
        return Ok(());
    }
    orphan::Entity::update_many()
        .col_expr(orphan::Column::ReturnedAt, Expr::value(tx.now()))
        .filter(orphan::Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    tx.emit(&OrphanMoneyReturned {
        orphan: id,
        provider: operation.provider.clone().unwrap_or_default(),
        charge: operation.charge.clone().unwrap_or_default(),
        amount: operation.amount,
        captured: operation.kind == OperationKind::Refund,
    });
    Ok(())
}
