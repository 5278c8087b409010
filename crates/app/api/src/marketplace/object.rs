//! What the operator decides for everybody, as clients see it.

use async_graphql::{Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};

use crate::scalar::{Currency, DecimalText};

/// What happens to half a minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "kernel::Rounding")]
pub enum Rounding {
    /// Half away from zero.
    HalfUp,
    /// Half to the even neighbour.
    HalfEven,
    /// Half towards zero.
    HalfDown,
}

/// Where the marketplace sells: a storefront, a country, a set of currencies and locales.
#[derive(Debug, Clone)]
pub struct Channel(pub marketplace::Channel);

impl From<marketplace::Channel> for Channel {
    fn from(channel: marketplace::Channel) -> Self {
        Self(channel)
    }
}

/// Where the marketplace sells: a storefront, a country, a set of currencies and locales.
#[Object]
impl Channel {
    /// The id of the channel.
    fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// The code that storefronts send: `web`.
    fn code(&self) -> &str {
        &self.0.code
    }
    /// The name people read.
    fn name(&self) -> &str {
        &self.0.name
    }
    /// The currencies in which it sells.
    fn currencies(&self) -> Vec<Currency> {
        self.0.currencies.iter().copied().map(Currency).collect()
    }
    /// The currency when the buyer does not choose.
    fn default_currency(&self) -> Currency {
        Currency(self.0.default_currency)
    }
    /// The languages it speaks, such as `de` or `pt-BR`.
    fn locales(&self) -> &[String] {
        &self.0.locales
    }
    /// The language when the buyer does not choose.
    fn default_locale(&self) -> &str {
        &self.0.default_locale
    }
    /// The country whose taxes are assumed before the address is known, by ISO 3166-1.
    fn country(&self) -> &str {
        &self.0.country
    }
    /// Whether prices in this channel contain tax.
    fn prices_include_tax(&self) -> bool {
        self.0.prices_include_tax
    }
    /// What happens to half a minor unit in orders of this channel.
    fn rounding(&self) -> Rounding {
        self.0.rounding.into()
    }
    /// Whether it sells. Only the operator sees channels that do not.
    fn active(&self) -> bool {
        self.0.active
    }
    /// Grows by one with every change; send it as `expectedVersion`.
    fn version(&self) -> i64 {
        self.0.version
    }
    /// When it was changed last.
    fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

/// A class of goods that are taxed alike.
#[derive(Debug, Clone, SimpleObject)]
pub struct TaxClass {
    /// The id of the tax class.
    pub id: ID,
    /// The code that imports use: `standard`.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// All of them: the rates by country and by the day from which they hold.
    pub rates: Vec<TaxRate>,
    /// Grows by one with every change; send it as `expectedVersion`.
    pub version: i64,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

/// The tax of one country from one day on.
#[derive(Debug, Clone, SimpleObject)]
pub struct TaxRate {
    /// The country, by ISO 3166-1.
    pub country: String,
    /// The first day on which it holds.
    pub valid_from: NaiveDate,
    /// The rate in percent.
    pub percent: DecimalText,
}

impl From<marketplace::TaxClass> for TaxClass {
    fn from(class: marketplace::TaxClass) -> Self {
        let rates = class.rates.into_iter().map(|rate| TaxRate {
            country: rate.country,
            valid_from: rate.valid_from,
            percent: DecimalText::percent(rate.rate_ppm),
        });
        Self {
            id: class.id.to_string().into(),
            code: class.code,
            name: class.name,
            rates: rates.collect(),
            version: class.version,
            updated_at: class.updated_at,
        }
    }
}

/// A company that carries parcels.
#[derive(Debug, Clone, SimpleObject)]
pub struct Carrier {
    /// The id of the carrier.
    pub id: ID,
    /// The code that merchants send with a parcel: `dhl`.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// The address of a parcel's page with `{tracking}` in the place of its number.
    pub tracking_url_template: Option<String>,
    /// What its numbers look like: a regular expression for the whole number.
    pub number_pattern: Option<String>,
    /// All of them: its words for what happens to a parcel.
    pub event_map: Vec<CarrierEventWord>,
    /// Whether it takes new parcels.
    pub active: bool,
    /// Grows by one with every change; send it as `expectedVersion`.
    pub version: i64,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

/// A word of a carrier and the state of parcels it stands for.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "CarrierEventWordInput")]
pub struct CarrierEventWord {
    /// The carrier's word.
    pub word: String,
    /// The state in lower case: `in_transit`, `out_for_delivery`, `delivered`, ...
    pub state: String,
}

impl From<marketplace::Carrier> for Carrier {
    fn from(carrier: marketplace::Carrier) -> Self {
        Self {
            id: carrier.id.to_string().into(),
            code: carrier.code,
            name: carrier.name,
            tracking_url_template: carrier.tracking_url_template,
            number_pattern: carrier.number_pattern,
            event_map: carrier.event_map.into_iter().map(|(word, state)| CarrierEventWord { word, state }).collect(),
            active: carrier.active,
            version: carrier.version,
            updated_at: carrier.updated_at,
        }
    }
}
