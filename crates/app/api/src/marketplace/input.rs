//! Inputs for channels, taxes, delivery and carriers.

use async_graphql::{ID, InputObject, MaybeUndefined};
use chrono::NaiveDate;
use kernel::{Invalid, Money};

use super::object::{CarrierEventWord, DeliveryKind, DeliveryPricing, Rounding};
use crate::input;
use crate::scalar::{Currency, DecimalText};

/// A channel to be made.
#[derive(Debug, InputObject)]
pub struct ChannelCreateInput {
    /// The code that storefronts send: letters a to z, digits, `_` and `-`. It never changes.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// The currencies in which it sells; at least one.
    pub currencies: Vec<Currency>,
    /// The currency when the buyer does not choose; the first of `currencies` when absent.
    pub default_currency: Option<Currency>,
    /// The languages it speaks, such as `de` or `pt-BR`; at least one.
    pub locales: Vec<String>,
    /// The language when the buyer does not choose; the first of `locales` when absent.
    pub default_locale: Option<String>,
    /// The country whose taxes are assumed before the address is known, by ISO 3166-1.
    pub country: String,
    /// Whether prices in this channel contain tax.
    #[graphql(default = true)]
    pub prices_include_tax: bool,
    /// What happens to half a minor unit.
    #[graphql(default_with = "Rounding::HalfUp")]
    pub rounding: Rounding,
    /// Whether it sells.
    #[graphql(default = true)]
    pub active: bool,
}

impl ChannelCreateInput {
    pub(super) fn read(self) -> marketplace::command::CreateChannel {
        marketplace::command::CreateChannel {
            code: self.code,
            name: self.name,
            currencies: self.currencies.into_iter().map(|c| c.0).collect(),
            default_currency: self.default_currency.map(|c| c.0),
            locales: self.locales,
            default_locale: self.default_locale,
            country: self.country,
            prices_include_tax: self.prices_include_tax,
            rounding: self.rounding.into(),
            active: self.active,
        }
    }
}

/// A change of a channel: what is absent stays.
#[derive(Debug, InputObject)]
pub struct ChannelEditInput {
    /// The channel.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// The name people read.
    pub name: Option<String>,
    /// The currencies in which it sells.
    pub currencies: Option<Vec<Currency>>,
    /// The currency when the buyer does not choose.
    pub default_currency: Option<Currency>,
    /// The languages it speaks.
    pub locales: Option<Vec<String>>,
    /// The language when the buyer does not choose.
    pub default_locale: Option<String>,
    /// The country whose taxes are assumed before the address is known.
    pub country: Option<String>,
    /// Whether prices in this channel contain tax.
    pub prices_include_tax: Option<bool>,
    /// What happens to half a minor unit.
    pub rounding: Option<Rounding>,
    /// Whether it sells.
    pub active: Option<bool>,
}

impl ChannelEditInput {
    pub(super) fn read(self) -> Result<marketplace::command::EditChannel, context::Error> {
        Ok(marketplace::command::EditChannel {
            id: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            name: self.name,
            currencies: self.currencies.map(|list| list.into_iter().map(|c| c.0).collect()),
            default_currency: self.default_currency.map(|c| c.0),
            locales: self.locales,
            default_locale: self.default_locale,
            country: self.country,
            prices_include_tax: self.prices_include_tax,
            rounding: self.rounding.map(Into::into),
            active: self.active,
        })
    }
}

/// The tax of one country from one day on.
#[derive(Debug, InputObject)]
pub struct TaxRateInput {
    /// The country, by ISO 3166-1.
    pub country: String,
    /// The first day on which it holds.
    pub valid_from: NaiveDate,
    /// The rate in percent.
    pub percent: DecimalText,
}

fn tax_rates(rates: Vec<TaxRateInput>) -> Result<Vec<marketplace::TaxRate>, context::Error> {
    let rate = |(index, rate): (usize, TaxRateInput)| {
        let rate_ppm = rate.percent.to_rate(&format!("rates.{index}.percent"))?;
        Ok(marketplace::TaxRate { country: rate.country, valid_from: rate.valid_from, rate_ppm })
    };
    rates.into_iter().enumerate().map(rate).collect()
}

