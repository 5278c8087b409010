//! What companies owe and is given up.

use context::{Ctx, Error as CoreError};
use kernel::id::{CompanyId, WriteOffId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::READ_LEDGER;
use crate::entity::buyer_write_off as row;
use crate::error::Error;
use crate::model::{EntryState, WriteOff};

/// Which write-offs.
#[derive(Debug, Clone, Copy, Default)]
pub struct WriteOffFilter {
    /// Only of this company.
    pub company: Option<CompanyId>,
    /// Only in this state.
    pub state: Option<EntryState>,
}

/// Write-offs, the newest first; for the operator.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn write_offs(ctx: &Ctx, filter: &WriteOffFilter, page: &PageArgs) -> Result<Page<WriteOff>, Error> {
    let grant = ctx.authorize(READ_LEDGER)?;
    if !grant.is_wide() {
        return Err(CoreError::NotFound("ledger").into());
    }
    let mut query = row::Entity::find().order_by_desc(row::Column::Id).limit(page.limit());
    if let Some(company) = filter.company {
        query = query.filter(row::Column::CompanyId.eq(company));
    }
    if let Some(state) = filter.state {
        query = query.filter(row::Column::State.eq(state.as_str()));
    }
    if let Some(after) = page.after_key::<WriteOffId>()? {
        query = query.filter(row::Column::Id.lt(after));
    }
    let rows = query.all(&ctx.read_for(&grant)).await?.into_iter().map(WriteOff::from).collect();
    Ok(Page::from_rows(rows, page, |row: &WriteOff| row.id))
}
