//! Putting products into channels and taking them off.

use std::collections::{HashMap, HashSet};

use context::{Ctx, WriteTx};
use db::dialect::pad;
use history::Change;
use kernel::Invalid;
use kernel::id::{ChannelId, ProductId};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::bulk::PRODUCTS_MAX;
use super::settle::{of_marketplace, of_owner};
use crate::Error;
use crate::actions::PRODUCT_PUBLISH;
use crate::entity::{product, product_channel, variant};
use crate::event::{ProductPublished, ProductUnpublished};
use crate::model::{Product, ProductAction, ProductStatus};
use crate::query::for_sale::channels_on;
use crate::repo::{load, rows, save, taken};

/// The most channels in one call.
const CHANNELS_MAX: usize = 50;

/// Products and the channels they are to be put into or taken off.
#[derive(Debug, Clone)]
pub struct Publish {
    /// The products, 1 to 500.
    pub products: Vec<ProductId>,
    /// The channels, 1 to 50.
    pub channels: Vec<ChannelId>,
    /// The version the caller saw; only with a single product.
    pub expected_version: Option<i64>,
}

/// Publishes products in channels, all of them or none. Each must have a variant, and its trade item numbers must
/// not be those of another published product.
///
/// # Errors
/// Not found when a product or channel is unknown; stale; `PRODUCT_STATUS`, `PRODUCT_INCOMPLETE`, `GTIN_TAKEN`.
pub async fn products_publish(ctx: &Ctx, input: Publish) -> Result<Vec<Product>, Error> {
    let grant = ctx.authorize(PRODUCT_PUBLISH)?;
    let input = checked(input)?;
    channels_exist(ctx, &input.channels).await?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = lock(&tx, &grant, &input).await?;
    let ids: Vec<ProductId> = before.iter().map(|row| row.id).collect();
    variants_allow(&tx, &ids).await?;
    let channels = channels_on(&*tx, &ids).await?;
    let mut after = Vec::with_capacity(before.len());
    for row in &before {
        let status = rows::product(row.clone())?.status;
        let next = ProductAction::Publish.apply(status, true)?;
        let old = channels.get(&row.id).cloned().unwrap_or_default();
        let mut new = old.clone();
        new.extend(input.channels.iter().filter(|channel| !old.contains(channel)));
        let change = Change::new("product", row.id, "published");
        let change = change.field("status", status, next).field("channels", &old, &new);
        tx.record(of_owner(change, row.owner_id));
        after.push(product::Model {
            status: next.as_str().to_owned(),
            review_note: None,
            published_at: row.published_at.or(Some(tx.now())),
            version: row.version + 1,
            updated_at: tx.now(),
            ..row.clone()
        });
    }
    save::upsert_products(&tx, after.clone()).await?;
    add_channels(&tx, &ids, &input.channels).await?;
    variant::Entity::update_many()
        .col_expr(variant::Column::PublishedGtin, Expr::col(variant::Column::Gtin))
        .filter(variant::Column::ProductId.is_in(pad(ids.clone())))
        .filter(variant::Column::Archived.eq(false))
        .filter(variant::Column::Gtin.is_not_null())
        .exec(&*tx)
        .await?;
    tx.emit(&ProductPublished { products: ids, channels: input.channels });
    tx.commit().await?;
    after.into_iter().map(|row| Ok(rows::product(row)?)).collect()
}

/// Takes products off channels, all of them or none. One that is in no channel any more becomes a draft.
///
/// # Errors
/// Not found when a product is unknown; stale; `PRODUCT_STATUS`.
pub async fn products_unpublish(ctx: &Ctx, input: Publish) -> Result<Vec<Product>, Error> {
    let grant = ctx.authorize(PRODUCT_PUBLISH)?;
    let input = checked(input)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = lock(&tx, &grant, &input).await?;
    let ids: Vec<ProductId> = before.iter().map(|row| row.id).collect();
    let channels = channels_on(&*tx, &ids).await?;
    product_channel::Entity::delete_many()
        .filter(product_channel::Column::ProductId.is_in(pad(ids.clone())))
        .filter(product_channel::Column::ChannelId.is_in(pad(input.channels.clone())))
        .exec(&*tx)
        .await?;
    let (mut after, mut nowhere) = (Vec::with_capacity(before.len()), Vec::new());
    for row in &before {
        let status = rows::product(row.clone())?.status;
        let published = ProductAction::Unpublish.apply(status, true)?;
        let old = channels.get(&row.id).cloned().unwrap_or_default();
        let new: Vec<ChannelId> = old.iter().copied().filter(|channel| !input.channels.contains(channel)).collect();
        let next = if new.is_empty() { ProductStatus::Draft } else { published };
        if new.is_empty() {
            nowhere.push(row.id);
        }
        let change = Change::new("product", row.id, "unpublished");
        let change = change.field("status", status, next).field("channels", &old, &new);
        tx.record(of_owner(change, row.owner_id));
        after.push(product::Model {
            status: next.as_str().to_owned(),
            published_at: row.published_at.filter(|_| next == ProductStatus::Published),
            version: row.version + 1,
            updated_at: tx.now(),
            ..row.clone()
        });
    }
    save::upsert_products(&tx, after.clone()).await?;
    if !nowhere.is_empty() {
        save::clear_publication(&tx, &nowhere).await?;
    }
    tx.emit(&ProductUnpublished { products: ids });
    tx.commit().await?;
    after.into_iter().map(|row| Ok(rows::product(row)?)).collect()
}

