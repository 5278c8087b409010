//! Scores, kept for ever.

use access::Grant;
use context::{WriteTx, within_merchants};
use kernel::id::{MerchantId, MerchantScoreId};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::entity::rating::score_row::{ActiveModel, Column, Entity, Model};
use crate::model::rating::Score;

pub(crate) async fn insert(tx: &WriteTx, score: &Score) -> Result<(), Error> {
    let row = ActiveModel {
        id: Set(score.id),
        merchant_id: Set(score.merchant),
        formula_version: Set(score.formula),
        inputs: Set(serde_json::to_string(&score.inputs)?),
        rating: Set(score.rating),
        known: Set(score.known),
        computed_at: Set(score.computed_at),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// A score by the id that a merchant's rating names.
pub(crate) async fn find<C: ConnectionTrait>(conn: &C, id: Option<MerchantScoreId>) -> Result<Option<Score>, Error> {
    let Some(id) = id else { return Ok(None) };
    Entity::find_by_id(id).one(conn).await?.map(of_row).transpose()
}

/// Scores of a merchant, the newest first.
pub(crate) async fn list<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    merchant: MerchantId,
    before: Option<MerchantScoreId>,
    limit: u64,
) -> Result<Vec<Score>, Error> {
    let mut find = Entity::find()
        .filter(within_merchants(grant, Column::MerchantId))
        .filter(Column::MerchantId.eq(merchant))
        .order_by_desc(Column::Id)
        .limit(limit);
    if let Some(before) = before {
        find = find.filter(Column::Id.lt(before));
    }
    find.all(conn).await?.into_iter().map(of_row).collect()
}

/// Scores after one, of whatever merchant, in the order of their ids.
pub(crate) async fn all_after<C: ConnectionTrait>(
    conn: &C,
    after: Option<MerchantScoreId>,
    limit: u64,
) -> Result<Vec<Score>, Error> {
    let mut find = Entity::find().order_by_asc(Column::Id).limit(limit);
    if let Some(after) = after {
        find = find.filter(Column::Id.gt(after));
    }
    find.all(conn).await?.into_iter().map(of_row).collect()
}

fn of_row(row: Model) -> Result<Score, Error> {
    Ok(Score {
        id: row.id,
        merchant: row.merchant_id,
        formula: row.formula_version,
        inputs: serde_json::from_str(&row.inputs)?,
        rating: row.rating,
        known: row.known,
        computed_at: row.computed_at,
    })
}
