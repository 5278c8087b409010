//! Product files of Shopify.
//!
//! The first row of a handle carries the product; each row of it may carry a variant (options, price, stock) and an
//! image. A product is loaded whole or not at all: one row at fault keeps it out, because a product without one of its
//! variants would be another product.

mod columns;
mod group;

use std::collections::HashSet;
use std::io::Read;

use kernel::Currency;

use self::columns::{Column, Columns};
use super::report::{FileFault, RowFault};
use super::table::{Row, Table};
use crate::model::ProductInput;

/// What the owner asks for a variant, and how much of it there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedOffer {
    /// The row.
    pub row: u64,
    /// The article number: that of the file, or one made of handle and options.
    pub sku: String,
    /// The price in minor units of the file's currency.
    pub price_minor: i64,
    /// The former price in minor units; above the price.
    pub compare_at_minor: Option<i64>,
    /// Units in stock; `None`: the file does not say.
    pub quantity: Option<i64>,
}

/// A product of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedProduct {
    /// Its first row.
    pub row: u64,
    /// How many rows it has.
    pub row_count: u64,
    /// For the catalog.
    pub product: ProductInput,
    /// For offers and stock, in the order of the variants.
    pub offers: Vec<ImportedOffer>,
    /// Whether it was published in the shop it comes from.
    pub published: bool,
    /// The shop's type of product, which may be the name of a category.
    pub type_name: Option<String>,
    /// The shop's tags.
    pub tags: Vec<String>,
    /// The rows of the images, in their order.
    image_rows: Vec<u64>,
}

impl ImportedProduct {
    /// The row and column that a field of the product's input came from, for faults found later.
    #[must_use]
    pub fn place_of(&self, field: &str) -> (u64, &'static str) {
        let mut parts = field.split('.');
        let (part, index) = (parts.next().unwrap_or_default(), parts.next().and_then(|i| i.parse::<usize>().ok()));
        let of_variant = || index.and_then(|i| self.offers.get(i)).map_or(self.row, |offer| offer.row);
        match (part, parts.next().unwrap_or_default()) {
            ("variants", "sku") => (of_variant(), Column::Sku.name()),
            ("variants", "gtin") => (of_variant(), Column::Barcode.name()),
            ("variants", "weightG") => (of_variant(), Column::Grams.name()),
            ("variants", "options") => (of_variant(), Column::Option1Value.name()),
            ("variants", _) => (of_variant(), ""),
            ("images", "alt") => (self.image_row(index), Column::ImageAlt.name()),
            ("images", _) => (self.image_row(index), Column::ImageSrc.name()),
            ("title", _) => (self.row, Column::Title.name()),
            ("description", _) => (self.row, Column::Body.name()),
            ("brand", _) => (self.row, Column::Vendor.name()),
            _ => (self.row, Column::Handle.name()),
        }
    }

    fn image_row(&self, index: Option<usize>) -> u64 {
        index.and_then(|i| self.image_rows.get(i)).copied().unwrap_or(self.row)
    }
}

/// What became of consecutive rows with one handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The product, if every row of it is good.
    pub product: Option<ImportedProduct>,
    /// What is wrong with its rows.
    pub faults: Vec<RowFault>,
    /// How many rows it has.
    pub row_count: u64,
}

/// A whole file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parsed {
    /// The products that can be loaded, in the order of the file.
    pub products: Vec<ImportedProduct>,
    /// What is wrong, by row.
    pub faults: Vec<RowFault>,
    /// Rows without the header and without empty ones.
    pub row_count: u64,
}

/// Reads a whole file. Prices are in `currency`, which the file does not name.
///
/// # Errors
/// [`FileFault`] when it is no product file at all.
pub fn shopify<R: Read>(reader: R, currency: Currency) -> Result<Parsed, FileFault> {
    let mut parsed = Parsed::default();
    for group in Shopify::open(reader, currency)? {
        parsed.products.extend(group.product);
        parsed.faults.extend(group.faults);
        parsed.row_count += group.row_count;
    }
    parsed.faults.sort_by_key(|fault| fault.row);
    Ok(parsed)
}

/// Reads a file product by product, with memory for one product, its handle and its article numbers.
pub struct Shopify<R> {
    table: Table<R>,
    columns: Columns,
    currency: Currency,
    /// The row after the last group.
    next: Option<Row>,
    handles: HashSet<String>,
    skus: HashSet<String>,
}

impl<R: Read> Shopify<R> {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// [`FileFault`] when it is no product file.
    pub fn open(reader: R, currency: Currency) -> Result<Self, FileFault> {
        let mut table = Table::open(reader)?;
        let header = match table.next_row() {
            None => return Err(FileFault::Empty),
            Some(Err(fault)) if fault.code == "ENCODING" => return Err(FileFault::Encoding),
            Some(Err(fault)) => return Err(FileFault::Read(fault.message)),
            Some(Ok(row)) => row.cells,
        };
        let columns = Columns::of(header)?;
        Ok(Self { table, columns, currency, next: None, handles: HashSet::new(), skus: HashSet::new() })
    }

    /// The next row, or the fault of a row that cannot belong to a product.
    fn row(&mut self) -> Option<Result<Row, RowFault>> {
        if let Some(row) = self.next.take() {
            return Some(Ok(row));
        }
        let row = match self.table.next_row()? {
            Ok(row) => row,
            Err(fault) => return Some(Err(fault)),
        };
        Some(match self.columns.get(&row, Column::Handle) {
            "" => Err(RowFault::new(row.number, Column::Handle.name(), "MISSING_KEY", "", "the row has no handle")),
            _ => Ok(row),
        })
    }
}

impl<R: Read> Iterator for Shopify<R> {
    type Item = Group;

    fn next(&mut self) -> Option<Group> {
        let first = match self.row()? {
            Ok(row) => row,
            Err(fault) => return Some(Group { product: None, faults: vec![fault], row_count: 1 }),
        };
        let handle = self.columns.get(&first, Column::Handle).to_owned();
        let (mut rows, mut strays) = (vec![first], Vec::new());
        loop {
            match self.row() {
                None => break,
                Some(Err(fault)) => strays.push(fault),
                Some(Ok(row)) if self.columns.get(&row, Column::Handle) == handle => rows.push(row),
                Some(Ok(row)) => {
                    self.next = Some(row);
                    break;
                }
            }
        }
        let row_count = (rows.len() + strays.len()) as u64;
        let reader = group::Reader { columns: &self.columns, currency: self.currency };
        let fresh = self.handles.insert(handle.clone());
        let (product, mut faults) = reader.read(&handle, &rows, fresh, &mut self.skus);
        faults.extend(strays);
        Some(Group { product, faults, row_count })
    }
}
