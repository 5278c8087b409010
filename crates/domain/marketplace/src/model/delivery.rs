//! Ways of delivery: what they carry, where to, at what price.

use chrono::{DateTime, NaiveTime, Utc};
use kernel::id::{DeliveryMethodId, TaxClassId};
use kernel::{Currency, Extent, Invalid, text};
use serde::Serialize;

pub use super::delivery_quote::{Consignment, Quote, QuoteBasis, RatesOf, quote, quote_with, transit_days};
use super::delivery_rate::check_rates;
use super::delivery_zone::check_zones;
use super::{DeliveryRate, DeliveryZone, OwnRates, TravelDays, bounded, countries};

/// How goods reach the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryKind {
    /// To the door.
    Home,
    /// To a parcel shop or locker.
    PickupPoint,
    /// The buyer comes to the merchant's store.
    StorePickup,
    /// By truck.
    Freight,
    /// By a courier, who brings it on the day it leaves.
    CourierSameDay,
    /// By wire; nothing is carried.
    Digital,
    /// The merchant does something at the buyer's place, such as fitting what was bought; nothing is carried.
    Service,
}

impl DeliveryKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Home,
        Self::PickupPoint,
        Self::StorePickup,
        Self::Freight,
        Self::CourierSameDay,
        Self::Digital,
        Self::Service,
    ];

    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::PickupPoint => "pickup_point",
            Self::StorePickup => "store_pickup",
            Self::Freight => "freight",
            Self::CourierSameDay => "courier_same_day",
            Self::Digital => "digital",
            Self::Service => "service",
        }
    }

    /// Whether something is carried: there are parcels, that can be tracked.
    #[must_use]
    pub const fn is_carried(self) -> bool {
        !matches!(self, Self::Digital | Self::Service)
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Where the price of a delivery comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryPricing {
    /// From the method's own rates.
    Rates,
    /// From a trusted storefront that asked the carrier; the price comes with the consignment.
    Quoted,
}

impl DeliveryPricing {
    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rates => "rates",
            Self::Quoted => "quoted",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Rates, Self::Quoted].into_iter().find(|pricing| pricing.as_str() == name)
    }
}

/// How large a unit may be at most, by the measures of carriers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct SizeLimits {
    /// Its longest side, in millimeters.
    pub length_mm: Option<i64>,
    /// Its longest side and the way around the other two (length plus girth), in millimeters.
    pub girth_mm: Option<i64>,
}

impl SizeLimits {
    fn check(self) -> Result<(), Invalid> {
        match [("maxLengthMm", self.length_mm), ("maxGirthMm", self.girth_mm)] {
            [(name, Some(..=0)), _] | [_, (name, Some(..=0))] => Err(Invalid::range(name, 1, i64::MAX)),
            _ => Ok(()),
        }
    }

    /// Whether the largest of some units is small enough.
    pub(super) fn take(self, largest: Extent) -> Result<(), Rejection> {
        if let Some(max_length_mm) = self.length_mm.filter(|max| largest.length_mm > *max) {
            return Err(Rejection::TooLong { max_length_mm });
        }
        match self.girth_mm.filter(|max| largest.girth_mm > *max) {
            Some(max_girth_mm) => Err(Rejection::TooLarge { max_girth_mm }),
            None => Ok(()),
        }
    }
}

