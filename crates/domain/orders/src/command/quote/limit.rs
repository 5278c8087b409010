//! How much may be asked for at the same time.

use context::WriteTx;
use kernel::id::{CompanyId, CustomerId};
use marketplace::Settings;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, Statement};
use uuid::Uuid;

use crate::Error;
use crate::entity::quote;
use crate::error::QuoteOwner;

/// Refuses `more` quotes where a buyer or its company would have more open ones than the marketplace wants.
pub(super) async fn check(
    tx: &WriteTx,
    settings: &Settings,
    customer: CustomerId,
    company: Option<CompanyId>,
    more: usize,
) -> Result<(), Error> {
    // Who asks for the same company or buyer waits here, always in this order.
    if let (Some(company), limit @ 1..) = (company, settings.quotes_per_company) {
        lock(tx, company.0).await?;
        let of_company = quote::Column::CompanyId.eq(company);
        within(tx, of_company.into(), more, limit, QuoteOwner::Company).await?;
    }
    if let limit @ 1.. = settings.quotes_per_buyer {
        lock(tx, customer.0).await?;
        let of_buyer = quote::Column::CustomerId.eq(customer);
        within(tx, of_buyer.into(), more, limit, QuoteOwner::Buyer).await?;
    }
    Ok(())
}

async fn within(tx: &WriteTx, of: Condition, more: usize, limit: u32, owner: QuoteOwner) -> Result<(), Error> {
    // What nobody answered in time is open no more.
    let wanted = Condition::all().add(of).add(quote::Column::DueAt.gt(tx.now()));
    let open = quote::Entity::find().filter(wanted).count(&**tx).await?;
    let all = open.saturating_add(u64::try_from(more).unwrap_or(u64::MAX));
    if all > u64::from(limit) { Err(Error::QuotesLimit { owner, limit, open }) } else { Ok(()) }
}

/// Counts a request of somebody, which keeps others of the same one waiting until the end of the transaction.
async fn lock(tx: &WriteTx, owner: Uuid) -> Result<(), Error> {
    let sql = "INSERT INTO quote_owner (id, requests) VALUES (?, 1)
        ON CONFLICT (id) DO UPDATE SET requests = quote_owner.requests + 1";
    let statement: Statement = db::dialect::statement(&**tx, sql, [owner.into()]);
    sea_orm::ConnectionTrait::execute_raw(&**tx, statement).await?;
    Ok(())
}
