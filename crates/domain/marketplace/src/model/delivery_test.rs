#![allow(clippy::unwrap_used)]

use super::super::{Funder, PostalRange, RateBracket, Surcharge};
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
        max_size: SizeLimits { length_mm: Some(1_200), girth_mm: Some(3_000) },
        transit_days_min: 1,
        transit_days_max: 3,
        tracking_required: true,
        signature_required: false,
        cut_off: None,
        cod_allowed: true,
        rates: vec![DeliveryRate {
            currency: Currency::EUR,
            product_type: None,
            first_minor: 490,
            additional_minor: 100,
            free_above_minor: Some(10_000),
            funded_by: Funder::Merchant,
            brackets: Vec::new(),
            surcharges: Vec::new(),
        }],
        zones: Vec::new(),
        carriers: Vec::new(),
        travel_days: TravelDays::default(),
        own_rates: OwnRates::default(),
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
    postal_code: Some("10115"),
    currency: Currency::EUR,
    units: 3,
    goods_minor: 5_997,
    weight_g: 900,
    largest: Extent { length_mm: 1_200, girth_mm: 3_000 },
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
    rejected(&method(), &Consignment { largest: Extent { length_mm: 1_201, girth_mm: 2_000 }, ..GOODS }, "TOO_LONG");
    rejected(&method(), &Consignment { largest: Extent { length_mm: 900, girth_mm: 3_001 }, ..GOODS }, "TOO_LARGE");
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

fn zone(code: &str, countries: &[&str], postal_codes: &[(&str, &str)]) -> DeliveryZone {
    let range = |(from, to): &(&str, &str)| PostalRange { from: (*from).to_owned(), to: (*to).to_owned() };
    DeliveryZone {
        code: code.to_owned(),
        name: code.to_owned(),
        countries: countries.iter().map(|c| (*c).to_owned()).collect(),
        postal_codes: postal_codes.iter().map(range).collect(),
        served: true,
        transit_days_min: 1,
        transit_days_max: 3,
        rates: Vec::new(),
    }
}

/// Germany with its islands, which take longer, and Northern Ireland, which is not served.
fn zoned() -> DeliveryMethod {
    let islands = zone("islands", &["DE"], &[("25946", "25999"), ("27498", "27498")]);
    let north = DeliveryZone { served: false, ..zone("north", &["GB"], &[("BT", "BT")]) };
    let zones = vec![
        DeliveryZone { transit_days_min: 3, transit_days_max: 6, ..islands },
        zone("home", &["DE"], &[]),
        north,
        zone("britain", &["GB"], &[]),
    ];
    let countries = vec!["DE".to_owned(), "AT".to_owned(), "GB".to_owned()];
    DeliveryMethod { zones, countries, ..method() }.checked().unwrap()
}

#[test]
fn an_address_lies_in_the_zone_that_names_its_postal_code() {
    let to = |country, postal_code| quote(&zoned(), &Consignment { country, postal_code, ..GOODS });
    let zone = |country, code| to(country, Some(code)).map(|quote| (quote.zone.unwrap(), quote.transit_days_max));
    assert_eq!(zone("DE", "25946").unwrap(), ("islands".to_owned(), 6));
    assert_eq!(zone("DE", "25999").unwrap(), ("islands".to_owned(), 6));
    assert_eq!(zone("DE", "26000").unwrap(), ("home".to_owned(), 3));
    assert_eq!(zone("DE", "2594").unwrap(), ("home".to_owned(), 3), "what is no whole code is in no range");
    assert_eq!(zone("DE", "27 498").unwrap().0, "islands", "spaces do not matter");
    assert_eq!(to("DE", None).unwrap().zone.as_deref(), Some("home"), "while the code is not known");
    assert_eq!(zone("GB", "sw1a 1aa").unwrap().0, "britain");
    assert_eq!(zone("GB", "bt1 5gs").unwrap_err().code(), "ADDRESS_NOT_SERVED");
    assert_eq!(zone("AT", "1010").unwrap_err().code(), "ADDRESS_NOT_SERVED", "no zone has Austria");
}

#[test]
fn a_zone_has_its_own_rates_or_those_of_the_method() {
    let mut method = zoned();
    method.zones[0].rates = vec![DeliveryRate { first_minor: 1_500, ..method.rates[0].clone() }];
    let price = |code| quote(&method, &Consignment { postal_code: Some(code), ..GOODS }).unwrap().price_minor;
    assert_eq!((price("25946"), price("10115")), (1_700, 690));
}

