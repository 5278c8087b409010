//! What a changed commission rule would have taken of orders that were placed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use context::Ctx;
use kernel::id::{ChannelId, CommissionRuleId, MerchantId, MerchantOrderId, OrderId, VariantId};
use kernel::{Currency, Invalid, Rate, Rounding};
use marketplace::commission::{
    CommissionFacts, CommissionInput, CommissionLine, CommissionRules, CommissionShipping, compute,
};
use marketplace::{CommissionRule, Snapshot};
use merchants::{SellingTerms, selling_terms_on};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::actions::READ_MERCHANT_ORDER;
use crate::command::market_fault;
use crate::entity::{
    FulfillmentOrder, MerchantOrder, Order, OrderLine, fulfillment_order, merchant_order, order, order_line,
};

/// The most merchant orders that one look takes in.
const PARTS_MAX: u64 = 5_000;
/// Rows read with one statement.
const CHUNK: usize = 500;

/// A rule to be tried on orders that were placed.
#[derive(Debug, Clone)]
pub struct CommissionTrial {
    /// The rule, as if it had held all the time.
    pub rule: CommissionRule,
    /// The rule that it takes the place of.
    pub replaces: Option<CommissionRuleId>,
    /// Orders placed at or after this.
    pub from: DateTime<Utc>,
    /// Orders placed before this.
    pub to: DateTime<Utc>,
}

/// What a rule would have taken of one merchant, in minor units, without tax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommissionDifference {
    /// The merchant.
    pub merchant: MerchantId,
    /// The currency.
    pub currency: Currency,
    /// Merchant orders looked at.
    pub orders: i64,
    /// What was frozen when they were placed.
    pub charged_minor: i64,
    /// What the rules of today would take.
    pub present_minor: i64,
    /// What they would take with the rule.
    pub changed_minor: i64,
}

/// What a look at past orders found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommissionPreview {
    /// By merchant and currency.
    pub merchants: Vec<CommissionDifference>,
    /// Whether there are more orders than one look takes in; the newest were left out.
    pub truncated: bool,
}

/// Runs a changed rule over past orders. Tiers and categories are those of today; nothing is written.
///
/// # Errors
/// Denied; [`Invalid`] when the time ends before it begins; the database error.
pub async fn commission_preview(ctx: &Ctx, trial: CommissionTrial) -> Result<CommissionPreview, Error> {
    let grant = ctx.authorize(READ_MERCHANT_ORDER)?;
    if !grant.is_wide() {
        return Err(context::Error::NotFound("commission rule").into());
    }
    if trial.to <= trial.from {
        return Err(Invalid::new("placedTo", "OUT_OF_RANGE", "must be later than the beginning").into());
    }
    let market = marketplace::snapshot_on(&ctx.read_for(&grant)).await.map_err(market_fault)?;
    let mut parts = merchant_order::Entity::find()
        .filter(merchant_order::Column::PlacedAt.gte(trial.from))
        .filter(merchant_order::Column::PlacedAt.lt(trial.to))
        .order_by_asc(merchant_order::Column::PlacedAt)
        .order_by_asc(merchant_order::Column::Id)
        .limit(PARTS_MAX + 1)
        .all(&ctx.read_for(&grant))
        .await?;
    let limit = usize::try_from(PARTS_MAX).unwrap_or(usize::MAX);
    let truncated = parts.len() > limit;
    parts.truncate(limit);
    let changed = with_rule(&market, &trial);
    let mut found: BTreeMap<(MerchantId, Currency), CommissionDifference> = BTreeMap::new();
    for chunk in parts.chunks(CHUNK) {
        let past = Past::load(ctx, chunk).await?;
        for part in chunk {
            let at = found.entry((part.merchant_id, part.currency)).or_insert(CommissionDifference {
                merchant: part.merchant_id,
                currency: part.currency,
                orders: 0,
                charged_minor: 0,
                present_minor: 0,
                changed_minor: 0,
            });
            at.orders += 1;
            at.charged_minor += part.commission_item_minor + part.commission_shipping_minor + part.fixed_fee_minor;
            at.present_minor += past.commission(part, &market.commission, ctx.now());
            at.changed_minor += past.commission(part, &changed, ctx.now());
        }
    }
    Ok(CommissionPreview { merchants: found.into_values().collect(), truncated })
}

