//! A formula: which metrics, how they become points, and from which rating on a merchant is warned.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use kernel::{Invalid, text};
use serde::{Deserialize, Serialize};

use super::{FULL, Metric};

/// How one metric becomes points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricRule {
    /// What is counted.
    pub metric: Metric,
    /// Orders of so many days count.
    pub window_days: u32,
    /// Orders count when they are so many days old.
    pub maturity_days: u32,
    /// With how many orders an expected value is mixed in, so that few orders decide nothing.
    pub prior_orders: i64,
    /// The expected value.
    pub prior: i64,
    /// All points from this value on.
    pub target: i64,
    /// No points from this value on.
    pub worst: i64,
    /// Its part in the rating.
    pub weight: u32,
}

impl MetricRule {
    /// The days of the orders that count at `today`, the last one left out.
    #[must_use]
    pub fn window(&self, today: NaiveDate) -> (NaiveDate, NaiveDate) {
        let tomorrow = today.checked_add_days(Days::new(1)).unwrap_or(today);
        let until = tomorrow.checked_sub_days(Days::new(self.maturity_days.into())).unwrap_or(tomorrow);
        (until.checked_sub_days(Days::new(self.window_days.into())).unwrap_or(until), until)
    }
}

/// What a low rating leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Threshold {
    /// Merchants rated below are warned.
    pub below: i64,
    /// So many days later they are restricted, unless they recovered. 0: at once.
    pub grace_days: u32,
    /// The block reason of the settings by which they are.
    pub reason_code: String,
}

/// How merchants are rated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Formula {
    /// What is counted, each metric once.
    pub metrics: Vec<MetricRule>,
    /// What a low rating leads to; nothing without it.
    pub threshold: Option<Threshold>,
}

/// A version of the formula. It never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormulaVersion {
    /// Its number; the next one is one more.
    pub version: i64,
    /// The formula.
    pub formula: Formula,
    /// What was changed, in words.
    pub note: String,
    /// Who wrote it, by name.
    pub author_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was put in force last.
    pub activated_at: Option<DateTime<Utc>>,
    /// Who did that, by name.
    pub activated_by: Option<String>,
    /// Whether it is in force.
    pub active: bool,
}

const WINDOW_MAX: u32 = 3_660;
const PRIOR_MAX: i64 = 1_000_000;
const WEIGHT_MAX: u32 = 1_000_000;
const GRACE_MAX: u32 = 365;

impl Formula {
    /// The rule of a metric.
    #[must_use]
    pub fn rule(&self, metric: Metric) -> Option<&MetricRule> {
        self.metrics.iter().find(|rule| rule.metric == metric)
    }

    /// Whether a merchant with this rating is to be warned.
    #[must_use]
    pub fn is_low(&self, rating: Option<i64>) -> bool {
        let below = self.threshold.as_ref().map(|threshold| threshold.below);
        below.zip(rating).is_some_and(|(below, rating)| rating < below)
    }

    /// Checks a formula that somebody wrote.
    pub(crate) fn checked(mut self) -> Result<Self, Invalid> {
        if self.metrics.is_empty() {
            return Err(Invalid::required("metrics"));
        }
        let mut seen = BTreeSet::new();
        for (index, rule) in self.metrics.iter().enumerate() {
            let field = |name: &str| format!("metrics.{index}.{name}");
            if !rule.metric.has_facts() {
                let message = format!("Souk has no facts for {} yet", rule.metric.as_str());
                return Err(Invalid::new(field("metric"), "NO_FACTS", message));
            }
            if !seen.insert(rule.metric) {
                return Err(Invalid::new(field("metric"), "DUPLICATE", "is there twice"));
            }
            rule.check(&field)?;
        }
        if let Some(threshold) = &mut self.threshold {
            if !(0..=FULL).contains(&threshold.below) {
                return Err(Invalid::new("threshold.below", "OUT_OF_RANGE", "must be between 0 and 100"));
            }
            if threshold.grace_days > GRACE_MAX {
                return Err(Invalid::range("threshold.graceDays", 0, GRACE_MAX.into()));
            }
            threshold.reason_code = text::code("threshold.reasonCode", &threshold.reason_code, 40)?;
        }
        Ok(self)
    }
}

