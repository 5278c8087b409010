//! Many offers at once: made where the SKU is new, changed where it is not.

use std::collections::{HashMap, HashSet};

use access::Grant;
use context::{Ctx, WriteTx, merchant_meant};
use db::dialect::pad;
use kernel::Invalid;
use kernel::id::{MerchantId, ProductId, StockItemId, VariantId};
use sea_orm::{ColumnTrait, Condition as Filter};

use super::{known_channels, tell};
use crate::actions::OFFER_EDIT;
use crate::entity::offer::Column;
use crate::error::{Error, RowError};
use crate::model::input::{OfferInput, Terms};
use crate::model::{Condition, Offer, OfferStatus, ROWS_MAX};
use crate::repo;

/// Offers of one merchant.
#[derive(Debug, Clone)]
pub struct OffersUpsert {
    /// Whose offers; a merchant's own staff may leave it out.
    pub merchant_id: Option<MerchantId>,
    /// The offers, at most 500.
    pub lines: Vec<OfferInput>,
}

/// What a bulk command did.
#[derive(Debug, Clone)]
pub struct UpsertOutcome {
    /// The offers of the rows that were taken, in the order of the input.
    pub offers: Vec<Offer>,
    /// Offers that were made.
    pub created_count: usize,
    /// Offers that were changed.
    pub changed_count: usize,
    /// Offers that were so already; they keep their version.
    pub unchanged_count: usize,
    /// The rows that were refused; the others were taken.
    pub errors: Vec<RowError>,
}

