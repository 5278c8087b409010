//! From the rows of one handle to a product.

use std::collections::HashSet;

use kernel::{Currency, Fault as _, Invalid, text};

use super::columns::{Column, Columns};
use super::{ImportedOffer, ImportedProduct};
use crate::import::report::RowFault;
use crate::import::table::Row;
use crate::model::{
    Attributes, ImageInput, ImageSource, OptionValue, ProductInput, VariantInput, gtin, image_url, parse_micro, prepare,
};

/// What Shopify writes where a product has no options.
const NO_OPTION: (&str, &str) = ("Title", "Default Title");
const OPTIONS: [(Column, Column); 3] = [
    (Column::Option1Name, Column::Option1Value),
    (Column::Option2Name, Column::Option2Value),
    (Column::Option3Name, Column::Option3Value),
];
const QUANTITY_MAX: i64 = 1_000_000_000;
const MICRO: i64 = 1_000_000;
/// The shipping class of what is not shipped.
const DIGITAL: &str = "digital";

/// Reads the rows of one handle.
pub(crate) struct Reader<'f> {
    pub(crate) columns: &'f Columns,
    pub(crate) currency: Currency,
}

struct SeenImage {
    row: u64,
    position: Option<i64>,
    input: ImageInput,
}

impl Reader<'_> {
    /// The product, unless a row is at fault. `fresh`: the handle was not there before.
    pub(crate) fn read(
        &self,
        handle: &str,
        rows: &[Row],
        fresh: bool,
        skus: &mut HashSet<String>,
    ) -> (Option<ImportedProduct>, Vec<RowFault>) {
        let mut faults = Vec::new();
        let Some(first) = rows.first() else { return (None, faults) };
        if !fresh {
            let message = "rows of this handle stand further up; the rows of a product must follow each other";
            faults.push(RowFault::new(first.number, Column::Handle.name(), "DUPLICATE_IN_FILE", handle, message));
            return (None, faults);
        }
        if self.get(first, Column::Title).is_empty() {
            let message = "the first row of a product has its title";
            faults.push(RowFault::new(first.number, Column::Title.name(), "MISSING_KEY", "", message));
        }
        let product = self.assemble(handle, rows, skus, &mut faults);
        if !faults.is_empty() {
            return (None, faults);
        }
        // Everything the catalog would refuse is told now, beside the row it came from.
        if let Err(invalid) = prepare(product.product.clone(), &Attributes::new()) {
            faults.push(self.located(&product, rows, &invalid));
            return (None, faults);
        }
        (Some(product), faults)
    }

    fn assemble(
        &self,
        handle: &str,
        rows: &[Row],
        skus: &mut HashSet<String>,
        faults: &mut Vec<RowFault>,
    ) -> ImportedProduct {
        let first = &rows[0];
        let names = OPTIONS.map(|(name, _)| self.get(first, name));
        let (mut variants, mut offers, mut images) = (Vec::new(), Vec::new(), Vec::<SeenImage>::new());
        let mut shipped = false;
        for row in rows {
            if row.cells.len() != self.columns.width {
                let (has, wants) = (row.cells.len(), self.columns.width);
                let message = format!("the row has {has} cells, the header {wants}");
                faults.push(RowFault::new(row.number, "", "RAGGED_ROW", &has.to_string(), message));
                continue;
            }
            self.image(row, Column::ImageSrc, &mut images, faults);
            if self.is_variant(row) {
                shipped |= !self.get(row, Column::RequiresShipping).eq_ignore_ascii_case("false");
                let variant = self.variant(handle, row, names, rows.len() > 1, faults);
                let offer = self.offer(row, &variant.sku, faults);
                if !skus.insert(variant.sku.clone()) {
                    let message = "another row has this article number";
                    let fault =
                        RowFault::new(row.number, Column::Sku.name(), "DUPLICATE_IN_FILE", &variant.sku, message);
                    faults.push(fault);
                }
                self.variant_image(row, &variant.sku, &mut images, faults);
                variants.push(variant);
                offers.push(offer);
            }
        }
        if variants.is_empty() && faults.is_empty() {
            faults.push(RowFault::new(
                first.number,
                Column::Price.name(),
                "MISSING_KEY",
                "",
                "the product has no variant",
            ));
        }
        // Without numbers the order of the file counts.
        images.sort_by_key(|image| image.position.unwrap_or(i64::MAX));
        let tags = self.get(first, Column::Tags).split(',').map(str::trim).filter(|tag| !tag.is_empty());
        ImportedProduct {
            row: first.number,
            row_count: rows.len() as u64,
            published: !self.get(first, Column::Published).eq_ignore_ascii_case("false"),
            type_name: non_empty(self.get(first, Column::Type)),
            tags: tags.map(str::to_owned).collect(),
            image_rows: images.iter().map(|image| image.row).collect(),
            offers,
            product: ProductInput {
                external_handle: Some(handle.to_owned()),
                slug_hint: Some(handle.to_owned()),
                title: self.get(first, Column::Title).to_owned(),
                description: self.get(first, Column::Body).to_owned(),
                brand: non_empty(self.get(first, Column::Vendor)),
                product_type: (!shipped).then(|| DIGITAL.to_owned()),
                images: images.into_iter().map(|image| image.input).collect(),
                variants,
                ..ProductInput::default()
            },
        }
    }

    /// A row without option, price and article number only adds an image.
    fn is_variant(&self, row: &Row) -> bool {
        let carriers = [Column::Option1Value, Column::Price, Column::Sku];
        let carries = carriers.into_iter().any(|column| !self.get(row, column).is_empty());
        carries || self.get(row, Column::ImageSrc).is_empty()
    }

    fn variant(
        &self,
        handle: &str,
        row: &Row,
        names: [&str; 3],
        several: bool,
        faults: &mut Vec<RowFault>,
    ) -> VariantInput {
        let mut options = Vec::new();
        for (name, (_, column)) in names.into_iter().zip(OPTIONS) {
            let value = self.get(row, column);
            if name.is_empty() && value.is_empty() || (name, value) == NO_OPTION {
                continue;
            }
            if name.is_empty() || value.is_empty() {
                let message = "an option needs its name in the product's first row and a value in each row";
                faults.push(RowFault::new(row.number, column.name(), "MISSING_KEY", value, message));
                continue;
            }
            options.push(OptionValue { name: name.to_owned(), value: value.to_owned() });
        }
        let sku = match self.get(row, Column::Sku) {
            "" => made_sku(handle, &options, several),
            sku => sku.to_owned(),
        };
        // A leading apostrophe is how spreadsheets keep the zeros of a number.
        let barcode = self.get(row, Column::Barcode).trim_start_matches('\'');
        let gtin = match barcode {
            "" => None,
            raw => self.kept(row, Column::Barcode, gtin("gtin", raw), faults),
        };
        VariantInput { id: None, sku, gtin, options, weight_g: self.grams(row, faults), size: None, values: Vec::new() }
    }

    /// Whole grams, half a gram up. 0 is what Shopify writes for a weight nobody knows.
    fn grams(&self, row: &Row, faults: &mut Vec<RowFault>) -> Option<i64> {
        let raw = self.get(row, Column::Grams);
        if raw.is_empty() {
            return None;
        }
        let grams = parse_micro(raw, 6).map(|micro| (micro + MICRO / 2).div_euclid(MICRO));
        match grams {
            None => {
                faults.push(RowFault::new(row.number, Column::Grams.name(), "TYPE", raw, "must be a number of grams"))
            }
            Some(..0) => {
                faults.push(RowFault::new(row.number, Column::Grams.name(), "RANGE", raw, "must not be negative"))
            }
            Some(_) => {}
        }
        grams.filter(|grams| *grams > 0)
    }

    fn offer(&self, row: &Row, sku: &str, faults: &mut Vec<RowFault>) -> ImportedOffer {
        let price = match self.get(row, Column::Price) {
            "" => {
                faults.push(RowFault::new(
                    row.number,
                    Column::Price.name(),
                    "MISSING_KEY",
                    "",
                    "the variant has no price",
                ));
                None
            }
            raw => self.money(row, Column::Price, raw, faults),
        };
        let compare_at = match self.get(row, Column::CompareAt) {
            "" => None,
            raw => self.money(row, Column::CompareAt, raw, faults),
        };
        let raw = self.get(row, Column::Quantity);
        let quantity = match (raw, raw.parse::<i64>()) {
            ("", _) => None,
            (_, Ok(quantity)) if (0..=QUANTITY_MAX).contains(&quantity) => Some(quantity),
            (_, parsed) => {
                let code = if parsed.is_ok() { "RANGE" } else { "TYPE" };
                let message = "must be a whole number that is not negative";
                faults.push(RowFault::new(row.number, Column::Quantity.name(), code, raw, message));
                None
            }
        };
        let price_minor = price.unwrap_or_default();
        ImportedOffer {
            row: row.number,
            sku: sku.to_owned(),
            price_minor,
            compare_at_minor: compare_at.filter(|former| *former > price_minor),
            quantity,
        }
    }

    fn money(&self, row: &Row, column: Column, raw: &str, faults: &mut Vec<RowFault>) -> Option<i64> {
        let digits = self.currency.exponent();
        let scale = 10_i64.pow(6 - digits.min(6));
        match parse_micro(raw, digits as usize).map(|micro| micro / scale) {
            Some(minor) if minor >= 0 => Some(minor),
            Some(_) => {
                faults.push(RowFault::new(row.number, column.name(), "RANGE", raw, "must not be negative"));
                None
            }
            None => {
                let message = format!("must be an amount in {} with at most {digits} decimal places", self.currency);
                faults.push(RowFault::new(row.number, column.name(), "TYPE", raw, message));
                None
            }
        }
    }

    /// Adds the image of a row; the same link twice is one image.
    fn image(
        &self,
        row: &Row,
        column: Column,
        images: &mut Vec<SeenImage>,
        faults: &mut Vec<RowFault>,
    ) -> Option<usize> {
        let raw = self.get(row, column);
        if raw.is_empty() {
            return None;
        }
        let url = self.kept(row, column, image_url("url", raw), faults)?;
        let source = ImageSource::Url(url);
        if let Some(index) = images.iter().position(|image| image.input.source == source) {
            return Some(index);
        }
        let of_product = column == Column::ImageSrc;
        let position = match self.get(row, Column::ImagePosition) {
            raw if raw.is_empty() || !of_product => None,
            raw => {
                let parsed = raw.parse::<i64>().ok().filter(|position| *position >= 0);
                if parsed.is_none() {
                    let message = "must be a whole number";
                    faults.push(RowFault::new(row.number, Column::ImagePosition.name(), "TYPE", raw, message));
                }
                parsed
            }
        };
        let alt = if of_product { self.get(row, Column::ImageAlt).to_owned() } else { String::new() };
        images.push(SeenImage { row: row.number, position, input: ImageInput { source, alt, variant_sku: None } });
        Some(images.len() - 1)
    }

    fn variant_image(&self, row: &Row, sku: &str, images: &mut Vec<SeenImage>, faults: &mut Vec<RowFault>) {
        if let Some(index) = self.image(row, Column::VariantImage, images, faults) {
            // Several variants may share a picture; it stands for the first of them.
            images[index].input.variant_sku.get_or_insert_with(|| sku.to_owned());
        }
    }

    fn kept<T>(&self, row: &Row, column: Column, value: Result<T, Invalid>, faults: &mut Vec<RowFault>) -> Option<T> {
        let fault = |invalid: Invalid| {
            RowFault::new(row.number, column.name(), report_code(invalid.code), self.get(row, column), invalid.message)
        };
        value.map_err(|invalid| faults.push(fault(invalid))).ok()
    }

    fn located(&self, product: &ImportedProduct, rows: &[Row], invalid: &Invalid) -> RowFault {
        let (number, name) = product.place_of(&invalid.field().unwrap_or_default());
        let row = rows.iter().find(|row| row.number == number);
        let value = row.map(|row| self.columns.named(row, name)).unwrap_or_default();
        RowFault::new(number, name, report_code(invalid.code), value, invalid.message.clone())
    }

    fn get<'r>(&self, row: &'r Row, column: Column) -> &'r str {
        self.columns.get(row, column)
    }
}

/// An article number for a variant that has none: the same at every load.
fn made_sku(handle: &str, options: &[OptionValue], several: bool) -> String {
    let mut parts = vec![handle.to_owned()];
    if several {
        parts.extend(options.iter().map(|option| text::slugify(&option.value)).filter(|part| !part.is_empty()));
    }
    parts.join("-").chars().take(120).collect()
}

fn report_code(code: &'static str) -> &'static str {
    match code {
        "REQUIRED" => "MISSING_KEY",
        "MALFORMED" => "TYPE",
        "OUT_OF_RANGE" => "RANGE",
        other => other,
    }
}

fn non_empty(text: &str) -> Option<String> {
    Some(text).filter(|text| !text.is_empty()).map(str::to_owned)
}
