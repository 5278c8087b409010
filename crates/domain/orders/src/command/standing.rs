//! What a block takes from a merchant that has orders. It is read from the merchant's row in the transaction of the
//! command, so it holds from the commit of the block on.

use std::collections::HashMap;

use access::{Grant, Reach};
use kernel::id::MerchantId;
use merchants::{SellingTerms, selling_terms_on};

use super::plan::merchants_fault;
use super::work::Work;
use crate::Error;

/// Refuses to let a merchant's own people accept what a block keeps from it. The operator may go on in its place.
pub(super) async fn may_accept(work: &Work, grant: &Grant, merchant: MerchantId) -> Result<(), Error> {
    match of(work, grant, merchant).await?.is_none_or(|terms| terms.may_accept()) {
        true => Ok(()),
        false => Err(Error::MerchantBlocked("it accepts no orders until the block is lifted")),
    }
}

/// Refuses to let a merchant's own people send what a block keeps from it.
pub(super) async fn may_send(work: &Work, grant: &Grant, merchant: MerchantId) -> Result<(), Error> {
    match of(work, grant, merchant).await?.is_none_or(|terms| terms.may_send()) {
        true => Ok(()),
        false => Err(Error::MerchantBlocked("it sends nothing until the block is lifted")),
    }
}

/// The merchants of an order that accept nothing by themselves.
pub(super) async fn barred(work: &Work) -> Result<Vec<MerchantId>, Error> {
    let ids: Vec<MerchantId> = work.book.parts.iter().filter(|p| p.auto_accept).map(|p| p.merchant_id).collect();
    let terms = terms(work, &ids).await?;
    Ok(terms.into_iter().filter(|(_, terms)| !terms.may_accept()).map(|(id, _)| id).collect())
}

async fn of(work: &Work, grant: &Grant, merchant: MerchantId) -> Result<Option<SellingTerms>, Error> {
    if grant.merchants() == Reach::All {
        return Ok(None);
    }
    Ok(terms(work, &[merchant]).await?.remove(&merchant))
}

async fn terms(work: &Work, ids: &[MerchantId]) -> Result<HashMap<MerchantId, SellingTerms>, Error> {
    selling_terms_on(&*work.tx, ids).await.map_err(merchants_fault)
}