/// Makes or changes up to 500 offers of one merchant, keyed by SKU, row by row; a handful of statements for all.
///
/// A row says all of the offer: what it leaves out is taken away. The same rows again change nothing. New offers are
/// active; the status of the others stays.
///
/// # Errors
/// `Invalid` for no rows or more than 500; not found for another merchant. Faults of single rows are in the outcome.
pub async fn offers_upsert(ctx: &Ctx, input: OffersUpsert) -> Result<UpsertOutcome, Error> {
    let grant = ctx.authorize(OFFER_EDIT)?;
    let merchant = merchant_meant(&grant, input.merchant_id)?;
    if input.lines.is_empty() || input.lines.len() > ROWS_MAX {
        return Err(Invalid::range("lines", 1, ROWS_MAX as i64).into());
    }
    let mut tx = ctx.begin_write_for(&grant).await?;
    repo::require_merchant(&tx, &grant, merchant).await?;
    let known = known_channels(&tx).await?;
    let mut errors = Vec::new();
    let mut rows = Vec::with_capacity(input.lines.len());
    for (index, line) in input.lines.iter().enumerate() {
        let (variant, condition) = (line.variant_id, line.condition);
        match line.checked(&known) {
            Ok((sku, terms)) => rows.push(Row { index, sku, variant, condition, terms }),
            Err(fault) => errors.push(RowError::of(index, &fault)),
        }
    }
    let mut batch = Batch::load(&tx, &grant, merchant, &rows).await?;
    for row in rows {
        let index = row.index;
        if let Err(fault) = batch.add(&tx, row) {
            errors.push(RowError::of(index, &fault));
        }
    }
    errors.sort_by_key(|error| error.index);
    let outcome = batch.carry_out(&mut tx, errors).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// A row that is right in itself.
pub(super) struct Row {
    pub(super) index: usize,
    pub(super) sku: String,
    pub(super) variant: VariantId,
    pub(super) condition: Condition,
    pub(super) terms: Terms,
}

/// What the rows meet, and what is to be written for them together.
pub(super) struct Batch {
    merchant: MerchantId,
    by_sku: HashMap<String, Offer>,
    by_variant: HashMap<(VariantId, Condition), String>,
    products: HashMap<VariantId, ProductId>,
    seen: HashSet<String>,
    taken: Vec<Offer>,
    created: Vec<(Option<Offer>, Offer)>,
    changed: Vec<(Option<Offer>, Offer)>,
}

impl Batch {
    pub(super) async fn load(tx: &WriteTx, grant: &Grant, merchant: MerchantId, rows: &[Row]) -> Result<Self, Error> {
        let skus = pad(rows.iter().map(|row| row.sku.clone()).collect());
        let variants: Vec<VariantId> = rows.iter().map(|row| row.variant).collect();
        let either = Filter::any().add(Column::Sku.is_in(skus)).add(Column::VariantId.is_in(pad(variants.clone())));
        let live = Filter::all()
            .add(Column::MerchantId.eq(merchant))
            .add(Column::Status.ne(OfferStatus::Ended.as_str()))
            .add(either);
        let found = if rows.is_empty() { Vec::new() } else { repo::lock(tx, &grant.for_collisions(), live).await? };
        let reader = if grant.is_wide() { None } else { Some(merchant) };
        let mut products = catalog::offerable_on(&**tx, reader, &variants).await?;
        repo::keep_reached(tx, grant, &mut products).await?;
        Ok(Self {
            merchant,
            by_variant: found.iter().map(|o| ((o.variant_id, o.condition), o.sku.clone())).collect(),
            by_sku: found.into_iter().map(|offer| (offer.sku.clone(), offer)).collect(),
            products,
            seen: HashSet::new(),
            taken: Vec::new(),
            created: Vec::new(),
            changed: Vec::new(),
        })
    }

    /// Whether the merchant has a live offer with this SKU.
    pub(super) fn has(&self, sku: &str) -> bool {
        self.by_sku.contains_key(sku)
    }

    pub(super) fn add(&mut self, tx: &WriteTx, row: Row) -> Result<(), Error> {
        if !self.seen.insert(row.sku.clone()) {
            return Err(Invalid::new("sku", "DUPLICATE", "this SKU stands in an earlier row").into());
        }
        match self.by_sku.get(&row.sku) {
            Some(old) if (old.variant_id, old.condition) != (row.variant, row.condition) => Err(Error::VariantFixed),
            Some(old) => {
                let after = with_terms(old, row.terms, tx.now());
                if after.version != old.version {
                    self.changed.push((Some(old.clone()), after.clone()));
                }
                self.taken.push(after);
                Ok(())
            }
            None => self.make(tx, row),
        }
    }

    fn make(&mut self, tx: &WriteTx, row: Row) -> Result<(), Error> {
        let place = (row.variant, row.condition);
        if let Some(sku) = self.by_variant.get(&place) {
            return Err(Error::OfferedAlready { sku: sku.clone() });
        }
        let product_id = *self
            .products
            .get(&row.variant)
            .ok_or_else(|| Invalid::new("variantId", "NOT_FOUND", "there is no such variant to offer"))?;
        let now = tx.now();
        let offer = Offer {
            id: tx.ctx().new_id(),
            merchant_id: self.merchant,
            product_id,
            variant_id: row.variant,
            stock_item_id: StockItemId::of(self.merchant, &row.sku),
            sku: row.sku,
            condition: row.condition,
            status: OfferStatus::Active,
            handling_days: row.terms.handling_days,
            min_quantity: row.terms.min_quantity,
            max_quantity: row.terms.max_quantity,
            prices: row.terms.prices,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        self.by_variant.insert(place, offer.sku.clone());
        self.created.push((None, offer.clone()));
        self.taken.push(offer);
        Ok(())
    }

    pub(super) async fn carry_out(self, tx: &mut WriteTx, errors: Vec<RowError>) -> Result<UpsertOutcome, Error> {
        let new: Vec<Offer> = self.created.iter().map(|(_, after)| after.clone()).collect();
        repo::insert(tx, &new).await?;
        save(tx, &self.changed).await?;
        tell(tx, "created", &self.created);
        tell(tx, "edited", &self.changed);
        let (created_count, changed_count) = (self.created.len(), self.changed.len());
        let unchanged_count = self.taken.len() - created_count - changed_count;
        Ok(UpsertOutcome { offers: self.taken, created_count, changed_count, unchanged_count, errors })
    }
}

/// Writes changed offers, with their prices where those differ.
pub(super) async fn save(tx: &WriteTx, changed: &[(Option<Offer>, Offer)]) -> Result<(), Error> {
    let differs = |(before, after): &&(Option<Offer>, Offer)| before.as_ref().is_none_or(|b| b.prices != after.prices);
    let repriced: Vec<Offer> = changed.iter().filter(differs).map(|(_, after)| after.clone()).collect();
    let all: Vec<Offer> = changed.iter().map(|(_, after)| after.clone()).collect();
    repo::update(tx, &all, &repriced).await
}

/// The offer with these terms; of a new version only when they differ.
pub(super) fn with_terms(old: &Offer, terms: Terms, now: chrono::DateTime<chrono::Utc>) -> Offer {
    let mut after = old.clone();
    after.handling_days = terms.handling_days;
    after.min_quantity = terms.min_quantity;
    after.max_quantity = terms.max_quantity;
    after.prices = terms.prices;
    if after != *old {
        after.version += 1;
        after.updated_at = now;
    }
    after
}
