//! Product files of other shops: products, offers and stock of one merchant.

use std::io::Read;

use catalog::command::{PRODUCTS_MAX, UpsertOutcome, products_upsert};
use catalog::import::{FileFault, ImportedOffer, ImportedProduct, RowFault, Shopify};
use context::Ctx;
use inventory::{LocationCreate, StockSet, StockSetLine, location_create, locations_by_merchant_ids, stock_set};
use kernel::id::{LocationId, MerchantId, VariantId};
use kernel::{Currency, Money};
use offers::{Condition, OfferInput, OffersUpsert, PriceInput, offers_upsert};
use serde::Serialize;

/// Rows in one call of a bulk command.
const ROWS_MAX: usize = 500;
/// The location that is made for a merchant who has none.
const FIRST_LOCATION: (&str, &str) = ("main", "Main");

/// Whose products are loaded, and where the stock lies.
#[derive(Debug, Clone)]
pub struct Target {
    /// The merchant.
    pub merchant: MerchantId,
    /// The country of a location that has to be made.
    pub country: String,
    /// The code of the location; the merchant's first when absent.
    pub location: Option<String>,
}

/// What became of the things of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// Made.
    pub created: usize,
    /// There before, and changed.
    pub changed: usize,
    /// There before, just like this.
    pub unchanged: usize,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// Rows without the header and without empty ones.
    pub rows: u64,
    /// Products.
    pub products: Tally,
    /// Offers.
    pub offers: Tally,
    /// Counts at the location; new ones count as changed.
    pub stock: Tally,
    /// What is wrong, by row.
    pub faults: Vec<RowFault>,
}

