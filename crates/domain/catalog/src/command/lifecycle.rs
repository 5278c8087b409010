//! Sending products to review, taking them back, archiving them.

use access::Action;
use context::Ctx;
use history::Change;
use kernel::Invalid;
use kernel::id::ProductId;
use kernel::text;

use super::settle::of_owner;
use crate::Error;
use crate::actions::{PRODUCT_ARCHIVE, PRODUCT_EDIT, PRODUCT_PUBLISH};
use crate::entity::{product, variant};
use crate::event::{ProductChanged, ProductReturned, ProductSubmitted, ProductUnpublished};
use crate::model::{Product, ProductAction, ProductStatus};
use crate::repo::{load, rows, save};

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

/// Which product, as the caller saw it.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The product.
    pub id: ProductId,
    /// The version the caller saw; `None`: whatever it is now.
    pub expected_version: Option<i64>,
}

/// Sends a draft to the operator. It must have a variant.
///
/// # Errors
/// Not found; stale; `PRODUCT_STATUS`; `PRODUCT_INCOMPLETE`.
pub async fn product_submit(ctx: &Ctx, step: Step) -> Result<Product, Error> {
    move_on(ctx, PRODUCT_EDIT, ProductAction::Submit, step, None).await
}

/// Takes a product back to a draft, off all channels, so that its owner can change it.
///
/// # Errors
/// Not found; stale; `PRODUCT_STATUS`.
pub async fn product_revise(ctx: &Ctx, step: Step) -> Result<Product, Error> {
    move_on(ctx, PRODUCT_EDIT, ProductAction::Revise, step, None).await
}

/// The operator returns a product in review with a note.
///
/// # Errors
/// Not found; stale; `PRODUCT_STATUS`; an empty note.
pub async fn product_return(ctx: &Ctx, step: Step, note: &str) -> Result<Product, Error> {
    move_on(ctx, PRODUCT_PUBLISH, ProductAction::Return, step, Some(note)).await
}

/// Puts a product out of use and off all channels.
///
/// # Errors
/// Not found; stale; `PRODUCT_STATUS`.
pub async fn product_archive(ctx: &Ctx, step: Step) -> Result<Product, Error> {
    move_on(ctx, PRODUCT_ARCHIVE, ProductAction::Archive, step, None).await
}

/// Makes an archived product a draft again.
///
/// # Errors
/// Not found; stale; `PRODUCT_STATUS`.
pub async fn product_restore(ctx: &Ctx, step: Step) -> Result<Product, Error> {
    move_on(ctx, PRODUCT_ARCHIVE, ProductAction::Restore, step, None).await
}

async fn move_on(
    ctx: &Ctx,
    right: Action,
    action: ProductAction,
    step: Step,
    note: Option<&str>,
) -> Result<Product, Error> {
    // Publishing and returning are not narrowed to parts of the catalog; see `identity::narrowing`.
    let grant = ctx.authorize_within(right)?;
    let note = note.map(note_text).transpose()?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let row = load::lock_one(&tx, &grant, step.id, step.expected_version).await?;
    let status = rows::product(row.clone())?.status;
    let next = action.apply(status, grant.is_wide())?;
    if action == ProductAction::Submit {
        let live = variant::Entity::find()
            .filter(variant::Column::ProductId.eq(row.id))
            .filter(variant::Column::Archived.eq(false));
        if live.count(&*tx).await? == 0 {
            return Err(Error::Incomplete { missing: "it has no variant" });
        }
    }
    let moved = product::Model {
        status: next.as_str().to_owned(),
        review_note: if action == ProductAction::Submit {
            None
        } else {
            note.clone().or_else(|| row.review_note.clone())
        },
        published_at: row.published_at.filter(|_| next == ProductStatus::Published),
        version: row.version + 1,
        updated_at: tx.now(),
        ..row.clone()
    };
    save::upsert_products(&tx, vec![moved.clone()]).await?;
    if status == ProductStatus::Published {
        save::clear_publication(&tx, &[row.id]).await?;
        tx.emit(&ProductUnpublished { products: vec![row.id] });
    }
    let mut change = Change::new("product", row.id, action.participle()).field("status", status, next);
    if let Some(note) = &note {
        change = change.because(note.clone());
    }
    tx.record(of_owner(change, row.owner_id));
    match (action, note) {
        (ProductAction::Submit, _) => tx.emit(&ProductSubmitted { product: row.id }),
        (ProductAction::Return, Some(note)) => tx.emit(&ProductReturned { product: row.id, note }),
        _ => tx.emit(&ProductChanged { products: vec![row.id] }),
    }
    tx.commit().await?;
    Ok(rows::product(moved)?)
}

fn note_text(note: &str) -> Result<String, Error> {
    let note = text::block("note", note, 2_000)?;
    if note.is_empty() { Err(Invalid::required("note").into()) } else { Ok(note) }
}
