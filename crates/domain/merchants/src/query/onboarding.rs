//! How far merchants are that come, and what they agreed to.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use context::{Ctx, within_merchants};
use kernel::id::{AgreementId, MerchantDocumentId, MerchantId};
use kernel::{Page, PageArgs};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::newest;
use crate::actions::{LIST, READ, READ_AGREEMENT, READ_PLAN};
use crate::entity::merchant_row;
use crate::entity::onboarding::document_row;
use crate::model::checklist::{Checked, ItemState, Plan, judge};
use crate::model::{Acceptance, Agreement, Document, DocumentState, Merchant, Status};
use crate::{Error, repo};

/// Merchants that come ([`Status::COMING`]), as the index `merchant_coming` says it: by what they are not, so that SQLite
/// does not take the index of statuses and sort.
const COMING: &str =
    "\"merchant\".\"status\" NOT IN ('rejected', 'active', 'restricted', 'suspended', 'offboarding', 'closed')";

/// How far a merchant is: every item of the checklist of its type.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn onboarding(ctx: &Ctx, merchant: MerchantId) -> Result<Vec<Checked>, Error> {
    let grant = ctx.authorize(READ)?;
    let read = ctx.read_for(&grant);
    let merchant = repo::find(&read, &grant, merchant).await?;
    let plan = repo::onboarding::plan(&read, &merchant.merchant_type).await?;
    let mut known = repo::onboarding::evidence(&read, std::slice::from_ref(&merchant)).await?;
    let known = known.remove(&merchant.id).unwrap_or_default();
    Ok(judge(&plan.items, &merchant, &known, ctx.now().date_naive()))
}

/// A merchant that comes, and what it has still to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coming {
    /// The merchant.
    pub merchant: Merchant,
    /// The required items that are not over, in order.
    pub open: Vec<Checked>,
}

/// Merchants that come, the longest waiting first, each with what is open. Eight statements, however many they are.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn coming(ctx: &Ctx, status: Option<Status>, page: &PageArgs) -> Result<Page<Coming>, Error> {
    use merchant_row::{Column, Entity};
    let grant = ctx.authorize(LIST)?;
    let read = ctx.read_for(&grant);
    let mut wanted = Condition::all().add(within_merchants(&grant, Column::Id));
    wanted = wanted.add(Expr::cust(COMING));
    if let Some(status) = status {
        wanted = wanted.add(Column::Status.eq(status.as_str()));
    }
    if let Some((since, id)) = page.after_key::<(DateTime<Utc>, MerchantId)>()? {
        let place = Expr::tuple([Expr::col(Column::StatusChangedAt), Expr::col(Column::Id)]);
        wanted = wanted.add(place.gt(Expr::tuple([Expr::value(since), Expr::value(id)])));
    }
    let rows = Entity::find()
        .filter(wanted)
        .order_by_asc(Column::StatusChangedAt)
        .order_by_asc(Column::Id)
        .limit(page.limit())
        .all(&read)
        .await?;
    let merchants = rows.into_iter().map(repo::merchant).collect::<Result<Vec<_>, _>>()?;
    let plans = repo::onboarding::plans(&read).await?;
    let mut known = repo::onboarding::evidence(&read, &merchants).await?;
    let today = ctx.now().date_naive();
    let of = |merchant: Merchant| {
        let items = plans.get(&merchant.merchant_type).map_or(&[][..], |plan| plan.items.as_slice());
        let known = known.remove(&merchant.id).unwrap_or_default();
        let open = judge(items, &merchant, &known, today);
        let open = open.into_iter().filter(|checked| checked.item.required && !checked.state.is_over()).collect();
        Coming { merchant, open }
    };
    let rows: Vec<Coming> = merchants.into_iter().map(of).collect();
    Ok(Page::from_rows(rows, page, |row| (row.merchant.status_changed_at, row.merchant.id)))
}

/// How many of the merchants that come are held up by an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    /// The type of merchants.
    pub merchant_type: String,
    /// The item's code.
    pub item: String,
    /// What people read.
    pub title: String,
    /// How many have to bring it.
    pub with_merchant: i64,
    /// How many wait for the operator.
    pub with_operator: i64,
}

/// The most merchants that [`stuck`] looks at, the longest waiting first.
pub const STUCK_MAX: u64 = 5_000;

