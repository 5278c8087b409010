//! What clients say about ratings.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};
use kernel::Invalid;
use merchants::rating::{Count, ExcludeOrder, Formula, Metric, MetricRule, OverrideRating, Threshold};
use rust_decimal::Decimal;

use super::formula::digits;
use super::object::{RatedOrderExclusionTag, RatingMetric};
use crate::input;
use crate::scalar::DecimalText;

/// A number as so many digits after the point.
fn fixed(field: &str, number: DecimalText, digits: u32) -> Result<i64, Invalid> {
    let scale = Decimal::from(10_i64.pow(digits));
    let whole = number.0.checked_mul(scale).filter(Decimal::is_integer);
    whole.and_then(|whole| i64::try_from(whole.trunc()).ok()).ok_or_else(|| {
        Invalid::new(field, "OUT_OF_RANGE", format!("must be a number with at most {digits} digits after the point"))
    })
}

fn points(field: &str, number: DecimalText) -> Result<i64, Invalid> {
    fixed(field, number, 6)
}

/// How one metric becomes points.
#[derive(Debug, InputObject)]
pub struct RatingRuleInput {
    /// What is counted.
    pub metric: RatingMetric,
    /// Orders of so many days count.
    pub window_days: u32,
    /// Orders count when they are so many days old; 0 when absent.
    pub maturity_days: Option<u32>,
    /// With how many orders the expected value is mixed in, so that few orders decide nothing.
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

impl RatingRuleInput {
    fn read(self, index: usize) -> Result<MetricRule, Invalid> {
        let metric: Metric = self.metric.into();
        let value = |name: &str, number| fixed(&format!("metrics.{index}.{name}"), number, digits(metric));
        Ok(MetricRule {
            metric,
            window_days: self.window_days,
            maturity_days: self.maturity_days.unwrap_or(0),
            prior_orders: self.prior_orders,
            prior: value("prior", self.prior)?,
            target: value("target", self.target)?,
            worst: value("worst", self.worst)?,
            weight: self.weight,
        })
    }
}

/// What a low rating leads to.
#[derive(Debug, InputObject)]
pub struct RatingThresholdInput {
    /// Merchants rated below are warned.
    pub below: DecimalText,
    /// So many days later they are restricted, unless they recovered; 0: at once.
    pub grace_days: u32,
    /// Why they are restricted: a block reason of the settings, which say what that does.
    pub reason_code: String,
}

/// The next version of the formula.
#[derive(Debug, InputObject)]
pub struct RatingFormulaCreateInput {
    /// What is counted, each metric once, and how it becomes points.
    pub metrics: Vec<RatingRuleInput>,
    /// What a low rating leads to; nothing without it.
    pub threshold: Option<RatingThresholdInput>,
    /// What is changed, and why.
    pub note: String,
}

impl RatingFormulaCreateInput {
    pub(super) fn read(self) -> Result<(Formula, String), Invalid> {
        let rule = |(index, rule): (usize, RatingRuleInput)| rule.read(index);
        let threshold = self.threshold.map(|of| {
            let below = points("threshold.below", of.below)?;
            Ok::<_, Invalid>(Threshold { below, grace_days: of.grace_days, reason_code: of.reason_code })
        });
        let metrics = self.metrics.into_iter().enumerate().map(rule).collect::<Result<_, _>>()?;
        Ok((Formula { metrics, threshold: threshold.transpose()? }, self.note))
    }
}

/// A version to be put in force.
#[derive(Debug, InputObject)]
pub struct RatingFormulaActivateInput {
    /// The version.
    pub version: i64,
}

/// A rating to be put in the place of the computed one.
#[derive(Debug, InputObject)]
pub struct MerchantRatingOverrideInput {
    /// The merchant.
    pub merchant_id: ID,
    /// The version of the rating that was read.
    pub expected_version: i64,
    /// The rating between 0 and 100.
    pub rating: DecimalText,
    /// Why.
    pub reason: String,
    /// Until when it counts, at most a year.
    pub until: DateTime<Utc>,
}

impl MerchantRatingOverrideInput {
    pub(super) fn read(self) -> Result<OverrideRating, context::Error> {
        Ok(OverrideRating {
            merchant: input::id("merchantId", &self.merchant_id)?,
            expected_version: self.expected_version,
            rating: points("rating", self.rating)?,
            reason: self.reason,
            until: self.until,
        })
    }
}

/// A rating by hand that is to end.
#[derive(Debug, InputObject)]
pub struct MerchantRatingOverrideEndInput {
    /// The merchant.
    pub merchant_id: ID,
    /// The version of the rating that was read.
    pub expected_version: i64,
}

/// An order that is to count for nothing.
#[derive(Debug, InputObject)]
pub struct RatedOrderExcludeInput {
    /// The order.
    pub merchant_order_id: ID,
    /// The version that was read; 1 when nobody changed it.
    pub expected_version: i64,
    /// The kind of reason.
    pub tag: RatedOrderExclusionTag,
    /// In words; the merchant reads them.
    pub reason: String,
}

impl RatedOrderExcludeInput {
    pub(super) fn read(self) -> Result<ExcludeOrder, context::Error> {
        Ok(ExcludeOrder {
            merchant_order: input::id("merchantOrderId", &self.merchant_order_id)?,
            expected_version: self.expected_version,
            tag: self.tag.into(),
            reason: self.reason,
        })
    }
}

/// An order that is to count again.
#[derive(Debug, InputObject)]
pub struct RatedOrderIncludeInput {
    /// The order.
    pub merchant_order_id: ID,
    /// The version that was read.
    pub expected_version: i64,
}

/// Another count of a metric.
#[derive(Debug, InputObject)]
pub struct RatingChangeInput {
    /// The metric.
    pub metric: RatingMetric,
    /// How much is counted.
    pub k: i64,
    /// Over how much.
    pub n: i64,
}

impl RatingChangeInput {
    pub(super) fn read(self) -> (Metric, Count) {
        (self.metric.into(), Count { k: self.k, n: self.n })
    }
}
