#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Duration};
use kernel::id::{
    CartLineId, DeliveryMethodId, LocationId, MerchantId, OfferId, ProductId, StockItemId, TaxClassId, VariantId,
};
use kernel::{Currency, Rounding};
use marketplace::{DeliveryKind, DeliveryMethod, DeliveryPricing, DeliveryRate, Snapshot, TravelDays};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

mod rates;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn method(n: u128, types: &[&str], first: i64, additional: i64) -> DeliveryMethod {
    DeliveryMethod {
        id: DeliveryMethodId(id(n)),
        code: format!("method{n}"),
        name: format!("Method {n}"),
        kind: DeliveryKind::Home,
        pricing: DeliveryPricing::Rates,
        product_types: types.iter().map(|t| (*t).to_owned()).collect(),
        countries: Vec::new(),
        tax_class_id: TaxClassId(id(1)),
        max_weight_g: None,
        max_size: marketplace::SizeLimits::default(),
        transit_days_min: 1,
        transit_days_max: 3,
        tracking_required: false,
        signature_required: false,
        cut_off: None,
        cod_allowed: true,
        rates: vec![DeliveryRate {
            currency: Currency::EUR,
            first_minor: first,
            additional_minor: additional,
            free_above_minor: None,
            product_type: None,
            funded_by: marketplace::Funder::Merchant,
            brackets: Vec::new(),
            surcharges: Vec::new(),
        }],
        zones: Vec::new(),
        carriers: Vec::new(),
        travel_days: TravelDays::default(),
        own_rates: marketplace::OwnRates::default(),
        position: 1,
        active: true,
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

fn line(n: u128, merchant: u128, product_type: &str, quantity: i64) -> PlanLine {
    PlanLine {
        line: CartLineId(id(n)),
        offer: OfferId(id(n)),
        quantity,
        delivery_quote: None,
        sale: Ok(ForSale {
            merchant: MerchantId(id(merchant)),
            product: ProductId(id(n)),
            variant: VariantId(id(n)),
            stock_item: StockItemId(id(n)),
            sku: format!("SKU{n}"),
            title: format!("Product {n}"),
            variant_title: String::new(),
            product_type: product_type.to_owned(),
            tax_ppm: 190_000,
            weight_g: 100,
            extent: kernel::Extent::default(),
            unit_price: 1000,
            list_price: None,
            min_quantity: 1,
            max_quantity: None,
            handling_days: None,
        }),
    }
}

fn stock(input: &mut PlanInput, item: u128, at: &[(u128, i64, i64)]) {
    let at = at.iter().map(|(location, priority, available)| StockAt {
        location: LocationId(id(*location)),
        name: format!("L{location}"),
        country: "DE".to_owned(),
        store: None,
        priority: *priority,
        available: *available,
    });
    input.stock.insert(StockItemId(id(item)), at.collect());
}

fn terms(n: u128) -> MerchantTerms {
    MerchantTerms {
        name: format!("M{n}"),
        can_sell: n != 9,
        handling_days: 2,
        calendar: marketplace::WorkCalendar::default(),
        delivery: Vec::new(),
    }
}

fn input(lines: Vec<PlanLine>) -> PlanInput {
    let merchants = (0..10).map(|n| (MerchantId(id(n)), terms(n)));
    let delivery_methods = vec![method(1, &["parcel"], 490, 100), method(2, &["parcel", "bulky"], 3990, 0)];
    PlanInput {
        now: DateTime::UNIX_EPOCH,
        currency: Currency::EUR,
        prices_include_tax: true,
        rounding: Rounding::HalfUp,
        country: "DE".to_owned(),
        postal_code: None,
        lines,
        stock: HashMap::new(),
        merchants: merchants.collect(),
        market: Arc::new(Snapshot { delivery_methods, ..Snapshot::default() }),
        coupon: None,
        pickups: BTreeMap::new(),
        choices: BTreeMap::new(),
    }
}

fn rejected<'a>(plan: &'a SplitPlan, code: &str) -> Vec<&'a Rejection> {
    plan.rejected.iter().filter(|r| r.code == code).collect()
}

#[test]
fn one_location_that_has_everything_beats_a_preferred_one_that_has_not() {
    let mut input = input(vec![line(1, 1, "parcel", 2), line(2, 1, "parcel", 1)]);
    stock(&mut input, 1, &[(10, 1, 5), (11, 2, 5)]);
    stock(&mut input, 2, &[(11, 2, 5)]);
    let plan = plan(&input);
    assert_eq!(plan.consignments.len(), 1);
    assert_eq!(plan.consignments[0].location, LocationId(id(11)));
    assert!(plan.consignments[0].reasons.iter().any(|r| r == "L11 has all of it"));
    assert_eq!(rejected(&plan, "NOT_EVERYTHING").len(), 1);
    assert!(plan.is_placeable());
}

