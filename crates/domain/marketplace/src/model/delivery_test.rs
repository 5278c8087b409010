#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

fn method() -> DeliveryMethod {
    DeliveryMethod {
        id: DeliveryMethodId(uuid::Uuid::nil()),
        code: "parcel".to_owned(),
        name: "Parcel".to_owned(),
        kind: DeliveryKind::Home,
        pricing: DeliveryPricing::Rates,
        product_types: vec!["parcel".to_owned()],
        countries: vec!["DE".to_owned(), "AT".to_owned()],
        tax_class_id: TaxClassId(uuid::Uuid::nil()),
        max_weight_g: Some(31_500),
        transit_days_min: 1,
        transit_days_max: 3,
        tracking_required: true,
        cod_allowed: true,
        rates: vec![DeliveryRate {
            currency: Currency::EUR,
            first_minor: 490,
            additional_minor: 100,
            free_above_minor: Some(10_000),
        }],
        position: 1,
        active: true,
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

const GOODS: Consignment<'static> = Consignment {
    product_type: "parcel",
    country: "DE",
    currency: Currency::EUR,
    units: 3,
    goods_minor: 5_997,
    weight_g: 900,
    quoted_minor: None,
};

#[test]
fn the_first_unit_and_the_further_units_are_priced() {
    let quoted = quote(&method(), &GOODS).unwrap();
    assert_eq!((quoted.price_minor, quoted.basis), (690, QuoteBasis::Rates));
    assert_eq!((quoted.transit_days_min, quoted.transit_days_max), (1, 3));
    assert_eq!(quote(&method(), &Consignment { units: 1, ..GOODS }).unwrap().price_minor, 490);
}

#[test]
fn delivery_is_free_from_the_limit_on() {
    let price = |goods_minor| quote(&method(), &Consignment { goods_minor, ..GOODS }).unwrap();
    assert_eq!(price(9_999).price_minor, 690);
    assert_eq!((price(10_000).price_minor, price(10_000).basis), (0, QuoteBasis::FreeAbove));
}

#[test]
fn a_quoted_price_comes_with_the_consignment() {
    let quoted = DeliveryMethod { pricing: DeliveryPricing::Quoted, rates: Vec::new(), ..method() };
    assert_eq!(quote(&quoted, &GOODS), Err(Rejection::NotQuoted));
    let answer = quote(&quoted, &Consignment { quoted_minor: Some(1_329), ..GOODS }).unwrap();
    assert_eq!((answer.price_minor, answer.basis), (1_329, QuoteBasis::Quoted));
    let negative = Consignment { quoted_minor: Some(-1), ..GOODS };
    assert_eq!(quote(&quoted, &negative), Err(Rejection::PriceOutOfRange));
    // A method with rates of its own does not listen to quoted prices.
    assert_eq!(quote(&method(), &Consignment { quoted_minor: Some(1), ..GOODS }).unwrap().price_minor, 690);
}

#[test]
fn each_reason_has_its_code() {
    #[track_caller]
    fn rejected(method: &DeliveryMethod, consignment: &Consignment<'_>, code: &str) {
        let rejection = quote(method, consignment).unwrap_err();
        assert_eq!(rejection.code(), code);
        assert_eq!(serde_json::to_value(&rejection).unwrap()["code"], code);
    }
    rejected(&DeliveryMethod { active: false, ..method() }, &GOODS, "METHOD_INACTIVE");
    rejected(&method(), &Consignment { product_type: "cold", ..GOODS }, "PRODUCT_TYPE_NOT_CARRIED");
    rejected(&method(), &Consignment { country: "US", ..GOODS }, "COUNTRY_NOT_SERVED");
    rejected(&method(), &Consignment { currency: Currency::USD, ..GOODS }, "CURRENCY_NOT_PRICED");
    rejected(&method(), &Consignment { weight_g: 31_501, ..GOODS }, "TOO_HEAVY");
    rejected(&method(), &Consignment { units: i64::MAX, ..GOODS }, "PRICE_OUT_OF_RANGE");
    let everywhere = DeliveryMethod { countries: Vec::new(), ..method() };
    assert!(quote(&everywhere, &Consignment { country: "US", ..GOODS }).is_ok());
}

#[test]
fn each_wrong_field_is_named() {
    #[track_caller]
    fn refused(change: impl FnOnce(&mut DeliveryMethod), field: &str) {
        let mut method = method();
        change(&mut method);
        assert_eq!(method.checked().unwrap_err().field, field);
    }
    refused(|m| m.product_types.clear(), "productTypes");
    refused(|m| m.countries.push("ZZ".to_owned()), "countries.2");
    refused(|m| m.max_weight_g = Some(0), "maxWeightG");
    refused(|m| m.transit_days_min = -1, "transitDaysMin");
    refused(|m| m.transit_days_max = 0, "transitDaysMax");
    refused(|m| m.rates[0].first_minor = -1, "rates.0.first");
    refused(|m| m.rates.push(m.rates[0].clone()), "rates");
}

proptest! {
    #[test]
    fn more_units_never_cost_less_and_more_goods_never_cost_more(
        units in 1_i64..10_000, more in 0_i64..10_000, goods in 0_i64..20_000, richer in 0_i64..20_000,
    ) {
        let price = |units, goods_minor| quote(&method(), &Consignment { units, goods_minor, ..GOODS }).unwrap().price_minor;
        prop_assert!(price(units + more, goods) >= price(units, goods));
        prop_assert!(price(units, goods + richer) <= price(units, goods));
    }
}
