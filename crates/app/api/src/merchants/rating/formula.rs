//! Formulas as clients see them.

use async_graphql::{ComplexObject, Context, Enum, SimpleObject};
use chrono::{DateTime, Utc};
use kernel::id::MerchantId;
use merchants::rating::{self, FormulaVersion, Metric, MetricRule, Previewed, Threshold, Unit};
use rust_decimal::Decimal;

use super::object::{RatingMetric, RatingPart, RatingUnit, parts, points, stars};
use crate::error::Gql;
use crate::loader::load;
use crate::merchants::{Merchant, MerchantLoader};
use crate::scalar::DecimalText;

/// A value in percent, minutes or stars.
pub(super) fn value(metric: Metric, millionths: i64) -> DecimalText {
    DecimalText(Decimal::new(millionths, digits(metric)))
}

/// How many digits after the point a value has at most.
pub(super) const fn digits(metric: Metric) -> u32 {
    match metric.unit() {
        Unit::Share => 4,
        Unit::Minutes | Unit::Stars => 6,
    }
}

/// What can be counted.
#[derive(Debug, Clone, SimpleObject)]
pub struct RatingMetricInfo {
    /// The metric.
    pub metric: RatingMetric,
    /// What its value is measured in.
    pub unit: RatingUnit,
    /// Whether more of it is better.
    pub more_is_better: bool,
    /// Whether Souk knows of facts to count; only such metrics can be in a formula.
    pub has_facts: bool,
    /// What is counted (`k`), and over what (`n`).
    pub counts: String,
}

impl From<Metric> for RatingMetricInfo {
    fn from(metric: Metric) -> Self {
        Self {
            metric: metric.into(),
            unit: metric.unit().into(),
            more_is_better: metric.more_is_better(),
            has_facts: metric.has_facts(),
            counts: metric.counts().to_owned(),
        }
    }
}

/// How one metric becomes points.
#[derive(Debug, Clone, SimpleObject)]
pub struct RatingRule {
    /// What is counted.
    pub metric: RatingMetric,
    /// Orders of so many days count.
    pub window_days: u32,
    /// Orders count when they are so many days old.
    pub maturity_days: u32,
    /// With how many orders the expected value is mixed in.
    pub prior_orders: i64,
    /// The expected value: percent, minutes or stars.
    pub prior: DecimalText,
    /// All points from this value on.
    pub target: DecimalText,
    /// No points from this value on.
    pub worst: DecimalText,
    /// Its part in the rating.
    pub weight: u32,
}

impl From<MetricRule> for RatingRule {
    fn from(rule: MetricRule) -> Self {
        Self {
            metric: rule.metric.into(),
            window_days: rule.window_days,
            maturity_days: rule.maturity_days,
            prior_orders: rule.prior_orders,
            prior: value(rule.metric, rule.prior),
            target: value(rule.metric, rule.target),
            worst: value(rule.metric, rule.worst),
            weight: rule.weight,
        }
    }
}

/// What a low rating leads to.
#[derive(Debug, Clone, SimpleObject)]
pub struct RatingThreshold {
    /// Merchants rated below are warned.
    pub below: DecimalText,
    /// So many days later they are restricted, unless they recovered.
    pub grace_days: u32,
    /// Why they are restricted, as a code of the settings, which say what that does.
    pub reason_code: String,
}

impl From<Threshold> for RatingThreshold {
    fn from(threshold: Threshold) -> Self {
        let Threshold { below, grace_days, reason_code } = threshold;
        Self { below: points(below), grace_days, reason_code }
    }
}

/// A version of the formula by which merchants are rated. It never changes.
#[derive(Debug, Clone, SimpleObject)]
pub struct RatingFormula {
    /// Its number.
    pub version: i64,
    /// All of them: what is counted, and how it becomes points.
    pub metrics: Vec<RatingRule>,
    /// What a low rating leads to; nothing without it.
    pub threshold: Option<RatingThreshold>,
    /// What was changed.
    pub note: String,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Whether it is in force.
    pub active: bool,
    /// When it was put in force last.
    pub activated_at: Option<DateTime<Utc>>,
    /// Who did that.
    pub activated_by: Option<String>,
}

impl From<FormulaVersion> for RatingFormula {
    fn from(of: FormulaVersion) -> Self {
        Self {
            version: of.version,
            metrics: of.formula.metrics.into_iter().map(RatingRule::from).collect(),
            threshold: of.formula.threshold.map(RatingThreshold::from),
            note: of.note,
            author: of.author_name,
            created_at: of.created_at,
            active: of.active,
            activated_at: of.activated_at,
            activated_by: of.activated_by,
        }
    }
}

/// Which way a merchant crosses the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::rating::Crossing")]
pub enum RatingCrossing {
    /// It would be rated too low, and is not.
    Falls,
    /// It is rated too low, and would not be.
    Recovers,
}

/// What a formula would come to for one merchant.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct RatingPreview {
    #[graphql(skip)]
    merchant_id: MerchantId,
    /// The rating that counts now; `null` when nothing is known.
    pub now: Option<DecimalText>,
    /// The rating that would count.
    pub then: Option<DecimalText>,
    /// The same as stars.
    pub then_stars: Option<DecimalText>,
    /// Which way it would cross the threshold.
    pub crossing: Option<RatingCrossing>,
    /// All of it: what each metric would give and cost.
    pub parts: Vec<RatingPart>,
}

#[ComplexObject]
impl RatingPreview {
    /// The merchant.
    async fn merchant(&self, gql: &Context<'_>) -> Gql<Option<Merchant>> {
        load::<MerchantLoader, _>(gql, self.merchant_id).await
    }
}

impl From<rating::Previewed> for RatingPreview {
    fn from(of: Previewed) -> Self {
        Self {
            merchant_id: of.merchant,
            now: of.now.map(points),
            then: of.then.map(points),
            then_stars: of.then.map(stars),
            crossing: of.crossing.map(RatingCrossing::from),
            parts: parts(of.rated),
        }
    }
}
