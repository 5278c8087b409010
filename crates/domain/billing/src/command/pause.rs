//! Keeps the earnings of a merchant order from being released while something is wrong with it.

use context::Ctx;
use kernel::id::MerchantOrderId;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::actions::POST;
use crate::entity::release_pause::{ActiveModel, Column, Entity};
use crate::error::Error;

/// Why earnings wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PauseReason {
    /// Something is wrong with the goods.
    Incident,
    /// The buyer owes the money.
    Unpaid,
}

impl PauseReason {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::Unpaid => "unpaid",
        }
    }
}

/// Keeps what a merchant order earned and will earn from being released, its reserve too, until no reason is left. `step`
/// counts the pauses and resumptions of the merchant order for this reason: facts may come late, so an earlier step never
/// overrules a later one.
///
/// # Errors
/// The database error.
pub async fn pause(ctx: &Ctx, merchant_order: MerchantOrderId, reason: PauseReason, step: i64) -> Result<(), Error> {
    set(ctx, merchant_order, reason, true, step).await
}

/// Lets what a merchant order earned be released again; see [`pause`].
///
/// # Errors
/// The database error.
pub async fn resume(ctx: &Ctx, merchant_order: MerchantOrderId, reason: PauseReason, step: i64) -> Result<(), Error> {
    set(ctx, merchant_order, reason, false, step).await
}

async fn set(
    ctx: &Ctx,
    merchant_order: MerchantOrderId,
    reason: PauseReason,
    paused: bool,
    step: i64,
) -> Result<(), Error> {
    ctx.authorize(POST)?;
    let tx = ctx.begin_write().await?;
    let row = ActiveModel {
        merchant_order_id: Set(merchant_order),
        reason: Set(reason.as_str().to_owned()),
        paused: Set(paused),
        step: Set(step),
        changed_at: Set(tx.now()),
    };
    let later = OnConflict::columns([Column::MerchantOrderId, Column::Reason])
        .update_columns([Column::Paused, Column::Step, Column::ChangedAt])
        .action_and_where(Expr::col((Entity, Column::Step)).lt(step))
        .to_owned();
    Entity::insert(row).on_conflict(later).exec_without_returning(&*tx).await?;
    Ok(tx.commit().await?)
}
