//! What storefronts ask for.

use analytics::storefront::{AttributeFilter, ListingQuery, Sort};
use async_graphql::{Enum, ID, InputObject};
use kernel::id::ChannelId;
use kernel::{Currency, Invalid, Money};
use rust_decimal::Decimal;

use crate::input;
use crate::scalar::DecimalText;

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Sort")]
pub enum StorefrontSort {
    /// The last published first.
    Newest,
    /// By title.
    Title,
    /// The cheapest first.
    PriceAsc,
    /// The dearest first.
    PriceDesc,
}

/// Which products. All wishes must be met.
#[derive(Debug, Clone, Default, InputObject)]
pub struct StorefrontFilter {
    /// In this category or below it.
    pub category_id: Option<ID>,
    /// With these attributes; at most 10.
    #[graphql(default)]
    pub attributes: Vec<StorefrontAttributeFilter>,
    /// At least this price, in the currency of the list.
    pub min_price: Option<DecimalText>,
    /// At most this price, in the currency of the list.
    pub max_price: Option<DecimalText>,
    /// Every word occurs in title, brand, description, a SKU or a trade item number.
    pub text: Option<String>,
    /// Only what is in stock.
    #[graphql(default)]
    pub available_only: bool,
}

/// A wish about an attribute: one of some values, or a number within bounds.
#[derive(Debug, Clone, InputObject)]
pub struct StorefrontAttributeFilter {
    /// The code of the attribute.
    pub code: String,
    /// One of these, at most 50; any value when empty.
    #[graphql(default)]
    pub values: Vec<String>,
    /// At least this number.
    pub min: Option<DecimalText>,
    /// At most this number.
    pub max: Option<DecimalText>,
}

impl StorefrontFilter {
    pub(super) fn read(
        self,
        channel_id: ChannelId,
        currency: Currency,
        sort: Sort,
    ) -> Result<ListingQuery, context::Error> {
        let attribute = |(index, wish): (usize, StorefrontAttributeFilter)| {
            let field = |name: &str| format!("filter.attributes.{index}.{name}");
            Ok::<_, Invalid>(AttributeFilter {
                min_micro: micro(&field("min"), wish.min)?,
                max_micro: micro(&field("max"), wish.max)?,
                code: wish.code,
                values: wish.values,
            })
        };
        Ok(ListingQuery {
            category_id: input::optional_id("filter.categoryId", self.category_id.as_ref())?,
            attributes: self.attributes.into_iter().enumerate().map(attribute).collect::<Result<_, _>>()?,
            min_price_minor: minor("filter.minPrice", self.min_price, currency)?,
            max_price_minor: minor("filter.maxPrice", self.max_price, currency)?,
            text: self.text,
            available_only: self.available_only,
            sort,
            ..ListingQuery::all(channel_id, currency)
        })
    }
}

fn minor(field: &str, price: Option<DecimalText>, currency: Currency) -> Result<Option<i64>, Invalid> {
    let Some(price) = price else { return Ok(None) };
    let parsed = Money::parse(&price.0.normalize().to_string(), currency);
    parsed.map(|money| Some(money.minor)).map_err(|error| Invalid::new(field, "MALFORMED", error.to_string()))
}

/// Numbers of attributes are kept as whole millionths.
fn micro(field: &str, number: Option<DecimalText>) -> Result<Option<i64>, Invalid> {
    let Some(number) = number else { return Ok(None) };
    let micro = number.0.checked_mul(Decimal::from(1_000_000)).filter(Decimal::is_integer);
    let micro = micro.and_then(|micro| i64::try_from(micro.trunc()).ok());
    micro.map(Some).ok_or_else(|| Invalid::new(field, "OUT_OF_RANGE", "a number of at most six digits after the point"))
}