/// Where merchants that come are held up, by type and item; items that hold up nobody are left out.
///
/// # Errors
/// Denied; the database error.
pub async fn stuck(ctx: &Ctx) -> Result<Vec<Stuck>, Error> {
    use merchant_row::{Column, Entity};
    let grant = ctx.authorize(LIST)?;
    let read = ctx.read_for(&grant);
    let rows = Entity::find()
        .filter(within_merchants(&grant, Column::Id))
        .filter(Expr::cust(COMING))
        .order_by_asc(Column::StatusChangedAt)
        .limit(STUCK_MAX)
        .all(&read)
        .await?;
    let merchants = rows.into_iter().map(repo::merchant).collect::<Result<Vec<_>, _>>()?;
    let plans = repo::onboarding::plans(&read).await?;
    let today = ctx.now().date_naive();
    let mut found: BTreeMap<(String, usize), Stuck> = BTreeMap::new();
    for chunk in merchants.chunks(500) {
        let known = repo::onboarding::evidence(&read, chunk).await?;
        for merchant in chunk {
            let (Some(plan), Some(known)) = (plans.get(&merchant.merchant_type), known.get(&merchant.id)) else {
                continue;
            };
            for (place, checked) in judge(&plan.items, merchant, known, today).into_iter().enumerate() {
                count(&mut found, &plan.merchant_type, place, checked);
            }
        }
    }
    Ok(found.into_values().collect())
}

fn count(found: &mut BTreeMap<(String, usize), Stuck>, merchant_type: &str, place: usize, checked: Checked) {
    if checked.state.is_over() || !checked.item.required {
        return;
    }
    let stuck = found.entry((merchant_type.to_owned(), place)).or_insert_with(|| Stuck {
        merchant_type: merchant_type.to_owned(),
        item: checked.item.code,
        title: checked.item.title,
        with_merchant: 0,
        with_operator: 0,
    });
    match checked.state {
        ItemState::Waiting => stuck.with_operator += 1,
        _ => stuck.with_merchant += 1,
    }
}

/// What onboarding asks of every type of merchants.
///
/// # Errors
/// Denied; the database error.
pub async fn plans(ctx: &Ctx) -> Result<Vec<Plan>, Error> {
    ctx.authorize(READ_PLAN)?;
    Ok(repo::onboarding::plans(ctx.read()).await?.into_values().collect())
}

/// All agreements in all versions, without their words.
///
/// # Errors
/// Denied; the database error.
pub async fn agreements(ctx: &Ctx) -> Result<Vec<Agreement>, Error> {
    ctx.authorize(READ_AGREEMENT)?;
    repo::agreement::all(ctx.read()).await
}

/// One version of an agreement with its words.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn agreement(ctx: &Ctx, id: AgreementId) -> Result<Agreement, Error> {
    ctx.authorize(READ_AGREEMENT)?;
    repo::agreement::find(ctx.read(), id).await
}

/// What was accepted for a merchant: which version, whose words by their hash, by whom, when and from where.
///
/// # Errors
/// Denied; the database error.
pub async fn acceptances(ctx: &Ctx, merchant: MerchantId) -> Result<Vec<Acceptance>, Error> {
    let grant = ctx.authorize(READ)?;
    repo::agreement::acceptances(&ctx.read_for(&grant), &grant, merchant).await
}

/// One document within the caller's reach.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn document(ctx: &Ctx, id: MerchantDocumentId) -> Result<Document, Error> {
    let grant = ctx.authorize(READ)?;
    repo::document::find(&ctx.read_for(&grant), &grant, id).await
}

/// Documents within the caller's reach, the newest first; of one merchant, or in one state.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn documents(
    ctx: &Ctx,
    merchant: Option<MerchantId>,
    state: Option<DocumentState>,
    page: &PageArgs,
) -> Result<Page<Document>, Error> {
    use document_row::{Column, Entity};
    let grant = ctx.authorize(READ)?;
    let columns = (Column::Id, Column::MerchantId);
    let wanted = state.map(|state| Column::State.eq(state.as_str()));
    let rows = newest::<Entity, MerchantDocumentId>(ctx, &grant, columns, merchant, wanted, page).await?;
    let rows = rows.into_iter().map(repo::document::of_row).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(rows, page, |document| document.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_either_comes_or_is_named_as_one_that_does_not() {
        for status in Status::ALL {
            let named = COMING.contains(&format!("'{}'", status.as_str()));
            assert_ne!(named, Status::COMING.contains(&status), "{status:?}");
        }
    }
}
