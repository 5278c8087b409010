//! Inputs for channels, taxes and carriers.

use async_graphql::{ID, InputObject, MaybeUndefined};
use chrono::NaiveDate;
use kernel::{Invalid, Money};

use super::object::{CarrierEventWord, Rounding};
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

/// Minor units of an amount as clients write it.
pub(super) fn minor(field: String, amount: &str, currency: kernel::Currency) -> Result<i64, context::Error> {
    let money = Money::parse(amount, currency);
    Ok(money.map(|money| money.minor).map_err(|error| Invalid::new(field, "MALFORMED", error.to_string()))?)
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
