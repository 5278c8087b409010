#![allow(clippy::unwrap_used)]

use chrono::TimeZone as _;
use uuid::Uuid;

use super::*;

fn at() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 9, 0, 0).unwrap()
}

fn line(line_no: i32, id: &str, kind: &str, amount_minor: i64, reference: &str) -> ExternalLine {
    ExternalLine {
        line_no,
        external_id: id.to_owned(),
        kind: kind.to_owned(),
        amount_minor,
        booked_at: at(),
        references: vec![reference.to_owned()],
        counterparty: String::new(),
        settlement: Some("po_1".to_owned()),
    }
}

fn item(n: u128, kind: Kind, amount_minor: i64, reference: &str) -> LedgerItem {
    LedgerItem {
        tx: LedgerTxId(Uuid::from_u128(n)),
        kind: kind.as_str().to_owned(),
        amount_minor,
        effective_at: at(),
        references: vec![reference.to_owned()],
        in_period: true,
        taken: false,
    }
}

fn outcomes(verdicts: &[Verdict]) -> Vec<(Option<i32>, Outcome)> {
    verdicts.iter().map(|verdict| (verdict.line_no, verdict.outcome)).collect()
}

fn provider(lines: &[ExternalLine], items: &[LedgerItem]) -> Vec<Verdict> {
    compare(ReconciliationSource::Provider, lines, items, &HashSet::new())
}

#[test]
fn every_line_and_every_transaction_without_one_gets_a_verdict() {
    let lines = [
        line(1, "t1", "charge", 1_000, "pop_1"),
        line(2, "t2", "charge", 2_001, "pop_2"),
        line(3, "t1", "charge", 1_000, "pop_1"),
        line(4, "t4", "refund", -500, "pop_4"),
        line(5, "t5", "reserve_transaction", -5, "x"),
    ];
    let items = [
        item(1, Kind::OrderCaptured, 1_000, "pop_1"),
        item(2, Kind::OrderCaptured, 2_000, "pop_2"),
        item(3, Kind::RefundSettled, -700, "pop_3"),
    ];
    let verdicts = provider(&lines, &items);
    let expected = [
        (Some(1), Outcome::Matched),
        (Some(2), Outcome::AmountMismatch),
        (Some(3), Outcome::Duplicate),
        (Some(4), Outcome::MissingHere),
        (Some(5), Outcome::Unknown),
        (None, Outcome::MissingThere),
    ];
    assert_eq!(outcomes(&verdicts), expected);
    assert_eq!((verdicts[1].here_minor, verdicts[1].there_minor), (Some(2_000), Some(2_001)));
    assert_eq!(verdicts[5].tx, Some(items[2].tx));
}

#[test]
fn a_wrong_line_takes_nothing_from_a_right_one() {
    let lines = [line(1, "a", "refund", -600, "ch_1"), line(2, "b", "refund", -700, "ch_1")];
    let items = [item(1, Kind::RefundSettled, -700, "ch_1"), item(2, Kind::RefundSettled, -500, "ch_1")];
    let verdicts = provider(&lines, &items);
    assert_eq!(outcomes(&verdicts), [(Some(1), Outcome::AmountMismatch), (Some(2), Outcome::Matched)]);
    assert_eq!(verdicts[0].here_minor, Some(-500));
}

#[test]
fn a_fee_is_never_taken_for_a_refund_of_the_same_charge() {
    let lines = [line(1, "a", "fee", -30, "ch_1")];
    let verdicts = provider(&lines, &[item(1, Kind::RefundSettled, -30, "ch_1")]);
    assert_eq!(outcomes(&verdicts), [(Some(1), Outcome::MissingHere), (None, Outcome::MissingThere)]);
}

#[test]
fn what_an_earlier_file_told_is_told_twice_under_another_name() {
    let told = LedgerItem { taken: true, ..item(1, Kind::OrderCaptured, 1_000, "pop_1") };
    let verdicts = provider(&[line(1, "other", "charge", 1_000, "pop_1")], std::slice::from_ref(&told));
    assert_eq!(outcomes(&verdicts), [(Some(1), Outcome::Duplicate)]);
    let seen = HashSet::from(["t1".to_owned()]);
    let lines = [line(1, "t1", "charge", 1_000, "pop_1")];
    let again = compare(ReconciliationSource::Provider, &lines, &[told], &seen);
    assert_eq!(outcomes(&again), [(Some(1), Outcome::Duplicate)]);
}

#[test]
fn banks_change_the_spelling_of_references_and_the_way_back_has_the_same_one() {
    let lines = [line(1, "a", "debit", -3_123, "POT 01H"), line(2, "b", "credit", 3_123, "pot-01h")];
    let items = [item(1, Kind::PayoutReturned, 3_123, "pot_01h"), item(2, Kind::PayoutPaid, -3_123, "pot_01h")];
    let verdicts = compare(ReconciliationSource::Bank, &lines, &items, &HashSet::new());
    assert_eq!(outcomes(&verdicts), [(Some(1), Outcome::Matched), (Some(2), Outcome::Matched)]);
    assert_eq!(verdicts[0].tx, Some(items[1].tx));
    let nameless = compare(ReconciliationSource::Bank, &[line(1, "c", "credit", 5, "--")], &[], &HashSet::new());
    assert_eq!(outcomes(&nameless), [(Some(1), Outcome::Unknown)]);
}

#[test]
fn the_lines_of_a_settlement_sum_to_it() {
    let mut lines = vec![
        line(1, "a", "charge", 1_000, "x"),
        line(2, "b", "fee", -30, "x"),
        line(3, "po_1", "payout", -970, "po_1"),
    ];
    assert_eq!(settlements(&lines), []);
    lines[1].amount_minor = -31;
    let found = settlements(&lines);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].here_minor, found[0].there_minor), (Some(969), Some(970)));
}
