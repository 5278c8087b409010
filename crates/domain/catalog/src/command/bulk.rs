//! Many products at once, by their owner's handles.

use std::collections::{HashMap, HashSet};

use access::{Grant, Reach};
use context::Ctx;
use kernel::id::{MerchantId, ProductId, VariantId};
use kernel::{Fault, FaultKind, Invalid};

use super::product::codes;
use super::settle::{Owner, Settled, Target, apply, settle};
use crate::Error;
use crate::actions::PRODUCT_EDIT;
use crate::model::{Draft, ProductInput, VariantContent, prepare};
use crate::query::attribute;
use crate::repo::load::{self, Stored};
use crate::repo::save::Write;

/// The most products in one call.
pub const PRODUCTS_MAX: usize = 500;
/// Tries when another writer takes a slug or an article number between the look and the write.
const TRIES: usize = 3;

/// What became of a product of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpsertOutcome {
    /// It is new.
    Created,
    /// It was there and changed.
    Updated,
    /// It was there just like this: nothing was written.
    Unchanged,
    /// It could not be written; see the error.
    Rejected,
}

/// Why a product was rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The field in API spelling.
    pub field: Option<String>,
    /// A stable code.
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
}

/// The answer for one product, in the order of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpsertRow {
    /// The owner's handle as it was sent.
    pub external_handle: Option<String>,
    /// What became of it.
    pub outcome: UpsertOutcome,
    /// The product, unless it was rejected.
    pub product_id: Option<ProductId>,
    /// The variants that are not archived, by article number.
    pub variants: Vec<(String, VariantId)>,
    /// Why it was rejected.
    pub error: Option<RowError>,
}

/// Creates and changes up to [`PRODUCTS_MAX`] products of `merchant` (`None`: of the caller's merchant, for the operator
/// the operator's own). A product is found again by its external handle, which each must have.
///
/// Each product is written whole or not at all; one that is rejected does not touch the others. A product that is
/// like this already is left alone: no new version, no history. An operator must make sure that the merchant exists.
///
/// # Errors
/// Denied; not found for a foreign merchant; `TOO_MANY`; the database error. Faults of a product are in its row.
pub async fn products_upsert(
    ctx: &Ctx,
    merchant: Option<MerchantId>,
    products: Vec<ProductInput>,
) -> Result<Vec<UpsertRow>, Error> {
    let grant = ctx.authorize(PRODUCT_EDIT)?;
    let owner = owner_of(&grant, merchant)?;
    if products.len() > PRODUCTS_MAX {
        return Err(Invalid::new("products", "TOO_MANY", format!("at most {PRODUCTS_MAX} in one call")).into());
    }
    let drafts = drafts(ctx, products).await?;
    let mut tries = 1;
    loop {
        match upsert_once(ctx, &grant, owner, &drafts).await {
            Err(error) if tries < TRIES && raced(&error) => tries += 1,
            Ok(Upserted { overtaken: true, .. }) if tries < TRIES => tries += 1,
            outcome => return outcome.map(|done| done.rows),
        }
    }
}

/// Whether the fault is that of a race that another look at the database settles.
pub(crate) fn raced(error: &Error) -> bool {
    match error {
        Error::Core(context::Error::Database(error)) => {
            db::is_transient(error) || db::violated(error) == Some(db::error::Violation::Unique)
        }
        _ => false,
    }
}

/// In whose name products are written.
pub(crate) fn owner_of(grant: &Grant, wanted: Option<MerchantId>) -> Result<Owner, Error> {
    let merchant = match (grant.merchants(), wanted) {
        (Reach::All, wanted) => wanted,
        (Reach::Only(own), None) => Some(own),
        (Reach::Only(own), Some(wanted)) if own == wanted => Some(own),
        _ => return Err(context::Error::NotFound("merchant").into()),
    };
    Ok(Owner { merchant, operator: grant.is_wide() })
}

/// What a look at the database came to.
struct Upserted {
    rows: Vec<UpsertRow>,
    /// A product that was new at the first look is there now, and what it holds was refused to the same product of this
    /// call. Nothing was written.
    overtaken: bool,
}

struct Row {
    handle: Option<String>,
    draft: Result<Draft, RowError>,
}

