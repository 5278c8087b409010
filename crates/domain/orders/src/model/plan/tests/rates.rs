//! What deliveries cost, and who pays.

use kernel::id::UserId;
use marketplace::delivery::RatesOf;
use marketplace::{CouponTax, Funder, MerchantRate, OwnRates};
use merchants::MerchantDelivery;

use super::*;

/// Merchant 1 asks `first` for method 1, and the same for each further unit.
fn asks(input: &mut PlanInput, first: i64, version: i64) {
    let merchant_id = MerchantId(id(1));
    let rate = DeliveryRate { first_minor: first, additional_minor: first, ..method(1, &[], 0, 0).rates[0].clone() };
    let of = MerchantDelivery {
        merchant_id,
        method_id: DeliveryMethodId(id(1)),
        rates: vec![MerchantRate { zone: None, rate }],
        set_by: UserId(id(7)).to_string(),
        set_by_name: "Anna".to_owned(),
        set_at: DateTime::UNIX_EPOCH,
        version,
    };
    input.merchants.get_mut(&merchant_id).unwrap().delivery = vec![of];
}

fn change(input: &mut PlanInput, change: impl FnOnce(&mut Snapshot)) {
    let mut market = Snapshot::clone(&input.market);
    change(&mut market);
    input.market = Arc::new(market);
}

fn allow(input: &mut PlanInput, allowed: bool) {
    change(input, |market| market.delivery_methods[0].own_rates = OwnRates { allowed, highest: Vec::new() });
}

fn fund(input: &mut PlanInput, free_above: i64, by: Funder) {
    change(input, |market| {
        let rate = &mut market.delivery_methods[0].rates[0];
        (rate.free_above_minor, rate.funded_by) = (Some(free_above), by);
    });
}

/// Two parcels of merchant 1 and one of merchant 2, at 10.00 each.
fn two_merchants() -> PlanInput {
    let mut input = input(vec![line(1, 1, "parcel", 2), line(2, 2, "parcel", 1)]);
    stock(&mut input, 1, &[(10, 1, 5)]);
    stock(&mut input, 2, &[(20, 1, 5)]);
    input
}

fn chosen(plan: &SplitPlan) -> Vec<&Choice> {
    plan.consignments.iter().filter_map(Consignment::choice).collect()
}

#[test]
fn each_merchant_asks_its_own_price_and_the_plan_says_so() {
    let mut input = two_merchants();
    asks(&mut input, 300, 4);
    assert_eq!(plan(&input).totals.delivery, 590 + 490, "not while the marketplace does not allow it");
    allow(&mut input, true);
    let seen = plan(&input);
    let prices: Vec<_> = chosen(&seen).iter().map(|choice| (choice.price, choice.origin.rates_of)).collect();
    assert_eq!(prices, [(600, RatesOf::Merchant), (490, RatesOf::Operator)]);
    let origin = &chosen(&seen)[0].origin;
    assert_eq!((origin.version, origin.set_by_name.as_deref()), (Some(4), Some("Anna")));
    assert!(chosen(&seen)[0].reasons.iter().any(|reason| reason == "by the merchant's own rates"));
    asks(&mut input, 301, 5);
    assert_ne!(plan(&input).hash, seen.hash, "another price is another plan");
    asks(&mut input, 300, 6);
    assert_eq!(plan(&input).hash, seen.hash, "the same price is the same plan");
}

#[test]
fn what_is_free_is_paid_by_whom_the_rate_says() {
    let mut input = two_merchants();
    fund(&mut input, 2_000, Funder::Merchant);
    let borne = plan(&input);
    assert_eq!((borne.totals.delivery, borne.totals.discount, borne.totals.total), (490, 0, 3_490));
    let origin = &chosen(&borne)[0].origin;
    assert_eq!((origin.waived_minor, origin.borne_by), (590, Some(Funder::Merchant)));
    fund(&mut input, 2_000, Funder::Operator);
    let funded = plan(&input);
    assert_eq!((funded.totals.delivery, funded.totals.discount, funded.totals.total), (590 + 490, 590, 3_490));
    let choice = chosen(&funded)[0];
    assert_eq!((choice.price, choice.funded, choice.gross()), (0, 590, 590));
    assert_eq!((choice.origin.waived_minor, choice.origin.borne_by), (590, Some(Funder::Operator)));
    assert!(choice.reasons.iter().any(|reason| reason == "the marketplace pays it"), "{:?}", choice.reasons);
}

#[test]
fn a_price_that_came_with_a_line_is_not_paid_by_the_marketplace() {
    let mut input = two_merchants();
    fund(&mut input, 1, Funder::Operator);
    input.lines[0].delivery_quote = Some(777);
    let plan = plan(&input);
    let by: Vec<_> = chosen(&plan).iter().map(|choice| (choice.price, choice.funded, choice.origin.rates_of)).collect();
    assert_eq!(by, [(777, 0, RatesOf::Nobody), (0, 490, RatesOf::Operator)]);
}

proptest! {
    /// Whoever pays: what the buyer and the marketplace pay is the price of the deliveries, and the sums are right.
    #[test]
    fn the_sums_hold_whoever_pays(
        own in prop::option::of(0_i64..2_000),
        free_above in 1_i64..6_000,
        operator in any::<bool>(),
        taxed in any::<bool>(),
        reduced in any::<bool>(),
        quantity in 1_i64..5,
    ) {
        let mut input = two_merchants();
        input.lines[0].quantity = quantity;
        input.prices_include_tax = !taxed;
        allow(&mut input, true);
        if let Some(first) = own {
            asks(&mut input, first, 1);
        }
        fund(&mut input, free_above, if operator { Funder::Operator } else { Funder::Merchant });
        change(&mut input, |market| {
            market.settings.coupon_tax =
                if reduced { CouponTax::PriceReduction } else { CouponTax::ThirdPartyConsideration };
        });
        let plan = plan(&input);
        let of = |f: fn(&Choice) -> i64| chosen(&plan).into_iter().map(f).sum::<i64>();
        prop_assert_eq!(plan.totals.delivery, of(Choice::gross));
        prop_assert_eq!(plan.totals.discount, of(|choice| choice.funded));
        prop_assert_eq!(plan.totals.total, plan.totals.goods + of(|choice| choice.price));
        for choice in chosen(&plan) {
            prop_assert!(choice.price >= 0 && choice.funded >= 0 && choice.tax <= choice.gross());
            prop_assert!(choice.funded == 0 || choice.origin.borne_by == Some(Funder::Operator));
            prop_assert!(choice.origin.rates_of != RatesOf::Merchant || choice.funded == 0);
        }
    }
}