/// A way of delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryMethod {
    /// Its id.
    pub id: DeliveryMethodId,
    /// A code for programs: `parcel`.
    pub code: String,
    /// The name buyers read.
    pub name: String,
    /// How goods reach the buyer.
    pub kind: DeliveryKind,
    /// Where the price comes from.
    pub pricing: DeliveryPricing,
    /// The product types it carries: `parcel`, `bulky`, `cold`, `digital`, ...; never empty.
    pub product_types: Vec<String>,
    /// The countries it serves; empty means all.
    pub countries: Vec<String>,
    /// The tax class of the delivery itself.
    pub tax_class_id: TaxClassId,
    /// The heaviest consignment in grams.
    pub max_weight_g: Option<i64>,
    /// The largest unit; a unit whose size nobody knows is taken.
    pub max_size: SizeLimits,
    /// Fewest days on the way.
    pub transit_days_min: i32,
    /// Most days on the way.
    pub transit_days_max: i32,
    /// Whether a parcel must have a tracking number.
    pub tracking_required: bool,
    /// Whether a parcel has arrived only when somebody signed for it.
    pub signature_required: bool,
    /// Until when on a day it takes goods, by the merchant's clock; what is ordered later leaves as if it were ordered
    /// on the next working day. `None`: until the merchant's own cut-off. The earlier of both counts.
    pub cut_off: Option<NaiveTime>,
    /// Whether the carrier collects cash on delivery.
    pub cod_allowed: bool,
    /// The rates, one for each currency and product type, by both.
    pub rates: Vec<DeliveryRate>,
    /// Where it goes, when that differs within its countries; empty: all its countries are alike.
    pub zones: Vec<DeliveryZone>,
    /// The codes of the carriers whose pickup points it goes to, or that may carry it; empty: any.
    pub carriers: Vec<String>,
    /// The days on which it travels.
    pub travel_days: TravelDays,
    /// Whether merchants set prices of their own, and how high these may be.
    pub own_rates: OwnRates,
    /// Place in lists; smaller comes first.
    pub position: i32,
    /// An inactive method takes no new orders.
    pub active: bool,
    /// Grows by one with every change.
    pub version: i64,
    /// When it was made.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[serde(skip)]
    pub updated_at: DateTime<Utc>,
}

/// Why a method does not take a consignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Rejection {
    /// The method is switched off.
    #[error("this delivery method is not in use")]
    MethodInactive,
    /// It does not carry such goods.
    #[error("this delivery method does not carry goods of type {product_type}")]
    ProductTypeNotCarried {
        /// The product type of the goods.
        product_type: String,
    },
    /// It does not serve the country.
    #[error("this delivery method does not serve {country}")]
    CountryNotServed {
        /// The country of the address.
        country: String,
    },
    /// It does not go to this part of the country.
    #[error("this delivery method does not go to {country} {postal_code}")]
    AddressNotServed {
        /// The country of the address.
        country: String,
        /// Its postal code, in capitals and digits.
        postal_code: String,
    },
    /// No bracket of its rates takes the weight and value of the consignment.
    #[error("this delivery method has no price for this weight and value")]
    OutsideBrackets,
    /// It has no price in the currency.
    #[error("this delivery method has no price in {currency}")]
    CurrencyNotPriced {
        /// The currency of the order.
        currency: Currency,
    },
    /// The consignment is too heavy for it.
    #[error("this delivery method carries at most {max_weight_g} g")]
    TooHeavy {
        /// The heaviest consignment in grams.
        max_weight_g: i64,
    },
    /// One of the goods is too long for it.
    #[error("this delivery method carries nothing longer than {max_length_mm} mm")]
    TooLong {
        /// The longest side of a unit in millimeters.
        max_length_mm: i64,
    },
    /// One of the goods takes too much room.
    #[error("this delivery method carries at most {max_girth_mm} mm of length plus girth")]
    TooLarge {
        /// The largest length plus girth of a unit in millimeters.
        max_girth_mm: i64,
    },
    /// Its price comes from outside and nobody brought one.
    #[error("the price of this delivery method must come with the consignment")]
    NotQuoted,
    /// The price is larger than any order can hold.
    #[error("the price of this delivery is out of range")]
    PriceOutOfRange,
}

impl Rejection {
    /// A stable code: `COUNTRY_NOT_SERVED`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MethodInactive => "METHOD_INACTIVE",
            Self::ProductTypeNotCarried { .. } => "PRODUCT_TYPE_NOT_CARRIED",
            Self::CountryNotServed { .. } => "COUNTRY_NOT_SERVED",
            Self::AddressNotServed { .. } => "ADDRESS_NOT_SERVED",
            Self::OutsideBrackets => "OUTSIDE_BRACKETS",
            Self::CurrencyNotPriced { .. } => "CURRENCY_NOT_PRICED",
            Self::TooHeavy { .. } => "TOO_HEAVY",
            Self::TooLong { .. } => "TOO_LONG",
            Self::TooLarge { .. } => "TOO_LARGE",
            Self::NotQuoted => "NOT_QUOTED",
            Self::PriceOutOfRange => "PRICE_OUT_OF_RANGE",
        }
    }
}

/// The longest promise of a delivery in days.
const TRANSIT_DAYS_MAX: i32 = 365;

