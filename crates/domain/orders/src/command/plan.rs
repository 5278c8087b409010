//! The split plan of a cart.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use catalog::{VariantForSale, variants_for_sale_on};
use chrono::{DateTime, Utc};
use context::Ctx;
use inventory::availability_on;
use kernel::Rate;
use kernel::id::{CartLineId, CategoryId, MerchantId, StockItemId, VariantId};
use marketplace::{Channel, PickupPoint, Snapshot};
use merchants::{MerchantDelivery, SellingTerms, deliveries_on, selling_terms_on};
use offers::{OfferForSale, offers_for_sale_on};
use sea_orm::ConnectionTrait;

use super::cart::{self, CartAccess};
use super::work::market_fault;
use crate::Error;
use crate::actions::EDIT_CART;
use crate::model::cart::{Cart, CartLine, GivenPrice};
use crate::model::plan::{EnteredCoupon, ForSale, MerchantTerms, PlanInput, PlanLine, SplitPlan, StockAt, plan};

/// A plan and what placement needs beside it.
pub(super) struct Planned {
    pub(super) plan: SplitPlan,
    pub(super) channel: Channel,
    pub(super) categories: HashMap<CartLineId, Vec<CategoryId>>,
    pub(super) terms: HashMap<MerchantId, SellingTerms>,
}

/// How the cart would be split, priced and sent if it were placed now.
///
/// # Errors
/// Not found for a foreign cart; [`Error::CartOrdered`].
pub async fn cart_plan(ctx: &Ctx, access: &CartAccess) -> Result<SplitPlan, Error> {
    let grant = ctx.authorize(EDIT_CART)?;
    let cart = cart::find(&ctx.read_for(&grant), ctx, &grant, access, false).await?;
    plan_of(ctx, &cart).await
}

/// The same of a cart that the caller has read by [`crate::query::cart`] or got from a command.
///
/// # Errors
/// Denied; the database error.
pub async fn plan_of(ctx: &Ctx, cart: &Cart) -> Result<SplitPlan, Error> {
    ctx.authorize(EDIT_CART)?;
    plan_unchecked(ctx, cart).await
}

/// The same for a caller that has authorized.
pub(crate) async fn plan_unchecked(ctx: &Ctx, cart: &Cart) -> Result<SplitPlan, Error> {
    let market = marketplace::snapshot_on(ctx.read()).await.map_err(market_fault)?;
    Ok(planned(ctx.read(), cart, &market, ctx.now()).await?.plan)
}

/// Reads what the plan depends on and makes it. At most eleven statements, whatever the number of lines.
pub(super) async fn planned<C: ConnectionTrait>(
    conn: &C,
    cart: &Cart,
    market: &Arc<Snapshot>,
    now: DateTime<Utc>,
) -> Result<Planned, Error> {
    let Reading { input, channel, categories, terms } = read(conn, cart, market, now).await?;
    Ok(Planned { plan: plan(&input), channel, categories, terms })
}

/// What a plan depends on.
pub(super) struct Reading {
    pub(super) input: PlanInput,
    pub(super) terms: HashMap<MerchantId, SellingTerms>,
    channel: Channel,
    categories: HashMap<CartLineId, Vec<CategoryId>>,
}

/// Reads what the plan of a cart depends on.
pub(super) async fn read<C: ConnectionTrait>(
    conn: &C,
    cart: &Cart,
    market: &Arc<Snapshot>,
    now: DateTime<Utc>,
) -> Result<Reading, Error> {
    let channel = market.channel(cart.channel).ok_or_else(|| context::Error::internal("channel is gone"))?.clone();
    let mut offer_ids: Vec<_> = cart.lines.iter().map(|line| line.offer).collect();
    offer_ids.sort_unstable();
    offer_ids.dedup();
    let offers = offers_for_sale_on(conn, &offer_ids, cart.channel, cart.currency).await.map_err(offers_fault)?;
    let variant_ids: BTreeSet<VariantId> = offers.values().map(|offer| offer.variant_id).collect();
    let merchant_ids: BTreeSet<MerchantId> = offers.values().map(|offer| offer.merchant_id).collect();
    let item_ids: BTreeSet<StockItemId> = offers.values().map(|offer| offer.stock_item_id).collect();
    let variants = variants_for_sale_on(conn, &Vec::from_iter(variant_ids)).await?;
    let merchant_ids = Vec::from_iter(merchant_ids);
    let terms = selling_terms_on(conn, &merchant_ids).await.map_err(merchants_fault)?;
    let mut asked = own_deliveries(conn, market, &merchant_ids).await?;
    let stock = availability_on(conn, &Vec::from_iter(item_ids)).await?;
    let country = cart.ship_to.as_ref().map_or_else(|| channel.country.clone(), |address| address.country.clone());
    let source = Source { cart, channel: &channel, market, country: &country, now };
    let lines = cart
        .lines
        .iter()
        .map(|line| {
            let offer = offers.get(&line.offer);
            source.line(line, offer, offer.and_then(|offer| variants.get(&offer.variant_id)))
        })
        .collect();
    let categories = cart
        .lines
        .iter()
        .filter_map(|line| Some((line.id, variants.get(&offers.get(&line.offer)?.variant_id)?.category_ids.clone())))
        .collect();
    let stock = stock.into_iter().map(|(item, at)| (item, at.into_iter().map(stock_at).collect())).collect();
    let coupon = match &cart.coupon_code {
        Some(code) => {
            let coupon = marketplace::coupon_by_code_on(conn, code).await.map_err(market_fault)?;
            Some(EnteredCoupon { code: code.clone(), coupon })
        }
        None => None,
    };
    let input = PlanInput {
        now,
        currency: cart.currency,
        prices_include_tax: channel.prices_include_tax,
        rounding: channel.rounding,
        country: country.clone(),
        postal_code: cart.ship_to.as_ref().map(|address| address.postal_code.clone()).filter(|code| !code.is_empty()),
        lines,
        stock,
        merchants: terms
            .iter()
            .map(|(id, terms)| (*id, merchant_terms(terms, market, now, asked.remove(id).unwrap_or_default())))
            .collect(),
        market: market.clone(),
        choices: cart.choices.0.clone(),
        pickups: pickups(conn, cart).await?,
        coupon,
    };
    Ok(Reading { input, terms, channel, categories })
}