/// The rules of today with the one that is tried.
fn with_rule(market: &Snapshot, trial: &CommissionTrial) -> CommissionRules {
    let mut tried = trial.rule.clone();
    (tried.valid_from, tried.valid_to) = (DateTime::UNIX_EPOCH, None);
    let replaced = |rule: &&CommissionRule| Some(rule.id) == trial.replaces;
    tried.is_default = market.commission.iter().find(replaced).is_some_and(|rule| rule.is_default);
    let kept = market.commission.iter().filter(|rule| rule.version > 0 && !replaced(rule)).cloned();
    CommissionRules::new(kept.chain([tried]).collect())
}

/// Past orders with what decides their commission.
struct Past {
    orders: HashMap<OrderId, Order>,
    lines: HashMap<MerchantOrderId, Vec<OrderLine>>,
    sent: HashMap<MerchantOrderId, Vec<FulfillmentOrder>>,
    terms: HashMap<MerchantId, SellingTerms>,
    variants: HashMap<VariantId, catalog::VariantForSale>,
}

impl Past {
    async fn load(ctx: &Ctx, parts: &[MerchantOrder]) -> Result<Self, Error> {
        let conn = ctx.read();
        let ids = || db::dialect::pad(parts.iter().map(|part| part.id).collect::<Vec<_>>());
        let order_ids: BTreeSet<OrderId> = parts.iter().map(|part| part.order_id).collect();
        let merchants: BTreeSet<MerchantId> = parts.iter().map(|part| part.merchant_id).collect();
        let lines = order_line::Entity::find()
            .filter(order_line::Column::MerchantOrderId.is_in(ids()))
            .order_by_asc(order_line::Column::LineNo)
            .all(conn)
            .await?;
        let sent = fulfillment_order::Entity::find()
            .filter(fulfillment_order::Column::MerchantOrderId.is_in(ids()))
            .order_by_asc(fulfillment_order::Column::Position)
            .all(conn)
            .await?;
        let orders = order::Entity::find()
            .filter(order::Column::Id.is_in(db::dialect::pad(Vec::from_iter(order_ids))))
            .all(conn)
            .await?;
        let variants: BTreeSet<VariantId> = lines.iter().map(|line| line.variant_id).collect();
        Ok(Self {
            orders: orders.into_iter().map(|row| (row.id, row)).collect(),
            lines: grouped(lines, |line| line.merchant_order_id),
            sent: grouped(sent, |row| row.merchant_order_id),
            terms: selling_terms_on(conn, &Vec::from_iter(merchants)).await.map_err(context::Error::internal)?,
            variants: catalog::variants_for_sale_on(conn, &Vec::from_iter(variants)).await?,
        })
    }

    /// What the rules in force at `now` take of a merchant order, without tax.
    fn commission(&self, part: &MerchantOrder, rules: &CommissionRules, now: DateTime<Utc>) -> i64 {
        let order = self.orders.get(&part.order_id);
        let tier = self.terms.get(&part.merchant_id).map_or("", |terms| terms.tier.as_str());
        let channel = order.map_or(ChannelId(uuid::Uuid::nil()), |order| order.channel_id);
        let resolve = |line: Option<&OrderLine>| {
            let variant = line.and_then(|line| self.variants.get(&line.variant_id));
            rules.resolve(&CommissionFacts {
                merchant: part.merchant_id,
                tier,
                channel,
                categories: variant.map_or(&[][..], |variant| variant.category_ids.as_slice()),
                product: line.map(|line| line.product_id),
                country: &part.ship_to.country,
                at: now,
            })
        };
        let order_rule = resolve(None);
        let lines = self.lines.get(&part.id).map_or(&[][..], Vec::as_slice);
        let sent = self.sent.get(&part.id).map_or(&[][..], Vec::as_slice);
        let rounding = order.and_then(|order| Rounding::parse(&order.rounding)).unwrap_or_default();
        let result = compute(&CommissionInput {
            currency: part.currency,
            rounding,
            vat: Rate::from_ppm(part.commission_vat_ppm),
            lines: lines
                .iter()
                .map(|line| CommissionLine {
                    gross_minor: line.gross_minor,
                    tax_minor: line.tax_minor,
                    rule: resolve(Some(line)),
                })
                .collect(),
            shipping: sent
                .iter()
                .map(|row| CommissionShipping {
                    gross_minor: row.shipping_gross_minor,
                    tax_minor: row.shipping_tax_minor,
                    rule: order_rule,
                })
                .collect(),
            order_rule,
        });
        result.commission_minor
    }
}

fn grouped<K: Eq + std::hash::Hash, T>(rows: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, Vec<T>> {
    let mut map: HashMap<K, Vec<T>> = HashMap::new();
    for row in rows {
        map.entry(key(&row)).or_default().push(row);
    }
    map
}
