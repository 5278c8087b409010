//! Steps on the axes.

use context::WriteTx;
use kernel::id::{MerchantId, MerchantStepId};
use marketplace::BlockEffects;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait as _;

use crate::Error;
use crate::entity::transition_row::{ActiveModel, Entity, Model};
use crate::model::{Axis, Step};

pub(crate) async fn insert(
    tx: &WriteTx,
    merchant: MerchantId,
    axis: Axis,
    (transition, from, to): (&str, &str, &str),
    (code, words): (&str, Option<&str>),
    effects: Option<BlockEffects>,
) -> Result<MerchantStepId, Error> {
    let id: MerchantStepId = tx.new_id();
    let row = ActiveModel {
        id: Set(id),
        merchant_id: Set(merchant),
        axis: Set(axis.as_str().to_owned()),
        transition: Set(transition.to_owned()),
        from_state: Set(from.to_owned()),
        to_state: Set(to.to_owned()),
        reason_code: Set(code.to_owned()),
        reason: Set(words.map(str::to_owned)),
        effects: Set(effects.as_ref().map(serde_json::to_string).transpose()?),
        actor: Set(tx.ctx().actor().id()),
        actor_name: Set(tx.ctx().actor().name.clone()),
        at: Set(tx.now()),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(id)
}

pub(crate) fn of_row(row: Model) -> Result<Step, Error> {
    Ok(Step {
        id: row.id,
        merchant: row.merchant_id,
        axis: super::known("axis", &row.axis, Axis::parse)?,
        transition: row.transition,
        from: row.from_state,
        to: row.to_state,
        reason_code: row.reason_code,
        reason: row.reason,
        effects: super::effects(row.effects.as_deref())?,
        actor: row.actor,
        actor_name: row.actor_name,
        at: row.at,
    })
}