#[test]
fn brackets_say_what_is_carried_at_what_price() {
    let bracket = |max_weight_g, max_goods_minor, first_minor| RateBracket {
        max_weight_g,
        max_goods_minor,
        first_minor,
        additional_minor: 0,
    };
    let mut method = method();
    method.rates[0].brackets =
        vec![bracket(Some(1_000), Some(2_000), 190), bracket(Some(1_000), None, 390), bracket(Some(5_000), None, 590)];
    let quoted = |weight_g, goods_minor| quote(&method, &Consignment { weight_g, goods_minor, ..GOODS });
    let price = |weight_g, goods_minor| quoted(weight_g, goods_minor).unwrap().price_minor;
    assert_eq!([price(1_000, 2_000), price(1_000, 2_001), price(1_001, 1)], [190, 390, 590]);
    assert_eq!(quoted(5_001, 1).unwrap_err(), Rejection::OutsideBrackets);
    assert_eq!(quoted(1_000, 10_000).unwrap().basis, QuoteBasis::FreeAbove);
    assert_eq!(quoted(5_001, 10_000).unwrap_err(), Rejection::OutsideBrackets, "free does not mean carried");
    method.rates[0].brackets.push(bracket(None, None, 990));
    assert_eq!(quote(&method, &Consignment { weight_g: 5_001, ..GOODS }).unwrap().price_minor, 990);
}

#[test]
fn surcharges_are_added_where_they_are_for_also_to_free_delivery() {
    let surcharge = |zones: &[&str], types: &[&str], above_weight_g, amount_minor, per_unit| Surcharge {
        code: "extra".to_owned(),
        name: format!("plus {amount_minor}"),
        zones: zones.iter().map(|z| (*z).to_owned()).collect(),
        product_types: types.iter().map(|t| (*t).to_owned()).collect(),
        above_weight_g,
        amount_minor,
        per_unit,
    };
    let mut method = zoned();
    method.product_types.push("glass".to_owned());
    method.rates[0].surcharges = vec![
        surcharge(&["islands"], &[], None, 1_000, false),
        surcharge(&[], &["glass"], None, 50, true),
        surcharge(&[], &[], Some(900), 7, false),
    ];
    let quoted = |consignment| quote(&method, &consignment).unwrap();
    let there = Consignment { postal_code: Some("25946"), ..GOODS };
    assert_eq!(quoted(there).price_minor, 690 + 1_000);
    assert_eq!(quoted(there).surcharges, ["plus 1000"]);
    assert_eq!(quoted(Consignment { product_type: "glass", ..GOODS }).price_minor, 690 + 3 * 50);
    assert_eq!(quoted(Consignment { weight_g: 901, ..GOODS }).price_minor, 690 + 7, "above 900 g, not from 900 g on");
    let free = quoted(Consignment { goods_minor: 10_000, ..there });
    assert_eq!((free.price_minor, free.basis), (1_000, QuoteBasis::FreeAbove));
}

#[test]
fn each_wrong_field_of_zones_and_rates_is_named() {
    #[track_caller]
    fn refused(change: impl FnOnce(&mut DeliveryMethod), field: &str) {
        let mut method = zoned();
        change(&mut method);
        assert_eq!(method.checked().unwrap_err().field, field);
    }
    refused(|m| m.zones[1].countries.clear(), "zones.1.countries");
    refused(|m| m.zones[0].postal_codes[1].to = "10000".to_owned(), "zones.0.postalCodes.1.to");
    refused(|m| m.zones[0].postal_codes[0].from = "--".to_owned(), "zones.0.postalCodes.0.to");
    refused(|m| m.zones[1].transit_days_max = 0, "zones.1.transitDaysMax");
    refused(|m| m.zones[1].code = "islands".to_owned(), "zones.1.code");
    let open = RateBracket { max_weight_g: None, max_goods_minor: None, first_minor: 1, additional_minor: 1 };
    refused(|m| m.rates[0].brackets = vec![open.clone(), open.clone()], "rates.0.brackets.1");
    let weightless = RateBracket { max_weight_g: Some(0), ..open.clone() };
    refused(|m| m.rates[0].brackets = vec![weightless], "rates.0.brackets.0.maxWeightG");
    refused(|m| m.travel_days.weekdays.clear(), "travelDays.weekdays");
    refused(|m| m.travel_days.weekdays.push(0), "travelDays.weekdays.7");
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