#[test]
fn a_merchant_a_location_and_a_product_type_make_a_consignment() {
    let mut input = input(vec![line(1, 1, "parcel", 1), line(2, 1, "bulky", 1), line(3, 2, "parcel", 4)]);
    stock(&mut input, 1, &[(10, 1, 5)]);
    stock(&mut input, 2, &[(10, 1, 5)]);
    stock(&mut input, 3, &[(20, 1, 1), (21, 2, 2), (22, 3, 3)]);
    let plan = plan(&input);
    let places: Vec<(u128, &str, i64)> = plan
        .consignments
        .iter()
        .map(|c| (c.location.0.as_u128(), c.product_type.as_str(), c.lines.iter().map(|l| l.quantity).sum()))
        .collect();
    assert_eq!(places, [(10, "bulky", 1), (10, "parcel", 1), (20, "parcel", 1), (22, "parcel", 3)]);
    assert_eq!(plan.totals.goods, 6000);
    // Bulky goods only by the second method; the parcels by the first, three further units cost 100 each.
    assert_eq!(plan.totals.delivery, 3990 + 490 + 490 + 490 + 200);
    assert_eq!(rejected(&plan, "PRODUCT_TYPE_NOT_CARRIED").len(), 1);
    assert_eq!(rejected(&plan, "NOT_NEEDED").len(), 1, "L21 is not used and says why");
    let promise = plan.consignments[0].choices[0].promise;
    // Two days of handling and one to three days on the way, each to the end of its day.
    assert_eq!(promise.ship_by, DateTime::UNIX_EPOCH + Duration::days(3));
    assert_eq!(promise.deliver_from, DateTime::UNIX_EPOCH + Duration::days(3));
    assert_eq!(promise.deliver_to, DateTime::UNIX_EPOCH + Duration::days(6));
}

#[test]
fn what_is_too_large_for_a_method_goes_by_none_that_has_such_a_limit() {
    let sized = |number: u128, [length_mm, width_mm, height_mm]: [i64; 3]| {
        let mut line = line(number, 1, "parcel", 2);
        if let Ok(sale) = &mut line.sale {
            sale.extent = kernel::Dimensions { length_mm, width_mm, height_mm }.extent();
        }
        line
    };
    let fits = |of: [i64; 3]| {
        let mut input = input(vec![sized(1, of), line(2, 1, "parcel", 1)]);
        let mut market = (*input.market).clone();
        for method in &mut market.delivery_methods {
            method.max_size = marketplace::SizeLimits { length_mm: Some(1_200), girth_mm: Some(3_000) };
        }
        input.market = std::sync::Arc::new(market);
        stock(&mut input, 1, &[(10, 1, 5)]);
        stock(&mut input, 2, &[(10, 1, 5)]);
        let plan = plan(&input);
        let codes = plan.rejected.iter().map(|of| of.code.clone()).collect::<Vec<_>>();
        (plan.is_placeable(), codes.iter().any(|code| code == "TOO_LONG"), codes.iter().any(|code| code == "TOO_LARGE"))
    };
    assert_eq!(fits([300, 1_200, 500]), (true, false, false), "1,200 + 2 x (300 + 500) is within 3,000");
    assert_eq!(fits([300, 1_201, 400]), (false, true, false));
    assert_eq!(fits([600, 1_200, 301]), (false, false, true), "two such units go in two parcels: each has the limit");
}

#[test]
fn what_cannot_be_sold_says_why() {
    let mut gone = line(4, 1, "parcel", 1);
    gone.sale = Err(("OFFER_NOT_FOR_SALE", "gone".to_owned()));
    let mut input = input(vec![line(1, 9, "parcel", 1), line(2, 1, "parcel", 6), line(3, 1, "cold", 1), gone]);
    stock(&mut input, 1, &[(10, 1, 5)]);
    stock(&mut input, 2, &[(10, 1, 3), (11, 1, 2)]);
    stock(&mut input, 3, &[(10, 1, 3)]);
    let plan = plan(&input);
    for code in ["MERCHANT_CANNOT_SELL", "OUT_OF_STOCK", "NO_DELIVERY_METHOD", "OFFER_NOT_FOR_SALE"] {
        assert_eq!(rejected(&plan, code).len(), 1, "{code}");
    }
    let short = rejected(&plan, "OUT_OF_STOCK")[0];
    assert_eq!((short.wanted, short.available), (Some(6), Some(5)));
    assert!(!plan.is_placeable());
}

