//! Schedules: one node fires each slot.

use chrono::{DateTime, Utc};
use db::Tx;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, DbErr, EntityTrait};

use crate::entity::slot_row;

/// Claims the slot `slot_at` of `schedule`; `true` for exactly one caller, whatever the number of nodes.
///
/// # Errors
/// The database error.
pub async fn claim_slot(tx: &Tx, schedule: &str, slot_at: DateTime<Utc>) -> Result<bool, DbErr> {
    let row = slot_row::ActiveModel { schedule: Set(schedule.to_owned()), slot_at: Set(slot_at) };
    let inserted = slot_row::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}
