//! Writes down what is wanted, before anybody is asked for it.

use context::WriteTx;
use kernel::Money;
use kernel::id::{MerchantOrderId, OrphanId, PaymentOperationId, RefundId};
use outbox::PendingJob;

use crate::error::Error;
use crate::model::{Fact, Operation, OperationKind, OperationState, Payment, Phase};
use crate::repo;
use crate::worker::ExecuteOperation;

/// What is wanted of a payment.
pub(crate) struct Wanted {
    pub(crate) kind: OperationKind,
    pub(crate) amount_minor: i64,
    pub(crate) merchant_order_id: Option<MerchantOrderId>,
    pub(crate) refund_id: Option<RefundId>,
}

impl Wanted {
    pub(crate) const fn of(kind: OperationKind, amount_minor: i64) -> Self {
        Self { kind, amount_minor, merchant_order_id: None, refund_id: None }
    }
}

/// Plans an operation of a locked payment and changes its amounts; the caller saves the payment.
pub(crate) async fn plan(tx: &mut WriteTx, payment: &mut Payment, wanted: Wanted) -> Result<Operation, Error> {
    let operation = Operation {
        id: tx.new_id(),
        payment_id: Some(payment.id),
        orphan_id: None,
        kind: wanted.kind,
        provider: payment.provider.clone(),
        amount: Money::new(wanted.amount_minor, payment.amount.currency),
        state: OperationState::Planned,
        reason: None,
        merchant_order_id: wanted.merchant_order_id,
        refund_id: wanted.refund_id,
        created_at: tx.now(),
        settled_at: None,
        charge: None,
        version: 1,
    };
    repo::insert_operation(tx, &operation).await?;
    let fact = fact(&operation, Phase::Requested);
    repo::insert_facts(tx, payment.id, &[fact], "souk", None).await?;
    payment.amounts = payment.amounts.told(None, fact);
    // Without a provider people do it and tell.
    if operation.provider.is_some() {
        enqueue(tx, operation.id);
    }
    Ok(operation)
}

/// Plans the return of stray money.
pub(crate) async fn plan_for_orphan(
    tx: &mut WriteTx,
    orphan: OrphanId,
    provider: &str,
    charge: &str,
    kind: OperationKind,
    amount: Money,
) -> Result<(), Error> {
    let operation = Operation {
        id: tx.new_id(),
        payment_id: None,
        orphan_id: Some(orphan),
        kind,
        provider: Some(provider.to_owned()),
        amount,
        state: OperationState::Planned,
        reason: None,
        merchant_order_id: None,
        refund_id: None,
        created_at: tx.now(),
        settled_at: None,
        charge: Some(charge.to_owned()),
        version: 1,
    };
    repo::insert_operation(tx, &operation).await?;
    enqueue(tx, operation.id);
    Ok(())
}

pub(crate) fn enqueue(tx: &mut WriteTx, operation: PaymentOperationId) {
    tx.enqueue(PendingJob::of(&ExecuteOperation { operation }).once(format!("payment_operation:{operation}")));
}

pub(crate) fn fact(operation: &Operation, phase: Phase) -> Fact {
    Fact { operation: operation.id, kind: operation.kind, phase, amount_minor: operation.amount.minor }
}
