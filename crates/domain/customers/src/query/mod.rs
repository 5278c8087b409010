//! Reads.

mod company;

use std::collections::HashMap;

use context::{Ctx, within_customers};
use kernel::id::CustomerId;
use kernel::{Page, PageArgs};
use sea_orm::sea_query::LikeExpr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::customer as row;
use crate::model::{Address, Customer};
use crate::{Error, actions, repo};

pub use company::{
    companies, companies_by_ids, companies_of_admin_on, company, company_invitations, company_offer, company_on,
    company_places_on, company_seat_on, members_by_companies,
};

/// One's own buyer's account.
///
/// # Errors
/// Denied; not found for somebody who is no buyer.
pub async fn mine(ctx: &Ctx) -> Result<Customer, Error> {
    let grant = ctx.authorize(actions::READ)?;
    let id = crate::command::whom(ctx, None)?;
    repo::find(&ctx.read_for(&grant), &grant, id).await
}

/// One buyer.
///
/// # Errors
/// Denied; not found.
pub async fn customer(ctx: &Ctx, id: CustomerId) -> Result<Customer, Error> {
    let grant = ctx.authorize(actions::READ)?;
    repo::find(&ctx.read_for(&grant), &grant, id).await
}

/// One buyer, for crates above that have authorized.
///
/// # Errors
/// Not found.
pub async fn by_id_on<C: ConnectionTrait>(conn: &C, id: CustomerId) -> Result<Customer, Error> {
    let found = row::Entity::find_by_id(id).one(conn).await?;
    Ok(found.ok_or(context::Error::NotFound("customer"))?.into())
}

/// The language of the buyer with this address, if there is one and it said so; for mails.
///
/// # Errors
/// Denied; the database error.
pub async fn locale_of(ctx: &Ctx, email: &str) -> Result<Option<String>, Error> {
    let grant = ctx.authorize(actions::READ)?;
    let wanted = within_customers(&grant, row::Column::Id).add(row::Column::Email.eq(email.trim().to_lowercase()));
    let found = row::Entity::find().filter(wanted).order_by_asc(row::Column::Id).one(&ctx.read_for(&grant)).await?;
    Ok(found.and_then(|buyer| buyer.locale))
}

/// Buyers by id, for loaders. What the caller may not see is left out.
///
/// # Errors
/// Denied.
pub async fn by_ids(ctx: &Ctx, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Customer>, Error> {
    let grant = ctx.authorize(actions::READ)?;
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = row::Entity::find()
        .filter(within_customers(&grant, row::Column::Id))
        .filter(row::Column::Id.is_in(db::dialect::pad(ids.to_vec())))
        .all(&ctx.read_for(&grant))
        .await?;
    Ok(rows.into_iter().map(|found| (found.id, found.into())).collect())
}

/// Buyers, the newest first; `search` finds parts of the name or the address.
///
/// # Errors
/// Denied; a bad cursor.
pub async fn customers(ctx: &Ctx, search: Option<&str>, page: &PageArgs) -> Result<Page<Customer>, Error> {
    let grant = ctx.authorize(actions::READ)?;
    let mut wanted = within_customers(&grant, row::Column::Id);
    if let Some(search) = search.map(kernel::text::fold).filter(|search| !search.is_empty()) {
        let like = LikeExpr::new(format!("%{}%", db::dialect::like_escape(&search))).escape('\\');
        wanted = wanted.add(row::Column::SearchFold.like(like));
    }
    if let Some(after) = page.after_key::<CustomerId>()? {
        wanted = wanted.add(Condition::all().add(row::Column::Id.lt(after)));
    }
    let rows = row::Entity::find()
        .filter(wanted)
        .order_by_desc(row::Column::Id)
        .limit(page.limit())
        .all(&ctx.read_for(&grant))
        .await?;
    Ok(Page::from_rows(rows.into_iter().map(Customer::from).collect(), page, |found: &Customer| found.id))
}

/// The addresses of a buyer, the default first, then the newest. At most [`crate::ADDRESSES_MAX`].
///
/// # Errors
/// Denied; not found.
pub async fn addresses(ctx: &Ctx, customer: Option<CustomerId>) -> Result<Vec<Address>, Error> {
    let grant = ctx.authorize(actions::READ)?;
    let id = crate::command::whom(ctx, customer)?;
    repo::find(&ctx.read_for(&grant), &grant, id).await?;
    repo::addresses_of(&ctx.read_for(&grant), &grant, &[id]).await
}

/// Addresses of several buyers, for loaders. What the caller may not see is left out.
///
/// # Errors
/// Denied.
pub async fn addresses_by_customers(ctx: &Ctx, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Vec<Address>>, Error> {
    let grant = ctx.authorize(actions::READ)?;
    let mut found: HashMap<CustomerId, Vec<Address>> = HashMap::new();
    for address in repo::addresses_of(&ctx.read_for(&grant), &grant, ids).await? {
        found.entry(address.customer).or_default().push(address);
    }
    Ok(found)
}
