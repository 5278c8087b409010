//! When goods leave and arrive, and what that was promised on.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, Utc};
use marketplace::WorkCalendar;
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// When a consignment leaves and arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// Leaves before then: the end of the day it is to leave on.
    pub ship_by: DateTime<Utc>,
    /// Arrives from then on.
    pub deliver_from: DateTime<Utc>,
    /// Arrives before then.
    pub deliver_to: DateTime<Utc>,
}

/// What a promise is made of. It is frozen with the order, so that no later change of a calendar or a method changes
/// what the buyer was told, and stored as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct PromiseTerms {
    /// The merchant's working days, with the closures that were near.
    pub calendar: WorkCalendar,
    /// Until when on a day the carrier takes goods, when that is before the merchant's own cut-off.
    #[serde(default)]
    pub taken_until: Option<NaiveTime>,
    /// Working days until the goods leave, after the day the order counts as of.
    pub lead_days: i64,
    /// Fewest and most days on the way.
    pub transit_days: (i32, i32),
    /// The days of the week on which parcels travel, 1 (Monday) to 7 (Sunday).
    pub travel_weekdays: Vec<u32>,
    /// The days on which nothing travels.
    pub rest_days: Vec<NaiveDate>,
}

/// For how long after the day of the order closures are kept: as long as a late payment may move a promise.
const KEPT_DAYS: u64 = 180;
/// How far a day on which parcels travel is looked for.
const LOOK_AHEAD: usize = 400;

impl PromiseTerms {
    /// The promise of an order that counts from `from` on.
    #[must_use]
    pub fn promise(&self, from: DateTime<Utc>) -> Promise {
        let zone = self.calendar.time_zone;
        let leaves = self.calendar.after(self.calendar.first_day(from, self.taken_until), self.lead_days);
        let end_of = |day: NaiveDate| zone.start_of(later(day));
        let (soonest, latest) = (self.arrival(leaves, self.transit_days.0), self.arrival(leaves, self.transit_days.1));
        Promise { ship_by: end_of(leaves), deliver_from: zone.start_of(soonest).max(from), deliver_to: end_of(latest) }
    }

    /// The same terms without the closures that cannot matter for an order of now.
    pub(crate) fn around(mut self, now: DateTime<Utc>) -> Self {
        let today = self.calendar.time_zone.date_of(now);
        let last = today.checked_add_days(Days::new(KEPT_DAYS)).unwrap_or(today);
        self.calendar = self.calendar.between(today, last);
        self.rest_days.retain(|day| (today..=last).contains(day));
        self
    }

    /// The day that comes `days` days of travel after `leaves`.
    fn arrival(&self, leaves: NaiveDate, days: i32) -> NaiveDate {
        let travels = |day: &NaiveDate| {
            self.travel_weekdays.contains(&day.weekday().number_from_monday()) && !self.rest_days.contains(day)
        };
        (0..days).fold(leaves, |day, _| {
            let following = std::iter::successors(Some(later(day)), |day| Some(later(*day)));
            following.take(LOOK_AHEAD).find(travels).unwrap_or_else(|| later(day))
        })
    }
}