/// A tax class to be made.
#[derive(Debug, InputObject)]
pub struct TaxClassCreateInput {
    /// The code that imports use. It never changes.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// Its rates, in any order.
    #[graphql(default)]
    pub rates: Vec<TaxRateInput>,
}

impl TaxClassCreateInput {
    pub(super) fn read(self) -> Result<marketplace::command::CreateTaxClass, context::Error> {
        let rates = tax_rates(self.rates)?;
        Ok(marketplace::command::CreateTaxClass { code: self.code, name: self.name, rates })
    }
}

/// A change of a tax class: what is absent stays.
#[derive(Debug, InputObject)]
pub struct TaxClassEditInput {
    /// The tax class.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// The name people read.
    pub name: Option<String>,
    /// All its rates; those that are missing are removed. Placed orders keep theirs.
    pub rates: Option<Vec<TaxRateInput>>,
}

impl TaxClassEditInput {
    pub(super) fn read(self) -> Result<marketplace::command::EditTaxClass, context::Error> {
        Ok(marketplace::command::EditTaxClass {
            id: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            name: self.name,
            rates: self.rates.map(tax_rates).transpose()?,
        })
    }
}

/// The price of a delivery in one currency.
#[derive(Debug, InputObject)]
pub struct DeliveryRateInput {
    /// The currency of the amounts.
    pub currency: Currency,
    /// The price of the first unit: `"4.90"`.
    pub first_amount: String,
    /// The price of each further unit.
    pub additional_amount: String,
    /// From this value of the goods on delivery is free.
    pub free_above_amount: Option<String>,
}

/// Minor units of an amount as clients write it.
pub(super) fn minor(field: String, amount: &str, currency: kernel::Currency) -> Result<i64, context::Error> {
    let money = Money::parse(amount, currency);
    Ok(money.map(|money| money.minor).map_err(|error| Invalid::new(field, "MALFORMED", error.to_string()))?)
}

fn delivery_rates(rates: Vec<DeliveryRateInput>) -> Result<Vec<marketplace::DeliveryRate>, context::Error> {
    let rate = |(index, rate): (usize, DeliveryRateInput)| {
        let currency = rate.currency.0;
        let minor = |name: &str, amount: &str| minor(format!("rates.{index}.{name}"), amount, currency);
        let free_above = rate.free_above_amount.as_deref();
        Ok(marketplace::DeliveryRate {
            currency,
            first_minor: minor("firstAmount", &rate.first_amount)?,
            additional_minor: minor("additionalAmount", &rate.additional_amount)?,
            free_above_minor: free_above.map(|amount| minor("freeAboveAmount", amount)).transpose()?,
        })
    };
    rates.into_iter().enumerate().map(rate).collect()
}

/// A delivery method to be made.
#[derive(Debug, InputObject)]
pub struct DeliveryMethodCreateInput {
    /// A code for programs. It never changes.
    pub code: String,
    /// The name buyers read.
    pub name: String,
    /// How goods reach the buyer.
    pub kind: DeliveryKind,
    /// Where the price comes from.
    #[graphql(default_with = "DeliveryPricing::Rates")]
    pub pricing: DeliveryPricing,
    /// The product types it carries; at least one.
    pub product_types: Vec<String>,
    /// The countries it serves, by ISO 3166-1; empty means all.
    #[graphql(default)]
    pub countries: Vec<String>,
    /// The tax class of the delivery itself.
    pub tax_class_id: ID,
    /// The heaviest consignment in grams.
    pub max_weight_g: Option<i64>,
    /// Fewest days on the way.
    pub transit_days_min: i32,
    /// Most days on the way.
    pub transit_days_max: i32,
    /// Whether a parcel must have a tracking number.
    #[graphql(default)]
    pub tracking_required: bool,
    /// Whether the carrier collects cash on delivery.
    #[graphql(default)]
    pub cod_allowed: bool,
    /// The rates, one for each currency.
    #[graphql(default)]
    pub rates: Vec<DeliveryRateInput>,
    /// Place in lists; smaller comes first.
    #[graphql(default)]
    pub position: i32,
    /// Whether it takes new orders.
    #[graphql(default = true)]
    pub active: bool,
}

