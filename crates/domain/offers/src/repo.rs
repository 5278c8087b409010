//! Loading and saving, a few statements for any number of rows.

use std::collections::HashMap;

use access::Grant;
use context::{WriteTx, within_merchants};
use db::dialect::{pad, statement};
use kernel::id::{MerchantId, OfferId, ProductId, VariantId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Value,
};

use crate::entity::{offer, price};
use crate::error::Error;
use crate::model::{Condition as GoodsCondition, Offer, OfferPrice, OfferStatus};

/// Rows of prices in one insert; keeps a statement below the limit of variables.
const PRICES_PER_INSERT: usize = 2_000;

/// The offers that a grant reaches: all, or those of the merchant, as far as their products lie in its part of the catalog.
fn within(grant: &Grant) -> Condition {
    let within = within_merchants(grant, offer::Column::MerchantId);
    within.add_option(catalog::within_categories(grant, offer::Column::ProductId))
}

/// The offers that `wanted` finds within the grant, with their prices, by id.
pub(crate) async fn find<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    wanted: Condition,
    limit: Option<u64>,
) -> Result<Vec<Offer>, Error> {
    let rows = offer::Entity::find()
        .filter(wanted)
        .filter(within(grant))
        .order_by_asc(offer::Column::Id)
        .limit(limit)
        .all(conn)
        .await?;
    with_prices(conn, rows).await
}

/// Like [`find`], and locks the offers in the order of their ids until the transaction ends.
pub(crate) async fn lock(tx: &WriteTx, grant: &Grant, wanted: Condition) -> Result<Vec<Offer>, Error> {
    let rows = offer::Entity::find()
        .filter(wanted)
        .filter(within(grant))
        .order_by_asc(offer::Column::Id)
        .lock_exclusive()
        .all(&**tx)
        .await?;
    with_prices(&**tx, rows).await
}

/// Leaves out the variants whose products lie beyond the grant's part of the catalog.
pub(crate) async fn keep_reached(
    tx: &WriteTx,
    grant: &Grant,
    products: &mut HashMap<VariantId, ProductId>,
) -> Result<(), Error> {
    if grant.bounds().is_none() || products.is_empty() {
        return Ok(());
    }
    let ids = products.values().copied().collect();
    let reached = catalog::reached_on(&**tx, grant, ids).await?;
    products.retain(|_, product| reached.contains(product));
    Ok(())
}

/// One offer within the grant, locked.
pub(crate) async fn lock_one(tx: &WriteTx, grant: &Grant, id: OfferId) -> Result<Offer, Error> {
    let found = lock(tx, grant, Condition::all().add(offer::Column::Id.eq(id))).await?;
    Ok(found.into_iter().next().ok_or(context::Error::NotFound("offer"))?)
}

async fn with_prices<C: ConnectionTrait>(conn: &C, rows: Vec<offer::Model>) -> Result<Vec<Offer>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<OfferId> = rows.iter().map(|row| row.id).collect();
    let found = price::Entity::find().filter(price::Column::OfferId.is_in(pad(ids))).all(conn).await?;
    let mut prices: HashMap<OfferId, Vec<OfferPrice>> = HashMap::with_capacity(rows.len());
    for row in found {
        prices.entry(row.offer_id).or_default().push(OfferPrice {
            channel_id: row.channel_id,
            currency: row.currency,
            amount_minor: row.amount_minor,
            compare_at_minor: row.compare_at_minor,
        });
    }
    rows.into_iter()
        .map(|row| {
            let mut prices = prices.remove(&row.id).unwrap_or_default();
            prices.sort();
            offer_of(row, prices)
        })
        .collect()
}

