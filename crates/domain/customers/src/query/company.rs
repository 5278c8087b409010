//! Reads of companies.

use std::collections::HashMap;

use access::Grant;
use context::Ctx;
use kernel::id::{CompanyId, CompanyMemberId, CustomerId};
use kernel::{Page, PageArgs};
use sea_orm::sea_query::LikeExpr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::company as row;
use crate::model::{Company, CompanyMember, CompanySeat};
use crate::repo::company;
use crate::{Error, actions, repo};

/// One company, for its people and the operator.
///
/// # Errors
/// Denied; not found.
pub async fn company(ctx: &Ctx, id: CompanyId) -> Result<Company, Error> {
    let grant = ctx.authorize(actions::READ_COMPANY)?;
    company::find(&ctx.read_for(&grant), &grant, id).await
}

/// Companies, the newest first: all for the operator, one's own for a buyer. `search` finds parts of names and VAT ids.
///
/// # Errors
/// Denied; a bad cursor.
pub async fn companies(ctx: &Ctx, search: Option<&str>, page: &PageArgs) -> Result<Page<Company>, Error> {
    let grant = ctx.authorize(actions::READ_COMPANY)?;
    let mut wanted = company::within(&grant, row::Column::Id);
    if let Some(search) = search.map(kernel::text::fold).filter(|search| !search.is_empty()) {
        let like = LikeExpr::new(format!("%{}%", db::dialect::like_escape(&search))).escape('\\');
        wanted = wanted.add(row::Column::SearchFold.like(like));
    }
    if let Some(after) = page.after_key::<CompanyId>()? {
        wanted = wanted.add(row::Column::Id.lt(after));
    }
    let rows = row::Entity::find()
        .filter(wanted)
        .order_by_desc(row::Column::Id)
        .limit(page.limit())
        .all(&ctx.read_for(&grant))
        .await?;
    Ok(Page::from_rows(rows.into_iter().map(Company::from).collect(), page, |found: &Company| found.id))
}

/// Companies by id, for loaders. What the caller may not see is left out.
///
/// # Errors
/// Denied.
pub async fn companies_by_ids(ctx: &Ctx, ids: &[CompanyId]) -> Result<HashMap<CompanyId, Company>, Error> {
    let grant = ctx.authorize(actions::READ_COMPANY)?;
    let rows = row::Entity::find()
        .filter(company::within(&grant, row::Column::Id))
        .filter(row::Column::Id.is_in(db::dialect::pad(ids.to_vec())))
        .all(&ctx.read_for(&grant))
        .await?;
    Ok(rows.into_iter().map(|found| (found.id, found.into())).collect())
}

/// The people of companies, for loaders. What the caller may not see is left out.
///
/// # Errors
/// Denied.
pub async fn members_by_companies(
    ctx: &Ctx,
    ids: &[CompanyId],
) -> Result<HashMap<CompanyId, Vec<CompanyMember>>, Error> {
    let grant = ctx.authorize(actions::READ_COMPANY)?;
    let mut found: HashMap<CompanyId, Vec<CompanyMember>> = HashMap::new();
    for member in company::members_of(&ctx.read_for(&grant), &grant, ids).await? {
        found.entry(member.company).or_default().push(member);
    }
    Ok(found)
}

/// The places that are offered to the address of the buyer who asks, with the companies' names, the oldest first. Who
/// has not proved the address sees none: it may be somebody else's.
///
/// # Errors
/// Denied; not found for somebody who is no buyer; a bad cursor.
pub async fn company_invitations(ctx: &Ctx, page: &PageArgs) -> Result<Page<(CompanyMember, String)>, Error> {
    let grant = ctx.authorize(actions::JOIN_COMPANY)?;
    let customer = crate::command::whom(ctx, None)?;
    let invited = if is_proved(ctx, &grant, customer).await? {
        company::invited(&ctx.read_for(&grant), customer, page).await?
    } else {
        Vec::new()
    };
    if invited.is_empty() {
        return Ok(Page::from_rows(Vec::new(), page, |(member, _): &(CompanyMember, String)| member.id));
    }
    let ids: Vec<CompanyId> = invited.iter().map(|member| member.company).collect();
    let rows =
        row::Entity::find().filter(row::Column::Id.is_in(db::dialect::pad(ids))).all(&ctx.read_for(&grant)).await?;
    let names: HashMap<CompanyId, String> = rows.into_iter().map(|row| (row.id, row.name)).collect();
    let named = |member: CompanyMember| names.get(&member.company).cloned().map(|name| (member, name));
    let rows = invited.into_iter().filter_map(named).collect();
    Ok(Page::from_rows(rows, page, |(member, _): &(CompanyMember, String)| member.id))
}

/// Whether a buyer has proved the address.
async fn is_proved(ctx: &Ctx, grant: &Grant, id: CustomerId) -> Result<bool, Error> {
    let customer = repo::find(&ctx.read_for(grant), grant, id).await?;
    let user = identity::user_on(&ctx.read_for(grant), customer.user).await?;
    Ok(user.email_verified_at.is_some() && user.email == customer.email)
}

/// A place that is offered and not taken, with its company; for mails. `None` when there is none any more.
///
/// # Errors
/// Denied; the database error.
pub async fn company_offer(ctx: &Ctx, id: CompanyMemberId) -> Result<Option<(CompanyMember, Company)>, Error> {
    let grant = ctx.authorize(actions::READ_COMPANY)?;
    let member = match company::member_on(&ctx.read_for(&grant), id).await {
        Ok(member) if member.customer.is_none() => member,
        Ok(_) | Err(Error::Core(context::Error::NotFound(_))) => return Ok(None),
        Err(error) => return Err(error),
    };
    let company = company::find(&ctx.read_for(&grant), &grant, member.company).await?;
    Ok(Some((member, company)))
}

/// A company and the place of a buyer in it, for crates above that have authorized. `None` without a place.
///
/// # Errors
/// The database error.
pub async fn company_seat_on<C: ConnectionTrait>(
    conn: &C,
    id: CompanyId,
    customer: CustomerId,
) -> Result<Option<CompanySeat>, Error> {
    let Some(member) = company::place(conn, id, customer).await? else { return Ok(None) };
    let company = company::company_on(conn, id).await?;
    Ok(Some(CompanySeat { company, member }))
}

/// The companies whose admin a buyer is, for crates above that have authorized.
///
/// # Errors
/// The database error.
pub async fn companies_of_admin_on<C: ConnectionTrait>(
    conn: &C,
    customer: CustomerId,
) -> Result<Vec<CompanyId>, Error> {
    company::of_admin(conn, customer).await
}

/// The places of a buyer in all companies, for crates above that have authorized.
///
/// # Errors
/// The database error.
pub async fn company_places_on<C: ConnectionTrait>(
    conn: &C,
    customer: CustomerId,
) -> Result<Vec<CompanyMember>, Error> {
    company::places(conn, customer).await
}

/// A company, for crates above that have authorized.
///
/// # Errors
/// Not found.
pub async fn company_on<C: ConnectionTrait>(conn: &C, id: CompanyId) -> Result<Company, Error> {
    company::company_on(conn, id).await
}
