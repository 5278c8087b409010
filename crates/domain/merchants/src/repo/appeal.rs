//! Appeals.

use access::Grant;
use context::{WriteTx, within_merchants};
use kernel::id::AppealId;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::Error;
use crate::entity::appeal_row::{ActiveModel, Column, Entity, Model};
use crate::model::{Appeal, AppealState};

/// Whether it is the first one against this block. The merchant was loaded through the grant.
pub(crate) async fn insert(tx: &WriteTx, appeal: &Appeal, asked_by: String) -> Result<bool, Error> {
    let row = ActiveModel {
        id: Set(appeal.id),
        merchant_id: Set(appeal.merchant),
        blocked_at: Set(appeal.blocked_at),
        reason_code: Set(appeal.reason_code.clone()),
        words: Set(appeal.words.clone()),
        state: Set(appeal.state.as_str().to_owned()),
        asked_by: Set(asked_by),
        asked_at: Set(appeal.asked_at),
        answer: Set(None),
        decided_by: Set(None),
        decided_by_name: Set(None),
        decided_at: Set(None),
        version: Set(appeal.version),
    };
    let first = OnConflict::columns([Column::MerchantId, Column::BlockedAt]).do_nothing().to_owned();
    let rows = Entity::insert(row).on_conflict(first).exec_without_returning(&**tx).await?;
    Ok(rows == 1)
}

pub(crate) async fn find<C: ConnectionTrait>(conn: &C, grant: &Grant, id: AppealId) -> Result<Appeal, Error> {
    let row = Entity::find_by_id(id).filter(within_merchants(grant, Column::MerchantId)).one(conn).await?;
    of_row(row.ok_or(context::Error::NotFound("appeal"))?)
}

/// Whether nobody decided since version `seen`.
pub(crate) async fn decide(tx: &WriteTx, appeal: &Appeal, seen: i64, by: String) -> Result<bool, Error> {
    let row = ActiveModel {
        state: Set(appeal.state.as_str().to_owned()),
        answer: Set(appeal.answer.clone()),
        decided_by: Set(Some(by)),
        decided_by_name: Set(appeal.decided_by.clone()),
        decided_at: Set(appeal.decided_at),
        version: Set(appeal.version),
        ..Default::default()
    };
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(appeal.id))
        .filter(Column::Version.eq(seen))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

pub(crate) fn of_row(row: Model) -> Result<Appeal, Error> {
    Ok(Appeal {
        id: row.id,
        merchant: row.merchant_id,
        blocked_at: row.blocked_at,
        reason_code: row.reason_code,
        words: row.words,
        state: super::known("appeal state", &row.state, AppealState::parse)?,
        asked_at: row.asked_at,
        answer: row.answer,
        decided_by: row.decided_by_name,
        decided_at: row.decided_at,
        version: row.version,
    })
}
