//! Load and save.

mod critical;
mod entry;

pub(crate) use critical::{holdings, insert_critical, open_critical, save_critical, waits_since};
pub(crate) use entry::{Owed, held, insert_entry, open_debt, owed, save_debt, save_entry};

use chrono::{DateTime, Utc};
use context::{Error as CoreError, WriteTx};
use kernel::Currency;
use kernel::Money;
use kernel::id::{HoldId, MerchantId, MerchantOrderId, PayoutId};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use crate::entity::{hold, payout, payout_run, release_pause};
use crate::error::Error;
use crate::model::{Hold, HoldKind, Payout, PayoutRun, PayoutState, PayoutVia};

const CHUNK: usize = 500;

impl From<hold::Model> for Hold {
    fn from(row: hold::Model) -> Self {
        Self {
            id: row.id,
            kind: HoldKind::parse(&row.kind).unwrap_or(HoldKind::Sale),
            merchant_id: row.merchant_id,
            merchant_order_id: row.merchant_order_id,
            currency: row.currency,
            amount_minor: row.amount_minor,
            drawn_minor: row.drawn_minor,
            release_at: row.release_at,
        }
    }
}

impl From<payout::Model> for Payout {
    fn from(row: payout::Model) -> Self {
        Self {
            id: row.id,
            run_id: row.run_id,
            merchant_id: row.merchant_id,
            amount: Money::new(row.amount_minor, row.currency),
            state: PayoutState::parse(&row.state).unwrap_or(PayoutState::Initiated),
            hold_reason: row.hold_reason,
            via: PayoutVia::parse(&row.via).unwrap_or(PayoutVia::Bank),
            provider_account: row.provider_account,
            provider_transfer: row.provider_transfer,
            provider_tries: row.provider_tries,
            holder: row.holder,
            iban: row.iban,
            reference: row.reference,
            bank_reference: row.bank_reference,
            return_reason: row.return_reason,
            created_at: row.created_at,
            initiated_at: row.initiated_at,
            paid_at: row.paid_at,
            returned_at: row.returned_at,
            version: row.version,
        }
    }
}

impl From<payout_run::Model> for PayoutRun {
    fn from(row: payout_run::Model) -> Self {
        Self {
            id: row.id,
            run_key: row.run_key,
            currency: row.currency,
            cut_off_at: row.cut_off_at,
            minimum_minor: row.minimum_minor,
            payout_count: row.payout_count,
            total_minor: row.total_minor,
            skipped: serde_json::from_str(&row.skipped).unwrap_or_default(),
            file_key: row.file_key,
            created_at: row.created_at,
        }
    }
}

/// A hold to be written, with what it comes from.
pub(crate) struct NewHold {
    pub(crate) hold: Hold,
    pub(crate) source_id: String,
}

