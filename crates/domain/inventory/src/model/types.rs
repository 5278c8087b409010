//! The things of this crate.

use chrono::{DateTime, Utc};
use kernel::id::{LocationId, MerchantId, MovementId, StockItemId, StockLevelId};
use kernel::{Fault, Invalid, text};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// A place where a merchant keeps stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Location {
    /// Its id.
    pub id: LocationId,
    /// Whose it is.
    pub merchant_id: MerchantId,
    /// A short name for programs, unique with the merchant.
    pub code: String,
    /// The name for people.
    pub name: String,
    /// Where goods leave from: an ISO 3166 code of two letters.
    pub country: String,
    /// Which location is used first: the lowest number.
    pub priority: i32,
    /// Where buyers collect goods, when they may.
    pub store: Option<Store>,
    /// Whether new orders may be served from here.
    pub active: bool,
    /// Counts the changes.
    pub version: i64,
}

/// A location where buyers collect goods. Stored as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
#[serde(rename_all = "camelCase")]
pub struct Store {
    /// Street and number.
    pub line1: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// When it is open, in words.
    pub hours: Option<String>,
}

impl std::fmt::Display for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Plain data: serializing cannot fail; an empty text would fail loudly at the reader.
        f.write_str(&serde_json::to_string(self).unwrap_or_default())
    }
}

impl std::str::FromStr for Store {
    type Err = serde_json::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text)
    }
}

impl Store {
    /// Normalizes the fields and checks them.
    pub(crate) fn checked(self) -> Result<Self, Invalid> {
        let hours = self.hours.filter(|hours| !hours.trim().is_empty());
        Ok(Self {
            line1: text::line("store.line1", &self.line1, 200)?,
            postal_code: text::line("store.postalCode", &self.postal_code, 20)?,
            city: text::line("store.city", &self.city, 200)?,
            hours: hours.map(|hours| text::line("store.hours", &hours, 500)).transpose()?,
        })
    }
}

/// Stock of one article at one location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StockLevel {
    /// Its id.
    pub id: StockLevelId,
    /// The article.
    pub stock_item_id: StockItemId,
    /// The location.
    pub location_id: LocationId,
    /// Whose it is.
    pub merchant_id: MerchantId,
    /// The merchant's SKU of the article.
    pub sku: String,
    /// Units that lie there; never negative.
    pub on_hand: i64,
    /// Units promised to orders and not shipped yet; never more than `on_hand`.
    pub reserved: i64,
    /// Units kept back from sale.
    pub safety: i64,
    /// Counts the changes.
    pub version: i64,
    /// Time of the last change.
    pub updated_at: DateTime<Utc>,
}

impl StockLevel {
    /// Units that can be promised; never negative.
    #[must_use]
    pub fn available(&self) -> i64 {
        sellable(self.on_hand, self.reserved, self.safety)
    }
}

/// Units that can be promised of a level: what lies there without what is promised and kept back.
pub(crate) fn sellable(on_hand: i64, reserved: i64, safety: i64) -> i64 {
    (on_hand - reserved - safety).max(0)
}

/// Why units came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// Goods came in.
    Received,
    /// A parcel left.
    Shipped,
    /// A correction by a known difference.
    Adjusted,
    /// The difference that an absolute count found.
    Counted,
    /// Goods came back from a buyer.
    Returned,
    /// Lost or damaged.
    WrittenOff,
}

impl MovementKind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Received, Self::Shipped, Self::Adjusted, Self::Counted, Self::Returned, Self::WrittenOff];

    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Shipped => "shipped",
            Self::Adjusted => "adjusted",
            Self::Counted => "counted",
            Self::Returned => "returned",
            Self::WrittenOff => "written_off",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// One entry of the journal of a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Its id; sorts by time.
    pub id: MovementId,
    /// The level it changed.
    pub stock_level_id: StockLevelId,
    /// Whose it is.
    pub merchant_id: MerchantId,
    /// Why.
    pub kind: MovementKind,
    /// Units that came (positive) or went (negative); never zero.
    pub quantity: i64,
    /// Units that lay there afterwards.
    pub balance: i64,
    /// The document behind it, such as the id of a shipment.
    pub reference: Option<String>,
    /// Why, in the words of the author.
    pub reason: Option<String>,
    /// Stable id of the author.
    pub actor: String,
    /// When.
    pub moved_at: DateTime<Utc>,
}

/// What an active location can sell of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationStock {
    /// The location.
    pub location_id: LocationId,
    /// Its short name.
    pub location_code: String,
    /// Its name.
    pub location_name: String,
    /// Where goods leave from.
    pub country: String,
    /// Which location is used first: the lowest number.
    pub priority: i32,
    /// Where buyers collect goods there, when they may.
    pub store: Option<Store>,
    /// Units that can be promised; may be zero.
    pub available: i64,
}

/// One row of a bulk command that was refused; the others were taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// Position of the row in the input, from zero.
    pub index: usize,
    /// Path of the field in API spelling, from the row on: `onHand`.
    pub field: Option<String>,
    /// A stable code.
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
}

impl RowError {
    /// The row at `index` has this fault.
    pub fn of(index: usize, fault: &impl Fault) -> Self {
        Self { index, field: fault.field(), code: fault.code(), message: fault.to_string() }
    }
}
