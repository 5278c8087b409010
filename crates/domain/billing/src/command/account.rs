//! Money for what companies bought on account.

use context::{Ctx, Error as CoreError, WriteTx};
use kernel::Currency;
use serde::Serialize;

use crate::actions::POST;
use crate::error::Error;
use crate::model::build::{
    CompanyCreditUsed, InvoicePaid, RecoveredPart, RecoveredShare, company_credit_used, invoice_paid,
};
use crate::model::{Kind, Posted, Posting, Unbalanced, input_hash};
use crate::post::Ledger;
use crate::write_off_repo as repo;

/// A bank receipt paid what a company owed; what it paid of what had been written off goes back to those who bore it.
///
/// # Errors
/// [`Error::FloorBroken`], [`Error::KeyMismatch`].
pub async fn post_invoice_paid(ctx: &Ctx, input: InvoicePaid) -> Result<Posted, Error> {
    ctx.authorize(POST)?;
    let name = (input.kind(), input.key(), input.currency);
    post_shared(ctx, name, &input, &input.recovered, |shares| invoice_paid(&input, shares)).await
}

/// A company's credit paid what it owed.
///
/// # Errors
/// [`Error::FloorBroken`], [`Error::KeyMismatch`].
pub async fn post_company_credit_used(ctx: &Ctx, input: CompanyCreditUsed) -> Result<Posted, Error> {
    ctx.authorize(POST)?;
    let name = (Kind::BuyerCreditUsed, input.key(), input.currency);
    post_shared(ctx, name, &input, &input.recovered, |shares| company_credit_used(&input, shares)).await
}

/// Posts what `make` makes of who bore what was written off. A retry does not share again.
async fn post_shared<I: Serialize>(
    ctx: &Ctx,
    (kind, key, currency): (Kind, String, Currency),
    input: &I,
    recovered: &[RecoveredPart],
    make: impl FnOnce(&[RecoveredShare]) -> Result<Posting, Unbalanced>,
) -> Result<Posted, Error> {
    let hash = input_hash(kind, currency, input);
    let tx = ctx.begin_write().await?;
    let mut ledger = Ledger::lock(&tx, currency).await?;
    if let Some(known) = ledger.known(&key, &hash).await? {
        return Ok(known);
    }
    let shares = shares(&tx, recovered).await?;
    let posted = ledger.post(vec![make(&shares)?]).await?;
    tx.commit().await?;
    Ok(posted.first().copied().ok_or_else(|| CoreError::internal("a posting got no answer"))?)
}

/// Whose money it is. The ledger is locked.
async fn shares(tx: &WriteTx, recovered: &[RecoveredPart]) -> Result<Vec<RecoveredShare>, Error> {
    let mut shares = Vec::new();
    for part in recovered {
        let mut of = repo::posted_of(tx, part.receivable_id).await?;
        let merchant_minor = of.recover(part.minor);
        repo::save_recovered(tx, &of).await?;
        shares.push(RecoveredShare {
            merchant: of.merchant_id.map(|merchant| (merchant, of.merchant_order_id)),
            merchant_minor,
            operator_minor: part.minor - merchant_minor,
        });
    }
    Ok(shares)
}
