#![allow(clippy::unwrap_used)]

use super::*;
use crate::model::commission::{CommissionAmounts, CommissionBracket};
use proptest::prelude::*;

fn rule(ppm: i64, currency: &str, fixed: i64, min: Option<i64>, max: Option<i64>) -> CommissionRule {
    CommissionRule {
        item_ppm: Rate::from_ppm(ppm),
        shipping_ppm: Rate::from_ppm(ppm),
        amounts: vec![CommissionAmounts {
            fixed_per_order_minor: fixed,
            min_per_line_minor: min,
            max_per_line_minor: max,
            ..CommissionAmounts::none(currency.parse().unwrap())
        }],
        ..CommissionRule::nothing()
    }
}

fn part<'a>(rule: &'a CommissionRule, vat: i64, item: (i64, i64), shipping: Option<(i64, i64)>) -> CommissionInput<'a> {
    CommissionInput {
        currency: rule.amounts[0].currency,
        rounding: Rounding::HalfUp,
        vat: Rate::from_ppm(vat),
        lines: vec![CommissionLine { gross_minor: item.0, tax_minor: item.1, rule }],
        shipping: shipping.map(|s| CommissionShipping { gross_minor: s.0, tax_minor: s.1, rule }).into_iter().collect(),
        order_rule: rule,
    }
}

/// Commission on a single line, before VAT, with enough room around it that nothing is capped.
#[track_caller]
fn check_line(rule: &CommissionRule, gross: i64, expected: i64) {
    let mut input = part(rule, 0, (gross, 0), None);
    input.shipping = vec![CommissionShipping { gross_minor: 1_000_000, tax_minor: 0, rule: &FREE }];
    assert_eq!(compute(&input).lines[0].commission_minor, expected);
}

static FREE: std::sync::LazyLock<CommissionRule> = std::sync::LazyLock::new(CommissionRule::nothing);

#[test]
fn minimum_and_maximum_bound_the_percentage() {
    check_line(&rule(120_000, "EUR", 0, None, None), 2_100, 252);
    check_line(&rule(120_000, "EUR", 0, Some(300), None), 2_100, 300);
    check_line(&rule(120_000, "EUR", 0, None, Some(200)), 2_100, 200);
    check_line(&rule(0, "EUR", 0, None, None), 2_100, 0);
    check_line(&rule(0, "EUR", 0, Some(300), None), 2_100, 300);
}

#[test]
fn a_line_that_costs_nothing_pays_no_minimum_unless_the_rule_says_so() {
    let gentle = rule(120_000, "EUR", 0, Some(300), None);
    check_line(&gentle, 0, 0);
    check_line(&CommissionRule { min_on_zero: true, ..gentle }, 0, 300);
}

#[test]
fn a_line_pays_by_its_bracket_and_its_fixed_amount() {
    let mut steps = rule(150_000, "EUR", 0, None, None);
    steps.amounts[0].fixed_per_line_minor = 10;
    steps.amounts[0].brackets = vec![
        CommissionBracket { from_minor: 10_000, item_ppm: Rate::from_ppm(120_000) },
        CommissionBracket { from_minor: 50_000, item_ppm: Rate::from_ppm(80_000) },
    ];
    check_line(&steps, 9_999, 1_500 + 10);
    check_line(&steps, 10_000, 1_200 + 10);
    check_line(&steps, 49_999, 6_000 + 10);
    check_line(&steps, 50_000, 4_000 + 10);
    check_line(&steps, 0, 0);
    steps.amounts[0].min_per_line_minor = Some(2_000);
    check_line(&steps, 10_000, 2_000);
}

#[test]
fn brackets_rise() {
    let bracket = |from_minor, ppm| CommissionBracket { from_minor, item_ppm: Rate::from_ppm(ppm) };
    let field = |brackets: Vec<CommissionBracket>| {
        let mut steps = rule(150_000, "EUR", 0, None, None);
        steps.amounts[0].brackets = brackets;
        steps.checked().unwrap_err().field
    };
    assert_eq!(field(vec![bracket(0, 1)]), "amounts.0.brackets.0.from");
    assert_eq!(field(vec![bracket(5, 1), bracket(5, 2)]), "amounts.0.brackets.1.from");
    assert_eq!(field(vec![bracket(5, 1_000_001)]), "amounts.0.brackets.0.itemPpm");
}

#[test]
fn other_exponents_round_at_their_own_minor_unit() {
    check_line(&rule(125_000, "JPY", 0, None, None), 1_999, 250);
    check_line(&rule(125_000, "KWD", 0, None, None), 1_234, 154);
}

