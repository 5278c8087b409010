//! What clients send about stock.

use async_graphql::{Enum, ID, InputObject, MaybeUndefined};
use kernel::Invalid;

use super::object::PickupStore;
use crate::input;

/// A new stock location.
#[derive(Debug, Clone, InputObject)]
pub struct StockLocationCreateInput {
    /// Whose it is; a merchant's own staff may leave it out.
    pub merchant_id: Option<ID>,
    /// A short name for programs, unique with the merchant: a-z, 0-9, _ and -.
    pub code: String,
    /// The name for people.
    pub name: String,
    /// Where goods leave from, by ISO 3166-1.
    pub country: String,
    /// Which location is used first: the lowest number.
    #[graphql(default = 100)]
    pub priority: i32,
}

impl StockLocationCreateInput {
    pub(super) fn read(self) -> Result<inventory::LocationCreate, context::Error> {
        Ok(inventory::LocationCreate {
            merchant_id: input::optional_id("merchantId", self.merchant_id.as_ref())?,
            code: self.code,
            name: self.name,
            country: self.country,
            priority: self.priority,
        })
    }
}

/// A change of a stock location; what is absent stays.
#[derive(Debug, Clone, InputObject)]
pub struct StockLocationEditInput {
    /// The id of the location.
    pub id: ID,
    /// The version the client saw.
    pub expected_version: i64,
    /// The name for people.
    pub name: Option<String>,
    /// Where goods leave from, by ISO 3166-1.
    pub country: Option<String>,
    /// Which location is used first: the lowest number.
    pub priority: Option<i32>,
    /// Where buyers collect goods; `null`: they cannot any more.
    pub store: MaybeUndefined<PickupStore>,
    /// Whether new orders may be served from here.
    pub active: Option<bool>,
}

impl StockLocationEditInput {
    pub(super) fn read(self) -> Result<inventory::LocationEdit, context::Error> {
        Ok(inventory::LocationEdit {
            id: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            name: self.name,
            country: self.country,
            priority: self.priority,
            store: self.store.as_opt_ref().map(|store| store.cloned().map(Into::into)),
            active: self.active,
        })
    }
}

/// Counts of a merchant's stock.
#[derive(Debug, Clone, InputObject)]
pub struct StockSetInput {
    /// Whose stock; a merchant's own staff may leave it out.
    pub merchant_id: Option<ID>,
    /// The counts, 1 to 500.
    pub lines: Vec<StockSetLineInput>,
    /// The document behind them.
    pub reference: Option<String>,
}

/// The count of one article at one location.
#[derive(Debug, Clone, InputObject)]
pub struct StockSetLineInput {
    /// The merchant's SKU.
    pub sku: String,
    /// The location.
    pub location_id: ID,
    /// Units that lie there, promised ones included.
    pub on_hand: i64,
    /// Units to keep back from sale; what is absent stays.
    pub safety: Option<i64>,
}

impl StockSetInput {
    pub(super) fn read(self) -> Result<inventory::StockSet, context::Error> {
        if self.lines.len() > inventory::model::ROWS_MAX {
            return Err(Invalid::new("lines", "TOO_MANY", format!("at most {}", inventory::model::ROWS_MAX)).into());
        }
        let line = |(index, line): (usize, StockSetLineInput)| {
            Ok::<_, context::Error>(inventory::StockSetLine {
                location_id: input::id(&format!("lines.{index}.locationId"), &line.location_id)?,
                sku: line.sku,
                on_hand: line.on_hand,
                safety: line.safety,
            })
        };
        Ok(inventory::StockSet {
            merchant_id: input::optional_id("merchantId", self.merchant_id.as_ref())?,
            lines: self.lines.into_iter().enumerate().map(line).collect::<Result<_, _>>()?,
            reference: self.reference,
        })
    }
}

/// Why stock changes by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "inventory::AdjustKind")]
pub enum StockAdjustKind {
    /// Goods came in; the difference is positive.
    Received,
    /// Lost or damaged; the difference is negative.
    WrittenOff,
    /// A correction of either sign.
    Adjusted,
}

/// A change of stock by a known difference.
#[derive(Debug, Clone, InputObject)]
pub struct StockAdjustInput {
    /// Whose stock; a merchant's own staff may leave it out.
    pub merchant_id: Option<ID>,
    /// The merchant's SKU.
    pub sku: String,
    /// The location.
    pub location_id: ID,
    /// Units that came (positive) or went (negative).
    pub delta: i64,
    /// Why.
    pub kind: StockAdjustKind,
    /// Why, in words.
    pub reason: String,
    /// The document behind it.
    pub reference: Option<String>,
}

impl StockAdjustInput {
    pub(super) fn read(self) -> Result<inventory::StockAdjust, context::Error> {
        Ok(inventory::StockAdjust {
            merchant_id: input::optional_id("merchantId", self.merchant_id.as_ref())?,
            sku: self.sku,
            location_id: input::id("locationId", &self.location_id)?,
            delta: self.delta,
            kind: self.kind.into(),
            reason: self.reason,
            reference: self.reference,
        })
    }
}
