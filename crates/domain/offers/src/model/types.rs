//! The things of this crate.

use std::fmt;

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{ChannelId, MerchantId, OfferId, ProductId, StockItemId, VariantId};
use serde::{Deserialize, Serialize};

macro_rules! stored_names {
    ($(#[$doc:meta])* $type:ident { $($(#[$vdoc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $type { $($(#[$vdoc])* $variant,)* }

        impl $type {
            /// The stored name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
            /// Reads a stored name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

stored_names! {
    /// The condition of the goods, the best first.
    Condition {
        /// Never used.
        New = "new",
        /// Used, checked and repaired.
        Refurbished = "refurbished",
        /// Used.
        Used = "used",
    }
}

stored_names! {
    /// Where an offer stands.
    OfferStatus {
        /// For sale, as far as the merchant, the product and the stock allow.
        Active = "active",
        /// Not for sale for now.
        Paused = "paused",
        /// Over for good; the merchant may make a new offer.
        Ended = "ended",
    }
}

stored_names! {
    /// What can be done to the status of an offer.
    OfferAction {
        /// Takes it from sale for now.
        Pause = "paused",
        /// Puts it back on sale.
        Resume = "resumed",
        /// Takes it from sale for good.
        End = "ended",
    }
}

impl OfferStatus {
    /// The status after `action`; `None` when it does not fit.
    #[must_use]
    pub const fn after(self, action: OfferAction) -> Option<Self> {
        match (self, action) {
            (Self::Active, OfferAction::Pause) => Some(Self::Paused),
            (Self::Paused, OfferAction::Resume) => Some(Self::Active),
            (Self::Active | Self::Paused, OfferAction::End) => Some(Self::Ended),
            _ => None,
        }
    }

    /// The actions that fit.
    pub fn actions(self) -> impl Iterator<Item = OfferAction> {
        [OfferAction::Pause, OfferAction::Resume, OfferAction::End]
            .into_iter()
            .filter(move |action| self.after(*action).is_some())
    }
}

/// A price of an offer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct OfferPrice {
    /// The channel it is for; without one it is for every channel that has no price of its own.
    pub channel_id: Option<ChannelId>,
    /// The currency.
    pub currency: Currency,
    /// The price in minor units, zero for what is given away; with or without tax as the channel says.
    pub amount_minor: i64,
    /// A former price to show beside it, above `amount_minor`.
    pub compare_at_minor: Option<i64>,
}

/// What a merchant sells a variant for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offer {
    /// Its id.
    pub id: OfferId,
    /// Who sells.
    pub merchant_id: MerchantId,
    /// The product of the variant.
    pub product_id: ProductId,
    /// What is sold.
    pub variant_id: VariantId,
    /// The merchant's SKU, unique among the merchant's offers that are not ended.
    pub sku: String,
    /// The article in the merchant's stock; follows from merchant and SKU.
    pub stock_item_id: StockItemId,
    /// In which condition the goods are.
    pub condition: Condition,
    /// Where it stands.
    pub status: OfferStatus,
    /// Days until the goods leave; without it the merchant's own.
    pub handling_days: Option<i32>,
    /// The fewest units of an order line; at least one.
    pub min_quantity: i64,
    /// The most units of an order line.
    pub max_quantity: Option<i64>,
    /// The prices, sorted.
    pub prices: Vec<OfferPrice>,
    /// Counts the changes.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Time of the last change.
    pub updated_at: DateTime<Utc>,
}

impl Offer {
    /// The price in `channel` and `currency`: the channel's own, else the one for every channel.
    #[must_use]
    pub fn price_in(&self, channel: ChannelId, currency: Currency) -> Option<&OfferPrice> {
        let fits =
            |price: &&OfferPrice, wanted: Option<ChannelId>| price.currency == currency && price.channel_id == wanted;
        let own = self.prices.iter().find(|price| fits(price, Some(channel)));
        own.or_else(|| self.prices.iter().find(|price| fits(price, None)))
    }
}
