//! An offer as a sale sees it, and why it may not be sold.

use kernel::id::{MerchantId, OfferId, ProductId, StockItemId, VariantId};
use serde::Serialize;

use super::Condition;

/// An offer in one channel and currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferForSale {
    /// The offer.
    pub offer_id: OfferId,
    /// Who sells.
    pub merchant_id: MerchantId,
    /// The product of the variant.
    pub product_id: ProductId,
    /// What is sold.
    pub variant_id: VariantId,
    /// The merchant's SKU.
    pub sku: String,
    /// The article in the merchant's stock.
    pub stock_item_id: StockItemId,
    /// In which condition the goods are.
    pub condition: Condition,
    /// Whether the merchant has it on sale. Whether the merchant may sell at all is another question.
    pub active: bool,
    /// The price in minor units of the currency; the channel's own price wins over the general one.
    pub price_minor: Option<i64>,
    /// A former price to show beside it.
    pub compare_at_minor: Option<i64>,
    /// The fewest units of an order line.
    pub min_quantity: i64,
    /// The most units of an order line.
    pub max_quantity: Option<i64>,
    /// Days until the goods leave; without it the merchant's own.
    pub handling_days: Option<i32>,
    /// Counts the changes of the offer.
    pub version: i64,
}

/// What decides beside the offer itself whether it can be sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether the merchant may sell now.
    pub merchant_can_sell: bool,
    /// Whether the product is published in the channel.
    pub published: bool,
}

/// Why an offer cannot be sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Unsellable {
    /// It is paused or ended.
    OfferInactive,
    /// The merchant is not active.
    MerchantInactive,
    /// The product is not published in the channel.
    NotPublished,
    /// It has no price in the channel and currency.
    NoPrice,
    /// Fewer units than the offer allows.
    BelowMinQuantity,
    /// More units than the offer allows.
    AboveMaxQuantity,
}

/// Every reason why `quantity` units of `offer` cannot be sold; empty when they can, stock permitting.
///
/// The one place of this decision: listings, carts and placement ask here.
#[must_use]
pub fn unsellable(offer: &OfferForSale, standing: Standing, quantity: i64) -> Vec<Unsellable> {
    [
        (!offer.active, Unsellable::OfferInactive),
        (!standing.merchant_can_sell, Unsellable::MerchantInactive),
        (!standing.published, Unsellable::NotPublished),
        (offer.price_minor.is_none(), Unsellable::NoPrice),
        (quantity < offer.min_quantity, Unsellable::BelowMinQuantity),
        (offer.max_quantity.is_some_and(|max| quantity > max), Unsellable::AboveMaxQuantity),
    ]
    .into_iter()
    .filter_map(|(broken, reason)| broken.then_some(reason))
    .collect()
}