impl MetricRule {
    fn check(&self, field: &impl Fn(&str) -> String) -> Result<(), Invalid> {
        if !(1..=WINDOW_MAX).contains(&self.window_days) {
            return Err(Invalid::range(field("windowDays"), 1, WINDOW_MAX.into()));
        }
        if self.maturity_days > WINDOW_MAX {
            return Err(Invalid::range(field("maturityDays"), 0, WINDOW_MAX.into()));
        }
        if !(0..=PRIOR_MAX).contains(&self.prior_orders) {
            return Err(Invalid::range(field("priorOrders"), 0, PRIOR_MAX));
        }
        if !(1..=WEIGHT_MAX).contains(&self.weight) {
            return Err(Invalid::range(field("weight"), 1, WEIGHT_MAX.into()));
        }
        for (name, value) in [("prior", self.prior), ("target", self.target), ("worst", self.worst)] {
            if !(0..=self.metric.most()).contains(&value) {
                let most = self.metric.most() / super::ONE;
                let most = if self.metric.unit() == super::Unit::Share { 100 } else { most };
                return Err(Invalid::new(field(name), "OUT_OF_RANGE", format!("must be between 0 and {most}")));
            }
        }
        if self.target == self.worst || (self.target > self.worst) != self.metric.more_is_better() {
            let (more, less) = ("must be above the worst value", "must be below the worst value");
            let message = if self.metric.more_is_better() { more } else { less };
            return Err(Invalid::new(field("target"), "OUT_OF_RANGE", message));
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn rule(metric: Metric) -> MetricRule {
        let (target, worst) = if metric.more_is_better() { (950_000, 600_000) } else { (10_000, 50_000) };
        MetricRule {
            metric,
            window_days: 90,
            maturity_days: 0,
            prior_orders: 50,
            prior: 10_000,
            target,
            worst,
            weight: 1,
        }
    }

    fn fault(metrics: Vec<MetricRule>, threshold: Option<Threshold>) -> (String, &'static str) {
        let fault = Formula { metrics, threshold }.checked().unwrap_err();
        (fault.field, fault.code)
    }

    #[test]
    fn each_wrong_field_is_named() {
        let good = rule(Metric::Defects);
        assert!(Formula { metrics: vec![good, rule(Metric::Acceptance)], threshold: None }.checked().is_ok());
        for (bad, field, code) in [
            (rule(Metric::Reviews), "metric", "NO_FACTS"),
            (MetricRule { window_days: 0, ..good }, "windowDays", "OUT_OF_RANGE"),
            (MetricRule { maturity_days: 9_999, ..good }, "maturityDays", "OUT_OF_RANGE"),
            (MetricRule { prior_orders: -1, ..good }, "priorOrders", "OUT_OF_RANGE"),
            (MetricRule { weight: 0, ..good }, "weight", "OUT_OF_RANGE"),
            (MetricRule { prior: 1_000_001, ..good }, "prior", "OUT_OF_RANGE"),
            (MetricRule { target: 50_000, ..good }, "target", "OUT_OF_RANGE"),
            (MetricRule { target: 60_000, ..good }, "target", "OUT_OF_RANGE"),
        ] {
            assert_eq!(fault(vec![bad], None), (format!("metrics.0.{field}"), code));
        }
        assert_eq!(fault(vec![good, good], None), ("metrics.1.metric".to_owned(), "DUPLICATE"));
        assert_eq!(fault(Vec::new(), None).0, "metrics");
        let threshold = |below, grace_days| Some(Threshold { below, grace_days, reason_code: "other".to_owned() });
        assert_eq!(fault(vec![good], threshold(FULL + 1, 0)).0, "threshold.below");
        assert_eq!(fault(vec![good], threshold(0, 366)).0, "threshold.graceDays");
    }

    #[test]
    fn a_window_ends_with_the_last_day_that_is_old_enough() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let rule = MetricRule { window_days: 2, maturity_days: 0, ..rule(Metric::Defects) };
        assert_eq!(rule.window(day("2026-03-02")), (day("2026-03-01"), day("2026-03-03")));
        let rule = MetricRule { window_days: 90, maturity_days: 30, ..rule };
        assert_eq!(rule.window(day("2026-03-02")), (day("2025-11-03"), day("2026-02-01")));
    }
}
