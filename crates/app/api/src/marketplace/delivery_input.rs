//! Inputs for ways of delivery.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::calendar::time_of_day;
use super::delivery::{DeliveryFunder, DeliveryKind, DeliveryPricing, PostalRange, TravelDays};
use super::input::minor;
use crate::input;
use crate::scalar::Currency;

/// The price of a delivery in one currency.
#[derive(Debug, InputObject)]
pub struct DeliveryRateInput {
    /// The currency of the amounts.
    pub currency: Currency,
    /// The product type (logistic class) it is for; absent: all that have no rate of their own.
    pub product_type: Option<String>,
    /// The price of the first unit: `"4.90"`.
    pub first_amount: String,
    /// The price of each further unit.
    pub additional_amount: String,
    /// From this value of the goods on delivery is free, but for surcharges.
    pub free_above_amount: Option<String>,
    /// Who bears what the buyer does not pay then. What is free by a merchant's own rates is borne by the merchant.
    #[graphql(default_with = "DeliveryFunder::Merchant")]
    pub funded_by: DeliveryFunder,
    /// Prices by weight and value; the first that takes the consignment counts.
    #[graphql(default)]
    pub brackets: Vec<DeliveryBracketInput>,
    /// What is added for special goods or places.
    #[graphql(default)]
    pub surcharges: Vec<DeliverySurchargeInput>,
}

/// A price for consignments up to a weight and a value.
#[derive(Debug, InputObject)]
pub struct DeliveryBracketInput {
    /// Up to this weight in grams.
    pub max_weight_g: Option<i64>,
    /// Up to this value of the goods.
    pub max_goods_amount: Option<String>,
    /// The price of the first unit.
    pub first_amount: String,
    /// The price of each further unit.
    pub additional_amount: String,
}

/// An amount that is added to the price of a delivery.
#[derive(Debug, InputObject)]
pub struct DeliverySurchargeInput {
    /// A code for programs.
    pub code: String,
    /// The name buyers read.
    pub name: String,
    /// The codes of the zones it is for; empty means everywhere.
    #[graphql(default)]
    pub zones: Vec<String>,
    /// The product types it is for; empty means all.
    #[graphql(default)]
    pub product_types: Vec<String>,
    /// Only for consignments that are heavier than this, in grams.
    pub above_weight_g: Option<i64>,
    /// How much.
    pub amount: String,
    /// Whether it is added for each unit.
    #[graphql(default)]
    pub per_unit: bool,
}

/// A part of the world that a delivery method serves alike.
#[derive(Debug, InputObject)]
pub struct DeliveryZoneInput {
    /// A code for programs.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// Its countries, by ISO 3166-1; at least one.
    pub countries: Vec<String>,
    /// Its postal codes; empty means all of its countries that no other zone names.
    #[graphql(default)]
    pub postal_codes: Vec<PostalRange>,
    /// Whether the method goes there at all.
    #[graphql(default = true)]
    pub served: bool,
    /// Fewest days on the way.
    pub transit_days_min: i32,
    /// Most days on the way.
    pub transit_days_max: i32,
    /// Its own rates; where one is missing that of the method holds.
    #[graphql(default)]
    pub rates: Vec<DeliveryRateInput>,
}

impl From<TravelDays> for marketplace::TravelDays {
    fn from(days: TravelDays) -> Self {
        Self { weekdays: days.weekdays, rests_on_holidays: days.rests_on_holidays }
    }
}

fn rates(path: &str, list: Vec<DeliveryRateInput>) -> Result<Vec<marketplace::DeliveryRate>, context::Error> {
    list.into_iter().enumerate().map(|(index, rate)| rate.read(&format!("{path}.{index}"))).collect()
}