fn later(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use kernel::Zone;
    use marketplace::ClosedDays;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// Monday to Friday until 14:00 in Berlin, two working days; one to three days on the way, Monday to Saturday.
    fn terms() -> PromiseTerms {
        let closed = |from: &str, to: &str| ClosedDays {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            name: "holiday".to_owned(),
        };
        PromiseTerms {
            calendar: WorkCalendar {
                time_zone: Zone::BERLIN,
                weekdays: vec![1, 2, 3, 4, 5],
                cut_off: NaiveTime::from_hms_opt(14, 0, 0),
                closed: vec![closed("2026-04-03", "2026-04-06"), closed("2026-12-24", "2026-12-27")],
            },
            taken_until: None,
            lead_days: 2,
            transit_days: (1, 3),
            travel_weekdays: vec![1, 2, 3, 4, 5, 6],
            rest_days: vec!["2026-04-03".parse().unwrap(), "2026-04-06".parse().unwrap()],
        }
    }

    #[track_caller]
    fn promised(terms: &PromiseTerms, placed: &str, ship_by: &str, deliver_from: &str, deliver_to: &str) {
        let promise = terms.promise(at(placed));
        assert_eq!((promise.ship_by, promise.deliver_from), (at(ship_by), at(deliver_from)));
        assert_eq!(promise.deliver_to, at(deliver_to));
    }

    #[test]
    fn working_days_before_the_cut_off_then_days_on_the_way() {
        // Tuesday 10:00: leaves on Thursday, arrives from Friday to Monday, for nothing travels on Sunday.
        let (ship_by, from, to) = ("2026-01-15T23:00:00Z", "2026-01-15T23:00:00Z", "2026-01-19T23:00:00Z");
        promised(&terms(), "2026-01-13T09:00:00Z", ship_by, from, to);
        // One second after 14:00 is the next day: Friday; Saturday to Tuesday.
        let (ship_by, from, to) = ("2026-01-16T23:00:00Z", "2026-01-16T23:00:00Z", "2026-01-20T23:00:00Z");
        promised(&terms(), "2026-01-13T13:00:01Z", ship_by, from, to);
        // Friday evening counts as Monday: Wednesday; Thursday to Saturday.
        let (ship_by, from, to) = ("2026-01-21T23:00:00Z", "2026-01-21T23:00:00Z", "2026-01-24T23:00:00Z");
        promised(&terms(), "2026-01-16T17:00:00Z", ship_by, from, to);
    }

    #[test]
    fn days_end_at_local_midnight_when_the_clocks_change() {
        // Friday before the clock goes forward: leaves on Tuesday, which ends at 22:00 UTC and no longer at 23:00.
        let (ship_by, from, to) = ("2026-03-31T22:00:00Z", "2026-03-31T22:00:00Z", "2026-04-04T22:00:00Z");
        promised(&terms(), "2026-03-27T12:59:59Z", ship_by, from, to);
        // Friday before it goes back: Tuesday ends at 23:00 UTC again.
        let (ship_by, from, to) = ("2026-10-27T23:00:00Z", "2026-10-27T23:00:00Z", "2026-10-30T23:00:00Z");
        promised(&terms(), "2026-10-23T11:59:59Z", ship_by, from, to);
        // The cut-off is 14:00 by the clock on the wall: 12:00 UTC in summer is too late.
        let (ship_by, from, to) = ("2026-10-28T23:00:00Z", "2026-10-28T23:00:00Z", "2026-10-31T23:00:00Z");
        promised(&terms(), "2026-10-23T12:00:00Z", ship_by, from, to);
    }

    #[test]
    fn neither_merchant_nor_carrier_works_on_holidays() {
        // Wednesday before Easter: Thursday, then Tuesday after it; arrives from Wednesday to Friday.
        let (ship_by, from, to) = ("2026-04-07T22:00:00Z", "2026-04-07T22:00:00Z", "2026-04-10T22:00:00Z");
        promised(&terms(), "2026-04-01T10:00:00Z", ship_by, from, to);
        // Sent on Thursday, the carrier rests on Friday and Monday: Saturday, Tuesday, Wednesday.
        let fast = PromiseTerms { lead_days: 0, ..terms() };
        let (ship_by, from, to) = ("2026-04-02T22:00:00Z", "2026-04-03T22:00:00Z", "2026-04-08T22:00:00Z");
        promised(&fast, "2026-04-02T10:00:00Z", ship_by, from, to);
    }

    #[test]
    fn what_comes_by_wire_arrives_from_now_on() {
        let wire = PromiseTerms { lead_days: 0, transit_days: (0, 0), ..terms() };
        promised(&wire, "2026-01-13T09:00:00Z", "2026-01-13T23:00:00Z", "2026-01-13T09:00:00Z", "2026-01-13T23:00:00Z");
    }

    #[test]
    fn what_is_frozen_promises_the_same() {
        let now = at("2026-03-27T12:59:59Z");
        let frozen = terms().around(now);
        assert_eq!((frozen.calendar.closed.len(), frozen.rest_days.len()), (1, 2), "Christmas is far away");
        assert_eq!(frozen.promise(now), terms().promise(now));
        let text = frozen.to_string();
        assert_eq!(text.parse::<PromiseTerms>().unwrap(), frozen);
    }

    #[test]
    fn a_carrier_that_never_travels_still_gets_a_date() {
        let never = PromiseTerms { travel_weekdays: Vec::new(), ..terms() };
        assert!(never.promise(at("2026-01-13T09:00:00Z")).deliver_to > at("2026-01-15T00:00:00Z"));
    }
}
