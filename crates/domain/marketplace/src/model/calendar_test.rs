#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Monday to Friday until 14:00 in Berlin, closed from Christmas to New Year.
fn berlin() -> WorkCalendar {
    WorkCalendar {
        time_zone: Zone::BERLIN,
        weekdays: vec![1, 2, 3, 4, 5],
        cut_off: NaiveTime::from_hms_opt(14, 0, 0),
        closed: vec![
            ClosedDays { from: day("2026-04-03"), to: day("2026-04-06"), name: "Easter".to_owned() },
            ClosedDays { from: day("2026-12-24"), to: day("2027-01-01"), name: "Christmas".to_owned() },
        ],
    }
}

#[test]
fn an_order_counts_as_of_its_day_until_the_cut_off() {
    // A Wednesday in winter: 14:00 in Berlin is 13:00 UTC.
    assert_eq!(berlin().first_day(at("2026-01-14T12:59:59Z"), None), day("2026-01-14"));
    assert_eq!(berlin().first_day(at("2026-01-14T13:00:00Z"), None), day("2026-01-15"));
    // In summer it is 12:00 UTC.
    assert_eq!(berlin().first_day(at("2026-07-15T11:59:59Z"), None), day("2026-07-15"));
    assert_eq!(berlin().first_day(at("2026-07-15T12:00:00Z"), None), day("2026-07-16"));
    // Late on Friday is Monday; so is the weekend.
    assert_eq!(berlin().first_day(at("2026-01-16T13:00:00Z"), None), day("2026-01-19"));
    assert_eq!(berlin().first_day(at("2026-01-17T08:00:00Z"), None), day("2026-01-19"));
    // 23:30 UTC on Sunday is Monday in Berlin.
    assert_eq!(berlin().first_day(at("2026-01-18T23:30:00Z"), None), day("2026-01-19"));
}

#[test]
fn the_cut_off_is_by_the_local_clock_when_the_clocks_change() {
    let sundays = WorkCalendar { weekdays: (1..=7).collect(), ..berlin() };
    // The clock goes forward on 2026-03-29 and back on 2026-10-25: 14:00 is 12:00 and 13:00 UTC.
    assert_eq!(sundays.first_day(at("2026-03-29T11:59:59Z"), None), day("2026-03-29"));
    assert_eq!(sundays.first_day(at("2026-03-29T12:00:00Z"), None), day("2026-03-30"));
    assert_eq!(sundays.first_day(at("2026-10-25T12:59:59Z"), None), day("2026-10-25"));
    assert_eq!(sundays.first_day(at("2026-10-25T13:00:00Z"), None), day("2026-10-26"));
}

#[test]
fn weekends_and_holidays_do_not_count() {
    // Thursday before Easter, two days: Tuesday and Wednesday after it.
    assert_eq!(berlin().after(day("2026-04-02"), 0), day("2026-04-02"));
    assert_eq!(berlin().after(day("2026-04-02"), 1), day("2026-04-07"));
    assert_eq!(berlin().after(day("2026-04-02"), 2), day("2026-04-08"));
    // Ordered on Good Friday: Easter Tuesday is the day it counts as of.
    assert_eq!(berlin().first_day(at("2026-04-03T08:00:00Z"), None), day("2026-04-07"));
    // Over the turn of the year: Wednesday 23rd, one day later is Monday 4th.
    assert_eq!(berlin().after(day("2026-12-23"), 1), day("2027-01-04"));
}

#[test]
fn a_calendar_that_is_always_closed_ends_somewhere() {
    let all = ClosedDays { from: day("2026-01-01"), to: day("2039-12-31"), name: "gone".to_owned() };
    let closed = WorkCalendar { closed: vec![all], ..WorkCalendar::default() };
    assert!(closed.first_day(at("2026-01-01T00:00:00Z"), None) > day("2036-01-01"));
}

#[test]
fn what_is_kept_with_a_promise_are_the_closures_around_it() {
    let kept = berlin().between(day("2026-03-01"), day("2026-04-03"));
    assert_eq!(kept.closed.len(), 1);
    assert_eq!(kept.after(day("2026-04-02"), 1), berlin().after(day("2026-04-02"), 1));
}

#[test]
fn each_wrong_field_is_named() {
    let refused = |calendar: WorkCalendar| calendar.checked("calendar").unwrap_err().field;
    assert_eq!(refused(WorkCalendar { weekdays: Vec::new(), ..berlin() }), "calendar.weekdays");
    assert_eq!(refused(WorkCalendar { weekdays: vec![1, 8], ..berlin() }), "calendar.weekdays.1");
    let closed =
        |from: &str, to: &str, name: &str| vec![ClosedDays { from: day(from), to: day(to), name: name.to_owned() }];
    let backwards = closed("2026-01-02", "2026-01-01", "x");
    assert_eq!(refused(WorkCalendar { closed: backwards, ..berlin() }), "calendar.closed.0.to");
    let long = closed("2026-01-01", "2027-01-02", "x");
    assert_eq!(refused(WorkCalendar { closed: long, ..berlin() }), "calendar.closed.0.to");
    assert!(WorkCalendar { closed: closed("2026-01-01", "2027-01-01", "x"), ..berlin() }.checked("calendar").is_ok());
    let nameless = closed("2026-01-01", "2026-01-01", " ");
    assert_eq!(refused(WorkCalendar { closed: nameless, ..berlin() }), "calendar.closed.0.name");
    let doubled = WorkCalendar { weekdays: vec![5, 1, 5], ..berlin() }.checked("calendar").unwrap();
    assert_eq!(doubled.weekdays, [1, 5]);
}

proptest! {
    #[test]
    fn more_days_are_never_sooner_and_always_working_days(
        minutes in 0_i64..600_000, days in 0_i64..60, mask in 1_u32..128,
    ) {
        let weekdays = (1..=7).filter(|n| mask & (1 << (n - 1)) != 0).collect();
        let calendar = WorkCalendar { weekdays, ..berlin() };
        let placed = at("2026-01-01T00:00:00Z") + chrono::Duration::minutes(minutes);
        let first = calendar.first_day(placed, None);
        let (sooner, later) = (calendar.after(first, days), calendar.after(first, days + 1));
        prop_assert!(first >= calendar.time_zone.date_of(placed));
        prop_assert!(sooner < later);
        prop_assert!(calendar.works_on(first) && calendar.works_on(sooner) && calendar.works_on(later));
    }
}
