//! Formulas: written, and put in force.

use context::Ctx;
use history::Change;
use kernel::{Invalid, text};
use outbox::PendingJob;

use super::super::step::rules;
use crate::actions::{ACTIVATE_FORMULA, EDIT_FORMULA};
use crate::job::RateMerchants;
use crate::model::rating::{Formula, FormulaVersion};
use crate::{Error, repo};

/// The longest note about a version.
const NOTE_MAX: usize = 500;

/// Writes the next version of the formula. It rates nobody before it is put in force.
///
/// # Errors
/// What is wrong with the input; denied; the database error.
pub async fn create_formula(ctx: &Ctx, formula: Formula, note: &str) -> Result<FormulaVersion, Error> {
    ctx.authorize(EDIT_FORMULA)?;
    let formula = formula.checked()?;
    let note = text::line("note", note, NOTE_MAX)?;
    known_reason(ctx, &formula).await?;
    let mut tx = ctx.begin_write().await?;
    repo::rating::formula::lock(&tx).await?;
    let version = repo::rating::formula::insert(&tx, &formula, &note).await?;
    tx.record(Change::new("rating_formula", version, "created").diff(None, Some(&formula)).because(note));
    let made = repo::rating::formula::get(&*tx, version).await?;
    tx.commit().await?;
    Ok(made)
}

/// Puts a version in force, an older one as well. All ratings are computed again by a job; what it comes to, the preview
/// said.
///
/// # Errors
/// Not found; a block reason that the settings do not know any more; denied; the database error.
pub async fn activate_formula(ctx: &Ctx, version: i64) -> Result<FormulaVersion, Error> {
    ctx.authorize(ACTIVATE_FORMULA)?;
    let mut tx = ctx.begin_write().await?;
    repo::rating::formula::lock(&tx).await?;
    let before = repo::rating::formula::get(&*tx, version).await?;
    if before.active {
        return Ok(before);
    }
    known_reason(ctx, &before.formula).await?;
    let last = repo::rating::formula::active_version(&*tx).await?;
    let number = repo::rating::formula::activate(&tx, version).await?;
    repo::rating::ask_all(&tx).await?;
    tx.enqueue(PendingJob::of(&RateMerchants { merchant: None }).once(format!("rate_merchants:{number}")));
    tx.record(Change::new("rating_formula", version, "activated").field("active", last, version));
    let after = repo::rating::formula::get(&*tx, version).await?;
    tx.commit().await?;
    Ok(after)
}

async fn known_reason(ctx: &Ctx, formula: &Formula) -> Result<(), Error> {
    let Some(threshold) = &formula.threshold else { return Ok(()) };
    let rules = rules(ctx).await?;
    if rules.effects_of(&threshold.reason_code).is_some() {
        return Ok(());
    }
    let known: Vec<&str> = rules.block_reasons.iter().map(|reason| reason.code.as_str()).collect();
    let message = format!("must be one of {}", known.join(", "));
    Err(Invalid::new("threshold.reasonCode", "UNKNOWN_REASON", message).into())
}