fn offer_of(row: offer::Model, prices: Vec<OfferPrice>) -> Result<Offer, Error> {
    let unknown = |text: &str| context::Error::internal(format!("stored offer: {text:?}"));
    Ok(Offer {
        id: row.id,
        merchant_id: row.merchant_id,
        product_id: row.product_id,
        variant_id: row.variant_id,
        sku: row.sku,
        stock_item_id: row.stock_item_id,
        condition: GoodsCondition::parse(&row.condition).ok_or_else(|| unknown(&row.condition))?,
        status: OfferStatus::parse(&row.status).ok_or_else(|| unknown(&row.status))?,
        handling_days: row.handling_days,
        min_quantity: row.min_quantity,
        max_quantity: row.max_quantity,
        prices,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// Adds offers with their prices.
pub(crate) async fn insert(tx: &WriteTx, offers: &[Offer]) -> Result<(), Error> {
    if offers.is_empty() {
        return Ok(());
    }
    let rows = offers.iter().map(|offer| offer::ActiveModel {
        id: Set(offer.id),
        merchant_id: Set(offer.merchant_id),
        product_id: Set(offer.product_id),
        variant_id: Set(offer.variant_id),
        sku: Set(offer.sku.clone()),
        stock_item_id: Set(offer.stock_item_id),
        condition: Set(offer.condition.as_str().to_owned()),
        status: Set(offer.status.as_str().to_owned()),
        handling_days: Set(offer.handling_days),
        min_quantity: Set(offer.min_quantity),
        max_quantity: Set(offer.max_quantity),
        version: Set(offer.version),
        created_at: Set(offer.created_at),
        updated_at: Set(offer.updated_at),
    });
    offer::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    insert_prices(tx, offers).await
}

/// Writes changed offers, each from the version before; `repriced` are those whose prices differ.
pub(crate) async fn update(tx: &WriteTx, offers: &[Offer], repriced: &[Offer]) -> Result<(), Error> {
    if offers.is_empty() {
        return Ok(());
    }
    let rows = pad(offers.iter().map(update_values).collect::<Vec<_>>());
    let list = vec!["(?, ?, ?, ?, ?, ?)"; rows.len()].join(", ");
    let mut values: Vec<Value> = rows.into_iter().flatten().collect();
    values.push(tx.now().into());
    let sql = format!(
        "WITH change (offer_id, seen, new_status, new_handling, new_min, new_max) AS (VALUES {list})
        UPDATE offer SET status = new_status, handling_days = new_handling, min_quantity = new_min,
            max_quantity = new_max, version = seen + 1, updated_at = ?
        FROM change WHERE offer.id = offer_id AND offer.version = seen"
    );
    let done = tx.execute_raw(statement(&**tx, &sql, values)).await?;
    if usize::try_from(done.rows_affected()) != Ok(offers.len()) {
        return Err(context::Error::Stale("offer").into());
    }
    if repriced.is_empty() {
        return Ok(());
    }
    let ids = pad(repriced.iter().map(|offer| offer.id).collect());
    price::Entity::delete_many().filter(price::Column::OfferId.is_in(ids)).exec(&**tx).await?;
    insert_prices(tx, repriced).await
}

fn update_values(offer: &Offer) -> [Value; 6] {
    [
        offer.id.into(),
        (offer.version - 1).into(),
        offer.status.as_str().to_owned().into(),
        offer.handling_days.into(),
        offer.min_quantity.into(),
        offer.max_quantity.into(),
    ]
}

async fn insert_prices(tx: &WriteTx, offers: &[Offer]) -> Result<(), Error> {
    let rows: Vec<price::ActiveModel> = offers
        .iter()
        .flat_map(|offer| offer.prices.iter().map(move |price| (offer.id, price)))
        .map(|(offer_id, price)| price::ActiveModel {
            id: Set(tx.ctx().new_id()),
            offer_id: Set(offer_id),
            channel_id: Set(price.channel_id),
            currency: Set(price.currency),
            amount_minor: Set(price.amount_minor),
            compare_at_minor: Set(price.compare_at_minor),
        })
        .collect();
    for part in rows.chunks(PRICES_PER_INSERT) {
        price::Entity::insert_many(part.to_vec()).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

/// Refuses a merchant that does not exist. Its staff need not be asked: they are of it.
pub(crate) async fn require_merchant(tx: &WriteTx, grant: &Grant, id: MerchantId) -> Result<(), Error> {
    if !grant.is_wide() {
        return Ok(());
    }
    let terms = merchants::selling_terms_on(&**tx, &[id]).await.map_err(of_merchants)?;
    if terms.contains_key(&id) { Ok(()) } else { Err(context::Error::NotFound("merchant").into()) }
}

pub(crate) fn of_merchants(error: merchants::Error) -> Error {
    match error {
        merchants::Error::Core(core) => Error::Core(core),
        other => Error::Core(context::Error::internal(other)),
    }
}
