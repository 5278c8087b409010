//! The worked example, and what holds for all counts.
#![allow(clippy::unwrap_used)]

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;

/// A value of hundredths of a percent, or of hundredths of a star.
fn rule(metric: Metric, prior: (i64, i64), target: i64, worst: i64, weight: u32) -> MetricRule {
    let scale = if metric.unit() == Unit::Share { 100 } else { 10_000 };
    MetricRule {
        metric,
        window_days: 90,
        maturity_days: 30,
        prior_orders: prior.0,
        prior: prior.1 * scale,
        target: target * scale,
        worst: worst * scale,
        weight,
    }
}

fn worked() -> Formula {
    let metrics = vec![
        rule(Metric::Defects, (50, 100), 100, 500, 30),
        rule(Metric::LateShipment, (50, 200), 200, 1_000, 20),
        rule(Metric::Acceptance, (50, 9_800), 9_800, 8_500, 15),
        rule(Metric::AnswersInTime, (50, 9_000), 9_500, 6_000, 10),
        rule(Metric::Reviews, (10, 420), 500, 100, 25),
    ];
    Formula { metrics, threshold: None }
}

fn input(metric: Metric, k: i64, n: i64) -> MetricInput {
    let day = |day| NaiveDate::from_ymd_opt(2026, 1, day).unwrap();
    MetricInput { metric, from: day(1), until: day(31), count: Count { k, n } }
}

fn counted() -> Vec<MetricInput> {
    vec![
        input(Metric::Defects, 2, 40),
        input(Metric::LateShipment, 1, 40),
        input(Metric::Acceptance, 39, 40),
        input(Metric::AnswersInTime, 18, 20),
        // 4.5 stars over 12.
        input(Metric::Reviews, 54, 12),
    ]
}

/// In hundredths, as people read it.
fn read(millionths: i64) -> i64 {
    (millionths + 5_000) / 10_000
}

#[test]
fn the_worked_example_comes_out() {
    let rated = worked().rate(&counted()).unwrap();
    let of = |get: fn(&MetricPoints) -> i64| rated.metrics.iter().map(get).collect::<Vec<_>>();
    // 2.778 %, 2.222 %, 97.778 %, 90 %, 4.364 stars.
    assert_eq!(of(|m| m.value), [27_778, 22_222, 977_778, 900_000, 4_363_636]);
    assert_eq!(of(|m| read(m.score)), [5_556, 9_722, 9_829, 8_571, 8_409]);
    assert_eq!(of(|m| read(m.points)), [1_667, 1_944, 1_474, 857, 2_102]);
    assert_eq!(of(|m| read(m.cost())), [1_333, 56, 26, 143, 398]);
    assert_eq!((read(rated.rating), stars(rated.rating), rated.known), (8_045, 422, true));
}

#[test]
fn the_explanation_adds_to_the_rating() {
    let rated = worked().rate(&counted()).unwrap();
    assert_eq!(rated.metrics.iter().map(|m| m.points).sum::<i64>(), rated.rating);
    assert_eq!(rated.metrics.iter().map(MetricPoints::cost).sum::<i64>(), FULL - rated.rating);
}

#[test]
fn what_has_neither_counts_nor_expectation_is_left_out() {
    let mut formula = worked();
    for rule in &mut formula.metrics {
        rule.prior_orders = 0;
    }
    assert_eq!(formula.rate(&[]), None);
    let nothing = counted().into_iter().map(|of| input(of.metric, 0, 0)).collect::<Vec<_>>();
    assert_eq!(formula.rate(&nothing), None);
    let one = formula.rate(&[input(Metric::LateShipment, 0, 3)]).unwrap();
    assert_eq!((one.rating, one.metrics.len(), one.metrics[0].most), (FULL, 1, FULL));
    let expected = worked().rate(&nothing).unwrap();
    assert!(!expected.known);
}

fn any_inputs() -> impl Strategy<Value = Vec<MetricInput>> {
    let shares = proptest::collection::vec((0_i64..=500, 0_i64..=500), 4);
    (shares, 0_i64..=500, 0_i64..=4).prop_map(|(shares, n, more)| {
        let of = [Metric::Defects, Metric::LateShipment, Metric::Acceptance, Metric::AnswersInTime];
        let mut inputs: Vec<_> =
            of.into_iter().zip(shares).map(|(metric, (a, b))| input(metric, a.min(b), a.max(b))).collect();
        inputs.push(input(Metric::Reviews, n * (1 + more), n));
        inputs
    })
}

proptest! {
    #[test]
    fn a_rating_lies_between_nothing_and_all_and_is_explained(inputs in any_inputs()) {
        let rated = worked().rate(&inputs).unwrap();
        prop_assert!((0..=FULL).contains(&rated.rating));
        prop_assert!((100..=500).contains(&stars(rated.rating)));
        for metric in &rated.metrics {
            prop_assert!((0..=FULL).contains(&metric.score) && (0..=metric.most).contains(&metric.points));
        }
        prop_assert_eq!(rated.metrics.iter().map(|m| m.most).sum::<i64>(), FULL);
        prop_assert_eq!(rated.metrics.iter().map(|m| m.points).sum::<i64>(), rated.rating);
    }

    #[test]
    fn doing_better_never_costs(inputs in any_inputs(), which in 0_usize..4) {
        let mut better = inputs.clone();
        let count = &mut better[which].count;
        let step = if inputs[which].metric.more_is_better() { 1 } else { -1 };
        count.k = (count.k + step).clamp(0, count.n);
        prop_assert!(worked().rate(&better).unwrap().rating >= worked().rate(&inputs).unwrap().rating);
    }

    #[test]
    fn one_order_decides_little(metric in 0_usize..4, k in 0_i64..=1) {
        let rule = worked().metrics[metric];
        let rated = worked().rate(&[input(rule.metric, k, 1)]).unwrap();
        let moved = (rated.metrics[0].value - rule.prior).abs();
        prop_assert!(moved <= ONE / (rule.prior_orders + 1) + 1, "{moved}");
    }

    #[test]
    fn large_counts_overflow_nothing(k in 0_i64..=i64::MAX, n in 1_i64..=i64::MAX) {
        let rated = worked().rate(&[input(Metric::Defects, k.min(n), n)]).unwrap();
        prop_assert!((0..=FULL).contains(&rated.rating));
    }
}
