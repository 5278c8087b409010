//! Ratings below the threshold.

use access::Grant;
use context::{WriteTx, within_merchants};
use kernel::id::{MerchantId, RatingFallId};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::entity::rating::fall_row::{ActiveModel, Column, Entity, Model};
use crate::model::rating::Fall;

/// The fall of a merchant that is not over.
pub(crate) async fn open<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    merchant: MerchantId,
) -> Result<Option<Fall>, Error> {
    let open = Entity::find()
        .filter(within_merchants(grant, Column::MerchantId))
        .filter(Column::MerchantId.eq(merchant))
        .filter(Column::EndedAt.is_null());
    Ok(open.one(conn).await?.map(of_row))
}

pub(crate) async fn find<C: ConnectionTrait>(conn: &C, grant: &Grant, id: RatingFallId) -> Result<Fall, Error> {
    let own = Entity::find_by_id(id).filter(within_merchants(grant, Column::MerchantId));
    Ok(of_row(own.one(conn).await?.ok_or(context::Error::NotFound("fall of a rating"))?))
}

/// Falls within the reach of the grant, the newest first; of one merchant, if one is named.
pub(crate) async fn list<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    merchant: Option<MerchantId>,
    before: Option<RatingFallId>,
    limit: u64,
) -> Result<Vec<Fall>, Error> {
    let mut find =
        Entity::find().filter(within_merchants(grant, Column::MerchantId)).order_by_desc(Column::Id).limit(limit);
    if let Some(merchant) = merchant {
        find = find.filter(Column::MerchantId.eq(merchant));
    }
    if let Some(before) = before {
        find = find.filter(Column::Id.lt(before));
    }
    Ok(find.all(conn).await?.into_iter().map(of_row).collect())
}

pub(crate) async fn insert(tx: &WriteTx, fall: &Fall) -> Result<(), Error> {
    let row = ActiveModel {
        id: Set(fall.id),
        merchant_id: Set(fall.merchant),
        formula_version: Set(fall.formula),
        rating: Set(fall.rating),
        below: Set(fall.below),
        warned_at: Set(fall.warned_at),
        restrict_at: Set(fall.restrict_at),
        reason_code: Set(fall.reason_code.clone()),
        restricted_at: Set(None),
        ended_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Keeps when it led to a restriction and when it was over, under the lock of the rating.
pub(crate) async fn save(tx: &WriteTx, fall: &Fall) -> Result<(), Error> {
    let row =
        ActiveModel { restricted_at: Set(fall.restricted_at), ended_at: Set(fall.ended_at), ..Default::default() };
    Entity::update_many().set(row).filter(Column::Id.eq(fall.id)).exec(&**tx).await?;
    Ok(())
}

fn of_row(row: Model) -> Fall {
    Fall {
        id: row.id,
        merchant: row.merchant_id,
        formula: row.formula_version,
        rating: row.rating,
        below: row.below,
        warned_at: row.warned_at,
        restrict_at: row.restrict_at,
        reason_code: row.reason_code,
        restricted_at: row.restricted_at,
        ended_at: row.ended_at,
    }
}