/// Why a file was not loaded to its end. What was loaded before stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is no product file.
    #[error(transparent)]
    File(#[from] FileFault),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] catalog::Error),
    /// Offers failed.
    #[error(transparent)]
    Offers(#[from] offers::Error),
    /// Inventory failed.
    #[error(transparent)]
    Inventory(#[from] inventory::Error),
    /// The merchant has no such location.
    #[error("the merchant has no location {0}")]
    NoLocation(String),
}

/// Loads a product file of Shopify, with memory for one batch of it. The same file again changes nothing.
///
/// # Errors
/// [`ImportError`]; what is wrong with single rows is in the report.
pub async fn load_products<R: Read>(
    ctx: &Ctx,
    file: R,
    currency: Currency,
    target: Target,
) -> Result<Report, ImportError> {
    let mut load = Load { ctx, currency, location: location(ctx, &target).await?, target, report: Report::default() };
    let mut batch = Vec::with_capacity(PRODUCTS_MAX);
    for group in Shopify::open(file, currency)? {
        load.report.rows += group.row_count;
        load.report.faults.extend(group.faults);
        batch.extend(group.product);
        if batch.len() == PRODUCTS_MAX {
            load.batch(std::mem::take(&mut batch)).await?;
        }
    }
    if !batch.is_empty() {
        load.batch(batch).await?;
    }
    load.report.faults.sort_by_key(|fault| fault.row);
    Ok(load.report)
}

/// The location that is named, or the first; `None` when there is none yet.
async fn location(ctx: &Ctx, target: &Target) -> Result<Option<LocationId>, ImportError> {
    let mut found =
        locations_by_merchant_ids(ctx, &[target.merchant]).await?.remove(&target.merchant).unwrap_or_default();
    found.sort_by_key(|location| (!location.active, location.priority, location.id));
    match &target.location {
        None => Ok(found.first().map(|location| location.id)),
        Some(code) => match found.iter().find(|location| location.code == *code) {
            Some(location) => Ok(Some(location.id)),
            None => Err(ImportError::NoLocation(code.clone())),
        },
    }
}

struct Load<'a> {
    ctx: &'a Ctx,
    currency: Currency,
    target: Target,
    location: Option<LocationId>,
    report: Report,
}

impl Load<'_> {
    async fn batch(&mut self, products: Vec<ImportedProduct>) -> Result<(), ImportError> {
        let inputs = products.iter().map(|product| product.product.clone()).collect();
        let rows = products_upsert(self.ctx, Some(self.target.merchant), inputs).await?;
        let mut sold = Vec::new();
        for (product, row) in products.iter().zip(rows) {
            match row.outcome {
                UpsertOutcome::Created => self.report.products.created += 1,
                UpsertOutcome::Updated => self.report.products.changed += 1,
                UpsertOutcome::Unchanged => self.report.products.unchanged += 1,
                UpsertOutcome::Rejected => {}
            }
            if let Some(error) = row.error {
                let (number, column) = product.place_of(error.field.as_deref().unwrap_or_default());
                let value = value(product, number, column);
                self.report.faults.push(RowFault::new(number, column, error.code, &value, error.message));
                continue;
            }
            for offer in &product.offers {
                if let Some((_, variant)) = row.variants.iter().find(|(sku, _)| *sku == offer.sku) {
                    sold.push((offer, *variant));
                }
            }
        }
        for chunk in sold.chunks(ROWS_MAX) {
            self.offers(chunk).await?;
            self.stock(chunk).await?;
        }
        Ok(())
    }

    async fn offers(&mut self, sold: &[(&ImportedOffer, VariantId)]) -> Result<(), ImportError> {
        let line = |(offer, variant): &(&ImportedOffer, VariantId)| OfferInput {
            sku: offer.sku.clone(),
            variant_id: *variant,
            condition: Condition::New,
            handling_days: None,
            min_quantity: None,
            max_quantity: None,
            prices: vec![PriceInput {
                channel_id: None,
                currency: self.currency,
                amount_minor: offer.price_minor,
                compare_at_minor: offer.compare_at_minor,
            }],
        };
        let input = OffersUpsert { merchant_id: Some(self.target.merchant), lines: sold.iter().map(line).collect() };
        let outcome = offers_upsert(self.ctx, input).await?;
        self.report.offers.created += outcome.created_count;
        self.report.offers.changed += outcome.changed_count;
        self.report.offers.unchanged += outcome.unchanged_count;
        for error in outcome.errors {
            let Some((offer, _)) = sold.get(error.index) else { continue };
            let price = error.field.as_deref().is_some_and(|field| field.starts_with("prices"));
            let (column, value) = if price {
                ("Variant Price", Money::new(offer.price_minor, self.currency).amount())
            } else {
                ("Variant SKU", offer.sku.clone())
            };
            self.report.faults.push(RowFault::new(offer.row, column, error.code, &value, error.message));
        }
        Ok(())
    }

    async fn stock(&mut self, sold: &[(&ImportedOffer, VariantId)]) -> Result<(), ImportError> {
        let counted: Vec<(&ImportedOffer, i64)> =
            sold.iter().filter_map(|(offer, _)| Some((*offer, offer.quantity?))).collect();
        if counted.is_empty() {
            return Ok(());
        }
        let location_id = self.place().await?;
        let line = |(offer, on_hand): &(&ImportedOffer, i64)| StockSetLine {
            sku: offer.sku.clone(),
            location_id,
            on_hand: *on_hand,
            safety: None,
        };
        let lines = counted.iter().map(line).collect();
        let input = StockSet { merchant_id: Some(self.target.merchant), lines, reference: Some("import".to_owned()) };
        let outcome = stock_set(self.ctx, input).await?;
        self.report.stock.changed += outcome.changed_count;
        self.report.stock.unchanged += outcome.levels.len() - outcome.changed_count;
        for error in outcome.errors {
            let Some((offer, on_hand)) = counted.get(error.index) else { continue };
            let column = "Variant Inventory Qty";
            self.report.faults.push(RowFault::new(offer.row, column, error.code, &on_hand.to_string(), error.message));
        }
        Ok(())
    }

    /// Where the stock lies; made for a merchant who has no location yet.
    async fn place(&mut self) -> Result<LocationId, ImportError> {
        if let Some(id) = self.location {
            return Ok(id);
        }
        let (code, name) = FIRST_LOCATION;
        let input = LocationCreate {
            merchant_id: Some(self.target.merchant),
            code: code.to_owned(),
            name: name.to_owned(),
            country: self.target.country.clone(),
            priority: 0,
        };
        let id = location_create(self.ctx, input).await?.id;
        self.location = Some(id);
        Ok(id)
    }
}

/// What the file says at a place that turned out wrong only when it was written.
fn value(product: &ImportedProduct, row: u64, column: &str) -> String {
    let input = &product.product;
    let variant = product.offers.iter().position(|offer| offer.row == row).and_then(|index| input.variants.get(index));
    let of_variant = match column {
        "Variant SKU" => variant.map(|variant| variant.sku.clone()),
        "Variant Barcode" => variant.and_then(|variant| variant.gtin.clone()),
        "Variant Grams" => variant.and_then(|variant| variant.weight_g).map(|grams| grams.to_string()),
        "Option1 Value" => variant.and_then(|variant| variant.options.first()).map(|option| option.value.clone()),
        "Title" => Some(input.title.clone()),
        "Vendor" => input.brand.clone(),
        "Body (HTML)" => Some(input.description.clone()),
        _ => input.external_handle.clone(),
    };
    of_variant.unwrap_or_default()
}
