//! Writes down what is wanted, before anybody is asked for it.

use context::WriteTx;
use kernel::Money;
use kernel::id::{DisputeId, MerchantOrderId, OrphanId, PaymentOperationId, RefundId};
use outbox::PendingJob;

use super::settle::{tell_refunded, tell_success};
use super::{credit, owed};
use crate::error::Error;
use crate::event::MoneyPlace;
use crate::model::{DisputeState, Fact, Operation, OperationKind, OperationState, Payment, Phase, Source};
use crate::provider::{CREDIT, INVOICE};
use crate::repo;
use crate::worker::ExecuteOperation;

/// What is wanted of a payment.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) kind: OperationKind,
    pub(crate) amount_minor: i64,
    pub(crate) provider: Option<String>,
    pub(crate) charge: Option<String>,
    pub(crate) replaces: Option<String>,
    pub(crate) merchant_order_id: Option<MerchantOrderId>,
    pub(crate) refund_id: Option<RefundId>,
    pub(crate) refund_total_minor: Option<i64>,
    /// The dispute whose money it is, and how that stands.
    pub(crate) dispute: Option<(DisputeId, DisputeState)>,
}

impl Wanted {
    /// Something new of a provider.
    pub(crate) fn of(kind: OperationKind, amount_minor: i64, provider: Option<String>) -> Self {
        let (charge, replaces) = (None, None);
        let (merchant_order_id, refund_id, refund_total_minor, dispute) = (None, None, None, None);
        Self {
            kind,
            amount_minor,
            provider,
            charge,
            replaces,
            merchant_order_id,
            refund_id,
            refund_total_minor,
            dispute,
        }
    }

    /// Something with the money at a source.
    pub(crate) fn at(source: &Source, kind: OperationKind, amount_minor: i64) -> Self {
        let mut wanted = Self::of(kind, amount_minor, source.provider.clone());
        wanted.charge.clone_from(&source.charge);
        wanted
    }
}

/// Plans an operation of a locked payment and changes its amounts; the caller saves the payment. What is wanted of
/// the buyer's credit, or what a bank took for good, has happened when this returns; what a bank disputes waits for it.
pub(crate) async fn plan(tx: &mut WriteTx, payment: &mut Payment, wanted: Wanted) -> Result<Operation, Error> {
    let mut operation = Operation {
        id: tx.new_id(),
        payment_id: Some(payment.id),
        orphan_id: None,
        kind: wanted.kind,
        provider: wanted.provider,
        amount: Money::new(wanted.amount_minor, payment.amount.currency),
        state: OperationState::Planned,
        reason: None,
        merchant_order_id: wanted.merchant_order_id,
        refund_id: wanted.refund_id,
        dispute_id: wanted.dispute.map(|(id, _)| id),
        created_at: tx.now(),
        settled_at: None,
        charge: wanted.charge,
        replaces: wanted.replaces,
        refund_total_minor: wanted.refund_total_minor,
        version: 1,
    };
    let own = matches!(operation.provider.as_deref(), Some(CREDIT | INVOICE));
    let gone = matches!(wanted.dispute, Some((_, DisputeState::Lost)));
    if own || gone {
        operation.state = OperationState::Succeeded;
        operation.settled_at = Some(tx.now());
    } else if wanted.dispute.is_some() {
        operation.state = OperationState::Disputed;
    }
    repo::insert_operation(tx, &operation).await?;
    let requested = fact(&operation, Phase::Requested);
    if own || gone {
        match operation.provider.as_deref() {
            _ if gone => {}
            Some(INVOICE) => owed::apply(tx, payment, &operation).await?,
            _ => credit::apply(tx, &operation).await?,
        }
        let succeeded = fact(&operation, Phase::Succeeded);
        repo::insert_facts(tx, payment.id, &[requested, succeeded], "souk", None).await?;
        payment.amounts = payment.amounts.told(None, succeeded);
        if gone {
            tell_refunded(tx, payment, &operation, MoneyPlace::GivenUp).await?;
        } else {
            tell_success(tx, payment, &operation).await?;
        }
        return Ok(operation);
    }
    repo::insert_facts(tx, payment.id, &[requested], "souk", None).await?;
    payment.amounts = payment.amounts.told(None, requested);
    // Without a provider people do it and tell.
    if operation.provider.is_some() && operation.state == OperationState::Planned {
        enqueue(tx, operation.id);
    }
    Ok(operation)
}

/// Plans to give up everything that is held and neither taken nor about to be.
pub(crate) async fn plan_voids(tx: &mut WriteTx, payment: &mut Payment) -> Result<(), Error> {
    for source in repo::sources_of(tx, payment.id).await? {
        let rest = source.capturable_minor();
        if rest > 0 {
            plan(tx, payment, Wanted::at(&source, OperationKind::Void, rest)).await?;
        }
    }
    Ok(())
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
        dispute_id: None,
        created_at: tx.now(),
        settled_at: None,
        charge: Some(charge.to_owned()),
        replaces: None,
        refund_total_minor: None,
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
