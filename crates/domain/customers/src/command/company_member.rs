//! The people of companies. Histories name places, not addresses: those could not be erased from there.

use access::Grant;
use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::{CompanyId, CompanyMemberId};
use kernel::{Invalid, Money, text};

use super::company::as_admin;
use crate::event::CompanyMemberInvited;
use crate::model::{COMPANY_MEMBERS_MAX, CompanyMember, CompanyRole};
use crate::repo::{self, company};
use crate::{Error, actions};

/// Somebody to be invited to a company.
#[derive(Debug, Clone)]
pub struct CompanyMemberInvite {
    /// The company.
    pub company: CompanyId,
    /// The address; whoever proves to have it can join.
    pub email: String,
    /// What may be done.
    pub role: CompanyRole,
    /// The most that one order may cost without approval; nothing stands for no limit.
    pub spending_limit: Option<Money>,
}

/// Invites somebody to a company. Whether the address has an account is not told.
///
/// # Errors
/// Denied; not found; [`Error::RoleNeeded`]; [`Error::TooManyMembers`]; `TAKEN` for an address that has a place; an
/// invalid field.
pub async fn company_member_invite(ctx: &Ctx, input: CompanyMemberInvite) -> Result<CompanyMember, Error> {
    let grant = ctx.authorize(actions::EDIT_COMPANY)?;
    let email = text::email("email", &input.email)?;
    check_limit(input.spending_limit)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    admit(&tx, ctx, &grant, input.company).await?;
    if company::count_members(&tx, input.company).await? >= COMPANY_MEMBERS_MAX {
        return Err(Error::TooManyMembers { max: COMPANY_MEMBERS_MAX });
    }
    let place = CompanyMember {
        id: ctx.new_id(),
        company: input.company,
        customer: None,
        email,
        role: input.role,
        spending_limit: input.spending_limit,
        version: 1,
        created_at: tx.now(),
        joined_at: None,
    };
    if !company::insert_member(&tx, &place).await? {
        return Err(Invalid::new("email", "TAKEN", "has a place in the company already").into());
    }
    tx.record(told(&place, "member_invited", None));
    tx.emit(&CompanyMemberInvited { company: place.company, member: place.id });
    tx.commit().await?;
    Ok(place)
}

/// Takes a place that was offered to one's own, proved, address.
///
/// # Errors
/// Denied; not found for a place that was offered to somebody else or is taken; [`Error::EmailNotVerified`].
pub async fn company_member_join(ctx: &Ctx, id: CompanyMemberId) -> Result<CompanyMember, Error> {
    let grant = ctx.authorize(actions::JOIN_COMPANY)?;
    let customer = super::whom(ctx, None)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let customer = super::locked(&tx, &grant, customer).await?;
    let before = company::member_on(&*tx, id).await?;
    if before.customer.is_some() || before.email != customer.email {
        return Err(context::Error::NotFound("company member").into());
    }
    let user = identity::user_on(&*tx, customer.user).await?;
    if user.email_verified_at.is_none() || user.email != customer.email {
        return Err(Error::EmailNotVerified);
    }
    let after = CompanyMember {
        customer: Some(customer.id),
        joined_at: Some(tx.now()),
        version: before.version + 1,
        ..before.clone()
    };
    save(&tx, &after, before.version).await?;
    tx.record(told(&after, "member_joined", Some(&before)));
    tx.commit().await?;
    Ok(after)
}

/// What a member may do from now on.
#[derive(Debug, Clone)]
pub struct CompanyMemberEdit {
    /// The place.
    pub id: CompanyMemberId,
    /// What may be done.
    pub role: CompanyRole,
    /// The most that one order may cost without approval; nothing stands for no limit.
    pub spending_limit: Option<Money>,
    /// The version that the caller saw.
    pub expected_version: i64,
}