#[test]
fn a_delivery_price_that_came_with_a_line_replaces_the_rate() {
    let mut lines = vec![line(1, 1, "parcel", 1), line(2, 1, "parcel", 3), line(3, 1, "parcel", 2)];
    lines[0].delivery_quote = Some(1234);
    lines[1].delivery_quote = Some(100);
    let mut input = input(lines);
    for item in 1..=3 {
        stock(&mut input, item, &[(10, 1, 5)]);
    }
    assert_eq!(plan(&input).totals.delivery, 1234 + 100 + 490 + 100);
    input.lines.pop();
    let only_quoted = plan(&input);
    assert_eq!(only_quoted.totals.delivery, 1334);
    input.lines[0].delivery_quote = Some(0);
    assert_eq!(plan(&input).totals.delivery, 100);
}

#[test]
fn the_buyers_choice_counts_and_the_hash_tells() {
    let mut input = input(vec![line(1, 1, "parcel", 1)]);
    stock(&mut input, 1, &[(10, 1, 5)]);
    let cheap = plan(&input);
    input.choices.insert(cheap.consignments[0].key.clone(), DeliveryMethodId(id(2)));
    let chosen = plan(&input);
    assert_eq!((cheap.totals.delivery, chosen.totals.delivery), (490, 3990));
    assert_ne!(cheap.hash, chosen.hash);
    input.now += Duration::hours(1);
    assert_eq!(plan(&input).hash, chosen.hash, "time alone changes nothing that was agreed");
    input.choices.insert(cheap.consignments[0].key.clone(), DeliveryMethodId(id(77)));
    assert_eq!(plan(&input).hash, cheap.hash, "a method that is gone falls back to the first");
}

