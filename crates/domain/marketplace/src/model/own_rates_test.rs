#![allow(clippy::unwrap_used)]

use kernel::id::{DeliveryMethodId, TaxClassId};
use proptest::prelude::*;

use super::super::delivery::{Consignment, DeliveryKind, QuoteBasis, RatesOf, quote, quote_with};
use super::super::{DeliveryZone, PostalRange, RateBracket, Surcharge, TravelDays};
use super::*;

fn rate(first_minor: i64) -> DeliveryRate {
    DeliveryRate {
        currency: Currency::EUR,
        product_type: None,
        first_minor,
        additional_minor: 100,
        free_above_minor: Some(10_000),
        funded_by: Funder::Operator,
        brackets: Vec::new(),
        surcharges: Vec::new(),
    }
}

fn zone(code: &str, from: &str, rates: Vec<DeliveryRate>) -> DeliveryZone {
    let range = PostalRange { from: from.to_owned(), to: from.to_owned() };
    DeliveryZone {
        code: code.to_owned(),
        name: code.to_owned(),
        countries: vec!["DE".to_owned()],
        postal_codes: if from.is_empty() { Vec::new() } else { vec![range] },
        served: true,
        transit_days_min: 1,
        transit_days_max: 3,
        rates,
    }
}

/// Parcels and bulky goods; the islands cost 14.90, the rest 4.90, bulky goods 39.90. At most 9.90 by merchants.
fn method() -> DeliveryMethod {
    let bulky = DeliveryRate { product_type: Some("bulky".to_owned()), ..rate(3_990) };
    let method = DeliveryMethod {
        id: DeliveryMethodId(uuid::Uuid::nil()),
        code: "parcel".to_owned(),
        name: "Parcel".to_owned(),
        kind: DeliveryKind::Home,
        pricing: DeliveryPricing::Rates,
        product_types: vec!["parcel".to_owned(), "bulky".to_owned()],
        countries: Vec::new(),
        tax_class_id: TaxClassId(uuid::Uuid::nil()),
        max_weight_g: None,
        max_size: crate::model::SizeLimits::default(),
        transit_days_min: 1,
        transit_days_max: 3,
        tracking_required: true,
        signature_required: false,
        cut_off: None,
        cod_allowed: true,
        rates: vec![bulky, rate(490)],
        zones: vec![zone("islands", "25", vec![rate(1_490)]), zone("rest", "", Vec::new())],
        carriers: Vec::new(),
        travel_days: TravelDays::default(),
        own_rates: OwnRates { allowed: true, highest: vec![HighestPrice { currency: Currency::EUR, minor: 990 }] },
        position: 1,
        active: true,
        version: 1,
        created_at: chrono::DateTime::UNIX_EPOCH,
        updated_at: chrono::DateTime::UNIX_EPOCH,
    };
    method.checked().unwrap()
}

const GOODS: Consignment<'static> = Consignment {
    product_type: "parcel",
    country: "DE",
    postal_code: Some("10115"),
    currency: Currency::EUR,
    units: 1,
    goods_minor: 2_000,
    weight_g: 900,
    largest: kernel::Extent { length_mm: 0, girth_mm: 0 },
    quoted_minor: None,
};

fn own(zone: Option<&str>, rate: DeliveryRate) -> MerchantRate {
    MerchantRate { zone: zone.map(str::to_owned), rate }
}

#[test]
fn each_product_type_has_its_rate_and_the_zone_goes_first() {
    let price = |product_type, postal_code| {
        quote(&method(), &Consignment { product_type, postal_code: Some(postal_code), ..GOODS }).unwrap().price_minor
    };
    assert_eq!((price("parcel", "10115"), price("bulky", "10115")), (490, 3_990));
    assert_eq!((price("parcel", "25946"), price("bulky", "25946")), (1_490, 1_490), "of the zone, for all types");
}

#[test]
fn what_is_waived_is_named_with_who_bears_it() {
    let free = quote(&method(), &Consignment { goods_minor: 10_000, units: 3, ..GOODS }).unwrap();
    assert_eq!((free.price_minor, free.waived_minor, free.funded_by), (0, 690, Funder::Operator));
    let paid = quote(&method(), &Consignment { goods_minor: 9_999, units: 3, ..GOODS }).unwrap();
    assert_eq!((paid.price_minor, paid.waived_minor), (690, 0));
    let mut surcharged = method();
    surcharged.rates[0].surcharges = vec![Surcharge {
        code: "island".to_owned(),
        name: "Island".to_owned(),
        zones: Vec::new(),
        product_types: Vec::new(),
        above_weight_g: None,
        amount_minor: 300,
        per_unit: false,
    }];
    let free = quote(&surcharged, &Consignment { goods_minor: 10_000, ..GOODS }).unwrap();
    assert_eq!((free.price_minor, free.waived_minor), (300, 490), "the surcharge is paid");
}

