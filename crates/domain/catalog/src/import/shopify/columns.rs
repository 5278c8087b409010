//! The columns of a product file.

use super::super::report::FileFault;
use super::super::table::Row;

macro_rules! columns {
    ($($name:ident = $first:literal $(| $other:literal)*;)*) => {
        /// A column that is read.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Column { $($name),* }

        impl Column {
            const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name in the header that Shopify has written for years.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$name => $first),* }
            }

            /// The names under which it is known, newer ones too.
            const fn names(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$first $(, $other)*]),* }
            }
        }
    };
}

columns! {
    Handle = "Handle" | "URL handle";
    Title = "Title";
    Body = "Body (HTML)" | "Description";
    Vendor = "Vendor";
    Type = "Type";
    Tags = "Tags";
    Published = "Published" | "Published on online store";
    Option1Name = "Option1 Name";
    Option1Value = "Option1 Value";
    Option2Name = "Option2 Name";
    Option2Value = "Option2 Value";
    Option3Name = "Option3 Name";
    Option3Value = "Option3 Value";
    Sku = "Variant SKU" | "SKU";
    Grams = "Variant Grams" | "Weight value (grams)";
    Quantity = "Variant Inventory Qty" | "Inventory quantity";
    Price = "Variant Price" | "Price";
    CompareAt = "Variant Compare At Price" | "Compare-at price";
    RequiresShipping = "Variant Requires Shipping" | "Requires shipping";
    Barcode = "Variant Barcode" | "Barcode";
    ImageSrc = "Image Src" | "Product image URL";
    ImagePosition = "Image Position" | "Image position";
    ImageAlt = "Image Alt Text" | "Image alt text";
    VariantImage = "Variant Image" | "Variant image URL";
}

/// Without these a file is no product file.
const REQUIRED: [Column; 3] = [Column::Handle, Column::Title, Column::Price];

/// Where each column stands in this file.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    places: Vec<Option<usize>>,
    /// Cells a row must have.
    pub(crate) width: usize,
}

impl Columns {
    pub(crate) fn of(header: Vec<String>) -> Result<Self, FileFault> {
        let known: Vec<String> = header.iter().map(|name| name.trim().to_lowercase()).collect();
        for (index, name) in known.iter().enumerate() {
            if !name.is_empty() && known[..index].contains(name) {
                return Err(FileFault::DuplicateColumn(header[index].trim().to_owned()));
            }
        }
        let place = |column: &Column| {
            column.names().iter().find_map(|name| known.iter().position(|known| *known == name.to_lowercase()))
        };
        let columns = Self { places: Column::ALL.iter().map(place).collect(), width: header.len() };
        match REQUIRED.into_iter().find(|column| columns.places[*column as usize].is_none()) {
            Some(missing) => Err(FileFault::MissingColumn(missing.name())),
            None => Ok(columns),
        }
    }

    /// The cell without spaces around it; empty when the file has no such column.
    pub(crate) fn get<'r>(&self, row: &'r Row, column: Column) -> &'r str {
        let cell = self.places[column as usize].and_then(|place| row.cells.get(place));
        cell.map(|cell| cell.trim()).unwrap_or_default()
    }

    /// The cell of a column by the name reports use.
    pub(crate) fn named<'r>(&self, row: &'r Row, name: &str) -> &'r str {
        Column::ALL.iter().find(|column| column.name() == name).map(|column| self.get(row, *column)).unwrap_or_default()
    }
}