/// Checks each product; a handle that is there twice is good the first time.
async fn drafts(ctx: &Ctx, products: Vec<ProductInput>) -> Result<Vec<Row>, Error> {
    let values = products
        .iter()
        .flat_map(|product| product.values.iter().chain(product.variants.iter().flat_map(|variant| &variant.values)));
    let attributes = attribute::by_codes_on(ctx.read(), codes(values)).await?;
    let mut seen = HashSet::new();
    let mut rows = Vec::with_capacity(products.len());
    for product in products {
        let handle = product.external_handle.clone();
        let draft = prepare(product, &attributes).and_then(|draft| match &draft.external_handle {
            None => Err(Invalid::required("externalHandle")),
            Some(handle) if !seen.insert(handle.clone()) => {
                Err(Invalid::new("externalHandle", "DUPLICATE", "another product of the call has this handle"))
            }
            Some(_) => Ok(draft),
        });
        rows.push(Row { handle, draft: draft.map_err(|invalid| row_error(&invalid)) });
    }
    Ok(rows)
}

async fn upsert_once(ctx: &Ctx, grant: &Grant, owner: Owner, rows: &[Row]) -> Result<Upserted, Error> {
    let mut tx = ctx.begin_write_for(grant).await?;
    let good: Vec<&Draft> = rows.iter().filter_map(|row| row.draft.as_ref().ok()).collect();
    let handles = good.iter().filter_map(|draft| draft.external_handle.clone()).collect();
    let locked = load::lock_handles(&tx, grant, owner.merchant, handles).await?;
    let known: HashSet<ProductId> = locked.iter().map(|row| row.id).collect();
    let stored = load::contents(&tx, locked).await?;
    let mut stored: HashMap<String, Stored> =
        stored.into_iter().filter_map(|s| Some((s.row.external_handle.clone()?, s))).collect();
    let targets = good.into_iter().map(|draft| Target {
        stored: draft.external_handle.as_ref().and_then(|handle| stored.remove(handle)),
        draft: draft.clone(),
    });
    let mut settled = settle(ctx, &tx, owner, targets.collect()).await?.into_iter();
    let mut refused = Vec::new();
    let mut writes: Vec<Write> = Vec::new();
    let mut answer = Vec::with_capacity(rows.len());
    for row in rows {
        let outcome = match &row.draft {
            Err(error) => rejected(error.clone()),
            Ok(draft) => match settled.next() {
                Some(Ok(settled)) => accepted(settled, &mut writes),
                Some(Err(error)) if is_about_the_row(&error) => {
                    refused.extend(draft.external_handle.clone());
                    rejected(row_error(&error))
                }
                Some(Err(error)) => return Err(error),
                None => return Err(context::Error::internal("a product without an answer").into()),
            },
        };
        answer.push(UpsertRow { external_handle: row.handle.clone(), ..outcome });
    }
    if load::lock_handles(&tx, grant, owner.merchant, refused).await?.iter().any(|row| !known.contains(&row.id)) {
        return Ok(Upserted { rows: answer, overtaken: true });
    }
    apply(&mut tx, &writes).await?;
    tx.commit().await?;
    Ok(Upserted { rows: answer, overtaken: false })
}

fn accepted(settled: Settled, writes: &mut Vec<Write>) -> UpsertRow {
    let (outcome, id, variants) = match settled {
        Settled::Unchanged(stored) => (UpsertOutcome::Unchanged, stored.row.id, variants(&stored.content.variants)),
        Settled::Changed(write) => {
            let outcome = if write.before.is_some() { UpsertOutcome::Updated } else { UpsertOutcome::Created };
            let answer = (outcome, write.row.id, variants(&write.content.variants));
            writes.push(*write);
            answer
        }
    };
    UpsertRow { external_handle: None, outcome, product_id: Some(id), variants, error: None }
}

fn variants(contents: &[VariantContent]) -> Vec<(String, VariantId)> {
    contents.iter().filter_map(|variant| Some((variant.sku.clone(), variant.id?))).collect()
}

fn rejected(error: RowError) -> UpsertRow {
    let outcome = UpsertOutcome::Rejected;
    UpsertRow { external_handle: None, outcome, product_id: None, variants: Vec::new(), error: Some(error) }
}

fn is_about_the_row(error: &Error) -> bool {
    matches!(error.kind(), FaultKind::Invalid | FaultKind::Conflict | FaultKind::RuleBroken)
}

fn row_error(fault: &impl Fault) -> RowError {
    RowError { field: fault.field(), code: fault.code(), message: fault.to_string() }
}
