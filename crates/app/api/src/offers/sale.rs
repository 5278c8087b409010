//! Offers as buyers see them, and the one that is shown first.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use kernel::Currency;
use kernel::id::{ChannelId, StockItemId, VariantId};

use super::loader::SaleLoader;
use super::object::OfferCondition;
use crate::error::Gql;
use crate::inventory::{AvailabilityLoader, AvailableLoader, LocationStock};
use crate::loader::{load, load_many};
use crate::merchants::{MerchantCard, MerchantCardLoader};
use crate::scalar::Money;

/// An offer that buyers can see in a channel and currency.
#[derive(Debug, Clone)]
pub struct SaleOffer {
    offer: offers::OfferForSale,
    currency: Currency,
    /// Units that can be sold.
    available: i64,
}

/// An offer that buyers can see in a channel and currency.
#[Object]
impl SaleOffer {
    /// The id of the offer; put it into a cart.
    fn id(&self) -> ID {
        self.offer.offer_id.to_string().into()
    }
    /// Who sells.
    fn merchant_id(&self) -> ID {
        self.offer.merchant_id.to_string().into()
    }
    /// Who sells, as buyers see it.
    async fn merchant(&self, gql: &Context<'_>) -> Gql<Option<Arc<MerchantCard>>> {
        load::<MerchantCardLoader, _>(gql, self.offer.merchant_id).await
    }
    /// What is sold.
    fn variant_id(&self) -> ID {
        self.offer.variant_id.to_string().into()
    }
    /// In which condition the goods are.
    fn condition(&self) -> OfferCondition {
        self.offer.condition.into()
    }
    /// The price of one unit; with or without tax as the channel says.
    fn price(&self) -> Option<Money> {
        self.offer.price_minor.map(|minor| Money::minor(minor, self.currency))
    }
    /// A former price to show beside it.
    fn compare_at(&self) -> Option<Money> {
        self.offer.compare_at_minor.map(|minor| Money::minor(minor, self.currency))
    }
    /// Days until the goods leave.
    fn handling_days(&self) -> Option<i32> {
        self.offer.handling_days
    }
    /// The fewest units of an order line.
    fn min_quantity(&self) -> i64 {
        self.offer.min_quantity
    }
    /// The most units of an order line.
    fn max_quantity(&self) -> Option<i64> {
        self.offer.max_quantity
    }
    /// Units that can be sold, of all locations together.
    fn available(&self) -> i64 {
        self.available
    }
    /// Units that can be sold, by location, the one used first at the front. All of them.
    async fn availability(&self, gql: &Context<'_>) -> Gql<Vec<LocationStock>> {
        let places = load::<AvailabilityLoader, _>(gql, self.offer.stock_item_id).await?.unwrap_or_default();
        Ok(places.iter().cloned().map(LocationStock::from).collect())
    }
}

/// Why an offer is shown first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "offers::WinReason")]
pub enum BestOfferReason {
    /// There is no other.
    OnlyOffer,
    /// It is in stock, the others are not.
    InStock,
    /// Its goods are in a better condition.
    BetterCondition,
    /// It is cheaper.
    LowestPrice,
    /// It leaves sooner.
    FasterHandling,
    /// Alike in all else, it has been offered for longer.
    OfferedFirst,
}

/// Why an offer is not shown first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "offers::LossReason")]
pub enum LesserOfferReason {
    /// It is not in stock, the winner is.
    OutOfStock,
    /// Its goods are in a worse condition.
    WorseCondition,
    /// It costs more.
    HigherPrice,
    /// It leaves later.
    SlowerHandling,
    /// Alike in all else, the winner has been offered for longer.
    OfferedLater,
}

/// An offer that is not shown first.
#[derive(Debug, Clone, SimpleObject)]
pub struct LesserOffer {
    /// The offer.
    pub offer: SaleOffer,
    /// What it lost by.
    pub reason: LesserOfferReason,
}

/// The offer of a variant that is shown first.
#[derive(Debug, Clone, SimpleObject)]
pub struct BestOffer {
    /// The offer.
    pub offer: SaleOffer,
    /// Why it is shown first.
    pub reason: BestOfferReason,
    /// The version of the rules that decided.
    pub policy_version: u32,
    /// The others, the best first.
    pub others: Vec<LesserOffer>,
}

/// How many units of articles can be sold; summed from the places where the document asks for these as well, so that
/// stock is read once.
///
/// # Errors
/// The fault of the query, as a top-level error.
pub async fn available_units(
    gql: &Context<'_>,
    items: Vec<StockItemId>,
    with_places: bool,
) -> Gql<HashMap<StockItemId, i64>> {
    if !with_places {
        return load_many::<AvailableLoader, _>(gql, items).await;
    }
    let places = load_many::<AvailabilityLoader, _>(gql, items).await?;
    let sum = |places: Arc<[inventory::LocationStock]>| places.iter().map(|place| place.available).sum();
    Ok(places.into_iter().map(|(item, places)| (item, sum(places))).collect())
}

/// What buyers can see of the offers of a variant; batched with the other variants of the document.
///
/// # Errors
/// The fault of the query, as a top-level error.
pub async fn sale_offers(
    gql: &Context<'_>,
    channel: ChannelId,
    currency: Currency,
    variant: VariantId,
) -> Gql<Vec<SaleOffer>> {
    let found = load::<SaleLoader, _>(gql, (channel, currency, variant)).await?.unwrap_or_default();
    let items = found.iter().map(|offer| offer.stock_item_id).collect();
    let asked = gql.look_ahead();
    let available = match asked.field("available").exists() {
        true => available_units(gql, items, asked.field("availability").exists()).await?,
        false => HashMap::new(),
    };
    let units = |offer: &offers::OfferForSale| available.get(&offer.stock_item_id).copied().unwrap_or_default();
    let offers = found.iter().cloned().map(|offer| SaleOffer { available: units(&offer), offer, currency });
    Ok(offers.collect())
}

/// The best of the offers of a variant, with the reasons; batched with the other variants of the document.
///
/// # Errors
/// The fault of the query, as a top-level error.
pub async fn best_offer(
    gql: &Context<'_>,
    channel: ChannelId,
    currency: Currency,
    variant: VariantId,
) -> Gql<Option<BestOffer>> {
    let found = load::<SaleLoader, _>(gql, (channel, currency, variant)).await?.unwrap_or_default();
    let items = found.iter().map(|offer| offer.stock_item_id).collect();
    let asked = gql.look_ahead();
    let offers = [asked.field("offer"), asked.field("others").field("offer")];
    let with_places = offers.iter().any(|offer| offer.field("availability").exists());
    let available = available_units(gql, items, with_places).await?;
    let Some(ranking) = offers::best_of(&found, &available) else { return Ok(None) };
    let units = |offer: &offers::OfferForSale| available.get(&offer.stock_item_id).copied().unwrap_or_default();
    let of = |id| {
        let offer = found.iter().find(|offer| offer.offer_id == id)?.clone();
        Some(SaleOffer { available: units(&offer), offer, currency })
    };
    let others = ranking.losers.iter().filter_map(|loser| Some((of(loser.offer_id)?, loser.reason)));
    let others = others.map(|(offer, reason)| LesserOffer { offer, reason: reason.into() }).collect();
    let (reason, policy_version) = (ranking.reason.into(), ranking.policy_version);
    Ok(of(ranking.winner).map(|offer| BestOffer { offer, reason, policy_version, others }))
}
