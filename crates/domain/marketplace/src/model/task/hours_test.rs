#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn office() -> ServiceHours {
    ServiceHours::on(Zone::BERLIN, 1..=5, 9 * 60, 17 * 60)
}

/// What the clock shows in Berlin.
fn berlin(text: &str) -> DateTime<Utc> {
    let (day, time) = text.split_once(' ').unwrap();
    let (hour, minute) = time.split_once(':').unwrap();
    Zone::BERLIN.minute_of(day.parse().unwrap(), hour.parse::<u32>().unwrap() * 60 + minute.parse::<u32>().unwrap())
}

fn pause(from: &str, to: &str) -> Pause {
    Pause { from: berlin(from), to: Some(berlin(to)) }
}

fn hours(n: i64) -> Duration {
    Duration::hours(n)
}

// domain.md F.2: opened Fri 16:30, four hours, due Mon 12:30.
#[test]
fn four_hours_from_friday_half_past_four_end_on_monday_half_past_twelve() {
    let opened = berlin("2026-03-06 16:30");
    assert_eq!(office().due_after(opened, hours(4), &[]), Some(berlin("2026-03-09 12:30")));
}

#[test]
fn a_clock_that_changes_on_the_weekend_changes_nothing() {
    for (opened, due) in [("2026-03-27 16:30", "2026-03-30 12:30"), ("2026-10-23 16:30", "2026-10-26 12:30")] {
        assert_eq!(office().due_after(berlin(opened), hours(4), &[]), Some(berlin(due)));
    }
    // Two days and 21 hours in spring, two more in autumn.
    assert_eq!(berlin("2026-03-30 12:30") - berlin("2026-03-27 16:30"), Duration::hours(67));
    assert_eq!(berlin("2026-10-26 12:30") - berlin("2026-10-23 16:30"), Duration::hours(69));
}

#[test]
fn waiting_for_a_day_moves_what_is_due_by_a_day() {
    let opened = berlin("2026-03-06 16:30");
    let paused = berlin("2026-03-09 10:00");
    assert_eq!(office().worked_between(opened, paused, &[]), Duration::minutes(90));
    assert_eq!(office().due_after(opened, hours(4), &[Pause { from: paused, to: None }]), None);
    let waited = [pause("2026-03-09 10:00", "2026-03-10 10:00")];
    assert_eq!(office().due_after(opened, hours(4), &waited), Some(berlin("2026-03-10 12:30")));
    assert_eq!(office().worked_between(opened, berlin("2026-03-10 10:00"), &waited), Duration::minutes(90));
}

#[test]
fn holidays_and_closures_do_not_count() {
    let easter = ClosedDays {
        from: "2026-04-03".parse().unwrap(),
        to: "2026-04-06".parse().unwrap(),
        name: "Easter".to_owned(),
    };
    let office = ServiceHours { closed: vec![easter], ..office() };
    assert_eq!(office.due_after(berlin("2026-04-02 16:00"), hours(3), &[]), Some(berlin("2026-04-07 11:00")));
    assert_eq!(office.worked_between(berlin("2026-04-03 00:00"), berlin("2026-04-07 09:00"), &[]), Duration::zero());
}

#[test]
fn a_window_over_the_hour_that_is_left_out_or_comes_twice_is_as_long_as_it_lasts() {
    let night = ServiceHours::on(Zone::BERLIN, 7..=7, 60, 300);
    let day = |day: &str| night.worked_between(berlin(&format!("{day} 00:00")), berlin(&format!("{day} 12:00")), &[]);
    assert_eq!((day("2026-03-22"), day("2026-03-29"), day("2026-10-25")), (hours(4), hours(3), hours(5)));
    // The window begins in the hour that there is not.
    let gap = ServiceHours::on(Zone::BERLIN, 7..=7, 150, 240);
    assert_eq!(gap.due_after(berlin("2026-03-28 12:00"), hours(1), &[]), Some(berlin("2026-03-29 04:00")));
}

#[test]
fn around_the_clock_every_hour_counts() {
    let always = ServiceHours::on(Zone::BERLIN, 1..=7, 0, 1440);
    let opened = berlin("2026-03-28 23:00");
    assert_eq!(always.due_after(opened, hours(4), &[]), Some(opened + hours(4)));
}

#[test]
fn by_a_calendar_that_never_opens_a_task_is_due_late_rather_than_never() {
    let closed = |from: &str, to: &str| ClosedDays {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
        name: "For good".to_owned(),
    };
    let shut = ServiceHours { closed: vec![closed("2020-01-01", "2090-01-01")], ..office() };
    let opened = berlin("2026-03-06 16:30");
    assert_eq!(shut.due_after(opened, hours(4), &[]), Some(opened + Duration::days(4_000)));
}