fn checked(mut input: Publish) -> Result<Publish, Error> {
    input.products.sort_unstable();
    input.products.dedup();
    input.channels.sort_unstable();
    input.channels.dedup();
    let within = |field: &str, count: usize, max: usize| match count {
        0 => Err(Invalid::required(field)),
        n if n > max => Err(Invalid::new(field, "TOO_MANY", format!("at most {max}"))),
        _ => Ok(()),
    };
    within("products", input.products.len(), PRODUCTS_MAX)?;
    within("channels", input.channels.len(), CHANNELS_MAX)?;
    if input.expected_version.is_some() && input.products.len() > 1 {
        let message = "a version can be expected of a single product only";
        return Err(Invalid::new("expectedVersion", "MALFORMED", message).into());
    }
    Ok(input)
}

async fn lock(tx: &WriteTx, grant: &access::Grant, input: &Publish) -> Result<Vec<product::Model>, Error> {
    let rows = load::lock(tx, grant, &input.products).await?;
    if rows.len() != input.products.len() {
        return Err(context::Error::NotFound("product").into());
    }
    match input.expected_version {
        Some(version) if rows.iter().any(|row| row.version != version) => Err(context::Error::Stale("product").into()),
        _ => Ok(rows),
    }
}

/// Each product has a variant, and no trade item number would be published twice.
async fn variants_allow(tx: &WriteTx, ids: &[ProductId]) -> Result<(), Error> {
    let live = variant::Entity::find()
        .filter(variant::Column::ProductId.is_in(pad(ids.to_vec())))
        .filter(variant::Column::Archived.eq(false))
        .all(&**tx)
        .await?;
    let sellable: HashSet<ProductId> = live.iter().map(|row| row.product_id).collect();
    if ids.iter().any(|id| !sellable.contains(id)) {
        return Err(Error::Incomplete { missing: "it has no variant" });
    }
    let mut holders: HashMap<String, ProductId> = HashMap::new();
    for row in live {
        let Some(gtin) = row.gtin else { continue };
        if holders.insert(gtin.clone(), row.product_id).is_some_and(|holder| holder != row.product_id) {
            return Err(Error::GtinTaken { gtin });
        }
    }
    let gtins: Vec<String> = holders.keys().cloned().collect();
    for (gtin, holder) in taken::gtins(tx, &gtins).await? {
        if holders.get(&gtin).is_some_and(|product| *product != holder) {
            return Err(Error::GtinTaken { gtin });
        }
    }
    Ok(())
}

async fn add_channels(tx: &WriteTx, products: &[ProductId], channels: &[ChannelId]) -> Result<(), Error> {
    let now = tx.now();
    let rows = products.iter().flat_map(|product| {
        channels.iter().map(move |channel| product_channel::ActiveModel {
            product_id: Set(*product),
            channel_id: Set(*channel),
            published_at: Set(now),
        })
    });
    let ignore = OnConflict::new().do_nothing().to_owned();
    Ok(save::insert::<product_channel::Entity>(tx, rows.collect(), Some(ignore)).await?)
}

/// Whether the marketplace has these channels.
async fn channels_exist(ctx: &Ctx, channels: &[ChannelId]) -> Result<(), Error> {
    let market = marketplace::snapshot(ctx).await.map_err(of_marketplace)?;
    if channels.iter().all(|id| market.channel(*id).is_some()) {
        return Ok(());
    }
    Err(context::Error::NotFound("channel").into())
}