#[test]
fn the_merchants_price_goes_before_the_marketplaces_while_it_is_allowed() {
    let set = [own(None, rate(390)), own(Some("islands"), rate(890))];
    let priced = |method: &DeliveryMethod, postal_code, goods_minor| {
        let goods = Consignment { postal_code: Some(postal_code), goods_minor, ..GOODS };
        let quote = quote_with(method, &set, &goods).unwrap();
        (quote.price_minor, quote.rates_of, quote.funded_by)
    };
    let of = RatesOf::Merchant;
    assert_eq!(priced(&method(), "10115", 100), (390, of, Funder::Merchant));
    assert_eq!(priced(&method(), "25946", 100), (890, of, Funder::Merchant));
    // The operator pays for what it makes free itself, not for what merchants do.
    assert_eq!(priced(&method(), "10115", 10_000), (0, of, Funder::Merchant));
    let forbidden = DeliveryMethod { own_rates: OwnRates::default(), ..method() };
    assert_eq!(priced(&forbidden, "10115", 100), (490, RatesOf::Operator, Funder::Operator));
    let dollars = quote_with(&method(), &[own(None, DeliveryRate { currency: Currency::USD, ..rate(1) })], &GOODS);
    assert_eq!(dollars.unwrap().rates_of, RatesOf::Operator, "no price of its own in the currency");
}

#[test]
fn a_price_of_a_merchant_is_never_above_the_bound() {
    let goods = Consignment { units: 10, ..GOODS };
    let capped = quote_with(&method(), &[own(None, rate(500))], &goods).unwrap();
    assert_eq!((capped.price_minor, capped.capped), (990, true));
    let below = quote_with(&method(), &[own(None, rate(500))], &GOODS).unwrap();
    assert_eq!((below.price_minor, below.capped), (500, false));
    assert_eq!(quote(&method(), &goods).unwrap().price_minor, 1_390, "the bound is not for the marketplace itself");
}

#[test]
fn the_merchants_brackets_say_what_it_carries() {
    let bracket =
        RateBracket { max_weight_g: Some(5_000), max_goods_minor: None, first_minor: 290, additional_minor: 0 };
    let set = [own(None, DeliveryRate { brackets: vec![bracket], ..rate(390) })];
    let light = quote_with(&method(), &set, &GOODS).unwrap();
    assert_eq!((light.price_minor, light.basis), (290, QuoteBasis::Bracket));
    let heavy = quote_with(&method(), &set, &Consignment { weight_g: 5_001, ..GOODS }).unwrap_err();
    assert_eq!(heavy.code(), "OUTSIDE_BRACKETS");
}

#[test]
fn each_wrong_field_of_a_merchants_price_is_named() {
    #[track_caller]
    fn refused(set: Vec<MerchantRate>, field: &str, code: &str) {
        let error = method().check_own_rates(set).unwrap_err();
        assert_eq!((error.field.as_str(), error.code), (field, code));
    }
    let fine = || own(None, rate(390));
    refused(vec![fine(), own(Some("moon"), rate(390))], "rates.1.zone", "NOT_FOUND");
    refused(vec![own(None, rate(-1))], "rates.0.first", "OUT_OF_RANGE");
    refused(vec![own(None, rate(991))], "rates.0.first", "TOO_HIGH");
    let dear = RateBracket { max_weight_g: None, max_goods_minor: None, first_minor: 0, additional_minor: 1_000 };
    refused(
        vec![own(None, DeliveryRate { brackets: vec![dear], ..rate(390) })],
        "rates.0.brackets.0.additional",
        "TOO_HIGH",
    );
    let cold = DeliveryRate { product_type: Some("cold".to_owned()), ..rate(390) };
    refused(vec![own(None, cold)], "rates.0.productType", "NOT_FOUND");
    refused(vec![fine(), fine()], "rates", "DUPLICATE");
    let checked = method().check_own_rates(vec![own(Some("rest"), rate(1)), fine()]).unwrap();
    assert!(checked.iter().all(|of| of.rate.funded_by == Funder::Merchant), "nobody makes the operator pay");
    assert_eq!(checked[0].zone, None, "in order");
}

#[test]
fn each_wrong_bound_is_named() {
    #[track_caller]
    fn refused(change: impl FnOnce(&mut DeliveryMethod), field: &str) {
        let mut method = method();
        change(&mut method);
        assert_eq!(method.checked().unwrap_err().field, field);
    }
    refused(|m| m.own_rates.highest[0].minor = -1, "ownRates.highest.0.amount");
    refused(|m| m.own_rates.highest.push(m.own_rates.highest[0]), "ownRates.highest");
    refused(|m| m.pricing = DeliveryPricing::Quoted, "ownRates.allowed");
    refused(|m| m.rates[1].product_type = Some("cold".to_owned()), "rates.1.productType");
}

proptest! {
    /// Whoever bears it: what is paid and what is waived is the price without free delivery, up to the bound.
    #[test]
    fn paid_and_waived_sum_to_the_price(
        first in 0_i64..3_000,
        units in 1_i64..20,
        goods_minor in 0_i64..20_000,
        by_merchant in any::<bool>(),
    ) {
        let goods = Consignment { units, goods_minor, ..GOODS };
        let set: Vec<MerchantRate> = by_merchant.then(|| own(None, rate(first))).into_iter().collect();
        let quote = quote_with(&method(), &set, &goods).unwrap();
        let usual = if by_merchant { first } else { 490 } + 100 * (units - 1);
        if goods_minor >= 10_000 {
            prop_assert_eq!((quote.price_minor, quote.waived_minor), (0, usual));
        } else {
            let bound = if by_merchant { 990 } else { i64::MAX };
            prop_assert_eq!((quote.price_minor, quote.waived_minor), (usual.min(bound), 0));
            prop_assert_eq!(quote.capped, by_merchant && usual > 990);
        }
    }
}