#[test]
fn a_calendar_without_a_window_is_refused() {
    #[track_caller]
    fn refused(windows: &[(u32, u32, u32)], field: &str, code: &str) {
        let windows =
            windows.iter().map(|(weekday, from, to)| ServiceWindow { weekday: *weekday, from: *from, to: *to });
        let hours = ServiceHours { windows: windows.collect(), ..office() };
        let fault = hours.checked("calendars.office").unwrap_err();
        assert_eq!((fault.field.as_str(), fault.code), (field, code));
    }
    refused(&[], "calendars.office.windows", "REQUIRED");
    refused(&[(8, 0, 60)], "calendars.office.windows.0.weekday", "OUT_OF_RANGE");
    refused(&[(1, 60, 60)], "calendars.office.windows.0.to", "OUT_OF_RANGE");
    refused(&[(1, 60, 1441)], "calendars.office.windows.0.to", "OUT_OF_RANGE");
    refused(&[(1, 540, 720), (1, 700, 900)], "calendars.office.windows", "OVERLAPPING");
    let two = [(1, 780, 1020), (1, 540, 780)].map(|(weekday, from, to)| ServiceWindow { weekday, from, to });
    let hours = ServiceHours { windows: two.to_vec(), ..office() }.checked("c").unwrap();
    assert_eq!(hours.windows[0].from, 540);
}

/// Calendars with lunch breaks, nights, weekends and closures.
fn calendars() -> impl Strategy<Value = ServiceHours> {
    let zones = prop::sample::select(vec!["Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "UTC", "Pacific/Apia"]);
    let window = (1_u32..=7, 0_u32..1440, 0_u32..1440);
    let windows = prop::collection::vec(window, 1..12);
    let closed = prop::collection::vec((0_u64..400, 0_u64..5), 0..4);
    (zones, windows, closed).prop_map(|(zone, raw, closed)| {
        let mut windows: Vec<ServiceWindow> = raw
            .into_iter()
            .map(|(weekday, a, b)| ServiceWindow { weekday, from: a.min(b), to: a.max(b) + 1 })
            .collect();
        windows.sort_unstable();
        let mut kept: Vec<ServiceWindow> = Vec::new();
        for window in windows {
            if kept.last().is_none_or(|last| last.weekday != window.weekday || last.to <= window.from) {
                kept.push(window);
            }
        }
        let first: NaiveDate = "2026-01-01".parse().unwrap();
        let days = |n: u64| first + chrono::Days::new(n);
        let closed = closed.into_iter().map(|(from, long)| ClosedDays {
            from: days(from),
            to: days(from + long),
            name: "Closed".to_owned(),
        });
        ServiceHours { time_zone: Zone::parse("timeZone", zone).unwrap(), windows: kept, closed: closed.collect() }
            .checked("c")
            .unwrap()
    })
}

fn at(minute: i64) -> DateTime<Utc> {
    berlin("2026-01-01 00:00") + Duration::minutes(minute)
}

/// Pauses in order, from minutes between them.
fn pauses(steps: &[(i64, i64)]) -> Vec<Pause> {
    let mut now = 0;
    let mut made = Vec::new();
    for (after, long) in steps {
        let from = now + after;
        now = from + long;
        made.push(Pause { from: at(from), to: Some(at(now)) });
    }
    made
}

/// So many minutes are there in the days that are looked at, also when there is one minute a week.
const WORK_MAX: i64 = 500;
/// A year has this many minutes.
const YEAR: i64 = 365 * 24 * 60;

proptest! {
    #[test]
    fn between_opening_and_due_lies_what_was_allowed(
        hours in calendars(), opened in 0..YEAR, work in 1..WORK_MAX,
        steps in prop::collection::vec((1_i64..3_000, 1_i64..3_000), 0..4),
    ) {
        let (opened, work, pauses) = (at(opened), Duration::minutes(work), pauses(&steps));
        let due = hours.due_after(opened, work, &pauses).unwrap();
        prop_assert_eq!(hours.worked_between(opened, due, &pauses), work);
        // A moment before it is less.
        prop_assert!(hours.worked_between(opened, due - Duration::seconds(1), &pauses) < work);
    }

    #[test]
    fn more_work_later_opening_and_more_waiting_never_come_earlier(
        hours in calendars(), opened in 0..YEAR, later in 0_i64..5_000, work in 1..WORK_MAX / 2, more in 0..WORK_MAX / 2,
        steps in prop::collection::vec((1_i64..3_000, 1_i64..3_000), 0..4),
    ) {
        let (work, more, all) = (Duration::minutes(work), Duration::minutes(more), pauses(&steps));
        let due = |opened: i64, work, pauses: &[Pause]| hours.due_after(at(opened), work, pauses).unwrap();
        prop_assert!(due(opened, work, &all) <= due(opened, work + more, &all));
        prop_assert!(due(opened, work, &all) <= due(opened + later, work, &all));
        let fewer = &all[..all.len().saturating_sub(1)];
        prop_assert!(due(opened, work, fewer) <= due(opened, work, &all));
    }

    #[test]
    fn time_adds_up(hours in calendars(), a in 0..YEAR, b in 0..10_000_i64, c in 0..10_000_i64,
        steps in prop::collection::vec((1_i64..3_000, 1_i64..3_000), 0..4),
    ) {
        let (from, mid, to, pauses) = (at(a), at(a + b), at(a + b + c), pauses(&steps));
        let worked = |from, to| hours.worked_between(from, to, &pauses);
        prop_assert_eq!(worked(from, mid) + worked(mid, to), worked(from, to));
        prop_assert!(worked(from, to) <= to - from);
    }
}