/// What merchants ask for delivery. No statement while no method lets them.
pub(super) async fn own_deliveries<C: ConnectionTrait>(
    conn: &C,
    market: &Snapshot,
    merchants: &[MerchantId],
) -> Result<HashMap<MerchantId, Vec<MerchantDelivery>>, Error> {
    if !market.delivery_methods.iter().any(|method| method.active && method.own_rates.allowed) {
        return Ok(HashMap::new());
    }
    deliveries_on(conn, merchants).await.map_err(merchants_fault)
}

/// The pickup points that were chosen, by consignment key. No statement when there are none.
async fn pickups<C: ConnectionTrait>(conn: &C, cart: &Cart) -> Result<BTreeMap<String, PickupPoint>, Error> {
    let ids: Vec<_> = cart.pickups.0.values().copied().collect();
    let points = marketplace::pickup_points_on(conn, &ids).await.map_err(market_fault)?;
    let chosen = cart.pickups.0.iter().filter_map(|(key, id)| Some((key.clone(), points.get(id)?.clone())));
    Ok(chosen.collect())
}

/// What decides whether and at what price a line is sold.
struct Source<'a> {
    cart: &'a Cart,
    channel: &'a Channel,
    market: &'a Snapshot,
    country: &'a str,
    now: DateTime<Utc>,
}

impl Source<'_> {
    fn line(&self, line: &CartLine, offer: Option<&OfferForSale>, variant: Option<&VariantForSale>) -> PlanLine {
        PlanLine {
            line: line.id,
            offer: line.offer,
            quantity: line.quantity,
            delivery_quote: line.delivery_quote_minor,
            sale: self.sale(offer, variant, line.price.as_ref()),
        }
    }

    fn sale(
        &self,
        offer: Option<&OfferForSale>,
        variant: Option<&VariantForSale>,
        given: Option<&GivenPrice>,
    ) -> Result<ForSale, (&'static str, String)> {
        let no = |code, text: &str| (code, text.to_owned());
        let gone = || no("OFFER_NOT_FOR_SALE", "this offer is not for sale any more");
        let offer = offer.filter(|offer| offer.active).ok_or_else(gone)?;
        let variant = variant.ok_or_else(gone)?;
        if !variant.published_channels.contains(&self.cart.channel) {
            return Err(no("PRODUCT_NOT_PUBLISHED", "the product is not sold in this channel"));
        }
        let currency = self.cart.currency;
        let unpriced = || ("CURRENCY_NOT_PRICED", format!("the offer has no price in {currency}"));
        if !self.channel.sells_in(currency) {
            return Err(("CURRENCY_NOT_PRICED", format!("the channel does not sell in {currency}")));
        }
        let unit_price = given.map(|given| given.unit_minor).or(offer.price_minor).ok_or_else(unpriced)?;
        let quoted = given.is_some_and(|given| given.quote.is_some());
        let class = variant.tax_class_id.or_else(|| self.market.tax_class_by_code("standard").map(|class| class.id));
        let tax = class.map_or(Rate::ZERO, |class| self.market.tax_rate(class, self.country, self.now));
        Ok(ForSale {
            merchant: offer.merchant_id,
            product: offer.product_id,
            variant: offer.variant_id,
            stock_item: offer.stock_item_id,
            sku: offer.sku.clone(),
            title: variant.title.clone(),
            variant_title: variant.variant_title.clone(),
            product_type: variant.product_type.clone(),
            tax_ppm: tax.ppm(),
            weight_g: variant.weight_g,
            extent: variant.extent,
            unit_price,
            list_price: given.and(offer.price_minor),
            // A merchant who offers so many units sells so many.
            min_quantity: if quoted { 1 } else { offer.min_quantity },
            max_quantity: offer.max_quantity.filter(|_| !quoted),
            handling_days: offer.handling_days.map(i64::from),
        })
    }
}

fn stock_at(stock: inventory::LocationStock) -> StockAt {
    StockAt {
        location: stock.location_id,
        name: stock.location_name,
        country: stock.country,
        store: stock.store,
        priority: stock.priority.into(),
        available: stock.available,
    }
}

fn merchant_terms(
    terms: &SellingTerms,
    market: &Snapshot,
    now: DateTime<Utc>,
    delivery: Vec<MerchantDelivery>,
) -> MerchantTerms {
    MerchantTerms {
        name: terms.name.clone(),
        can_sell: terms.sells_at(now),
        handling_days: terms.handling_days.into(),
        calendar: terms.work_calendar(&market.settings).clone(),
        delivery,
    }
}

pub(super) fn offers_fault(error: offers::Error) -> Error {
    match error {
        offers::Error::Core(core) => core.into(),
        other => context::Error::internal(other).into(),
    }
}

pub(super) fn merchants_fault(error: merchants::Error) -> Error {
    match error {
        merchants::Error::Core(core) => core.into(),
        other => context::Error::internal(other).into(),
    }
}
