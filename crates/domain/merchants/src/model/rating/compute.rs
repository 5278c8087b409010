//! From counts to a rating.

use chrono::NaiveDate;
use kernel::Rounding;
use kernel::rate::div_round;
use serde::{Deserialize, Serialize};

use super::{Count, FULL, Formula, Metric, MetricRule, ONE};

/// What was counted of one metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricInput {
    /// The metric.
    pub metric: Metric,
    /// The first day of the orders.
    pub from: NaiveDate,
    /// The day after the last one.
    pub until: NaiveDate,
    /// What was counted, and over what.
    #[serde(flatten)]
    pub count: Count,
}

/// What one metric gives and costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricPoints {
    /// What was counted.
    pub input: MetricInput,
    /// How it becomes points.
    pub rule: MetricRule,
    /// The smoothed value, in millionths of the unit.
    pub value: i64,
    /// Between 0 and [`FULL`]: how good that is.
    pub score: i64,
    /// The points that it can give: its part of [`FULL`].
    pub most: i64,
    /// The points that it gives.
    pub points: i64,
}

impl MetricPoints {
    /// The points that it costs.
    #[must_use]
    pub const fn cost(&self) -> i64 {
        self.most - self.points
    }
}

/// A rating with its reasons. The points of the metrics add to it, and their costs to what lacks to [`FULL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rated {
    /// The rating, between 0 and [`FULL`].
    pub rating: i64,
    /// Whether something was counted; otherwise all of it is what is expected of anybody.
    pub known: bool,
    /// By metric, in the order of the formula.
    pub metrics: Vec<MetricPoints>,
}

/// Stars in hundredths, from 100 to 500.
#[must_use]
pub fn stars(rating: i64) -> i64 {
    100 + narrow(div_round(i128::from(rating) * 400, i128::from(FULL), Rounding::HalfUp))
}

fn narrow(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

impl MetricRule {
    /// The counts mixed with what is expected, as a fraction; `None` when there is neither.
    fn smoothed(&self, count: Count) -> Option<(i128, i128)> {
        let all = i128::from(count.n) + i128::from(self.prior_orders);
        let sum = i128::from(count.k) * i128::from(ONE) + i128::from(self.prior_orders) * i128::from(self.prior);
        (all > 0).then_some((sum, all))
    }

    /// How good this is, between 0 and [`FULL`].
    fn score(&self, (sum, all): (i128, i128)) -> i64 {
        let (target, worst) = (i128::from(self.target), i128::from(self.worst));
        let (way, whole) = (sum - worst * all, (target - worst) * all);
        narrow(div_round(way * i128::from(FULL), whole, Rounding::HalfUp)).clamp(0, FULL)
    }
}

impl Formula {
    /// The rating by these counts: a pure function of formula and inputs. Metrics with neither counts nor expectation are
    /// left out; `None` when all are.
    #[must_use]
    pub fn rate(&self, inputs: &[MetricInput]) -> Option<Rated> {
        let input = |rule: &MetricRule| inputs.iter().find(|input| input.metric == rule.metric).copied();
        let counted: Vec<(MetricRule, MetricInput, (i128, i128))> = self
            .metrics
            .iter()
            .filter_map(|rule| input(rule).and_then(|input| Some((*rule, input, rule.smoothed(input.count)?))))
            .collect();
        let whole: i128 = counted.iter().map(|(rule, ..)| i128::from(rule.weight)).sum();
        let mut before = 0_i128;
        let share = |weights: i128| narrow(div_round(weights * i128::from(FULL), whole, Rounding::HalfUp));
        let metrics: Vec<MetricPoints> = counted
            .into_iter()
            .map(|(rule, input, smoothed)| {
                let after = before + i128::from(rule.weight);
                let most = share(after) - share(before);
                before = after;
                let score = rule.score(smoothed);
                let value = narrow(div_round(smoothed.0, smoothed.1, Rounding::HalfUp));
                let points = div_round(i128::from(most) * i128::from(score), i128::from(FULL), Rounding::HalfUp);
                MetricPoints { input, rule, value, score, most, points: narrow(points) }
            })
            .collect();
        let rated = Rated {
            rating: metrics.iter().map(|metric| metric.points).sum(),
            known: metrics.iter().any(|metric| metric.input.count.n > 0),
            metrics,
        };
        (!rated.metrics.is_empty()).then_some(rated)
    }
}