fn zones(list: Vec<DeliveryZoneInput>) -> Result<Vec<marketplace::DeliveryZone>, context::Error> {
    let zone = |(index, zone): (usize, DeliveryZoneInput)| {
        let range = |of: PostalRange| marketplace::PostalRange { from: of.from, to: of.to };
        Ok(marketplace::DeliveryZone {
            code: zone.code,
            name: zone.name,
            countries: zone.countries,
            postal_codes: zone.postal_codes.into_iter().map(range).collect(),
            served: zone.served,
            transit_days_min: zone.transit_days_min,
            transit_days_max: zone.transit_days_max,
            rates: rates(&format!("zones.{index}.rates"), zone.rates)?,
        })
    };
    list.into_iter().enumerate().map(zone).collect()
}

impl DeliveryRateInput {
    pub(crate) fn read(self, path: &str) -> Result<marketplace::DeliveryRate, context::Error> {
        let currency = self.currency.0;
        let read = |name: &str, amount: &str| minor(format!("{path}.{name}"), amount, currency);
        let bracket = |(index, of): (usize, DeliveryBracketInput)| {
            let read = |name: &str, amount: &str| read(&format!("brackets.{index}.{name}"), amount);
            Ok::<_, context::Error>(marketplace::RateBracket {
                max_weight_g: of.max_weight_g,
                max_goods_minor: of.max_goods_amount.map(|amount| read("maxGoodsAmount", &amount)).transpose()?,
                first_minor: read("firstAmount", &of.first_amount)?,
                additional_minor: read("additionalAmount", &of.additional_amount)?,
            })
        };
        let surcharge = |(index, of): (usize, DeliverySurchargeInput)| {
            Ok::<_, context::Error>(marketplace::Surcharge {
                amount_minor: read(&format!("surcharges.{index}.amount"), &of.amount)?,
                code: of.code,
                name: of.name,
                zones: of.zones,
                product_types: of.product_types,
                above_weight_g: of.above_weight_g,
                per_unit: of.per_unit,
            })
        };
        Ok(marketplace::DeliveryRate {
            currency,
            product_type: self.product_type,
            first_minor: read("firstAmount", &self.first_amount)?,
            additional_minor: read("additionalAmount", &self.additional_amount)?,
            free_above_minor: self.free_above_amount.map(|amount| read("freeAboveAmount", &amount)).transpose()?,
            funded_by: self.funded_by.into(),
            brackets: self.brackets.into_iter().enumerate().map(bracket).collect::<Result<_, _>>()?,
            surcharges: self.surcharges.into_iter().enumerate().map(surcharge).collect::<Result<_, _>>()?,
        })
    }
}

/// Whether merchants set prices of a delivery method, and how high these may be.
#[derive(Debug, InputObject)]
pub struct OwnDeliveryRatesInput {
    /// Whether they may. What they set before waits while they may not.
    pub allowed: bool,
    /// The highest price of a delivery by a merchant's rates, at most one a currency.
    #[graphql(default)]
    pub highest: Vec<HighestDeliveryPriceInput>,
}

/// The highest price of a delivery in a currency.
#[derive(Debug, InputObject)]
pub struct HighestDeliveryPriceInput {
    /// The currency.
    pub currency: Currency,
    /// How much: `"9.90"`.
    pub amount: String,
}