pub(crate) async fn insert_holds(tx: &WriteTx, holds: Vec<NewHold>) -> Result<(), DbErr> {
    for chunk in holds.chunks(CHUNK) {
        let rows = chunk.iter().map(|NewHold { hold, source_id }| hold::ActiveModel {
            id: Set(hold.id),
            kind: Set(hold.kind.as_str().to_owned()),
            merchant_id: Set(hold.merchant_id),
            merchant_order_id: Set(hold.merchant_order_id),
            source_id: Set(source_id.clone()),
            currency: Set(hold.currency),
            amount_minor: Set(hold.amount_minor),
            drawn_minor: Set(hold.drawn_minor),
            release_at: Set(hold.release_at),
            released_at: Set(None),
            created_at: Set(tx.now()),
        });
        hold::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

/// The sales of a merchant order that are not released yet, locked.
pub(crate) async fn open_sales(tx: &WriteTx, merchant_order: MerchantOrderId) -> Result<Vec<Hold>, DbErr> {
    let rows = hold::Entity::find()
        .filter(hold::Column::MerchantOrderId.eq(merchant_order))
        .filter(hold::Column::Kind.eq(HoldKind::Sale.as_str()))
        .filter(hold::Column::ReleasedAt.is_null())
        .order_by_asc(hold::Column::Id)
        .lock_exclusive()
        .all(&**tx)
        .await?;
    Ok(rows.into_iter().map(Hold::from).collect())
}

/// Holds of merchant orders that nothing is wrong with.
pub(crate) fn not_paused() -> SimpleExpr {
    let paused = release_pause::Entity::find()
        .select_only()
        .column(release_pause::Column::MerchantOrderId)
        .filter(release_pause::Column::Paused.eq(true))
        .into_query();
    hold::Column::MerchantOrderId.not_in_subquery(paused)
}

pub(crate) async fn due_holds(
    tx: &WriteTx,
    currency: Currency,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Hold>, DbErr> {
    let rows = hold::Entity::find()
        .filter(hold::Column::Currency.eq(currency))
        .filter(hold::Column::ReleasedAt.is_null())
        .filter(hold::Column::ReleaseAt.lte(now))
        .filter(not_paused())
        .order_by_asc(hold::Column::ReleaseAt)
        .order_by_asc(hold::Column::Id)
        .limit(limit)
        .lock_exclusive()
        .all(&**tx)
        .await?;
    Ok(rows.into_iter().map(Hold::from).collect())
}

pub(crate) async fn draw_hold(tx: &WriteTx, id: HoldId, amount_minor: i64) -> Result<(), DbErr> {
    hold::Entity::update_many()
        .col_expr(hold::Column::DrawnMinor, Expr::col(hold::Column::DrawnMinor).add(amount_minor))
        .filter(hold::Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

pub(crate) async fn mark_released(tx: &WriteTx, ids: Vec<HoldId>) -> Result<(), DbErr> {
    hold::Entity::update_many()
        .col_expr(hold::Column::ReleasedAt, Expr::value(tx.now()))
        .filter(hold::Column::Id.is_in(db::dialect::pad(ids)))
        .exec(&**tx)
        .await?;
    Ok(())
}

pub(crate) async fn insert_payouts(tx: &WriteTx, payouts: &[Payout]) -> Result<(), DbErr> {
    for chunk in payouts.chunks(CHUNK) {
        let rows = chunk.iter().map(|payout| payout::ActiveModel {
            id: Set(payout.id),
            run_id: Set(payout.run_id),
            merchant_id: Set(payout.merchant_id),
            currency: Set(payout.amount.currency),
            amount_minor: Set(payout.amount.minor),
            state: Set(payout.state.as_str().to_owned()),
            hold_reason: Set(payout.hold_reason.clone()),
            via: Set(payout.via.as_str().to_owned()),
            provider_account: Set(payout.provider_account.clone()),
            provider_transfer: Set(None),
            provider_tries: Set(0),
            holder: Set(payout.holder.clone()),
            iban: Set(payout.iban.clone()),
            reference: Set(payout.reference.clone()),
            bank_reference: Set(None),
            return_reason: Set(None),
            created_at: Set(payout.created_at),
            initiated_at: Set(payout.initiated_at),
            paid_at: Set(None),
            returned_at: Set(None),
            version: Set(payout.version),
        });
        payout::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

pub(crate) async fn lock_payout(tx: &WriteTx, id: PayoutId) -> Result<Payout, Error> {
    let row = payout::Entity::find_by_id(id).lock_exclusive().one(&**tx).await?;
    Ok(row.map(Payout::from).ok_or(CoreError::NotFound("payout"))?)
}

/// The payouts of a currency that are on hold, locked; of these merchants only, when some are named.
pub(crate) async fn held_payouts(
    tx: &WriteTx,
    currency: Currency,
    merchants: Option<&[MerchantId]>,
) -> Result<Vec<Payout>, DbErr> {
    let mut query = payout::Entity::find()
        .filter(payout::Column::State.eq(PayoutState::OnHold.as_str()))
        .filter(payout::Column::Currency.eq(currency))
        .order_by_asc(payout::Column::Id);
    if let Some(merchants) = merchants {
        query = query.filter(payout::Column::MerchantId.is_in(db::dialect::pad(merchants.to_vec())));
    }
    Ok(query.lock_exclusive().all(&**tx).await?.into_iter().map(Payout::from).collect())
}

pub(crate) async fn save_payout(tx: &WriteTx, payout: &Payout) -> Result<(), Error> {
    let done = payout::Entity::update_many()
        .col_expr(payout::Column::State, Expr::value(payout.state.as_str()))
        .col_expr(payout::Column::ProviderTransfer, Expr::value(payout.provider_transfer.clone()))
        .col_expr(payout::Column::ProviderTries, Expr::value(payout.provider_tries))
        .col_expr(payout::Column::BankReference, Expr::value(payout.bank_reference.clone()))
        .col_expr(payout::Column::ReturnReason, Expr::value(payout.return_reason.clone()))
        .col_expr(payout::Column::PaidAt, Expr::value(payout.paid_at))
        .col_expr(payout::Column::ReturnedAt, Expr::value(payout.returned_at))
        .col_expr(payout::Column::Version, Expr::value(payout.version + 1))
        .filter(payout::Column::Id.eq(payout.id))
        .filter(payout::Column::Version.eq(payout.version))
        .exec(&**tx)
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(CoreError::Stale("payout").into()) }
}