#[test]
fn the_net_base_leaves_tax_out() {
    let net = CommissionRule { base: CommissionBase::Net, ..rule(100_000, "EUR", 0, None, None) };
    assert_eq!(compute(&part(&net, 0, (11_900, 1_900), None)).lines[0].commission_minor, 1_000);
}

#[test]
fn amounts_hold_only_in_their_currency() {
    let rule = rule(120_000, "EUR", 35, Some(300), None);
    let mut input = part(&rule, 0, (2_100, 0), None);
    input.currency = Currency::USD;
    let result = compute(&input);
    assert_eq!((result.lines[0].commission_minor, result.fixed.commission_minor), (252, 0));
}

/// (commission, VAT) of item, shipping and fixed fee; the sums.
type Worked = ([(i64, i64); 3], i64, i64);

#[track_caller]
fn check_part(rule: &CommissionRule, vat: i64, item: (i64, i64), shipping: (i64, i64), expected: Worked) {
    let result = compute(&part(rule, vat, item, Some(shipping)));
    let pair = |share: CommissionShare| (share.commission_minor, share.vat_minor);
    let shares = [pair(result.lines[0]), pair(result.shipping[0]), pair(result.fixed)];
    assert_eq!((shares, result.commission_minor, result.vat_minor), expected);
    assert!(!result.capped);
}

#[test]
fn the_worked_order_of_three_merchants_comes_out_to_the_cent() {
    let books = rule(150_000, "EUR", 35, None, None);
    check_part(&books, 190_000, (5_997, 392), (499, 80), ([(900, 171), (75, 14), (35, 7)], 1_010, 192));
    let electronics = rule(70_000, "EUR", 35, None, None);
    check_part(&electronics, 190_000, (11_610, 1_854), (590, 94), ([(813, 154), (41, 8), (35, 7)], 889, 169));
    let reverse_charge = rule(120_000, "EUR", 35, Some(300), None);
    check_part(&reverse_charge, 0, (2_100, 335), (350, 56), ([(300, 0), (42, 0), (35, 0)], 377, 0));
}

#[test]
fn the_operator_never_takes_more_than_the_buyer_pays() {
    let greedy = rule(100_000, "EUR", 35, Some(300), None);
    let result = compute(&part(&greedy, 190_000, (100, 16), None));
    assert!(result.capped);
    assert_eq!((result.commission_minor, result.vat_minor), (84, 16));
    assert_eq!(result.fixed, CommissionShare::default());
    let free = compute(&part(&greedy, 190_000, (0, 0), None));
    assert_eq!((free.commission_minor, free.vat_minor, free.capped), (0, 0, true));
}

#[test]
fn the_fixed_fee_gives_way_first() {
    let rule = rule(100_000, "EUR", 35, None, None);
    let result = compute(&part(&rule, 0, (30, 0), None));
    assert_eq!((result.lines[0].commission_minor, result.fixed.commission_minor), (3, 27));
}

proptest! {
    #[test]
    fn shares_sum_to_the_whole_and_fit_into_the_price(
        lines in prop::collection::vec(0_i64..50_000, 1..20),
        shipping in prop::collection::vec(0_i64..2_000, 0..4),
        ppm in 0_i64..=1_000_000, vat in 0_i64..300_000, fixed in 0_i64..200, min in prop::option::of(0_i64..500),
    ) {
        let rule = rule(ppm, "EUR", fixed, min, None);
        let input = CommissionInput {
            currency: Currency::EUR,
            rounding: Rounding::HalfUp,
            vat: Rate::from_ppm(vat),
            lines: lines.iter().map(|g| CommissionLine { gross_minor: *g, tax_minor: 0, rule: &rule }).collect(),
            shipping: shipping.iter().map(|g| CommissionShipping { gross_minor: *g, tax_minor: 0, rule: &rule }).collect(),
            order_rule: &rule,
        };
        let result = compute(&input);
        let shares = || result.lines.iter().chain(&result.shipping).chain([&result.fixed]);
        prop_assert_eq!(shares().map(|s| s.commission_minor).sum::<i64>(), result.commission_minor);
        prop_assert_eq!(shares().map(|s| s.vat_minor).sum::<i64>(), result.vat_minor);
        prop_assert!(shares().all(|s| s.commission_minor >= 0 && s.vat_minor >= 0));
        let gross: i64 = lines.iter().chain(&shipping).sum();
        prop_assert!(result.commission_minor + result.vat_minor <= gross);
        prop_assert_eq!(result.vat_minor, Rate::from_ppm(vat).of(result.commission_minor, Rounding::HalfUp));
    }
}
