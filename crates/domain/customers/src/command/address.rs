//! A buyer's addresses. The history tells that one changed, not what it said: it could not be erased from there.

use context::Ctx;
use history::Change;
use kernel::id::{AddressId, CustomerId};

use super::{locked, whom};
use crate::model::{ADDRESSES_MAX, Address, AddressFields};
use crate::{Error, actions, repo};

/// An address to keep.
#[derive(Debug, Clone)]
pub struct AddressCreate {
    /// Whose; one's own if absent.
    pub customer: Option<CustomerId>,
    /// The address.
    pub address: AddressFields,
    /// Whether checkout is to propose it. The first address is proposed anyhow.
    pub is_default: bool,
}

/// Keeps an address.
///
/// # Errors
/// Denied; not found; [`Error::TooManyAddresses`]; [`Error::Erased`]; an invalid field, as `address.city`.
pub async fn address_create(ctx: &Ctx, input: AddressCreate) -> Result<Address, Error> {
    let grant = ctx.authorize(actions::EDIT)?;
    let customer = whom(ctx, input.customer)?;
    let postal = input.address.parse("address")?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    locked(&tx, &grant, customer).await?;
    let count = repo::count_addresses(&*tx, customer).await?;
    if count >= ADDRESSES_MAX {
        return Err(Error::TooManyAddresses { max: ADDRESSES_MAX });
    }
    let is_default = input.is_default || count == 0;
    if is_default {
        repo::clear_default(&*tx, customer).await?;
    }
    let address = Address { id: ctx.new_id(), customer, postal, is_default, version: 1, created_at: tx.now() };
    repo::insert_address(&*tx, &address).await?;
    tx.record(Change::new("customer", customer, "address_created").field("address", None::<String>, address.id));
    tx.commit().await?;
    Ok(address)
}

/// What an address is to say from now on. Orders keep what it said when they were placed.
#[derive(Debug, Clone)]
pub struct AddressUpdate {
    /// Which.
    pub id: AddressId,
    /// The whole new address.
    pub address: AddressFields,
    /// The version that the caller saw.
    pub expected_version: i64,
}

/// Replaces an address.
///
/// # Errors
/// Denied; not found; stale; an invalid field, as `address.city`.
pub async fn address_update(ctx: &Ctx, input: AddressUpdate) -> Result<Address, Error> {
    let grant = ctx.authorize(actions::EDIT)?;
    let postal = input.address.parse("address")?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = repo::find_address(&*tx, &grant, input.id).await?;
    let after = Address { postal, version: before.version + 1, ..before };
    if after.version != input.expected_version + 1
        || !repo::save_address(&*tx, &after, input.expected_version, tx.now()).await?
    {
        return Err(context::Error::Stale("address").into());
    }
    tx.record(Change::new("customer", after.customer, "address_edited").field("address", None::<String>, after.id));
    tx.commit().await?;
    Ok(after)
}

/// Makes checkout propose this address.
///
/// # Errors
/// Denied; not found.
pub async fn address_set_default(ctx: &Ctx, id: AddressId) -> Result<Address, Error> {
    let grant = ctx.authorize(actions::EDIT)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let owner = repo::find_address(&*tx, &grant, id).await?.customer;
    locked(&tx, &grant, owner).await?;
    let before = repo::find_address(&*tx, &grant, id).await?;
    if before.is_default {
        return Ok(before);
    }
    repo::clear_default(&*tx, before.customer).await?;
    let after = Address { is_default: true, version: before.version + 1, ..before.clone() };
    if !repo::save_address(&*tx, &after, before.version, tx.now()).await? {
        return Err(context::Error::Stale("address").into());
    }
    tx.record(Change::new("customer", after.customer, "default_address_set").field("address", None::<String>, id));
    tx.commit().await?;
    Ok(after)
}

/// Forgets an address; gives it a last time.
///
/// # Errors
/// Denied; not found.
pub async fn address_delete(ctx: &Ctx, id: AddressId) -> Result<Address, Error> {
    let grant = ctx.authorize(actions::EDIT)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let address = repo::find_address(&*tx, &grant, id).await?;
    if !repo::delete_address(&*tx, id).await? {
        return Err(context::Error::NotFound("address").into());
    }
    tx.record(Change::new("customer", address.customer, "address_deleted").field("address", id, None::<String>));
    tx.commit().await?;
    Ok(address)
}
