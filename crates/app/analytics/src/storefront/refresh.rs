//! Keeping the listing equal to what it is made from.

use std::collections::BTreeSet;

use context::{Ctx, WriteTx};
use db::dialect::{pad, statement};
use kernel::id::ProductId;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryFilter, Value};

use super::compute::{Rows, expected, stored};
use super::{LISTING_REFRESH, PRODUCTS_PER_PART};
use crate::entity::{storefront_attribute, storefront_category, storefront_listing, storefront_text};
use crate::error::Error;

/// Rows of one insert; keeps a statement below the limit of variables.
const ROWS_PER_INSERT: usize = 2_000;

/// Makes the listing of these products what it should be. Writes only what differs; again it writes nothing.
///
/// # Errors
/// The database error; the right may be missing.
pub async fn refresh(ctx: &Ctx, products: &[ProductId]) -> Result<(), Error> {
    ctx.authorize(LISTING_REFRESH)?;
    let wanted: Vec<ProductId> = products.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    for part in wanted.chunks(PRODUCTS_PER_PART) {
        refresh_part(ctx, part).await?;
    }
    Ok(())
}

/// Makes the whole listing what it should be, part by part. Storefronts keep reading meanwhile.
///
/// # Errors
/// The database error; the right may be missing.
pub async fn rebuild(ctx: &Ctx) -> Result<(), Error> {
    ctx.authorize(LISTING_REFRESH)?;
    let mut after = None;
    loop {
        let part = part_after(ctx.read(), after).await?;
        let Some(last) = part.last().copied() else { return Ok(()) };
        refresh_part(ctx, &part).await?;
        after = Some(last);
    }
}

async fn refresh_part(ctx: &Ctx, part: &[ProductId]) -> Result<(), Error> {
    let tx = ctx.begin_write().await?;
    if tx.get_database_backend() == DbBackend::Postgres {
        // Two handlers of one product: the second must look after the first has written, or the older look wins.
        tx.execute_raw(statement(&*tx, "SELECT pg_advisory_xact_lock(7311049183)", [])).await?;
    }
    let (should, is) = (expected(&*tx, part).await?, stored(&*tx, part).await?);
    if should == is {
        return Ok(());
    }
    replace(&tx, part, should, &is).await?;
    Ok(tx.commit().await?)
}

/// Writes each of the four tables where it differs.
async fn replace(tx: &WriteTx, part: &[ProductId], should: Rows, is: &Rows) -> Result<(), Error> {
    let ids = || pad(part.to_vec());
    if should.listing != is.listing {
        let gone = storefront_listing::Column::ProductId.is_in(ids());
        storefront_listing::Entity::delete_many().filter(gone).exec(&**tx).await?;
        insert::<storefront_listing::Entity, storefront_listing::ActiveModel>(tx, should.listing).await?;
    }
    if should.texts != is.texts {
        let gone = storefront_text::Column::ProductId.is_in(ids());
        storefront_text::Entity::delete_many().filter(gone).exec(&**tx).await?;
        insert::<storefront_text::Entity, storefront_text::ActiveModel>(tx, should.texts).await?;
    }
    if should.categories != is.categories {
        let gone = storefront_category::Column::ProductId.is_in(ids());
        storefront_category::Entity::delete_many().filter(gone).exec(&**tx).await?;
        insert::<storefront_category::Entity, storefront_category::ActiveModel>(tx, should.categories).await?;
    }
    if should.attributes != is.attributes {
        let gone = storefront_attribute::Column::ProductId.is_in(ids());
        storefront_attribute::Entity::delete_many().filter(gone).exec(&**tx).await?;
        insert::<storefront_attribute::Entity, storefront_attribute::ActiveModel>(tx, should.attributes).await?;
    }
    Ok(())
}

async fn insert<E, A>(tx: &WriteTx, rows: Vec<E::Model>) -> Result<(), Error>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<A> + Clone,
    A: sea_orm::ActiveModelTrait<Entity = E> + Send,
{
    for part in rows.chunks(ROWS_PER_INSERT) {
        let rows = part.iter().map(|row| {
            // A model counts as unchanged; an insert wants every column.
            let mut row = row.clone().into_active_model();
            for column in <E::Column as sea_orm::Iterable>::iter() {
                row.reset(column);
            }
            row
        });
        E::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

async fn part_after<C: ConnectionTrait>(conn: &C, after: Option<ProductId>) -> Result<Vec<ProductId>, Error> {
    let (later, values): (&str, Vec<Value>) = match after {
        Some(after) => ("WHERE id > ?", vec![after.into()]),
        None => ("", Vec::new()),
    };
    let sql = format!("SELECT id FROM product {later} ORDER BY id LIMIT {PRODUCTS_PER_PART}");
    let rows = conn.query_all_raw(statement(conn, &sql, values)).await?;
    let ids: Result<Vec<ProductId>, _> = rows.iter().map(|row| row.try_get("", "id")).collect();
    Ok(ids?)
}

/// Every product whose listing is not what making it again would give; a sentence each. Empty when all is well.
///
/// # Errors
/// The database error.
pub async fn check<C: ConnectionTrait>(conn: &C) -> Result<Vec<String>, Error> {
    let mut differences = Vec::new();
    let mut after = None;
    loop {
        let part = part_after(conn, after).await?;
        let Some(last) = part.last().copied() else { return Ok(differences) };
        if expected(conn, &part).await? != stored(conn, &part).await? {
            for product in part {
                let one = [product];
                if expected(conn, &one).await? != stored(conn, &one).await? {
                    differences.push(format!("storefront listing of {product} is out of date"));
                }
            }
        }
        after = Some(last);
    }
}
