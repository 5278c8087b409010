//! Tax classes and their rates.

use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::TaxClassId;

use super::{KIND_MAX, fresh, missing, put, room, taken};
use crate::actions::EDIT_TAXES;
use crate::model::{TaxClass, TaxRate};
use crate::{Error, repo};

/// A tax class to be made.
#[derive(Debug, Clone)]
pub struct CreateTaxClass {
    /// The code that imports use.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// Its rates, in any order.
    pub rates: Vec<TaxRate>,
}

/// A change of a tax class: what is `None` stays. The code never changes.
#[derive(Debug, Clone)]
pub struct EditTaxClass {
    /// The class.
    pub id: TaxClassId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// The name people read.
    pub name: Option<String>,
    /// All its rates; those that are missing are removed. Orders that were placed keep theirs.
    pub rates: Option<Vec<TaxRate>>,
}

/// Makes a tax class.
///
/// # Errors
/// What is wrong with the input; a code that is taken; denied; the database error.
pub async fn create_tax_class(ctx: &Ctx, input: CreateTaxClass) -> Result<TaxClass, Error> {
    let grant = ctx.authorize(EDIT_TAXES)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let market = repo::begin(ctx, &tx, &grant).await?;
    let class = new_tax_class(ctx, &tx, input)?;
    room(market.tax_classes.len(), KIND_MAX, "tax classes")?;
    if market.tax_class_by_code(&class.code).is_some() {
        return Err(taken("code"));
    }
    repo::insert_tax_class(&tx, &class).await?;
    tx.record(Change::new("tax_class", class.id, "created").diff(None, Some(&class)));
    tx.commit().await?;
    Ok(class)
}

/// Changes a tax class.
///
/// # Errors
/// What is wrong with the input; not found; stale; denied; the database error.
pub async fn edit_tax_class(ctx: &Ctx, input: EditTaxClass) -> Result<TaxClass, Error> {
    let grant = ctx.authorize(EDIT_TAXES)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let market = repo::begin(ctx, &tx, &grant).await?;
    let before = market.tax_class(input.id).ok_or_else(|| missing("tax class"))?;
    fresh(before.version, input.expected_version, "tax class")?;
    let mut after = TaxClass { version: before.version + 1, updated_at: tx.now(), ..before.clone() };
    put(&mut after.name, input.name);
    put(&mut after.rates, input.rates);
    let after = after.checked()?;
    repo::save_tax_class(&tx, &after).await?;
    tx.record(Change::new("tax_class", after.id, "edited").diff(Some(before), Some(&after)));
    tx.commit().await?;
    Ok(after)
}

pub(super) fn new_tax_class(ctx: &Ctx, tx: &WriteTx, input: CreateTaxClass) -> Result<TaxClass, Error> {
    let class = TaxClass {
        id: ctx.new_id(),
        code: input.code,
        name: input.name,
        rates: input.rates,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    Ok(class.checked()?)
}
