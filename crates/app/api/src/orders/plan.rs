//! The split plan as clients see it.

use async_graphql::{ID, SimpleObject};
use chrono::{DateTime, Utc};
use kernel::Currency;
use orders::model::pickup::Pickup;
use orders::model::plan;

use super::enums::SplitRejectedKind;
use crate::marketplace::delivery::{DeliveryKind, DeliveryRatesOf};
use crate::scalar::Money;

/// How a cart would be split, priced and sent, and why.
#[derive(SimpleObject)]
pub struct SplitPlan {
    /// Names what the buyer agrees to; send it with `orderPlace`.
    pub hash: String,
    /// Whether it can be placed as it is.
    pub placeable: bool,
    /// Whether unit prices hold tax.
    pub prices_include_tax: bool,
    /// What is sent together.
    pub consignments: Vec<SplitConsignment>,
    /// What cannot be, or was not, used; with the reason.
    pub rejected: Vec<SplitRejection>,
    /// Goods, tax included.
    pub goods: Money,
    /// Delivery, tax included.
    pub delivery: Money,
    /// The code of the coupon that was taken.
    pub coupon: Option<String>,
    /// What the marketplace pays in the buyer's place: the coupon, and delivery that is free at its cost.
    pub discount: Money,
    /// Tax within both.
    pub tax: Money,
    /// What the buyer pays; send it with `orderPlace`.
    pub total: Money,
}

/// What one location sends together: one merchant, one location, one product type.
#[derive(SimpleObject)]
pub struct SplitConsignment {
    /// Names it from one plan to the next; a delivery choice refers to it.
    pub key: String,
    /// Who sends.
    pub merchant_id: ID,
    /// The name of the merchant.
    pub merchant_name: String,
    /// From where.
    pub location_id: ID,
    /// The name of the location.
    pub location_name: String,
    /// The shipping class of everything in it.
    pub product_type: String,
    /// What is in it.
    pub lines: Vec<SplitLine>,
    /// The ways it can be delivered, the cheapest first.
    pub choices: Vec<SplitChoice>,
    /// The method it will be delivered by; null when there is none.
    pub chosen_method_id: Option<ID>,
    /// Where the buyer collects it, by the chosen method.
    pub pickup: Option<PickupLocation>,
    /// Why it is a consignment of its own and why from there.
    pub reasons: Vec<String>,
}

/// A place where a buyer collects goods, as it was when it was chosen.
#[derive(SimpleObject)]
pub struct PickupLocation {
    /// The pickup point; null for a store of the merchant.
    pub pickup_point_id: Option<ID>,
    /// The code of the carrier.
    pub carrier: Option<String>,
    /// The carrier's code of the place.
    pub code: Option<String>,
    /// The name of the place.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// Country, by ISO 3166-1.
    pub country: String,
    /// When it is open, in words.
    pub hours: Option<String>,
}

impl From<&Pickup> for PickupLocation {
    fn from(of: &Pickup) -> Self {
        Self {
            pickup_point_id: of.point.map(ID::from),
            carrier: of.carrier.clone(),
            code: of.code.clone(),
            name: of.name.clone(),
            line1: of.line1.clone(),
            postal_code: of.postal_code.clone(),
            city: of.city.clone(),
            country: of.country.clone(),
            hours: of.hours.clone(),
        }
    }
}

/// Units of a cart line in a consignment.
#[derive(SimpleObject)]
pub struct SplitLine {
    /// The cart line.
    pub cart_line_id: ID,
    /// The offer.
    pub offer_id: ID,
    /// The title of the product.
    pub title: String,
    /// What tells the variant from its siblings.
    pub variant_title: String,
    /// Units.
    pub quantity: i64,
    /// The price of a unit as shown in the channel.
    pub unit_price: Money,
    /// What the buyer pays for the units, tax included.
    pub total: Money,
}

/// A way to deliver a consignment.
#[derive(SimpleObject)]
pub struct SplitChoice {
    /// The delivery method.
    pub method_id: ID,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How goods reach the buyer.
    pub kind: DeliveryKind,
    /// The store where it is collected, of a way by which the buyer comes to the merchant.
    pub store: Option<PickupLocation>,
    /// What the buyer pays for it, tax included.
    pub price: Money,
    /// What the marketplace pays of it in the buyer's place, beside the price.
    pub funded: Money,
    /// Whose rates the price is by.
    pub rates_of: DeliveryRatesOf,
    /// How the price came about.
    pub reasons: Vec<String>,
    /// Whether it can be paid at the door.
    pub cash_on_delivery: bool,
    /// Leaves until then.
    pub ship_by: DateTime<Utc>,
    /// Arrives from then on.
    pub deliver_from: DateTime<Utc>,
    /// Arrives until then.
    pub deliver_to: DateTime<Utc>,
}

