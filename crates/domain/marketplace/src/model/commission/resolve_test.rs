#![allow(clippy::unwrap_used)]

use super::*;
use crate::model::commission::CommissionScope;
use chrono::TimeZone as _;
use kernel::Rate;
use proptest::prelude::*;
use uuid::Uuid;

const MERCHANT: MerchantId = MerchantId(Uuid::from_u128(1));
const OTHER: MerchantId = MerchantId(Uuid::from_u128(2));
const NEAR: CategoryId = CategoryId(Uuid::from_u128(10));
const FAR: CategoryId = CategoryId(Uuid::from_u128(11));
const WEB: ChannelId = ChannelId(Uuid::from_u128(20));
const LAMP: ProductId = ProductId(Uuid::from_u128(30));
const APP: ChannelId = ChannelId(Uuid::from_u128(21));

fn day(day: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, day, 0, 0, 0).unwrap()
}

fn rule(id: u128, scope: CommissionScope) -> CommissionRule {
    CommissionRule {
        id: CommissionRuleId(Uuid::from_u128(id)),
        is_default: false,
        scope,
        item_ppm: Rate::from_ppm(i64::try_from(id).unwrap()),
        valid_from: day(1),
        ..CommissionRule::nothing()
    }
}

fn scope(merchant: Option<MerchantId>, category: Option<CategoryId>, tier: Option<&str>) -> CommissionScope {
    CommissionScope { merchant, category, tier: tier.map(str::to_owned), ..CommissionScope::default() }
}

const FACTS: CommissionFacts<'static> = CommissionFacts {
    merchant: MERCHANT,
    tier: "gold",
    channel: WEB,
    categories: &[NEAR, FAR],
    product: Some(LAMP),
    country: "DE",
    at: { DateTime::from_timestamp(1_768_000_000, 0).unwrap() },
};

#[track_caller]
fn winner(rules: Vec<CommissionRule>, facts: &CommissionFacts<'_>) -> u128 {
    let mut reversed = rules.clone();
    reversed.reverse();
    let won = CommissionRules::new(rules).resolve(facts).id;
    assert_eq!(CommissionRules::new(reversed).resolve(facts).id, won, "the order of rules matters");
    won.0.as_u128()
}

#[test]
fn the_more_explicit_rule_wins() {
    let ladder = [
        scope(Some(MERCHANT), Some(FAR), None),
        scope(Some(MERCHANT), None, None),
        scope(None, Some(FAR), Some("gold")),
        scope(None, Some(NEAR), None),
        scope(None, None, Some("gold")),
        scope(None, None, None),
    ];
    for skip in 0..ladder.len() {
        let rules = ladder.iter().enumerate().skip(skip).map(|(i, s)| rule(100 - i as u128, s.clone())).collect();
        assert_eq!(winner(rules, &FACTS), 100 - skip as u128);
    }
}

#[test]
fn what_does_not_fit_is_left_out() {
    let rules = vec![
        rule(1, scope(Some(OTHER), None, None)),
        rule(2, scope(None, None, Some("silver"))),
        rule(3, CommissionScope { channel: Some(APP), ..CommissionScope::default() }),
        CommissionRule { valid_from: day(20), ..rule(4, scope(None, None, None)) },
        CommissionRule { valid_to: Some(day(9)), ..rule(5, scope(None, None, None)) },
    ];
    assert_eq!(winner(rules, &FACTS), 0);
}

#[test]
fn a_product_is_closer_than_a_category_and_a_country_counts() {
    let lamp = |id| rule(id, CommissionScope { product: Some(LAMP), ..CommissionScope::default() });
    assert_eq!(winner(vec![lamp(1), rule(2, scope(None, Some(NEAR), None))], &FACTS), 1);
    assert_eq!(winner(vec![lamp(1), rule(2, scope(Some(MERCHANT), None, None))], &FACTS), 2);
    let other = CommissionFacts { product: None, ..FACTS };
    assert_eq!(winner(vec![lamp(1), rule(2, scope(None, None, None))], &other), 2);
    let to = |id, country: &str| {
        rule(id, CommissionScope { country: Some(country.to_owned()), ..CommissionScope::default() })
    };
    assert_eq!(winner(vec![to(1, "DE"), rule(2, scope(None, None, None)), to(3, "AT")], &FACTS), 1);
}

#[test]
fn a_rule_ends_at_the_instant_of_its_end() {
    let ends = CommissionRule { valid_to: Some(FACTS.at), ..rule(5, scope(None, None, None)) };
    let begins = CommissionRule { valid_from: FACTS.at, ..rule(6, scope(None, None, None)) };
    assert_eq!(winner(vec![ends, begins], &FACTS), 6);
}

#[test]
fn equals_are_parted_by_category_channel_priority_beginning_and_id() {
    let all = || scope(None, None, None);
    let near = rule(1, scope(None, Some(NEAR), None));
    let far = CommissionRule { priority: 9, ..rule(2, scope(None, Some(FAR), None)) };
    assert_eq!(winner(vec![near, far], &FACTS), 1);
    let web = rule(1, CommissionScope { channel: Some(WEB), ..all() });
    let high = CommissionRule { priority: 9, ..rule(2, all()) };
    assert_eq!(winner(vec![web, high.clone()], &FACTS), 1);
    let late = CommissionRule { valid_from: day(5), ..rule(3, all()) };
    assert_eq!(winner(vec![high, late.clone()], &FACTS), 2);
    assert_eq!(winner(vec![late.clone(), rule(1, all())], &FACTS), 3);
    assert_eq!(
        winner(vec![late.clone(), CommissionRule { id: CommissionRuleId(Uuid::from_u128(9)), ..late }], &FACTS),
        3
    );
}

#[test]
fn without_any_rule_nothing_is_taken() {
    let rules = CommissionRules::default();
    assert_eq!(rules.resolve(&FACTS).item_ppm, Rate::ZERO);
    let stored = CommissionRule { is_default: true, ..rule(7, scope(None, None, None)) };
    assert_eq!(winner(vec![stored], &FACTS), 7);
}

proptest! {
    #[test]
    fn the_answer_does_not_depend_on_the_order_of_rules(
        rules in prop::collection::vec((0..3_u8, 0..3_u8, 0..3_u8, 0..3_u8, 0..3_i32, 1..20_u32), 0..12),
        turn in 0..12_usize,
    ) {
        let mut rules: Vec<CommissionRule> = rules.iter().enumerate().map(|(i, (m, c, t, n, priority, from))| {
            let merchant = [None, Some(MERCHANT), Some(OTHER)][usize::from(*m)];
            CommissionRule {
                priority: *priority,
                valid_from: day(*from),
                ..rule(i as u128 + 1, CommissionScope {
                    merchant,
                    category: [None, Some(NEAR), Some(FAR)][usize::from(*c)],
                    tier: [None, Some("gold"), Some("silver")][usize::from(*t)].filter(|_| merchant.is_none()).map(str::to_owned),
                    channel: [None, Some(WEB), Some(APP)][usize::from(*n)],
                    ..CommissionScope::default()
                })
            }
        }).collect();
        let first = CommissionRules::new(rules.clone()).resolve(&FACTS).id;
        let turn = turn.min(rules.len());
        rules.rotate_left(turn);
        prop_assert_eq!(CommissionRules::new(rules).resolve(&FACTS).id, first);
    }
}
