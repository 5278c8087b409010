//! Refunds that people pay, and refunds that failed.

use context::Ctx;
use history::Change;
use kernel::id::PaymentOperationId;
use kernel::text;

use super::plan::{Wanted, plan};
use super::settle::{Outcome, settle};
use crate::actions::REFUND;
use crate::error::Error;
use crate::model::{Operation, OperationKind, OperationState};
use crate::repo;

/// A refund that was paid from the operator's bank account.
#[derive(Debug, Clone)]
pub struct ConfirmRefund {
    /// The operation that waits.
    pub operation: PaymentOperationId,
    /// The bank's name of the transfer.
    pub bank_reference: String,
}

/// Says that the operator paid a refund by hand.
///
/// # Errors
/// [`Error::NotPossible`] unless it is a refund without a provider that was not confirmed yet.
pub async fn confirm_refund(ctx: &Ctx, input: ConfirmRefund) -> Result<Operation, Error> {
    ctx.authorize(REFUND)?;
    let bank_reference = text::line("bankReference", &input.bank_reference, 100)?;
    let mut tx = ctx.begin_write().await?;
    let operation = repo::operation_on(&*tx, input.operation).await?;
    if operation.kind != OperationKind::Refund || operation.provider.is_some() || operation.state.is_settled() {
        return Err(Error::NotPossible("only a refund that waits for a bank transfer can be confirmed"));
    }
    let told_by = ctx.actor().id();
    let outcome = Outcome::Succeeded { charge: Some(bank_reference.clone()), held_until: None };
    if !settle(&mut tx, operation.id, outcome, &told_by).await? {
        return Err(Error::NotPossible("the refund was confirmed meanwhile"));
    }
    let change = Change::new("payment_operation", operation.id, "confirmed");
    tx.record(change.field("bankReference", None::<String>, &bank_reference));
    let operation = repo::operation_on(&*tx, input.operation).await?;
    tx.commit().await?;
    Ok(operation)
}

/// The way a refund takes when the first one failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RefundWay {
    /// The same once more.
    #[default]
    SameWay,
    /// The operator transfers it from its bank account and confirms that.
    BankTransfer,
}

/// Asks for a refund that failed once more, as a new operation for the same refund of the order.
///
/// # Errors
/// [`Error::NotPossible`] unless it failed and was not asked for again yet; [`Error::ExceedsCaptured`].
pub async fn retry_refund(ctx: &Ctx, id: PaymentOperationId, way: RefundWay) -> Result<Operation, Error> {
    ctx.authorize(REFUND)?;
    let mut tx = ctx.begin_write().await?;
    let (failed, payment) = repo::lock_operation(&tx, id).await?;
    let Some(mut payment) = payment.filter(|_| failed.kind == OperationKind::Refund) else {
        return Err(Error::NotPossible("only a refund can be tried again"));
    };
    if failed.state != OperationState::Failed {
        return Err(Error::NotPossible("only a refund that failed can be tried again"));
    }
    let refundable_minor = payment.amounts.refundable_minor();
    if failed.amount.minor > refundable_minor {
        return Err(Error::ExceedsCaptured { refundable_minor });
    }
    // What is under way or done for the same refund already.
    let operations = repo::operations_of(&tx, payment.id).await?;
    let live = operations
        .iter()
        .filter(|other| other.refund_id == failed.refund_id && other.state != OperationState::Failed)
        .filter(|other| other.kind == OperationKind::Refund)
        .map(|other| other.amount.minor);
    if live.sum::<i64>() + failed.amount.minor > failed.refund_total_minor.unwrap_or(failed.amount.minor) {
        return Err(Error::NotPossible("the refund was tried again already"));
    }
    let mut wanted = match way {
        RefundWay::BankTransfer => Wanted::of(OperationKind::Refund, failed.amount.minor, None),
        RefundWay::SameWay => {
            let mut wanted = Wanted::of(OperationKind::Refund, failed.amount.minor, failed.provider.clone());
            wanted.charge.clone_from(&failed.charge);
            wanted
        }
    };
    wanted.refund_id = failed.refund_id;
    wanted.refund_total_minor = failed.refund_total_minor;
    let operation = plan(&mut tx, &mut payment, wanted).await?;
    repo::save_payment(&tx, &payment).await?;
    tx.record(Change::new("payment_operation", failed.id, "retried"));
    tx.commit().await?;
    Ok(operation)
}
