//! What the planner needs to know.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use inventory::Store;
use kernel::id::{CartLineId, DeliveryMethodId, LocationId, MerchantId, OfferId, ProductId, StockItemId, VariantId};
use kernel::{Currency, Extent, Rounding};
use marketplace::{Coupon, PickupPoint, Snapshot, WorkCalendar};
use merchants::MerchantDelivery;

/// Everything the plan depends on.
#[derive(Debug, Clone)]
pub struct PlanInput {
    /// The time the promise counts from.
    pub now: DateTime<Utc>,
    /// Currency of all prices.
    pub currency: Currency,
    /// Whether unit prices and delivery rates hold tax.
    pub prices_include_tax: bool,
    /// How half a minor unit is rounded.
    pub rounding: Rounding,
    /// Where to; the channel's own country while the buyer has not said.
    pub country: String,
    /// The postal code there, once the buyer has said.
    pub postal_code: Option<String>,
    /// The cart lines in their order.
    pub lines: Vec<PlanLine>,
    /// Stock of the articles.
    pub stock: HashMap<StockItemId, Vec<StockAt>>,
    /// The merchants of the lines.
    pub merchants: HashMap<MerchantId, MerchantTerms>,
    /// Delivery methods and taxes.
    pub market: Arc<Snapshot>,
    /// What the buyer chose, by consignment key.
    pub choices: BTreeMap<String, DeliveryMethodId>,
    /// The pickup points that the buyer chose, by consignment key.
    pub pickups: BTreeMap<String, PickupPoint>,
    /// The coupon that the buyer entered.
    pub coupon: Option<EnteredCoupon>,
}

/// A code that the buyer entered.
#[derive(Debug, Clone)]
pub struct EnteredCoupon {
    /// The code.
    pub code: String,
    /// The coupon; `None`: there is none with this code.
    pub coupon: Option<Coupon>,
}

/// A cart line.
#[derive(Debug, Clone)]
pub struct PlanLine {
    /// The line.
    pub line: CartLineId,
    /// The offer wanted.
    pub offer: OfferId,
    /// Units wanted.
    pub quantity: i64,
    /// A delivery price for the whole line that replaces the method's rate.
    pub delivery_quote: Option<i64>,
    /// What is sold; or the code and sentence that say why not.
    pub sale: Result<ForSale, (&'static str, String)>,
}

/// An offer that can be bought.
#[derive(Debug, Clone)]
pub struct ForSale {
    /// Who sells.
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
    /// Tax rate in ppm where it goes to.
    pub tax_ppm: i64,
    /// Weight of a unit in grams.
    pub weight_g: i64,
    /// How much room a unit takes.
    pub extent: Extent,
    /// Price of a unit.
    pub unit_price: i64,
    /// What the offer itself asks, where the line has a price of its own.
    pub list_price: Option<i64>,
    /// The fewest units sold at once.
    pub min_quantity: i64,
    /// The most units sold at once.
    pub max_quantity: Option<i64>,
    /// Working days until it leaves, when the offer says so.
    pub handling_days: Option<i64>,
}

/// Stock of an article at a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockAt {
    /// The location.
    pub location: LocationId,
    /// Its name.
    pub name: String,
    /// Its country.
    pub country: String,
    /// Where buyers collect goods there, when they may.
    pub store: Option<Store>,
    /// The smaller, the sooner it is used.
    pub priority: i64,
    /// Units that can be promised.
    pub available: i64,
}

/// What the plan needs of a merchant.
#[derive(Debug, Clone)]
pub struct MerchantTerms {
    /// Its name.
    pub name: String,
    /// Whether it may sell now.
    pub can_sell: bool,
    /// Working days until goods leave when the offer does not say.
    pub handling_days: i64,
    /// Its working days.
    pub calendar: WorkCalendar,
    /// What it asks for delivery, where it set prices.
    pub delivery: Vec<MerchantDelivery>,
}
