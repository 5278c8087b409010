#![allow(clippy::unwrap_used)]

use kernel::Fault as _;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn line(n: u128) -> QuoteLineId {
    QuoteLineId(Uuid::from_u128(n))
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn sold(n: u128, unit: i64, quantity: Option<i64>) -> NewLineTerms {
    NewLineTerms { line: line(n), unit: Some(eur(unit)), quantity, left_out: None }
}

fn left_out(n: u128) -> NewLineTerms {
    NewLineTerms { line: line(n), unit: None, quantity: None, left_out: Some(QuoteReason::OutOfStock) }
}

fn checked(new: &[NewLineTerms], delivery: Option<Money>) -> Result<OfferTerms, Error> {
    OfferTerms::checked(&[(line(1), 10), (line(2), 5)], Currency::EUR, new, delivery, None)
}

#[test]
fn an_offer_says_something_to_every_line_in_the_order_of_the_quote() {
    let terms = checked(&[left_out(2), sold(1, 900, Some(8))], Some(eur(1500))).unwrap();
    assert_eq!(terms.lines[0].terms, LineTerms::Sold { quantity: 8, unit_minor: 900 });
    assert_eq!(terms.lines[1].terms, LineTerms::LeftOut { reason: QuoteReason::OutOfStock });
    assert_eq!((terms.goods_minor(), terms.delivery_shares()), (7200, Some(vec![(line(1), 1500)])));
    let as_asked = checked(&[sold(1, 0, None), sold(2, 0, None)], Some(eur(1000))).unwrap();
    assert_eq!(as_asked.delivery_shares(), Some(vec![(line(1), 667), (line(2), 333)]), "free goods: by units");
    assert_eq!(checked(&[sold(1, 1, None), left_out(2)], None).unwrap().delivery_shares(), None);
}

#[test]
fn what_is_wrong_is_named() {
    let usd = NewLineTerms { unit: Some(Money::new(5, Currency::USD)), ..sold(2, 5, None) };
    let both = NewLineTerms { left_out: Some(QuoteReason::Other), ..sold(2, 5, None) };
    let neither = NewLineTerms { unit: None, ..sold(2, 5, None) };
    let of_nothing = NewLineTerms { quantity: Some(3), ..left_out(2) };
    for (second, field, code) in [
        (sold(9, 5, None), "lines.1.lineId", "UNKNOWN"),
        (sold(1, 5, None), "lines.1.lineId", "DUPLICATE"),
        (usd, "lines.1.unitPrice.currency", "CURRENCY_MISMATCH"),
        (both, "lines.1", "NOT_TOGETHER"),
        (neither, "lines.1", "NOT_TOGETHER"),
        (of_nothing, "lines.1", "NOT_TOGETHER"),
        (sold(2, -1, None), "lines.1.unitPrice", "OUT_OF_RANGE"),
        (sold(2, i64::MAX, None), "lines.1.unitPrice", "OUT_OF_RANGE"),
        (sold(2, PRICE_MAX, Some(2)), "lines.1.unitPrice", "AMOUNT_TOO_LARGE"),
        (sold(2, 5, Some(0)), "lines.1.quantity", "OUT_OF_RANGE"),
        (sold(2, 5, Some(-7)), "lines.1.quantity", "OUT_OF_RANGE"),
        (sold(2, 5, Some(i64::MAX)), "lines.1.quantity", "OUT_OF_RANGE"),
    ] {
        let fault = checked(&[sold(1, 900, None), second], None).unwrap_err();
        assert_eq!((fault.field().as_deref(), fault.code()), (Some(field), code));
    }
    assert_eq!(checked(&[sold(1, 900, None)], None).unwrap_err().code(), "LINES_UNDECIDED");
    assert_eq!(checked(&[left_out(1), left_out(2)], None).unwrap_err().code(), "NOTHING_OFFERED");
    for delivery in [eur(-1), eur(DELIVERY_MAX + 1)] {
        let fault = checked(&[sold(1, 900, None), left_out(2)], Some(delivery)).unwrap_err();
        assert_eq!((fault.field().as_deref(), fault.code()), (Some("delivery"), "OUT_OF_RANGE"));
    }
    assert!(checked(&[sold(1, PRICE_MAX, Some(1)), left_out(2)], Some(eur(DELIVERY_MAX))).is_ok());
}

#[test]
fn a_request_is_checked_line_by_line() {
    let offer = |n| OfferId(Uuid::from_u128(n));
    let wanted = |n, quantity| WantedLine { offer: offer(n), quantity, wished: None, note: None };
    let check = |lines| check_wanted(lines, Currency::EUR);
    let good = WantedLine { wished: Some(eur(0)), note: Some("  ".to_owned()), ..wanted(1, 100_000) };
    assert_eq!(check(vec![good]).unwrap()[0].note, None);
    for (second, field, code) in [
        (wanted(1, 1), "lines.1.offerId", "DUPLICATE"),
        (wanted(2, 0), "lines.1.quantity", "OUT_OF_RANGE"),
        (wanted(2, 100_001), "lines.1.quantity", "OUT_OF_RANGE"),
        (WantedLine { wished: Some(eur(-1)), ..wanted(2, 1) }, "lines.1.wishedUnitPrice", "OUT_OF_RANGE"),
        (
            WantedLine { wished: Some(Money::new(1, Currency::USD)), ..wanted(2, 1) },
            "lines.1.wishedUnitPrice.currency",
            "CURRENCY_MISMATCH",
        ),
        (WantedLine { note: Some("x".repeat(501)), ..wanted(2, 1) }, "lines.1.note", "TOO_LONG"),
    ] {
        let fault = check(vec![wanted(1, 1), second]).unwrap_err();
        assert_eq!((fault.field.as_str(), fault.code), (field, code));
    }
    assert_eq!(check(Vec::new()).unwrap_err().code, "REQUIRED");
    let many = (0..=QUOTE_LINES_MAX as u128).map(|n| wanted(n, 1)).collect();
    assert_eq!(check(many).unwrap_err().code, "TOO_MANY");
}

proptest! {
    /// The delivery price is spread to the cent, and nobody gets a negative share.
    #[test]
    fn delivery_shares_sum_to_the_price(
        price in 0..=DELIVERY_MAX,
        lines in proptest::collection::vec((1..=100_000_i64, 0..=10_000_000_i64), 1..40),
    ) {
        let sold = lines.iter().enumerate().map(|(n, (quantity, unit_minor))| OfferedLine {
            line: line(n as u128),
            terms: LineTerms::Sold { quantity: *quantity, unit_minor: *unit_minor },
        });
        let terms = OfferTerms { lines: sold.collect(), delivery_minor: Some(price), method: None };
        let shares = terms.delivery_shares().unwrap();
        prop_assert_eq!(shares.iter().map(|(_, share)| share).sum::<i64>(), price);
        prop_assert!(shares.iter().all(|(_, share)| *share >= 0));
        prop_assert_eq!(shares.len(), lines.len());
        prop_assert_eq!(terms.goods_minor(), lines.iter().map(|(quantity, unit)| quantity * unit).sum::<i64>());
        let stored: OfferTerms = terms.to_string().parse().unwrap();
        prop_assert_eq!(stored, terms);
    }
}
