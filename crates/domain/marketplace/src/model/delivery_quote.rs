//! The price of one delivery, and how it comes about.

use kernel::{Currency, Extent};
use serde::{Deserialize, Serialize};

use super::delivery::{DeliveryMethod, DeliveryPricing, Rejection};
use super::delivery_rate::{Funder, Priced};
use super::delivery_zone::zone_of;
use super::{DeliveryRate, DeliveryZone, MerchantRate, amount};

/// What is to be delivered: the goods of one merchant, one location and one product type.
#[derive(Debug, Clone, Copy)]
pub struct Consignment<'a> {
    /// The product type of all its goods.
    pub product_type: &'a str,
    /// The country of the address.
    pub country: &'a str,
    /// Its postal code, when it is known.
    pub postal_code: Option<&'a str>,
    /// The currency of the order.
    pub currency: Currency,
    /// Units of goods; at least one.
    pub units: i64,
    /// The value of the goods in minor units.
    pub goods_minor: i64,
    /// Their weight in grams.
    pub weight_g: i64,
    /// How much room the largest unit takes.
    pub largest: Extent,
    /// The price that a trusted storefront brought, in minor units.
    pub quoted_minor: Option<i64>,
}

/// The price of a delivery and how it came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// What the buyer pays, in minor units of the consignment's currency.
    pub price_minor: i64,
    /// What the buyer need not pay, because the goods are worth enough; in minor units.
    pub waived_minor: i64,
    /// Who bears what the buyer need not pay.
    pub funded_by: Funder,
    /// How it came about.
    pub basis: QuoteBasis,
    /// Whose rates it is by.
    pub rates_of: RatesOf,
    /// Whether it would be higher, had the marketplace no bound for prices of merchants.
    pub capped: bool,
    /// The names of the surcharges in it.
    pub surcharges: Vec<String>,
    /// The name of the zone it goes to, when the method has zones.
    pub zone: Option<String>,
    /// Fewest days on the way.
    pub transit_days_min: i32,
    /// Most days on the way.
    pub transit_days_max: i32,
}

/// How the price of a delivery came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QuoteBasis {
    /// First unit and further units.
    Rates,
    /// The same, by weight and value of the goods.
    Bracket,
    /// The value of the goods reached the limit for free delivery.
    FreeAbove,
    /// A trusted storefront brought it.
    Quoted,
}

/// Whose rates decide about the price of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RatesOf {
    /// Those of the marketplace.
    #[default]
    Operator,
    /// Those of the merchant.
    Merchant,
    /// Nobody's: the price came with the goods.
    Nobody,
}

/// The price of delivering `consignment` by `method` for what the marketplace asks, or why that cannot be.
///
/// # Errors
/// As [`quote_with`].
pub fn quote(method: &DeliveryMethod, consignment: &Consignment<'_>) -> Result<Quote, Rejection> {
    quote_with(method, &[], consignment)
}

/// The price of delivering `consignment` by `method`, or why that cannot be. The merchant's `own` rates go before the
/// marketplace's while the method allows them.
///
/// The reasons are tried in a fixed order, so that the same consignment always gets the same answer.
///
/// # Errors
/// [`Rejection`] with its code.
pub fn quote_with(
    method: &DeliveryMethod,
    own: &[MerchantRate],
    consignment: &Consignment<'_>,
) -> Result<Quote, Rejection> {
    if !method.active {
        return Err(Rejection::MethodInactive);
    }
    if !method.product_types.iter().any(|t| t == consignment.product_type) {
        return Err(Rejection::ProductTypeNotCarried { product_type: consignment.product_type.to_owned() });
    }
    if !method.countries.is_empty() && !method.countries.iter().any(|c| c == consignment.country) {
        return Err(Rejection::CountryNotServed { country: consignment.country.to_owned() });
    }
    let zone = zone_of(&method.zones, consignment.country, consignment.postal_code)?;
    if let Some(max_weight_g) = method.max_weight_g.filter(|max| consignment.weight_g > *max) {
        return Err(Rejection::TooHeavy { max_weight_g });
    }
    method.max_size.take(consignment.largest)?;
    let price = price(method, own, zone, consignment)?;
    let whole = price.of.price_minor.checked_add(price.of.waived_minor).ok_or(Rejection::PriceOutOfRange)?;
    amount("price", price.of.price_minor).and(amount("price", whole)).map_err(|_| Rejection::PriceOutOfRange)?;
    let days = (method.transit_days_min, method.transit_days_max);
    let days = zone.map_or(days, |zone| (zone.transit_days_min, zone.transit_days_max));
    let (transit_days_min, transit_days_max) = days;
    Ok(Quote {
        price_minor: price.of.price_minor,
        waived_minor: price.of.waived_minor,
        funded_by: price.funded_by,
        basis: price.of.basis,
        rates_of: price.rates_of,
        capped: price.capped,
        surcharges: price.of.surcharges,
        zone: zone.map(|zone| zone.name.clone()),
        transit_days_min,
        transit_days_max,
    })
}