/// Changes what a member may do.
///
/// # Errors
/// Denied; not found; [`Error::RoleNeeded`]; [`Error::LastAdmin`]; stale; an invalid field.
pub async fn company_member_edit(ctx: &Ctx, input: CompanyMemberEdit) -> Result<CompanyMember, Error> {
    let grant = ctx.authorize(actions::EDIT_COMPANY)?;
    check_limit(input.spending_limit)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = admitted(&tx, ctx, &grant, input.id).await?;
    if before.version != input.expected_version {
        return Err(context::Error::Stale("company member").into());
    }
    if input.role != CompanyRole::Admin {
        keep_an_admin(&tx, &before).await?;
    }
    let after = CompanyMember {
        role: input.role,
        spending_limit: input.spending_limit,
        version: before.version + 1,
        ..before.clone()
    };
    save(&tx, &after, before.version).await?;
    tx.record(told(&after, "member_edited", Some(&before)));
    tx.commit().await?;
    Ok(after)
}

/// Takes a place away, or what was offered; gives it a last time. Members may leave by themselves.
///
/// # Errors
/// Denied; not found; [`Error::RoleNeeded`]; [`Error::LastAdmin`].
pub async fn company_member_remove(ctx: &Ctx, id: CompanyMemberId) -> Result<CompanyMember, Error> {
    let grant = ctx.authorize(actions::EDIT_COMPANY)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let found = company::member_on(&*tx, id).await?;
    let own = found.customer.is_some() && found.customer == ctx.actor().customer();
    if own {
        company::lock(&tx, &grant, found.company).await?;
    } else {
        admit(&tx, ctx, &grant, found.company).await?;
    }
    // Once more under the lock of the company.
    let found = company::member_on(&*tx, id).await?;
    keep_an_admin(&tx, &found).await?;
    company::delete_member(&tx, id).await?;
    tx.record(Change::new("company", found.company, "member_removed").field("member", found.id, ()));
    tx.commit().await?;
    Ok(found)
}

/// Locks the company, of which the caller must be an admin, unless it is the operator.
async fn admit(tx: &WriteTx, ctx: &Ctx, grant: &Grant, company: CompanyId) -> Result<(), Error> {
    repo::company::lock(tx, grant, company).await?;
    if grant.is_wide() { Ok(()) } else { as_admin(tx, ctx, company).await }
}

/// A place in a company that the caller may change. Those of foreign companies are not found.
async fn admitted(tx: &WriteTx, ctx: &Ctx, grant: &Grant, id: CompanyMemberId) -> Result<CompanyMember, Error> {
    let found = company::member_on(&**tx, id).await?;
    let missing = |error| match error {
        Error::Core(context::Error::NotFound(_)) => Error::Core(context::Error::NotFound("company member")),
        other => other,
    };
    admit(tx, ctx, grant, found.company).await.map_err(missing)?;
    company::member_on(&**tx, id).await
}

/// Refuses to lose the last admin who has joined. The company is locked.
async fn keep_an_admin(tx: &WriteTx, losing: &CompanyMember) -> Result<(), Error> {
    let admin = losing.role == CompanyRole::Admin && losing.customer.is_some();
    if admin && company::count_admins(tx, losing.company).await? == 1 {
        return Err(Error::LastAdmin);
    }
    Ok(())
}

async fn save(tx: &WriteTx, place: &CompanyMember, seen: i64) -> Result<(), Error> {
    if company::save_member(tx, place, seen).await? {
        return Ok(());
    }
    Err(context::Error::Stale("company member").into())
}

fn check_limit(limit: Option<Money>) -> Result<(), Invalid> {
    match limit {
        Some(limit) if limit.minor < 0 => Err(Invalid::new("spendingLimit", "OUT_OF_RANGE", "must not be negative")),
        _ => Ok(()),
    }
}

fn told(place: &CompanyMember, action: &'static str, before: Option<&CompanyMember>) -> Change {
    let role = |place: &CompanyMember| place.role.as_str();
    let limit = |place: &CompanyMember| place.spending_limit.map(|limit| limit.to_string());
    Change::new("company", place.company, action)
        .field("member", (), place.id)
        .field("role", before.map(role), role(place))
        .field("spendingLimit", before.and_then(limit), limit(place))
        .field("customer", before.and_then(|place| place.customer), place.customer)
}
