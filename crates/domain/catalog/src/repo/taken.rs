//! What other products hold already: slugs, article numbers, trade item numbers.

use std::collections::{HashMap, HashSet};

use context::Error;
use db::Tx;
use db::dialect::pad;
use kernel::id::{CategoryId, MerchantId, ProductId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::entity::{category, product, variant};

/// Values in one IN-list.
const CHUNK: usize = 8_192;

/// Who holds each of these slugs.
pub(crate) async fn slugs(tx: &Tx, slugs: Vec<String>) -> Result<HashMap<String, ProductId>, Error> {
    if slugs.is_empty() {
        return Ok(HashMap::new());
    }
    let held: Vec<(String, ProductId)> = product::Entity::find()
        .select_only()
        .columns([product::Column::Slug, product::Column::Id])
        .filter(product::Column::Slug.is_in(pad(slugs)))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(held.into_iter().collect())
}

/// Which product of `owner` holds each of these article numbers.
pub(crate) async fn skus(
    tx: &Tx,
    owner: Option<MerchantId>,
    skus: &[String],
) -> Result<HashMap<String, ProductId>, Error> {
    let owned = match owner {
        Some(merchant) => variant::Column::OwnerId.eq(merchant),
        None => variant::Column::OwnerId.is_null(),
    };
    let mut held = HashMap::with_capacity(skus.len());
    for chunk in skus.chunks(CHUNK) {
        let found: Vec<(String, ProductId)> = variant::Entity::find()
            .select_only()
            .columns([variant::Column::Sku, variant::Column::ProductId])
            .filter(owned.clone())
            .filter(variant::Column::Sku.is_in(pad(chunk.to_vec())))
            .into_tuple()
            .all(tx)
            .await?;
        held.extend(found);
    }
    Ok(held)
}

/// Which published product carries each of these trade item numbers.
pub(crate) async fn gtins(tx: &Tx, gtins: &[String]) -> Result<HashMap<String, ProductId>, Error> {
    let mut held = HashMap::new();
    for chunk in gtins.chunks(CHUNK) {
        let found: Vec<(String, ProductId)> = variant::Entity::find()
            .select_only()
            .columns([variant::Column::Gtin, variant::Column::ProductId])
            .filter(variant::Column::PublishedGtin.is_in(pad(chunk.to_vec())))
            .into_tuple()
            .all(tx)
            .await?;
        held.extend(found);
    }
    Ok(held)
}

/// Which of these categories there are.
pub(crate) async fn categories(tx: &Tx, ids: Vec<CategoryId>) -> Result<HashSet<CategoryId>, Error> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let query = category::Entity::find().select_only().column(category::Column::Id);
    let found: Vec<CategoryId> = query.filter(category::Column::Id.is_in(pad(ids))).into_tuple().all(tx).await?;
    Ok(found.into_iter().collect())
}