impl DeliveryMethod {
    /// Normalizes the fields and checks them.
    pub(crate) fn checked(mut self) -> Result<Self, Invalid> {
        self.code = text::code("code", &self.code, 40)?;
        self.name = text::line("name", &self.name, 120)?;
        self.countries = countries("countries", &self.countries)?;
        bounded("productTypes", self.product_types.len())?;
        for (index, product_type) in self.product_types.iter_mut().enumerate() {
            *product_type = text::code(&format!("productTypes.{index}"), product_type, 40)?;
        }
        self.product_types.sort_unstable();
        self.product_types.dedup();
        if self.product_types.is_empty() {
            return Err(Invalid::required("productTypes"));
        }
        if self.max_weight_g.is_some_and(|max| max <= 0) {
            return Err(Invalid::range("maxWeightG", 1, i64::MAX));
        }
        self.max_size.check()?;
        transit("", self.transit_days_min, self.transit_days_max)?;
        self.check_kind()?;
        check_rates("rates", &mut self.rates)?;
        check_zones(&mut self.zones)?;
        self.check_rates_of_types()?;
        self.own_rates = self.own_rates.checked(self.pricing)?;
        bounded("carriers", self.carriers.len())?;
        self.carriers.sort_unstable();
        self.carriers.dedup();
        self.travel_days = self.travel_days.checked()?;
        Ok(self)
    }

    /// What the kind promises holds.
    fn check_kind(&self) -> Result<(), Invalid> {
        if !self.kind.is_carried() && self.tracking_required {
            let text = "cannot be asked of what is not carried";
            return Err(Invalid::new("trackingRequired", "NOT_CARRIED", text));
        }
        if self.kind == DeliveryKind::Digital && self.signature_required {
            return Err(Invalid::new("signatureRequired", "NOT_CARRIED", "cannot be asked of what comes by wire"));
        }
        if self.kind != DeliveryKind::CourierSameDay {
            return Ok(());
        }
        if self.cut_off.is_none() {
            return Err(Invalid::required("cutOff"));
        }
        let days = |path: String, max: i32| match max {
            0 => Ok(()),
            _ => Err(Invalid::new(format!("{path}transitDaysMax"), "SAME_DAY", "must be 0: it arrives the same day")),
        };
        days(String::new(), self.transit_days_max)?;
        let zones = self.zones.iter().enumerate();
        zones.into_iter().try_for_each(|(index, zone)| days(format!("zones.{index}."), zone.transit_days_max))
    }

    /// Rates are for product types that it carries, surcharges for zones that exist.
    fn check_rates_of_types(&self) -> Result<(), Invalid> {
        let own = self.rates.iter().enumerate().map(|(index, rate)| (format!("rates.{index}"), rate));
        let of_zones = self.zones.iter().enumerate().flat_map(|(zone, of)| {
            of.rates.iter().enumerate().map(move |(index, rate)| (format!("zones.{zone}.rates.{index}"), rate))
        });
        own.chain(of_zones).try_for_each(|(path, rate)| self.check_rate(&path, rate))
    }

    /// A rate of this method names a product type that it carries and zones that it has.
    pub(super) fn check_rate(&self, path: &str, rate: &DeliveryRate) -> Result<(), Invalid> {
        if rate.product_type.as_ref().is_some_and(|of| !self.product_types.contains(of)) {
            let text = "is not a product type that this method carries";
            return Err(Invalid::new(format!("{path}.productType"), "NOT_FOUND", text));
        }
        for (index, surcharge) in rate.surcharges.iter().enumerate() {
            let unknown = |code: &String| !self.zones.iter().any(|zone| zone.code == *code);
            if let Some(at) = surcharge.zones.iter().position(unknown) {
                let field = format!("{path}.surcharges.{index}.zones.{at}");
                return Err(Invalid::new(field, "NOT_FOUND", "is not the code of a zone of this method"));
            }
        }
        Ok(())
    }
}

/// Checks days on the way; `path` stands before their names.
pub(super) fn transit(path: &str, min: i32, max: i32) -> Result<(), Invalid> {
    if !(0..=TRANSIT_DAYS_MAX).contains(&min) {
        return Err(Invalid::range(format!("{path}transitDaysMin"), 0, TRANSIT_DAYS_MAX.into()));
    }
    if !(min..=TRANSIT_DAYS_MAX).contains(&max) {
        return Err(Invalid::range(format!("{path}transitDaysMax"), min.into(), TRANSIT_DAYS_MAX.into()));
    }
    Ok(())
}

#[cfg(test)]
#[path = "delivery_test.rs"]
mod tests;
