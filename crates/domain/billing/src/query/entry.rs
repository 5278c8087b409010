//! Manual entries, debts, subscriptions.

use context::{Ctx, Error as CoreError, merchant_meant, within_merchants};
use kernel::id::{DebtId, ManualEntryId, MerchantId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::{READ_BALANCE, READ_LEDGER};
use crate::entity::{debt, manual_entry, subscription};
use crate::error::Error;
use crate::model::{Debt, DebtState, EntryState, ManualEntry, Subscription};

/// Which manual entries.
#[derive(Debug, Clone, Copy, Default)]
pub struct EntryFilter {
    /// Only of this merchant.
    pub merchant: Option<MerchantId>,
    /// Only in this state.
    pub state: Option<EntryState>,
}

/// Manual entries, the newest first; for the operator.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn manual_entries(ctx: &Ctx, filter: &EntryFilter, page: &PageArgs) -> Result<Page<ManualEntry>, Error> {
    let grant = ctx.authorize(READ_LEDGER)?;
    if !grant.is_wide() {
        return Err(CoreError::NotFound("ledger").into());
    }
    let mut query = manual_entry::Entity::find().order_by_desc(manual_entry::Column::Id).limit(page.limit());
    if let Some(merchant) = filter.merchant {
        query = query.filter(manual_entry::Column::MerchantId.eq(merchant));
    }
    if let Some(state) = filter.state {
        query = query.filter(manual_entry::Column::State.eq(state.as_str()));
    }
    if let Some(after) = page.after_key::<ManualEntryId>()? {
        query = query.filter(manual_entry::Column::Id.lt(after));
    }
    let rows = query.all(&ctx.read_for(&grant)).await?.into_iter().map(ManualEntry::from).collect();
    Ok(Page::from_rows(rows, page, |row: &ManualEntry| row.id))
}

/// One manual entry; for the operator.
///
/// # Errors
/// `NotFound`; the database error.
pub async fn manual_entry(ctx: &Ctx, id: ManualEntryId) -> Result<ManualEntry, Error> {
    let grant = ctx.authorize(READ_LEDGER)?;
    let row = manual_entry::Entity::find_by_id(id).one(&ctx.read_for(&grant)).await?.filter(|_| grant.is_wide());
    Ok(row.map(ManualEntry::from).ok_or(CoreError::NotFound("manual entry"))?)
}

/// Which debts.
#[derive(Debug, Clone, Copy, Default)]
pub struct DebtFilter {
    /// Only of this merchant.
    pub merchant: Option<MerchantId>,
    /// Only in this state.
    pub state: Option<DebtState>,
}

/// What merchants owe, the newest first; a merchant sees its own.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn debts(ctx: &Ctx, filter: &DebtFilter, page: &PageArgs) -> Result<Page<Debt>, Error> {
    let grant = ctx.authorize(READ_BALANCE)?;
    let mut query = debt::Entity::find()
        .filter(within_merchants(&grant, debt::Column::MerchantId))
        .order_by_desc(debt::Column::Id)
        .limit(page.limit());
    if let Some(merchant) = filter.merchant {
        query = query.filter(debt::Column::MerchantId.eq(merchant));
    }
    if let Some(state) = filter.state {
        query = query.filter(debt::Column::State.eq(state.as_str()));
    }
    if let Some(after) = page.after_key::<DebtId>()? {
        query = query.filter(debt::Column::Id.lt(after));
    }
    let rows = query.all(&ctx.read_for(&grant)).await?.into_iter().map(Debt::from).collect();
    Ok(Page::from_rows(rows, page, |row: &Debt| row.id))
}

/// What a merchant pays each month, by currency; one's own when no merchant is named.
///
/// # Errors
/// `NotFound` for another merchant's; the database error.
pub async fn subscriptions(ctx: &Ctx, merchant: impl Into<Option<MerchantId>>) -> Result<Vec<Subscription>, Error> {
    let grant = ctx.authorize(READ_BALANCE)?;
    let merchant = merchant_meant(&grant, merchant.into())?;
    let rows = subscription::Entity::find()
        .filter(subscription::Column::MerchantId.eq(merchant))
        .order_by_asc(subscription::Column::Currency)
        .all(&ctx.read_for(&grant))
        .await?;
    Ok(rows.into_iter().map(Subscription::from).collect())
}
