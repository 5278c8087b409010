//! Takes an outcome, from whoever tells it first.

use context::WriteTx;
use kernel::id::{OrphanId, PaymentOperationId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::plan::{Wanted, fact, plan};
use crate::entity::orphan;
use crate::error::Error;
use crate::event::{
    CaptureFailed, MoneyPlace, OrphanMoneyReturned, PaymentAuthorized, PaymentCaptured, PaymentFailed, PaymentRefunded,
    PaymentVoided, RefundFailed,
};
use crate::model::{CaptureMoment, Operation, OperationKind, OperationState, Payment, Phase, method};
use crate::repo;

/// What became of an operation.
pub(crate) enum Outcome {
    /// It happened; the provider's name of the charge, where known.
    Succeeded(Option<String>),
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
        OperationState::Planned | OperationState::Sent | OperationState::Unknown => Phase::Requested,
    };
    let (state, phase, reason) = match outcome {
        Outcome::Succeeded(charge) => {
            operation.charge = charge.or(operation.charge);
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
        (Some(payment), _) => settle_payment(tx, payment, &operation, before, phase, told_by).await?,
        (None, Some(orphan)) => settle_orphan(tx, orphan, &operation).await?,
        (None, None) => {}
    }
    Ok(true)
}

async fn settle_payment(
    tx: &mut WriteTx,
    mut payment: Payment,
    operation: &Operation,
    before: Phase,
    phase: Phase,
    told_by: &str,
) -> Result<(), Error> {
    let fact = fact(operation, phase);
    repo::insert_facts(tx, payment.id, &[fact], told_by, operation.reason.as_deref()).await?;
    payment.amounts = payment.amounts.told(Some(before), fact);
    if operation.kind == OperationKind::Authorize {
        // A token is good for one try.
        payment.token = None;
        payment.failure.clone_from(&operation.reason);
        if phase == Phase::Succeeded {
            payment.charge.clone_from(&operation.charge);
            payment.expires_at = None;
            let rest = payment.amounts.capturable_minor();
            if payment.closed_at.is_some() && rest > 0 {
                plan(tx, &mut payment, Wanted::of(OperationKind::Void, rest)).await?;
            } else if at_placement(&payment) && rest > 0 {
                plan(tx, &mut payment, Wanted::of(OperationKind::Capture, rest)).await?;
            }
        }
    }
    repo::save_payment(tx, &payment).await?;
    if phase == Phase::Succeeded {
        tell_success(tx, &payment, operation)
    } else {
        tell_failure(tx, &payment, operation)
    }
    Ok(())
}

fn at_placement(payment: &Payment) -> bool {
    method(&payment.method).is_some_and(|method| method.capture == CaptureMoment::AtPlacement)
}

fn tell_success(tx: &mut WriteTx, payment: &Payment, operation: &Operation) {
    let Operation { id, amount, .. } = *operation;
    let (payment_id, order) = (payment.id, payment.order_id);
    let place = operation.provider.clone().map_or(MoneyPlace::Bank, MoneyPlace::Provider);
    match operation.kind {
        // The order is gone; what it was to release must not be released.
        OperationKind::Authorize if payment.closed_at.is_some() => {}
        // What is taken at once is told when it is taken.
        OperationKind::Authorize if at_placement(payment) => {}
        OperationKind::Authorize => tx.emit(&PaymentAuthorized { payment: payment_id, order, amount }),
        OperationKind::Capture => tx.emit(&PaymentCaptured {
            payment: payment_id,
            order,
            operation: id,
            merchant_order: operation.merchant_order_id,
            amount,
            place,
        }),
        OperationKind::Void => tx.emit(&PaymentVoided { payment: payment_id, order, amount }),
        OperationKind::Refund => {
            if let Some(refund) = operation.refund_id {
                tx.emit(&PaymentRefunded { payment: payment_id, order, operation: id, refund, amount, place });
            }
        }
    }
}

fn tell_failure(tx: &mut WriteTx, payment: &Payment, operation: &Operation) {
    let Operation { id, amount, .. } = *operation;
    let (payment_id, order) = (payment.id, payment.order_id);
    let reason = operation.reason.clone().unwrap_or_default();
    tracing::warn!(operation = %id, kind = operation.kind.as_str(), reason, "a payment operation failed");
    match operation.kind {
        OperationKind::Authorize => tx.emit(&PaymentFailed { payment: payment_id, order, reason }),
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