fn point(n: u128, carrier: &str, active: bool) -> marketplace::PickupPoint {
    marketplace::PickupPoint {
        id: kernel::id::PickupPointId(id(n)),
        carrier: carrier.to_owned(),
        place: marketplace::PickupPlace {
            code: format!("P{n}"),
            name: format!("Point {n}"),
            kind: marketplace::PickupPointKind::Locker,
            line1: "Street 1".to_owned(),
            postal_code: "10115".to_owned(),
            city: "Berlin".to_owned(),
            country: "DE".to_owned(),
            hours: None,
        },
        active,
        version: 1,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

/// A home delivery, a cheaper pickup point of dhl, and a store that costs nothing.
fn collecting() -> PlanInput {
    let mut input = input(vec![line(1, 1, "parcel", 1)]);
    stock(&mut input, 1, &[(10, 1, 5)]);
    let kind = |kind, method| DeliveryMethod { kind, ..method };
    let to_point = DeliveryMethod {
        carriers: vec!["dhl".to_owned()],
        ..kind(DeliveryKind::PickupPoint, method(3, &["parcel"], 290, 0))
    };
    let in_store = kind(DeliveryKind::StorePickup, method(4, &["parcel"], 0, 0));
    let delivery_methods = vec![method(1, &["parcel"], 490, 0), to_point, in_store];
    input.market = Arc::new(Snapshot { delivery_methods, ..Snapshot::default() });
    input
}

#[test]
fn nobody_is_sent_to_a_pickup_point_or_a_store_without_asking() {
    let made = plan(&collecting());
    assert_eq!((made.totals.delivery, made.consignments[0].choices.len()), (490, 2));
    assert_eq!(rejected(&made, "NO_STORE").len(), 1, "this location is no store");
    assert!(made.is_placeable() && made.consignments[0].pickup.is_none());
}

#[test]
fn a_pickup_point_is_needed_and_must_fit() {
    let mut input = collecting();
    let key = plan(&input).consignments[0].key.clone();
    input.choices.insert(key.clone(), DeliveryMethodId(id(3)));
    let without = plan(&input);
    assert!(!without.is_placeable());
    assert_eq!(rejected(&without, "PICKUP_POINT_REQUIRED").len(), 1);
    for (wrong, code) in
        [(point(7, "dhl", false), "PICKUP_POINT_GONE"), (point(8, "ups", true), "PICKUP_POINT_NOT_SERVED")]
    {
        input.pickups.insert(key.clone(), wrong);
        assert_eq!(rejected(&plan(&input), code).len(), 1, "{code}");
        assert!(!plan(&input).is_placeable());
    }
    input.pickups.insert(key.clone(), point(9, "dhl", true));
    let made = plan(&input);
    assert!(made.is_placeable());
    assert_eq!(made.consignments[0].pickup.as_ref().unwrap().code.as_deref(), Some("P9"));
    assert_eq!(made.totals.delivery, 290);
    input.pickups.insert(key.clone(), point(10, "dhl", true));
    assert_ne!(plan(&input).hash, made.hash, "another point is another agreement");
    // A point that was chosen for another method does not matter.
    input.choices.insert(key, DeliveryMethodId(id(1)));
    assert!(plan(&input).consignments[0].pickup.is_none());
}

#[test]
fn goods_are_collected_where_they_lie() {
    let mut input = collecting();
    let at = inventory::Store {
        line1: "Shop Street 1".to_owned(),
        postal_code: "20095".to_owned(),
        city: "Hamburg".to_owned(),
        hours: Some("9 to 5".to_owned()),
    };
    input.stock.get_mut(&StockItemId(id(1))).unwrap()[0].store = Some(at);
    let key = plan(&input).consignments[0].key.clone();
    input.choices.insert(key, DeliveryMethodId(id(4)));
    let made = plan(&input);
    let place = made.consignments[0].pickup.clone().unwrap();
    assert_eq!((place.name.as_str(), place.city.as_str(), place.country.as_str()), ("L10", "Hamburg", "DE"));
    assert_eq!((made.totals.delivery, place.point), (0, None));
}

#[test]
fn tax_is_inside_or_on_top() {
    let mut input = input(vec![line(1, 1, "parcel", 3)]);
    stock(&mut input, 1, &[(10, 1, 5)]);
    let inside = plan(&input);
    assert_eq!((inside.totals.goods, inside.lines[0].tax), (3000, 479));
    input.prices_include_tax = false;
    let on_top = plan(&input);
    assert_eq!((on_top.totals.goods, on_top.lines[0].tax), (3570, 570));
}

proptest! {
    #[test]
    fn every_unit_is_planned_or_rejected(
        wants in prop::collection::vec((0_u128..4, 1_i64..8, 0_usize..2, prop::option::of(0_i64..500)), 1..12),
        levels in prop::collection::vec((0_u128..5, 0_i64..3, 0_i64..9), 0..40),
    ) {
        let lines = wants.iter().enumerate().map(|(n, (merchant, quantity, kind, quote))| {
            let mut line = line(n as u128 + 1, *merchant, ["parcel", "bulky"][*kind], *quantity);
            line.delivery_quote = *quote;
            line
        });
        let mut input = input(lines.collect());
        for (n, (location, priority, available)) in levels.iter().enumerate() {
            let item = StockItemId(id((n % wants.len()) as u128 + 1));
            let merchant = wants[n % wants.len()].0;
            let at = input.stock.entry(item).or_default();
            let location = LocationId(id(merchant * 100 + location));
            if at.iter().all(|a| a.location != location) {
                at.push(StockAt { location, name: String::new(), country: String::new(), store: None, priority: *priority, available: *available });
            }
        }
        let made = plan(&input);
        prop_assert_eq!(&made, &plan(&input));
        for line in &input.lines {
            let planned: i64 = made.consignments.iter().flat_map(|c| &c.lines).filter(|l| l.line == line.line).map(|l| l.quantity).sum();
            let out = made.rejected.iter().any(|r| r.what == Rejected::Line && r.id == line.line.to_string());
            prop_assert_eq!(planned, if out { 0 } else { line.quantity });
        }
        for consignment in &made.consignments {
            prop_assert!(!consignment.lines.is_empty());
            for taken in &consignment.lines {
                let item = made.lines.iter().find(|l| l.line == taken.line).unwrap().stock_item;
                let at = input.stock[&item].iter().find(|a| a.location == consignment.location).unwrap();
                prop_assert!(taken.quantity <= at.available);
            }
        }
        let goods: i64 = made.consignments.iter().flat_map(|c| &c.lines).map(|l| l.total).sum();
        prop_assert_eq!(goods, made.totals.goods);
        prop_assert_eq!(made.totals.total, made.totals.goods + made.totals.delivery);
        let quotes: i64 = input.lines.iter().filter(|l| made.lines.iter().any(|p| p.line == l.line)).filter_map(|l| l.delivery_quote).sum();
        prop_assert!(made.totals.delivery >= quotes);
    }
}
