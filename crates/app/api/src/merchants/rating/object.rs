//! Ratings as clients see them.

use async_graphql::{Enum, ID, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use merchants::rating::{self, Explained, MetricPoints, Rated};
use rust_decimal::Decimal;

use super::formula::{RatingThreshold, value};
use crate::scalar::DecimalText;

/// What is counted of a merchant. Everything but answers is counted by order, and belongs to the day of the order; `ratingMetrics` says
/// what exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::rating::Metric")]
pub enum RatingMetric {
    /// Orders that went wrong.
    Defects,
    /// Goods that left late.
    LateShipment,
    /// Orders that were taken as they came.
    Acceptance,
    /// Orders left unanswered.
    AutoRefused,
    /// Orders canceled after they were accepted.
    Cancelation,
    /// Orders with an incident.
    Incidents,
    /// Orders paid back.
    Refunds,
    /// Orders sent back.
    Returns,
    /// Parcels that can be followed.
    ValidTracking,
    /// How long merchants take to decide.
    ApprovalDelay,
    /// How long merchants take to send.
    ShippingDelay,
    /// Questions of buyers answered in time; by question, on the day on which it was asked.
    AnswersInTime,
    /// What buyers say; nothing of it is known yet.
    Reviews,
}

/// What a value is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::rating::Unit")]
pub enum RatingUnit {
    /// Percent.
    Share,
    /// Minutes.
    Minutes,
    /// Stars from one to five.
    Stars,
}

/// Why an order counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::rating::ExclusionTag")]
pub enum RatedOrderExclusionTag {
    /// Nobody could help it: a strike of carriers, a flood.
    ForceMajeure,
    /// The buyer caused it.
    BuyerCaused,
    /// The marketplace caused it.
    MarketplaceFault,
    /// Anything else.
    Other,
}

/// Points between 0 and 100.
pub(super) fn points(millionths: i64) -> DecimalText {
    DecimalText(Decimal::new(millionths, 6))
}

/// Stars between 1 and 5, from points.
pub(super) fn stars(rating: i64) -> DecimalText {
    DecimalText(Decimal::new(rating::stars(rating), 2))
}

/// What one metric gives to a rating, and costs.
#[derive(Debug, Clone, SimpleObject)]
pub struct RatingPart {
    /// What was counted.
    pub metric: RatingMetric,
    /// What its value is measured in.
    pub unit: RatingUnit,
    /// How much was counted.
    pub k: i64,
    /// Over how much.
    pub n: i64,
    /// The first day of the orders that count.
    pub from: NaiveDate,
    /// The day after the last one.
    pub until: NaiveDate,
    /// The value, mixed with what is expected: percent, minutes or stars.
    pub value: DecimalText,
    /// The value from which on there are all points.
    pub target: DecimalText,
    /// The value from which on there are none.
    pub worst: DecimalText,
    /// The expected value.
    pub prior: DecimalText,
    /// With how many orders the expected value is mixed in.
    pub prior_orders: i64,
    /// Its part in the rating.
    pub weight: u32,
    /// How good the value is, between 0 and 100.
    pub score: DecimalText,
    /// The points that it can give. Those of all parts add to 100.
    pub most: DecimalText,
    /// The points that it gives. Those of all parts add to the rating.
    pub points: DecimalText,
    /// The points that it costs: what lacks to the most.
    pub cost: DecimalText,
}

impl From<MetricPoints> for RatingPart {
    fn from(of: MetricPoints) -> Self {
        let (metric, rule) = (of.rule.metric, of.rule);
        Self {
            metric: metric.into(),
            unit: metric.unit().into(),
            k: of.input.count.k,
            n: of.input.count.n,
            from: of.input.from,
            until: of.input.until,
            value: value(metric, of.value),
            target: value(metric, rule.target),
            worst: value(metric, rule.worst),
            prior: value(metric, rule.prior),
            prior_orders: rule.prior_orders,
            weight: rule.weight,
            score: points(of.score),
            most: points(of.most),
            points: points(of.points),
            cost: points(of.cost()),
        }
    }
}

pub(super) fn parts(rated: Option<Rated>) -> Vec<RatingPart> {
    rated.map(|rated| rated.metrics.into_iter().map(Into::into).collect()).unwrap_or_default()
}

/// A rating that the operator put in the place of the computed one.
#[derive(Debug, Clone, SimpleObject)]
pub struct RatingOverride {
    /// The rating.
    pub rating: DecimalText,
    /// Why.
    pub reason: String,
    /// Until when it counts.
    pub until: DateTime<Utc>,
    /// Who did it.
    pub author: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A time in which the rating of a merchant was below the threshold.
#[derive(Debug, Clone, SimpleObject)]
pub struct RatingFall {
    /// Its id.
    pub id: ID,
    /// The merchant.
    pub merchant_id: ID,
    /// The version of the formula by which it fell.
    pub formula_version: i64,
    /// The rating with which it fell.
    pub rating: DecimalText,
    /// The threshold.
    pub below: DecimalText,
    /// When it fell and was warned.
    pub warned_at: DateTime<Utc>,
    /// When it is restricted unless it recovers.
    pub restrict_at: DateTime<Utc>,
    /// Why it is restricted then, as a code of the settings.
    pub reason_code: String,
    /// When it was restricted, once.
    pub restricted_at: Option<DateTime<Utc>>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
}

impl From<rating::Fall> for RatingFall {
    fn from(fall: rating::Fall) -> Self {
        Self {
            id: fall.id.to_string().into(),
            merchant_id: fall.merchant.to_string().into(),
            formula_version: fall.formula,
            rating: points(fall.rating),
            below: points(fall.below),
            warned_at: fall.warned_at,
            restrict_at: fall.restrict_at,
            reason_code: fall.reason_code,
            restricted_at: fall.restricted_at,
            ended_at: fall.ended_at,
        }
    }
}

/// How a merchant is rated, and why.
#[derive(Debug, Clone, SimpleObject)]
pub struct MerchantRating {
    /// The merchant.
    pub merchant_id: ID,
    /// The rating that counts, between 0 and 100; `null` while nothing is known of the merchant.
    pub rating: Option<DecimalText>,
    /// The same as stars between 1 and 5, as buyers see it.
    pub stars: Option<DecimalText>,
    /// What the counts come to; without any it is what is expected of anybody, and does not count.
    pub computed: Option<DecimalText>,
    /// Whether something was counted.
    pub known: bool,
    /// The version of the formula.
    pub formula_version: i64,
    /// When it was computed with other counts than before.
    pub computed_at: Option<DateTime<Utc>>,
    /// All of it: what each metric gives and costs.
    pub parts: Vec<RatingPart>,
    /// What a low rating leads to.
    pub threshold: Option<RatingThreshold>,
    /// Since when it is too low, and what follows.
    pub fall: Option<RatingFall>,
    /// What the operator put in the place of the computed rating, as long as it counts.
    #[graphql(name = "override")]
    pub override_: Option<RatingOverride>,
    /// Grows by one with every change by people; send it as `expectedVersion`.
    pub version: i64,
}

impl MerchantRating {
    pub(super) fn of(of: Explained, now: DateTime<Utc>) -> Self {
        let effective = of.standing.effective(now);
        let over = of.standing.overridden(now).cloned();
        Self {
            merchant_id: of.standing.merchant.to_string().into(),
            rating: effective.map(points),
            stars: effective.map(stars),
            computed: of.standing.rating.map(points),
            known: of.standing.known,
            formula_version: of.version,
            computed_at: of.score.map(|score| score.computed_at),
            parts: parts(of.rated),
            threshold: of.formula.threshold.map(RatingThreshold::from),
            fall: of.fall.map(RatingFall::from),
            override_: over.map(|over| RatingOverride {
                rating: points(over.rating),
                reason: over.reason,
                until: over.until,
                author: over.author_name,
                at: over.at,
            }),
            version: of.standing.version,
        }
    }
}

/// A rating as it was computed once, kept for ever with what it was computed from.
#[derive(Debug, Clone, SimpleObject)]
pub struct MerchantScore {
    /// Its id.
    pub id: ID,
    /// The rating between 0 and 100.
    pub rating: Option<DecimalText>,
    /// The same as stars.
    pub stars: Option<DecimalText>,
    /// Whether something was counted.
    pub known: bool,
    /// The version of the formula.
    pub formula_version: i64,
    /// When.
    pub computed_at: DateTime<Utc>,
    /// All of it: what each metric gave and cost.
    pub parts: Vec<RatingPart>,
}

impl From<(rating::Score, Option<Rated>)> for MerchantScore {
    fn from((score, rated): (rating::Score, Option<Rated>)) -> Self {
        Self {
            id: score.id.to_string().into(),
            rating: score.rating.map(points),
            stars: score.rating.map(stars),
            known: score.known,
            formula_version: score.formula,
            computed_at: score.computed_at,
            parts: parts(rated),
        }
    }
}

/// Why an order counts for nothing.
#[derive(Debug, Clone, SimpleObject)]
pub struct RatedOrderExclusion {
    /// The kind of reason.
    pub tag: RatedOrderExclusionTag,
    /// In words.
    pub reason: String,
    /// Who said so.
    pub author: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// An order that a rating is made of.
#[derive(Debug, Clone, SimpleObject)]
pub struct RatedOrder {
    /// The merchant order.
    pub merchant_order_id: ID,
    /// The merchant.
    pub merchant_id: ID,
    /// Its number.
    pub number: String,
    /// When it was placed.
    pub ordered_at: DateTime<Utc>,
    /// Why it counts for nothing, when it does not.
    pub excluded: Option<RatedOrderExclusion>,
    /// Grows by one with every change by people; send it as `expectedVersion`.
    pub version: i64,
}

impl From<rating::RatedOrder> for RatedOrder {
    fn from(order: rating::RatedOrder) -> Self {
        Self {
            merchant_order_id: order.merchant_order.to_string().into(),
            merchant_id: order.merchant.to_string().into(),
            number: order.number,
            ordered_at: order.ordered_at,
            excluded: order.excluded.map(|of| RatedOrderExclusion {
                tag: of.tag.into(),
                reason: of.reason,
                author: of.author_name,
                at: of.at,
            }),
            version: order.version,
        }
    }
}

/// What an order says of a metric.
#[derive(Debug, Clone, SimpleObject)]
pub struct RatedOrderCount {
    /// The order.
    pub order: RatedOrder,
    /// What it adds, unless it is excluded.
    pub k: i64,
    /// Over what.
    pub n: i64,
}

impl From<rating::BehindMetric> for RatedOrderCount {
    fn from(of: rating::BehindMetric) -> Self {
        Self { order: of.order.into(), k: of.count.k, n: of.count.n }
    }
}

/// What a rating would be.
#[derive(Debug, Clone, SimpleObject)]
pub struct RatingWhatIf {
    /// The rating between 0 and 100.
    pub rating: DecimalText,
    /// The same as stars.
    pub stars: DecimalText,
    /// All of it: what each metric would give and cost.
    pub parts: Vec<RatingPart>,
}

impl From<Rated> for RatingWhatIf {
    fn from(rated: Rated) -> Self {
        Self { rating: points(rated.rating), stars: stars(rated.rating), parts: parts(Some(rated)) }
    }
}
