//! What clients send about offers.

use async_graphql::{ID, InputObject, MaybeUndefined};
use kernel::Invalid;

use super::object::{OfferAction, OfferCondition};
use crate::input;
use crate::scalar::MoneyInput;

/// A price of an offer.
#[derive(Debug, Clone, InputObject)]
pub struct OfferPriceInput {
    /// The channel it is for; without one it is for every channel that has no price of its own.
    pub channel_id: Option<ID>,
    /// The price.
    pub price: MoneyInput,
    /// A former price to show beside it; in the same currency, above the price.
    pub compare_at: Option<MoneyInput>,
}

impl OfferPriceInput {
    fn read(self, path: &str) -> Result<offers::PriceInput, context::Error> {
        let price = self.price.parse(&format!("{path}.price"))?;
        let field = format!("{path}.compareAt");
        let compare_at = self.compare_at.map(|former| former.parse(&field)).transpose()?;
        if compare_at.is_some_and(|former| former.currency != price.currency) {
            return Err(Invalid::new(field, "CURRENCY_MISMATCH", "must be in the currency of the price").into());
        }
        Ok(offers::PriceInput {
            channel_id: input::optional_id(&format!("{path}.channelId"), self.channel_id.as_ref())?,
            currency: price.currency,
            amount_minor: price.minor,
            compare_at_minor: compare_at.map(|former| former.minor),
        })
    }
}

fn prices(list: Vec<OfferPriceInput>, path: &str) -> Result<Vec<offers::PriceInput>, context::Error> {
    list.into_iter().enumerate().map(|(index, price)| price.read(&format!("{path}.{index}"))).collect()
}

/// An offer as its merchant writes it.
#[derive(Debug, Clone, InputObject)]
pub struct OfferInput {
    /// The merchant's SKU.
    pub sku: String,
    /// What is sold.
    pub variant_id: ID,
    /// In which condition the goods are.
    #[graphql(default_with = "OfferCondition::New")]
    pub condition: OfferCondition,
    /// Days until the goods leave; without it the merchant's own.
    pub handling_days: Option<i32>,
    /// The fewest units of an order line; without it one.
    pub min_quantity: Option<i64>,
    /// The most units of an order line.
    pub max_quantity: Option<i64>,
    /// The prices; there may be none yet.
    #[graphql(default)]
    pub prices: Vec<OfferPriceInput>,
}

impl OfferInput {
    fn read(self, path: &str) -> Result<offers::OfferInput, context::Error> {
        Ok(offers::OfferInput {
            variant_id: input::id(&format!("{path}.variantId"), &self.variant_id)?,
            prices: prices(self.prices, &format!("{path}.prices"))?,
            sku: self.sku,
            condition: self.condition.into(),
            handling_days: self.handling_days,
            min_quantity: self.min_quantity,
            max_quantity: self.max_quantity,
        })
    }
}

/// A new offer.
#[derive(Debug, Clone, InputObject)]
pub struct OfferCreateInput {
    /// Who sells; a merchant's own staff may leave it out.
    pub merchant_id: Option<ID>,
    /// The offer.
    pub offer: OfferInput,
}

impl OfferCreateInput {
    pub(super) fn read(self) -> Result<offers::OfferCreate, context::Error> {
        Ok(offers::OfferCreate {
            merchant_id: input::optional_id("merchantId", self.merchant_id.as_ref())?,
            offer: self.offer.read("offer")?,
        })
    }
}

/// Offers of one merchant, keyed by SKU.
#[derive(Debug, Clone, InputObject)]
pub struct OffersUpsertInput {
    /// Whose offers; a merchant's own staff may leave it out.
    pub merchant_id: Option<ID>,
    /// The offers, 1 to 500. Each says all of the offer: what it leaves out is taken away.
    pub lines: Vec<OfferInput>,
}

impl OffersUpsertInput {
    pub(super) fn read(self) -> Result<offers::OffersUpsert, context::Error> {
        let max = offers::model::ROWS_MAX;
        if self.lines.len() > max {
            return Err(Invalid::new("lines", "TOO_MANY", format!("at most {max}")).into());
        }
        let lines = self.lines.into_iter().enumerate().map(|(index, line)| line.read(&format!("lines.{index}")));
        Ok(offers::OffersUpsert {
            merchant_id: input::optional_id("merchantId", self.merchant_id.as_ref())?,
            lines: lines.collect::<Result<_, _>>()?,
        })
    }
}

/// A change of an offer; what is absent stays. SKU, variant and condition are fixed.
#[derive(Debug, Clone, InputObject)]
pub struct OfferEditInput {
    /// The id of the offer.
    pub id: ID,
    /// The version the client saw.
    pub expected_version: i64,
    /// Days until the goods leave; `null` for the merchant's own.
    pub handling_days: MaybeUndefined<i32>,
    /// The fewest units of an order line.
    pub min_quantity: Option<i64>,
    /// The most units of an order line; `null` for no limit.
    pub max_quantity: MaybeUndefined<i64>,
    /// All prices anew.
    pub prices: Option<Vec<OfferPriceInput>>,
}

impl OfferEditInput {
    pub(super) fn read(self) -> Result<offers::OfferEdit, context::Error> {
        Ok(offers::OfferEdit {
            id: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            handling_days: self.handling_days.as_opt_ref().map(|days| days.copied()),
            min_quantity: self.min_quantity,
            max_quantity: self.max_quantity.as_opt_ref().map(|max| max.copied()),
            prices: self.prices.map(|list| prices(list, "prices")).transpose()?,
        })
    }
}

/// A change of the status of an offer.
#[derive(Debug, Clone, InputObject)]
pub struct OfferStatusChangeInput {
    /// The id of the offer.
    pub id: ID,
    /// The version the client saw.
    pub expected_version: i64,
    /// What to do.
    pub action: OfferAction,
}

impl OfferStatusChangeInput {
    pub(super) fn read(self) -> Result<offers::OfferStatusChange, context::Error> {
        let id = input::id("id", &self.id)?;
        Ok(offers::OfferStatusChange { id, expected_version: self.expected_version, action: self.action.into() })
    }
}
