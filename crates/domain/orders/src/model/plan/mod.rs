//! The split plan: which merchant sends what from where, how, when and for how much; and why.
//!
//! [`plan`] is pure: the same input gives the same plan, byte for byte. Placement runs it again over what it
//! reads in its own transaction and compares [`SplitPlan::hash`], which covers everything the buyer agrees to
//! and leaves out what changes by itself (the promise) and what is for reading only (the reasons).

mod hash;
mod input;
mod locations;
mod planner;
mod price;
#[cfg(test)]
mod tests;

use kernel::Currency;
use kernel::id::{
    CartLineId, CouponId, DeliveryMethodId, LocationId, MerchantId, OfferId, ProductId, StockItemId, VariantId,
};
use serde::{Deserialize, Serialize};

pub use super::delivery_price::DeliveryOrigin;
pub use super::pickup::Pickup;
pub use super::promise::{Promise, PromiseTerms};
pub use input::{EnteredCoupon, ForSale, MerchantTerms, PlanInput, PlanLine, StockAt};
pub use planner::plan;
pub(crate) use price::with_tax;

/// How an order would be split, priced and sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitPlan {
    /// Currency of all amounts.
    pub currency: Currency,
    /// Whether unit prices hold tax already.
    pub prices_include_tax: bool,
    /// The lines that can be served, in cart order.
    pub lines: Vec<PlannedLine>,
    /// What is sent together, ordered by merchant, product type and location.
    pub consignments: Vec<Consignment>,
    /// What cannot be, or was not, used; with the reason.
    pub rejected: Vec<Rejection>,
    /// The coupon that makes it cheaper.
    #[serde(default)]
    pub coupon: Option<PlannedCoupon>,
    /// The sums.
    pub totals: Totals,
    /// Names what the buyer agrees to.
    pub hash: String,
}

impl SplitPlan {
    /// Whether every unit has a consignment and every consignment a way of delivery.
    #[must_use]
    pub fn is_placeable(&self) -> bool {
        !self.lines.is_empty() && !self.rejected.iter().any(|rejection| rejection.blocking)
    }
}

/// A coupon of the marketplace that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedCoupon {
    /// The coupon.
    pub id: CouponId,
    /// Its code.
    pub code: String,
}

/// A cart line as priced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedLine {
    /// The cart line.
    pub line: CartLineId,
    /// The offer.
    pub offer: OfferId,
    /// Who sells it.
    pub merchant: MerchantId,
    /// The product.
    pub product: ProductId,
    /// The variant.
    pub variant: VariantId,
    /// The article in stock.
    pub stock_item: StockItemId,
    /// The merchant's article number.
    pub sku: String,
    /// Title of the product.
    pub title: String,
    /// What tells the variant from its siblings.
    pub variant_title: String,
    /// Shipping class.
    pub product_type: String,
    /// Units.
    pub quantity: i64,
    /// Price of a unit as shown in the channel.
    pub unit_price: i64,
    /// What the offer itself asks for a unit, where staff gave the line another price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_price: Option<i64>,
    /// What all units are sold for, tax included.
    pub gross: i64,
    /// Of `gross`, what the marketplace pays in the buyer's place.
    #[serde(default)]
    pub discount: i64,
    /// Tax within `gross`.
    pub tax: i64,
    /// Tax rate in parts per million.
    pub tax_ppm: i64,
}

/// What one location sends together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consignment {
    /// Names the consignment from one plan to the next: merchant, location, product type.
    pub key: String,
    /// Who sends.
    pub merchant: MerchantId,
    /// Name of the merchant.
    pub merchant_name: String,
    /// From where.
    pub location: LocationId,
    /// Name of the location.
    pub location_name: String,
    /// Shipping class of everything in it.
    pub product_type: String,
    /// What is in it.
    pub lines: Vec<ConsignmentLine>,
    /// The ways it can be delivered, cheapest first.
    pub choices: Vec<Choice>,
    /// The way it will be delivered: the buyer's choice, or the first that comes to the buyer. `None`: there is no way.
    pub chosen: Option<DeliveryMethodId>,
    /// Where the buyer collects it, by the chosen way.
    #[serde(default)]
    pub pickup: Option<Pickup>,
    /// Why it is a consignment of its own and why from there.
    pub reasons: Vec<String>,
}

impl Consignment {
    /// The chosen way.
    #[must_use]
    pub fn choice(&self) -> Option<&Choice> {
        self.choices.iter().find(|choice| Some(choice.method) == self.chosen)
    }
}

/// Units of a line in a consignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsignmentLine {
    /// The cart line.
    pub line: CartLineId,
    /// The offer.
    pub offer: OfferId,
    /// Units.
    pub quantity: i64,
    /// Price of a unit as shown in the channel.
    pub unit_price: i64,
    /// What the buyer pays for these units, tax included.
    pub total: i64,
}

/// A way to deliver a consignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The delivery method.
    pub method: DeliveryMethodId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How goods reach the buyer: the stored name of a `DeliveryKind`.
    pub kind: String,
    /// The store where it is collected, of a way by which the buyer comes to the merchant.
    #[serde(default)]
    pub store: Option<Pickup>,
    /// What the buyer pays for it, tax included.
    pub price: i64,
    /// What the marketplace pays of it in the buyer's place, tax included: delivery that is free at its cost.
    #[serde(default)]
    pub funded: i64,
    /// Tax within both.
    pub tax: i64,
    /// Where the price comes from.
    #[serde(default)]
    pub origin: DeliveryOrigin,
    /// Whether parcels need a tracking number.
    pub tracking_required: bool,
    /// Whether parcels have arrived only when somebody signed for them.
    #[serde(default)]
    pub signature_required: bool,
    /// Whether it can be paid at the door.
    pub cod_allowed: bool,
    /// Leaves by, arrives between.
    pub promise: Promise,
    /// What the promise was made of; kept with the order, not with the plan.
    #[serde(skip)]
    pub promise_terms: PromiseTerms,
    /// How the price came about.
    pub reasons: Vec<String>,
}

impl Choice {
    /// What the merchant sends it for: what the buyer and the marketplace pay, tax included.
    #[must_use]
    pub const fn gross(&self) -> i64 {
        self.price + self.funded
    }
}

/// What kind of thing was not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejected {
    /// A cart line.
    Line,
    /// A consignment.
    Consignment,
    /// A stock location.
    Location,
    /// A delivery method.
    Method,
    /// A coupon.
    Coupon,
}

/// Something that cannot be, or was not, used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// What kind of thing.
    pub what: Rejected,
    /// Its id or key.
    pub id: String,
    /// A stable SCREAMING_SNAKE code.
    pub code: String,
    /// A sentence for people.
    pub text: String,
    /// Whether the order cannot be placed with it.
    pub blocking: bool,
    /// Units wanted, of a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<i64>,
    /// Units left, of a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<i64>,
}

/// The sums of a plan, tax included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Goods.
    pub goods: i64,
    /// Delivery.
    pub delivery: i64,
    /// What the marketplace pays in the buyer's place: a coupon, and delivery that is free at its cost.
    #[serde(default)]
    pub discount: i64,
    /// Tax within goods and delivery.
    pub tax: i64,
    /// What the buyer pays: goods and delivery, less the discount.
    pub total: i64,
}
