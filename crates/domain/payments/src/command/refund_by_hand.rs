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
    if !settle(&mut tx, operation.id, Outcome::Succeeded(Some(bank_reference.clone())), &told_by).await? {
        return Err(Error::NotPossible("the refund was confirmed meanwhile"));
    }
    let change = Change::new("payment_operation", operation.id, "confirmed");
    tx.record(change.field("bankReference", None::<String>, &bank_reference));
    let operation = repo::operation_on(&*tx, input.operation).await?;
    tx.commit().await?;
    Ok(operation)
}

/// Asks for a refund that failed once more, as a new operation for the same refund of the order.
///
/// # Errors
/// [`Error::NotPossible`] unless it failed; [`Error::ExceedsCaptured`] when it was asked for again already.
pub async fn retry_refund(ctx: &Ctx, id: PaymentOperationId) -> Result<Operation, Error> {
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
    let mut wanted = Wanted::of(OperationKind::Refund, failed.amount.minor);
    wanted.refund_id = failed.refund_id;
    let operation = plan(&mut tx, &mut payment, wanted).await?;
    repo::save_payment(&tx, &payment).await?;
    tx.record(Change::new("payment_operation", failed.id, "retried"));
    tx.commit().await?;
    Ok(operation)
}