/// Something that cannot be, or was not, used.
#[derive(SimpleObject)]
pub struct SplitRejection {
    /// What kind of thing.
    pub kind: SplitRejectedKind,
    /// Its id or key.
    pub subject: String,
    /// A stable code such as `OUT_OF_STOCK`.
    pub code: String,
    /// A sentence for people.
    pub message: String,
    /// Whether the cart cannot be placed because of it.
    pub blocking: bool,
    /// Units wanted, of a line.
    pub wanted: Option<i64>,
    /// Units left, of a line.
    pub available: Option<i64>,
}

impl From<plan::SplitPlan> for SplitPlan {
    fn from(of: plan::SplitPlan) -> Self {
        let money = |minor| Money::minor(minor, of.currency);
        Self {
            placeable: of.is_placeable(),
            prices_include_tax: of.prices_include_tax,
            consignments: of.consignments.iter().map(|c| consignment(c, &of)).collect(),
            goods: money(of.totals.goods),
            delivery: money(of.totals.delivery),
            coupon: of.coupon.map(|coupon| coupon.code),
            discount: money(of.totals.discount),
            tax: money(of.totals.tax),
            total: money(of.totals.total),
            rejected: of.rejected.into_iter().map(SplitRejection::from).collect(),
            hash: of.hash,
        }
    }
}

fn consignment(of: &plan::Consignment, plan: &plan::SplitPlan) -> SplitConsignment {
    SplitConsignment {
        key: of.key.clone(),
        merchant_id: of.merchant.into(),
        merchant_name: of.merchant_name.clone(),
        location_id: of.location.into(),
        location_name: of.location_name.clone(),
        product_type: of.product_type.clone(),
        lines: of.lines.iter().map(|line| split_line(line, plan)).collect(),
        choices: of.choices.iter().map(|choice| split_choice(choice, plan.currency)).collect(),
        chosen_method_id: of.chosen.map(ID::from),
        pickup: of.pickup.as_ref().map(PickupLocation::from),
        reasons: of.reasons.clone(),
    }
}

fn split_line(of: &plan::ConsignmentLine, plan: &plan::SplitPlan) -> SplitLine {
    let planned = plan.lines.iter().find(|line| line.line == of.line);
    SplitLine {
        cart_line_id: of.line.into(),
        offer_id: of.offer.into(),
        title: planned.map(|line| line.title.clone()).unwrap_or_default(),
        variant_title: planned.map(|line| line.variant_title.clone()).unwrap_or_default(),
        quantity: of.quantity,
        unit_price: Money::minor(of.unit_price, plan.currency),
        total: Money::minor(of.total, plan.currency),
    }
}

fn split_choice(of: &plan::Choice, currency: Currency) -> SplitChoice {
    SplitChoice {
        method_id: of.method.into(),
        code: of.code.clone(),
        name: of.name.clone(),
        kind: delivery_kind(&of.kind),
        store: of.store.as_ref().map(PickupLocation::from),
        price: Money::minor(of.price, currency),
        funded: Money::minor(of.funded, currency),
        rates_of: of.origin.rates_of.into(),
        reasons: of.reasons.clone(),
        cash_on_delivery: of.cod_allowed,
        ship_by: of.promise.ship_by,
        deliver_from: of.promise.deliver_from,
        deliver_to: of.promise.deliver_to,
    }
}

/// A kind by its stored name.
pub(super) fn delivery_kind(stored: &str) -> DeliveryKind {
    marketplace::DeliveryKind::parse(stored).unwrap_or(marketplace::DeliveryKind::Home).into()
}

impl From<plan::Rejection> for SplitRejection {
    fn from(of: plan::Rejection) -> Self {
        Self {
            kind: of.what.into(),
            subject: of.id,
            code: of.code,
            message: of.text,
            blocking: of.blocking,
            wanted: of.wanted,
            available: of.available,
        }
    }
}
