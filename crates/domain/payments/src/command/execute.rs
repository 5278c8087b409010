//! Asks the provider. Called by jobs, never inside a transaction of somebody else.

use chrono::Duration;
use context::{Ctx, Error as CoreError, WriteTx};
use kernel::id::PaymentOperationId;
use outbox::PendingJob;

use super::settle::{Outcome, settle};
use crate::actions::EXECUTE;
use crate::error::Error;
use crate::model::{Operation, OperationKind, OperationState, Payment};
use crate::provider::{Answer, Lookup, NoAnswer, Providers, Request, Subject};
use crate::repo;
use crate::worker::LookupOperation;

/// How long to wait before asking what became of a request that got no answer.
const LOOKUP_AFTER: Duration = Duration::seconds(5);
/// How long to wait for the webhook of a request the provider works on.
const PENDING_AFTER: Duration = Duration::minutes(2);

/// How far an operation came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The outcome is known.
    Settled,
    /// The provider works on it or did not answer; it will be asked for.
    Open,
}

/// Sends an operation to its provider. A crash anywhere is repaired by calling it again: the provider does the
/// work once per key.
///
/// # Errors
/// `Unavailable` when the provider is not configured; the database error.
pub async fn execute(ctx: &Ctx, providers: &Providers, id: PaymentOperationId) -> Result<Progress, Error> {
    ctx.authorize(EXECUTE)?;
    let tx = ctx.begin_write().await?;
    let (mut operation, payment) = repo::lock_operation(&tx, id).await?;
    if operation.state.is_settled() {
        return Ok(Progress::Settled);
    }
    let provider = operation.provider.as_deref().and_then(|code| providers.get(code));
    let provider = provider.ok_or(CoreError::Unavailable("payment provider"))?;
    let subject = subject(&operation, payment.as_ref());
    let return_url = payment.and_then(|payment| payment.return_url);
    operation.state = OperationState::Sent;
    repo::save_operation(&tx, &operation, Some(tx.now())).await?;
    tx.commit().await?;

    let subject = subject.ok_or_else(|| CoreError::internal(format!("{id} has nothing to speak about")))?;
    let request = Request { key: id.to_string(), amount: operation.amount, subject, return_url };
    let answer = match operation.kind {
        OperationKind::Authorize => provider.authorize(request).await,
        OperationKind::Capture => provider.capture(request).await,
        OperationKind::Void => provider.void(request).await,
        OperationKind::Refund => provider.refund(request).await,
    };
    note(ctx, id, answer, "answer").await
}

/// Asks the provider what became of an operation whose outcome is open. Never guesses.
///
/// # Errors
/// `Unavailable` when the provider is not configured or does not answer; the database error.
pub async fn lookup(ctx: &Ctx, providers: &Providers, id: PaymentOperationId) -> Result<Progress, Error> {
    ctx.authorize(EXECUTE)?;
    let operation = repo::operation_on(ctx.read(), id).await?;
    if operation.state.is_settled() {
        return Ok(Progress::Settled);
    }
    let provider = operation.provider.as_deref().and_then(|code| providers.get(code));
    let provider = provider.ok_or(CoreError::Unavailable("payment provider"))?;
    let request = Lookup { kind: operation.kind, key: id.to_string(), charge: operation.charge.clone() };
    match provider.lookup(request).await {
        // It never arrived: the same key makes sending it again safe.
        Ok(Answer::NeverHeard) => Box::pin(execute(ctx, providers, id)).await,
        Ok(Answer::Pending) => Ok(Progress::Open),
        // The buyer has not acted yet; what to do is known since the first answer.
        Ok(Answer::ActionRequired { .. }) if operation.state == OperationState::ActionRequired => Ok(Progress::Open),
        Ok(answer) => note(ctx, id, Ok(answer), "lookup").await,
        Err(_) => Err(CoreError::Unavailable("payment provider").into()),
    }
}

/// What an operation speaks about: a charge the provider knows, or the card the buyer has just shown.
fn subject(operation: &Operation, payment: Option<&Payment>) -> Option<Subject> {
    let known = || operation.charge.clone().or_else(|| payment.and_then(|payment| payment.charge.clone()));
    let token = || payment.and_then(|payment| payment.token.clone()).map(Subject::Token);
    match operation.kind {
        OperationKind::Authorize => operation.replaces.clone().map(Subject::Renewal).or_else(token),
        OperationKind::Capture if operation.merchant_order_id.is_none() && payment.is_some() => token(),
        OperationKind::Capture | OperationKind::Void | OperationKind::Refund => known().map(Subject::Charge),
    }
}

/// Lets the buyer know where to go. A webhook tells when that is done; asking goes on in case it gets lost.
async fn wait_for_buyer(
    tx: &mut WriteTx,
    id: PaymentOperationId,
    charge: String,
    url: String,
) -> Result<Progress, Error> {
    let (mut operation, payment) = repo::lock_operation(tx, id).await?;
    if operation.state.is_settled() {
        return Ok(Progress::Settled);
    }
    operation.state = OperationState::ActionRequired;
    operation.charge = Some(charge);
    repo::save_operation(tx, &operation, None).await?;
    if let Some(mut payment) = payment {
        payment.action_url = Some(url);
        repo::save_payment(tx, &payment).await?;
    }
    let job = PendingJob::of(&LookupOperation { operation: id }).at(tx.now() + PENDING_AFTER);
    tx.enqueue(job);
    Ok(Progress::Open)
}

async fn note(
    ctx: &Ctx,
    id: PaymentOperationId,
    answer: Result<Answer, NoAnswer>,
    told_by: &str,
) -> Result<Progress, Error> {
    let mut tx = ctx.begin_write().await?;
    let progress = match answer {
        Ok(Answer::Succeeded { charge, held_until }) => {
            settle(&mut tx, id, Outcome::Succeeded { charge: Some(charge), held_until }, told_by).await?;
            Progress::Settled
        }
        Ok(Answer::ActionRequired { charge, url }) => wait_for_buyer(&mut tx, id, charge, url).await?,
        Ok(Answer::Failed { reason }) => {
            settle(&mut tx, id, Outcome::Failed(reason), told_by).await?;
            Progress::Settled
        }
        Ok(Answer::Pending | Answer::NeverHeard) => {
            let job = PendingJob::of(&LookupOperation { operation: id }).at(tx.now() + PENDING_AFTER);
            tx.enqueue(job);
            Progress::Open
        }
        Err(NoAnswer(why)) => {
            tracing::warn!(operation = %id, why, "the payment provider did not answer");
            let (mut operation, _) = repo::lock_operation(&tx, id).await?;
            // A webhook may have told meanwhile.
            if operation.state.is_settled() {
                return Ok(Progress::Settled);
            }
            operation.state = OperationState::Unknown;
            repo::save_operation(&tx, &operation, None).await?;
            let job = PendingJob::of(&LookupOperation { operation: id }).at(tx.now() + LOOKUP_AFTER);
            tx.enqueue(job);
            Progress::Open
        }
    };
    tx.commit().await?;
    Ok(progress)
}
