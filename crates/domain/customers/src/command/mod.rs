//! One file a use case.

pub(crate) mod address;
pub(crate) mod company;
pub(crate) mod company_member;
pub(crate) mod erase;
pub(crate) mod profile;
pub(crate) mod register;

use access::Grant;
use context::{Ctx, WriteTx};
use kernel::id::CustomerId;

use crate::model::{Customer, CustomerStatus};
use crate::{Error, repo};

/// The buyer that is meant: the named one, or oneself.
pub(crate) fn whom(ctx: &Ctx, named: Option<CustomerId>) -> Result<CustomerId, Error> {
    named.or_else(|| ctx.actor().customer()).ok_or_else(|| context::Error::NotFound("customer").into())
}

/// The buyer within the grant, locked, who must not be erased.
pub(crate) async fn locked(tx: &WriteTx, grant: &Grant, id: CustomerId) -> Result<Customer, Error> {
    let customer = repo::lock(tx, grant, id).await?;
    if customer.status == CustomerStatus::Erased { Err(Error::Erased) } else { Ok(customer) }
}
