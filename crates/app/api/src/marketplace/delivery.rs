//! Ways of delivery as clients see them.

use async_graphql::{Enum, ID, InputObject, SimpleObject};
use chrono::{DateTime, Utc};

use super::calendar::time_shown;
use crate::scalar::{Currency, Money};

/// How goods reach the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "marketplace::DeliveryKind")]
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

/// Where the price of a delivery comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "marketplace::DeliveryPricing")]
pub enum DeliveryPricing {
    /// From the method's own rates.
    Rates,
    /// From a trusted storefront that asked the carrier.
    Quoted,
}

/// Whose rates decide about the price of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "marketplace::delivery::RatesOf")]
pub enum DeliveryRatesOf {
    /// Those of the marketplace.
    Operator,
    /// Those of the merchant.
    Merchant,
    /// Nobody's: the price came with the goods.
    Nobody,
}

/// Who bears the price of a delivery that is free for the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "marketplace::Funder")]
pub enum DeliveryFunder {
    /// The merchant: it gets nothing for it.
    Merchant,
    /// The operator: it pays the merchant in the buyer's place.
    Operator,
}

/// A way of delivery: what it carries, where to, at what price.
#[derive(Debug, Clone, SimpleObject)]
pub struct DeliveryMethod {
    /// The id of the delivery method.
    pub id: ID,
    /// A code for programs: `parcel`.
    pub code: String,
    /// The name buyers read.
    pub name: String,
    /// How goods reach the buyer.
    pub kind: DeliveryKind,
    /// Where the price comes from.
    pub pricing: DeliveryPricing,
    /// The product types it carries.
    pub product_types: Vec<String>,
    /// The countries it serves, by ISO 3166-1; empty means all.
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
    pub tracking_required: bool,
    /// Whether a parcel has arrived only when somebody signed for it.
    pub signature_required: bool,
    /// Until when on a day it takes goods, by the merchant's clock: `14:00`. What is ordered later leaves as if it were
    /// ordered on the next working day. Null: until the merchant's own cut-off. The earlier of both counts.
    pub cut_off: Option<String>,
    /// Whether the carrier collects cash on delivery.
    pub cod_allowed: bool,
    /// All of them: the rates, one for each currency and product type.
    pub rates: Vec<DeliveryRate>,
    /// All of them: where it goes, when that differs within its countries.
    pub zones: Vec<DeliveryZone>,
    /// The codes of the carriers whose pickup points it goes to, or that may carry it; empty means any.
    pub carriers: Vec<String>,
    /// The days on which it travels.
    pub travel_days: TravelDays,
    /// Whether merchants set prices of their own, and how high these may be.
    pub own_rates: OwnDeliveryRates,
    /// Place in lists; smaller comes first.
    pub position: i32,
    /// Whether it takes new orders. Only the operator sees methods that do not.
    pub active: bool,
    /// Grows by one with every change; send it as `expectedVersion`.
    pub version: i64,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

/// The price of a delivery in one currency.
#[derive(Debug, Clone, SimpleObject)]
pub struct DeliveryRate {
    /// The currency of the amounts.
    pub currency: Currency,
    /// The product type it is for; null: all that have no rate of their own.
    pub product_type: Option<String>,
    /// The price of the first unit, where no bracket says otherwise.
    pub first: Money,
    /// The price of each further unit.
    pub additional: Money,
    /// From this value of the goods on delivery is free, but for surcharges.
    pub free_above: Option<Money>,
    /// Who bears what the buyer does not pay then.
    pub funded_by: DeliveryFunder,
    /// All of them: prices by weight and value. The first that takes the consignment counts; when none does, the
    /// method does not take it.
    pub brackets: Vec<DeliveryBracket>,
    /// All of them: what is added for special goods or places.
    pub surcharges: Vec<DeliverySurcharge>,
}

/// A price for consignments up to a weight and a value.
#[derive(Debug, Clone, SimpleObject)]
pub struct DeliveryBracket {
    /// Up to this weight in grams.
    pub max_weight_g: Option<i64>,
    /// Up to this value of the goods.
    pub max_goods: Option<Money>,
    /// The price of the first unit.
    pub first: Money,
    /// The price of each further unit.
    pub additional: Money,
}

/// An amount that is added to the price of a delivery.
#[derive(Debug, Clone, SimpleObject)]
pub struct DeliverySurcharge {
    /// A code for programs.
    pub code: String,
    /// The name buyers read.
    pub name: String,
    /// The codes of the zones it is for; empty means everywhere.
    pub zones: Vec<String>,
    /// The product types it is for; empty means all.
    pub product_types: Vec<String>,
    /// Only for consignments that are heavier than this, in grams.
    pub above_weight_g: Option<i64>,
    /// How much.
    pub amount: Money,
    /// Whether it is added for each unit.
    pub per_unit: bool,
}

/// A part of the world that a delivery method serves alike.
#[derive(Debug, Clone, SimpleObject)]
pub struct DeliveryZone {
    /// A code for programs.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// Its countries, by ISO 3166-1.
    pub countries: Vec<String>,
    /// All of them: its postal codes; empty means all of its countries that no other zone names.
    pub postal_codes: Vec<PostalRange>,
    /// Whether the method goes there at all.
    pub served: bool,
    /// Fewest days on the way.
    pub transit_days_min: i32,
    /// Most days on the way.
    pub transit_days_max: i32,
    /// All of them: its own rates; where one is missing that of the method holds.
    pub rates: Vec<DeliveryRate>,
}

/// Whether merchants set prices of a delivery method, and how high these may be.
#[derive(Debug, Clone, SimpleObject)]
pub struct OwnDeliveryRates {
    /// Whether they may.
    pub allowed: bool,
    /// All of them: the highest price of a delivery by a merchant's rates, by currency.
    pub highest: Vec<Money>,
}

impl From<marketplace::OwnRates> for OwnDeliveryRates {
    fn from(of: marketplace::OwnRates) -> Self {
        let money = |highest: marketplace::HighestPrice| Money::minor(highest.minor, highest.currency);
        Self { allowed: of.allowed, highest: of.highest.into_iter().map(money).collect() }
    }
}

/// Postal codes from one to another, both included. A bound may be the beginning of codes: `BT` to `BT`.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "PostalRangeInput")]
pub struct PostalRange {
    /// The first.
    pub from: String,
    /// The last.
    pub to: String,
}

/// The days on which parcels of a method travel.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "TravelDaysInput")]
pub struct TravelDays {
    /// The days of the week that count, 1 (Monday) to 7 (Sunday).
    pub weekdays: Vec<u32>,
    /// Whether nothing moves on the public holidays of the country it goes to; they are settings of the marketplace.
    pub rests_on_holidays: bool,
}

impl From<marketplace::DeliveryRate> for DeliveryRate {
    fn from(rate: marketplace::DeliveryRate) -> Self {
        let money = |minor| Money::minor(minor, rate.currency);
        let bracket = |of: &marketplace::RateBracket| DeliveryBracket {
            max_weight_g: of.max_weight_g,
            max_goods: of.max_goods_minor.map(money),
            first: money(of.first_minor),
            additional: money(of.additional_minor),
        };
        let surcharge = |of: &marketplace::Surcharge| DeliverySurcharge {
            code: of.code.clone(),
            name: of.name.clone(),
            zones: of.zones.clone(),
            product_types: of.product_types.clone(),
            above_weight_g: of.above_weight_g,
            amount: money(of.amount_minor),
            per_unit: of.per_unit,
        };
        Self {
            currency: Currency(rate.currency),
            product_type: rate.product_type.clone(),
            first: money(rate.first_minor),
            additional: money(rate.additional_minor),
            free_above: rate.free_above_minor.map(money),
            funded_by: rate.funded_by.into(),
            brackets: rate.brackets.iter().map(bracket).collect(),
            surcharges: rate.surcharges.iter().map(surcharge).collect(),
        }
    }
}

impl From<marketplace::DeliveryZone> for DeliveryZone {
    fn from(zone: marketplace::DeliveryZone) -> Self {
        let range = |of: marketplace::PostalRange| PostalRange { from: of.from, to: of.to };
        Self {
            code: zone.code,
            name: zone.name,
            countries: zone.countries,
            postal_codes: zone.postal_codes.into_iter().map(range).collect(),
            served: zone.served,
            transit_days_min: zone.transit_days_min,
            transit_days_max: zone.transit_days_max,
            rates: zone.rates.into_iter().map(DeliveryRate::from).collect(),
        }
    }
}

impl From<marketplace::DeliveryMethod> for DeliveryMethod {
    fn from(method: marketplace::DeliveryMethod) -> Self {
        let marketplace::TravelDays { weekdays, rests_on_holidays } = method.travel_days;
        Self {
            id: method.id.to_string().into(),
            code: method.code,
            name: method.name,
            kind: method.kind.into(),
            pricing: method.pricing.into(),
            product_types: method.product_types,
            countries: method.countries,
            tax_class_id: method.tax_class_id.to_string().into(),
            max_weight_g: method.max_weight_g,
            max_length_mm: method.max_size.length_mm,
            max_girth_mm: method.max_size.girth_mm,
            transit_days_min: method.transit_days_min,
            transit_days_max: method.transit_days_max,
            tracking_required: method.tracking_required,
            signature_required: method.signature_required,
            cut_off: method.cut_off.map(time_shown),
            cod_allowed: method.cod_allowed,
            rates: method.rates.into_iter().map(DeliveryRate::from).collect(),
            zones: method.zones.into_iter().map(DeliveryZone::from).collect(),
            carriers: method.carriers,
            travel_days: TravelDays { weekdays, rests_on_holidays },
            own_rates: method.own_rates.into(),
            position: method.position,
            active: method.active,
            version: method.version,
            updated_at: method.updated_at,
        }
    }
}
