//! Companies: made by buyers or the operator, changed by their admins or the operator.

use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::{CompanyId, CustomerId};

use crate::model::{Company, CompanyFields, CompanyMember, CompanyRole};
use crate::repo::{self, company};
use crate::{Error, actions};

/// A company to be made.
#[derive(Debug, Clone)]
pub struct CompanyCreate {
    /// The buyer who becomes its admin; oneself if absent.
    pub admin: Option<CustomerId>,
    /// What it is.
    pub fields: CompanyFields,
}

/// Makes a company. Its first admin is a buyer.
///
/// # Errors
/// Denied; not found for somebody who is no buyer; an invalid field, as `vatIds.0`.
pub async fn company_create(ctx: &Ctx, input: CompanyCreate) -> Result<Company, Error> {
    let grant = ctx.authorize(actions::CREATE_COMPANY)?;
    let admin = super::whom(ctx, input.admin)?;
    let made = input.fields.parse(ctx.new_id(), 1, ctx.now())?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let admin = repo::lock(&tx, &grant, admin).await?;
    company::insert(&tx, &made).await?;
    let place = CompanyMember {
        id: ctx.new_id(),
        company: made.id,
        customer: Some(admin.id),
        email: admin.email,
        role: CompanyRole::Admin,
        spending_limit: None,
        version: 1,
        created_at: tx.now(),
        joined_at: Some(tx.now()),
    };
    company::insert_member(&tx, &place).await?;
    let change = Change::new("company", made.id, "created").field("admin", (), admin.id);
    tx.record(change.diff(None, Some(&made)));
    tx.commit().await?;
    Ok(made)
}

/// What a company is from now on. Orders keep what it was when they were placed.
#[derive(Debug, Clone)]
pub struct CompanyEdit {
    /// Which.
    pub id: CompanyId,
    /// All of it.
    pub fields: CompanyFields,
    /// The version that the caller saw.
    pub expected_version: i64,
}

/// Replaces what a company is.
///
/// # Errors
/// Denied; not found; [`Error::RoleNeeded`]; stale; an invalid field, as `addresses.0.city`.
pub async fn company_edit(ctx: &Ctx, input: CompanyEdit) -> Result<Company, Error> {
    let grant = ctx.authorize(actions::EDIT_COMPANY)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = company::lock(&tx, &grant, input.id).await?;
    if !grant.is_wide() {
        as_admin(&tx, ctx, before.id).await?;
    }
    if before.version != input.expected_version {
        return Err(context::Error::Stale("company").into());
    }
    let after = input.fields.parse(before.id, before.version + 1, before.created_at)?;
    company::save(&tx, &after).await?;
    tx.record(Change::new("company", after.id, "edited").diff(Some(&before), Some(&after)));
    tx.commit().await?;
    Ok(after)
}

/// Refuses whoever is no admin of the company.
pub(super) async fn as_admin(tx: &WriteTx, ctx: &Ctx, id: CompanyId) -> Result<(), Error> {
    let customer = super::whom(ctx, None)?;
    match company::place(&**tx, id, customer).await? {
        Some(place) if place.role == CompanyRole::Admin => Ok(()),
        Some(_) => Err(Error::RoleNeeded(CompanyRole::Admin)),
        None => Err(context::Error::NotFound("company").into()),
    }
}
