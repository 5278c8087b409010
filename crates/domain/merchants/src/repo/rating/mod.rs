//! Ratings: what was counted, formulas, scores, falls. Rows of a merchant are reached through a grant.

pub(crate) mod facts;
pub(crate) mod fall;
pub(crate) mod formula;
pub(crate) mod score;

use access::Grant;
use chrono::{DateTime, Utc};
use context::{WriteTx, within_merchants};
use kernel::id::{MerchantId, MerchantScoreId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::entity::merchant_row;
use crate::entity::rating::rating_row::{ActiveModel, Column, Entity, Model};
use crate::model::rating::{Override, Standing};

/// Where the rating of a merchant stands, within the reach of the grant; as a new merchant's where nothing is stored.
pub(crate) async fn standing<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    merchant: MerchantId,
) -> Result<Standing, Error> {
    let own = Entity::find_by_id(merchant).filter(within_merchants(grant, Column::MerchantId));
    Ok(own.one(conn).await?.map_or_else(|| nothing(merchant), of_row))
}

/// The ratings after that of `after`, in the order of merchants.
pub(crate) async fn standings<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    after: Option<MerchantId>,
    limit: u64,
) -> Result<Vec<Standing>, Error> {
    let mut find = Entity::find()
        .filter(within_merchants(grant, Column::MerchantId))
        .order_by_asc(Column::MerchantId)
        .limit(limit);
    if let Some(after) = after {
        find = find.filter(Column::MerchantId.gt(after));
    }
    Ok(find.all(conn).await?.into_iter().map(of_row).collect())
}

/// The rating of a merchant under lock until the transaction ends; it is made where there is none. Whoever locks the
/// merchant's own row, too, does so afterwards.
pub(crate) async fn lock(tx: &WriteTx, grant: &Grant, merchant: MerchantId) -> Result<Standing, Error> {
    let row = ActiveModel {
        merchant_id: Set(merchant),
        score_id: Set(None),
        rating: Set(None),
        known: Set(false),
        asked: Set(false),
        due_at: Set(tx.now()),
        override_rating: Set(None),
        override_reason: Set(None),
        override_until: Set(None),
        override_by: Set(None),
        override_at: Set(None),
        version: Set(1),
    };
    let first = OnConflict::column(Column::MerchantId).do_nothing().to_owned();
    Entity::insert(row).on_conflict(first).exec_without_returning(&**tx).await?;
    let own = Entity::find_by_id(merchant).filter(within_merchants(grant, Column::MerchantId)).lock_exclusive();
    Ok(of_row(own.one(&**tx).await?.ok_or(context::Error::NotFound("merchant"))?))
}

/// Notes that the rating is to be computed again; whether nobody had asked for it.
pub(crate) async fn ask(tx: &WriteTx, merchant: MerchantId) -> Result<bool, Error> {
    let asked = Entity::update_many()
        .col_expr(Column::Asked, Expr::value(true))
        .filter(Column::MerchantId.eq(merchant))
        .filter(Column::Asked.eq(false))
        .exec(&**tx)
        .await?;
    Ok(asked.rows_affected == 1)
}

/// Lets the clock ask for all ratings now.
pub(crate) async fn ask_all(tx: &WriteTx) -> Result<(), Error> {
    Entity::update_many().col_expr(Column::DueAt, Expr::value(tx.now())).exec(&**tx).await?;
    Ok(())
}

/// Merchants whose rating the clock asks for, the longest waiting first.
pub(crate) async fn due<C: ConnectionTrait>(
    conn: &C,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<MerchantId>, Error> {
    let due = Entity::find()
        .select_only()
        .column(Column::MerchantId)
        .filter(Column::DueAt.lte(now))
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::MerchantId)
        .limit(limit);
    Ok(due.into_tuple().all(conn).await?)
}

/// Keeps what was computed under the lock, and when to look again.
pub(crate) async fn settle(tx: &WriteTx, standing: &Standing, due_at: DateTime<Utc>) -> Result<(), Error> {
    let row = ActiveModel {
        score_id: Set(standing.score),
        rating: Set(standing.rating),
        known: Set(standing.known),
        asked: Set(false),
        due_at: Set(due_at),
        ..Default::default()
    };
    Entity::update_many().set(row).filter(Column::MerchantId.eq(standing.merchant)).exec(&**tx).await?;
    Ok(())
}

/// Keeps what people put in the place of the rating, under the lock.
pub(crate) async fn save_override(tx: &WriteTx, standing: &Standing) -> Result<(), Error> {
    let over = standing.override_.as_ref();
    let row = ActiveModel {
        override_rating: Set(over.map(|over| over.rating)),
        override_reason: Set(over.map(|over| over.reason.clone())),
        override_until: Set(over.map(|over| over.until)),
        override_by: Set(over.map(|over| over.author_name.clone())),
        override_at: Set(over.map(|over| over.at)),
        version: Set(standing.version),
        ..Default::default()
    };
    Entity::update_many().set(row).filter(Column::MerchantId.eq(standing.merchant)).exec(&**tx).await?;
    Ok(())
}

/// What buyers see of the rating. The merchant's version stays: nothing of it that people change is another.
pub(crate) async fn show_stars(tx: &WriteTx, merchant: MerchantId, stars: Option<i64>) -> Result<(), Error> {
    merchant_row::Entity::update_many()
        .col_expr(merchant_row::Column::Stars, Expr::value(stars))
        .filter(merchant_row::Column::Id.eq(merchant))
        .exec(&**tx)
        .await?;
    Ok(())
}

const fn nothing(merchant: MerchantId) -> Standing {
    Standing { merchant, score: None, rating: None, known: false, override_: None, version: 1 }
}

fn of_row(row: Model) -> Standing {
    let known = row.override_rating.zip(row.override_reason).zip(row.override_until.zip(row.override_by));
    let override_ = known.zip(row.override_at).map(|(((rating, reason), (until, author_name)), at)| Override {
        rating,
        reason,
        until,
        author_name,
        at,
    });
    let score: Option<MerchantScoreId> = row.score_id;
    Standing { merchant: row.merchant_id, score, rating: row.rating, known: row.known, override_, version: row.version }
}
