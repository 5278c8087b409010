//! Merchants as the operator and their own staff see them.

use std::collections::HashMap;

use context::{Ctx, within_merchants};
use kernel::id::MerchantId;
use kernel::{Page, PageArgs, text};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::{DECIDE_KYC, DECIDE_PAYOUT, LIST, READ, READ_BANK, SUBMIT_KYC};
use crate::command::action_of;
use crate::entity::merchant_row::{Column, Entity};
use crate::model::{BankAccount, KycTransition, Merchant, PayoutTransition, Status, Transition};
use crate::{Error, repo};

/// Which merchants; what is `None` does not matter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only those in this status.
    pub status: Option<Status>,
    /// Only those in whose name, slug, legal name or e-mail address every word of this text occurs.
    pub text: Option<String>,
}

/// One merchant.
///
/// # Errors
/// Not found when there is no such merchant, or not within the caller's reach.
pub async fn get(ctx: &Ctx, id: MerchantId) -> Result<Merchant, Error> {
    let grant = ctx.authorize(READ)?;
    repo::find(&ctx.read_for(&grant), &grant, id).await
}

/// These merchants; those beyond the caller's reach are left out. One statement.
///
/// # Errors
/// Denied; the database error.
pub async fn by_ids(ctx: &Ctx, ids: &[MerchantId]) -> Result<HashMap<MerchantId, Merchant>, Error> {
    let grant = ctx.authorize(READ)?;
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find()
        .filter(Column::Id.is_in(db::dialect::pad(ids.to_vec())))
        .filter(within_merchants(&grant, Column::Id))
        .all(&ctx.read_for(&grant))
        .await?;
    rows.into_iter().map(|row| Ok((row.id, repo::merchant(row)?))).collect()
}

/// Merchants by name.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn list(ctx: &Ctx, filter: &Filter, page: &PageArgs) -> Result<Page<Merchant>, Error> {
    let grant = ctx.authorize(LIST)?;
    let mut wanted = Condition::all().add(within_merchants(&grant, Column::Id));
    if let Some(status) = filter.status {
        wanted = wanted.add(Column::Status.eq(status.as_str()));
    }
    if let Some(text) = &filter.text {
        wanted = wanted.add(repo::containing(text));
    }
    if let Some((name, id)) = page.after_key::<(String, MerchantId)>()? {
        let place = Expr::tuple([Expr::col(Column::NameFold), Expr::col(Column::Id)]);
        wanted = wanted.add(place.gt(Expr::tuple([Expr::value(name), Expr::value(id)])));
    }
    let rows = Entity::find()
        .filter(wanted)
        .order_by_asc(Column::NameFold)
        .order_by_asc(Column::Id)
        .limit(page.limit())
        .all(&ctx.read_for(&grant))
        .await?;
    let rows: Result<Vec<Merchant>, Error> = rows.into_iter().map(repo::merchant).collect();
    Ok(Page::from_rows(rows?, page, |merchant| (text::fold(&merchant.profile.name), merchant.id)))
}

/// The whole bank account of a merchant.
///
/// # Errors
/// Not found when there is no such merchant, or not within the caller's reach.
pub async fn bank_account(ctx: &Ctx, id: MerchantId) -> Result<Option<BankAccount>, Error> {
    let grant = ctx.authorize(READ_BANK)?;
    repo::bank(&ctx.read_for(&grant), &grant, id).await
}

/// What the caller may do to the status of this merchant: what the status allows and the caller has the right to.
#[must_use]
pub fn allowed_transitions(ctx: &Ctx, merchant: &Merchant) -> Vec<Transition> {
    merchant.allowed().iter().copied().filter(|transition| ctx.may(action_of(*transition))).collect()
}

/// What the caller may do about who this merchant is.
#[must_use]
pub fn allowed_kyc(ctx: &Ctx, merchant: &Merchant) -> Vec<KycTransition> {
    let action = |transition| if transition == KycTransition::Submit { SUBMIT_KYC } else { DECIDE_KYC };
    let allowed = merchant.kyc.state.allowed().iter().copied();
    allowed.filter(|transition| ctx.may(action(*transition))).collect()
}

/// What the caller may decide about the account for payouts of this merchant. Naming and removing it is another command.
#[must_use]
pub fn allowed_payout(ctx: &Ctx, merchant: &Merchant) -> Vec<PayoutTransition> {
    let decided = |transition: &PayoutTransition| {
        !matches!(transition, PayoutTransition::Name | PayoutTransition::Remove) && ctx.may(DECIDE_PAYOUT)
    };
    merchant.payout.state.allowed().iter().copied().filter(decided).collect()
}