/// The days a consignment is on its way, whatever its price: those of its zone, or of the method.
#[must_use]
pub fn transit_days(method: &DeliveryMethod, country: &str, postal_code: Option<&str>) -> (i32, i32) {
    let zone = zone_of(&method.zones, country, postal_code).ok().flatten();
    zone.map_or((method.transit_days_min, method.transit_days_max), |z| (z.transit_days_min, z.transit_days_max))
}

struct Price {
    of: Priced,
    rates_of: RatesOf,
    funded_by: Funder,
    capped: bool,
}

fn price(
    method: &DeliveryMethod,
    own: &[MerchantRate],
    zone: Option<&DeliveryZone>,
    consignment: &Consignment<'_>,
) -> Result<Price, Rejection> {
    let funded_by = Funder::Merchant;
    if method.pricing == DeliveryPricing::Quoted {
        let price_minor = consignment.quoted_minor.ok_or(Rejection::NotQuoted)?;
        let of = Priced { price_minor, waived_minor: 0, basis: QuoteBasis::Quoted, surcharges: Vec::new() };
        return Ok(Price { of, rates_of: RatesOf::Nobody, funded_by, capped: false });
    }
    let to = zone.map(|zone| zone.code.as_str());
    if let Some(rate) = own_rate(method, own, to, consignment) {
        let mut of = rate.price(consignment, to)?;
        let highest = method.own_rates.highest_in(consignment.currency).filter(|highest| of.price_minor > *highest);
        let capped = highest.is_some();
        of.price_minor = highest.unwrap_or(of.price_minor);
        return Ok(Price { of, rates_of: RatesOf::Merchant, funded_by, capped });
    }
    let rate = rate(method, zone, consignment)?;
    let (of, funded_by) = (rate.price(consignment, to)?, rate.funded_by);
    Ok(Price { of, rates_of: RatesOf::Operator, funded_by, capped: false })
}

/// The merchant's rate for a consignment that goes to a zone: that of the zone, else one for everywhere. `None`: the
/// marketplace does not allow any, or the merchant has none that fits.
fn own_rate<'a>(
    method: &DeliveryMethod,
    own: &'a [MerchantRate],
    zone: Option<&str>,
    consignment: &Consignment<'_>,
) -> Option<&'a DeliveryRate> {
    if !method.own_rates.allowed {
        return None;
    }
    let of = |wanted: Option<&str>| {
        best(own.iter().filter(|of| of.zone.as_deref() == wanted).map(|of| &of.rate), consignment)
    };
    zone.and_then(|zone| of(Some(zone))).or_else(|| of(None))
}

/// The rate of the zone, else that of the method.
fn rate<'a>(
    method: &'a DeliveryMethod,
    zone: Option<&'a DeliveryZone>,
    consignment: &Consignment<'_>,
) -> Result<&'a DeliveryRate, Rejection> {
    let of_zone = zone.and_then(|zone| best(zone.rates.iter(), consignment));
    let missing = Rejection::CurrencyNotPriced { currency: consignment.currency };
    of_zone.or_else(|| best(method.rates.iter(), consignment)).ok_or(missing)
}

/// The rate for the very product type, else the one for all types.
fn best<'a>(
    rates: impl Iterator<Item = &'a DeliveryRate> + Clone,
    consignment: &Consignment<'_>,
) -> Option<&'a DeliveryRate> {
    let mut rates = rates.filter(|rate| rate.currency == consignment.currency);
    let of_type = |rate: &&DeliveryRate| rate.product_type.as_deref() == Some(consignment.product_type);
    let of_all = |rate: &&DeliveryRate| rate.product_type.is_none();
    rates.clone().find(of_type).or_else(|| rates.find(of_all))
}