impl DeliveryMethodCreateInput {
    pub(super) fn read(self) -> Result<marketplace::command::CreateDeliveryMethod, context::Error> {
        Ok(marketplace::command::CreateDeliveryMethod {
            code: self.code,
            name: self.name,
            kind: self.kind.into(),
            pricing: self.pricing.into(),
            product_types: self.product_types,
            countries: self.countries,
            tax_class_id: input::id("taxClassId", &self.tax_class_id)?,
            max_weight_g: self.max_weight_g,
            transit_days_min: self.transit_days_min,
            transit_days_max: self.transit_days_max,
            tracking_required: self.tracking_required,
            cod_allowed: self.cod_allowed,
            rates: delivery_rates(self.rates)?,
            position: self.position,
            active: self.active,
        })
    }
}

/// A change of a delivery method: what is absent stays.
#[derive(Debug, InputObject)]
pub struct DeliveryMethodEditInput {
    /// The delivery method.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// The name buyers read.
    pub name: Option<String>,
    /// How goods reach the buyer.
    pub kind: Option<DeliveryKind>,
    /// Where the price comes from.
    pub pricing: Option<DeliveryPricing>,
    /// The product types it carries.
    pub product_types: Option<Vec<String>>,
    /// The countries it serves; empty means all.
    pub countries: Option<Vec<String>>,
    /// The tax class of the delivery itself.
    pub tax_class_id: Option<ID>,
    /// The heaviest consignment in grams; `null` takes the limit away.
    pub max_weight_g: MaybeUndefined<i64>,
    /// Fewest days on the way.
    pub transit_days_min: Option<i32>,
    /// Most days on the way.
    pub transit_days_max: Option<i32>,
    /// Whether a parcel must have a tracking number.
    pub tracking_required: Option<bool>,
    /// Whether the carrier collects cash on delivery.
    pub cod_allowed: Option<bool>,
    /// All its rates; those that are missing are removed.
    pub rates: Option<Vec<DeliveryRateInput>>,
    /// Place in lists; smaller comes first.
    pub position: Option<i32>,
    /// Whether it takes new orders.
    pub active: Option<bool>,
}

impl DeliveryMethodEditInput {
    pub(super) fn read(self) -> Result<marketplace::command::EditDeliveryMethod, context::Error> {
        Ok(marketplace::command::EditDeliveryMethod {
            id: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            name: self.name,
            kind: self.kind.map(Into::into),
            pricing: self.pricing.map(Into::into),
            product_types: self.product_types,
            countries: self.countries,
            tax_class_id: input::optional_id("taxClassId", self.tax_class_id.as_ref())?,
            max_weight_g: self.max_weight_g.into(),
            transit_days_min: self.transit_days_min,
            transit_days_max: self.transit_days_max,
            tracking_required: self.tracking_required,
            cod_allowed: self.cod_allowed,
            rates: self.rates.map(delivery_rates).transpose()?,
            position: self.position,
            active: self.active,
        })
    }
}

/// A carrier to be made.
#[derive(Debug, InputObject)]
pub struct CarrierCreateInput {
    /// The code that merchants send with a parcel. It never changes.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// The address of a parcel's page with `{tracking}` in the place of its number.
    pub tracking_url_template: Option<String>,
}

/// A change of a carrier: what is absent stays.
#[derive(Debug, InputObject)]
pub struct CarrierEditInput {
    /// The carrier.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// The name people read.
    pub name: Option<String>,
    /// The address of a parcel's page; `null` removes it.
    pub tracking_url_template: MaybeUndefined<String>,
    /// What its numbers look like, a regular expression for the whole number; `null` removes it.
    pub number_pattern: MaybeUndefined<String>,
    /// All its words for what happens to a parcel.
    pub event_map: Option<Vec<CarrierEventWord>>,
    /// Whether it takes new parcels.
    pub active: Option<bool>,
}

impl CarrierEditInput {
    pub(super) fn read(self) -> Result<marketplace::command::EditCarrier, context::Error> {
        Ok(marketplace::command::EditCarrier {
            id: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            name: self.name,
            tracking_url_template: self.tracking_url_template.into(),
            number_pattern: self.number_pattern.into(),
            event_map: self.event_map.map(|words| words.into_iter().map(|of| (of.word, of.state)).collect()),
            active: self.active,
        })
    }
}