impl OwnDeliveryRatesInput {
    fn read(self) -> Result<marketplace::OwnRates, context::Error> {
        let price = |(index, of): (usize, HighestDeliveryPriceInput)| {
            let currency = of.currency.0;
            let minor = minor(format!("ownRates.highest.{index}.amount"), &of.amount, currency)?;
            Ok::<_, context::Error>(marketplace::HighestPrice { currency, minor })
        };
        let highest = self.highest.into_iter().enumerate().map(price).collect::<Result<_, _>>()?;
        Ok(marketplace::OwnRates { allowed: self.allowed, highest })
    }
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
    /// The longest side of a unit in millimeters.
    pub max_length_mm: Option<i64>,
    /// The largest length plus girth of a unit in millimeters: its longest side and the way around the other two.
    pub max_girth_mm: Option<i64>,
    /// Fewest days on the way.
    pub transit_days_min: i32,
    /// Most days on the way.
    pub transit_days_max: i32,
    /// Whether a parcel must have a tracking number.
    #[graphql(default)]
    pub tracking_required: bool,
    /// Whether a parcel has arrived only when somebody signed for it.
    #[graphql(default)]
    pub signature_required: bool,
    /// Until when on a day it takes goods, by the merchant's clock: `14:00`; absent: until the merchant's own cut-off.
    /// A courier of the same day needs it.
    pub cut_off: Option<String>,
    /// Whether the carrier collects cash on delivery.
    #[graphql(default)]
    pub cod_allowed: bool,
    /// The rates, one for each currency and product type.
    #[graphql(default)]
    pub rates: Vec<DeliveryRateInput>,
    /// Where it goes, when that differs within its countries.
    #[graphql(default)]
    pub zones: Vec<DeliveryZoneInput>,
    /// The codes of the carriers whose pickup points it goes to, or that may carry it; empty means any.
    #[graphql(default)]
    pub carriers: Vec<String>,
    /// The days on which it travels; every day when absent.
    pub travel_days: Option<TravelDays>,
    /// Whether merchants set prices of their own, and how high these may be.
    pub own_rates: Option<OwnDeliveryRatesInput>,
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
            max_size: marketplace::SizeLimits { length_mm: self.max_length_mm, girth_mm: self.max_girth_mm },
            transit_days_min: self.transit_days_min,
            transit_days_max: self.transit_days_max,
            tracking_required: self.tracking_required,
            signature_required: self.signature_required,
            cut_off: self.cut_off.map(|text| time_of_day("cutOff", &text)).transpose()?,
            cod_allowed: self.cod_allowed,
            rates: rates("rates", self.rates)?,
            zones: zones(self.zones)?,
            carriers: self.carriers,
            travel_days: self.travel_days.map(Into::into).unwrap_or_default(),
            own_rates: self.own_rates.map(OwnDeliveryRatesInput::read).transpose()?.unwrap_or_default(),
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
    /// The longest side of a unit in millimeters; `null` takes the limit away.
    pub max_length_mm: MaybeUndefined<i64>,
    /// The largest length plus girth of a unit in millimeters; `null` takes the limit away.
    pub max_girth_mm: MaybeUndefined<i64>,
    /// Fewest days on the way.
    pub transit_days_min: Option<i32>,
    /// Most days on the way.
    pub transit_days_max: Option<i32>,
    /// Whether a parcel must have a tracking number.
    pub tracking_required: Option<bool>,
    /// Whether a parcel has arrived only when somebody signed for it.
    pub signature_required: Option<bool>,
    /// Until when on a day it takes goods, by the merchant's clock; `null`: until the merchant's own cut-off.
    pub cut_off: MaybeUndefined<String>,
    /// Whether the carrier collects cash on delivery.
    pub cod_allowed: Option<bool>,
    /// All its rates; those that are missing are removed.
    pub rates: Option<Vec<DeliveryRateInput>>,
    /// All its zones; those that are missing are removed.
    pub zones: Option<Vec<DeliveryZoneInput>>,
    /// The codes of the carriers whose pickup points it goes to, or that may carry it; empty means any.
    pub carriers: Option<Vec<String>>,
    /// The days on which it travels.
    pub travel_days: Option<TravelDays>,
    /// Whether merchants set prices of their own, and how high these may be.
    pub own_rates: Option<OwnDeliveryRatesInput>,
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
            max_length_mm: self.max_length_mm.into(),
            max_girth_mm: self.max_girth_mm.into(),
            transit_days_min: self.transit_days_min,
            transit_days_max: self.transit_days_max,
            tracking_required: self.tracking_required,
            signature_required: self.signature_required,
            cut_off: Option::<Option<String>>::from(self.cut_off)
                .map(|of| of.map(|text| time_of_day("cutOff", &text)).transpose())
                .transpose()?,
            cod_allowed: self.cod_allowed,
            rates: self.rates.map(|list| rates("rates", list)).transpose()?,
            zones: self.zones.map(zones).transpose()?,
            carriers: self.carriers,
            travel_days: self.travel_days.map(Into::into),
            own_rates: self.own_rates.map(OwnDeliveryRatesInput::read).transpose()?,
            position: self.position,
            active: self.active,
        })
    }
}
