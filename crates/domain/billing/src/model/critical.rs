//! Balances that somebody has to look at.

use chrono::{DateTime, Duration, Utc};
use kernel::Money;
use kernel::id::{CriticalBalanceId, MerchantId};
use marketplace::CriticalKind;

/// Twice as much as the threshold is a severity of two million.
const ONE: i128 = 1_000_000;
/// The highest severity.
const SEVERITY_MAX: i128 = 1_000 * ONE;

/// A balance that somebody has to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriticalBalance {
    /// Its id.
    pub id: CriticalBalanceId,
    /// Whose it is.
    pub merchant_id: MerchantId,
    /// What is wrong with it.
    pub kind: CriticalKind,
    /// What is owed, what the reserve lacks, or what waits.
    pub amount: Money,
    /// From when on that is critical: minor units, or days for what waits.
    pub threshold: i64,
    /// How many times the threshold it is, in millionths.
    pub severity_ppm: i64,
    /// When it was found.
    pub since_at: DateTime<Utc>,
    /// When it was in order again.
    pub ended_at: Option<DateTime<Utc>>,
}

/// What a merchant's accounts in one currency hold, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holdings {
    /// What could be paid out; negative, when it owes.
    pub available_minor: i64,
    /// What it owes beside that.
    pub claimed_minor: i64,
    /// What is kept of what it earned.
    pub reserve_minor: i64,
    /// Since when the oldest of what could be paid out waits.
    pub waits_since: Option<DateTime<Utc>>,
}

/// What is wrong with a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alarm {
    /// What.
    pub kind: CriticalKind,
    /// What is owed, what the reserve lacks, or what waits, in minor units.
    pub amount_minor: i64,
    /// From when on that is critical.
    pub threshold: i64,
    /// How many times the threshold it is, in millionths.
    pub severity_ppm: i64,
}

/// What is wrong with a balance at `now`, by the threshold of each kind.
#[must_use]
pub fn alarms(of: Holdings, now: DateTime<Utc>, at: impl Fn(CriticalKind) -> Option<i64>) -> Vec<Alarm> {
    let owed = of.claimed_minor.saturating_sub(of.available_minor.min(0));
    let mut found = Vec::new();
    if let Some(threshold) = at(CriticalKind::Negative).filter(|threshold| owed > 0 && owed >= *threshold) {
        let severity_ppm = times(owed.into(), threshold.into());
        found.push(Alarm { kind: CriticalKind::Negative, amount_minor: owed, threshold, severity_ppm });
    }
    if let Some(threshold) = at(CriticalKind::ReserveShort).filter(|threshold| of.reserve_minor < *threshold) {
        let severity_ppm = times(threshold.into(), of.reserve_minor.into());
        let amount_minor = threshold - of.reserve_minor;
        found.push(Alarm { kind: CriticalKind::ReserveShort, amount_minor, threshold, severity_ppm });
    }
    let waits = of.waits_since.map(|since| now - since).filter(|_| of.available_minor > 0);
    let late = at(CriticalKind::PayableTooOld).zip(waits).filter(|(days, waits)| *waits > Duration::days(*days));
    if let Some((days, waits)) = late {
        // By whole days, so that it changes once a day.
        let severity_ppm = times(waits.num_days().into(), days.into());
        let (kind, amount_minor) = (CriticalKind::PayableTooOld, of.available_minor);
        found.push(Alarm { kind, amount_minor, threshold: days, severity_ppm });
    }
    found
}

/// How many times `of` there is, in millionths.
fn times(there: i128, of: i128) -> i64 {
    let times = (there * ONE).checked_div(of).unwrap_or(SEVERITY_MAX).min(SEVERITY_MAX);
    i64::try_from(times).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn found(of: Holdings, kind: CriticalKind, threshold: i64) -> Option<(i64, i64)> {
        let alarms = alarms(of, NOW, |asked| (asked == kind).then_some(threshold));
        alarms.first().map(|alarm| (alarm.amount_minor, alarm.severity_ppm))
    }

    #[test]
    fn what_is_owed_counts_with_what_is_claimed() {
        let of = Holdings { available_minor: -6_000, claimed_minor: 9_000, ..Holdings::default() };
        assert_eq!(found(of, CriticalKind::Negative, 10_000), Some((15_000, 1_500_000)));
        assert_eq!(found(of, CriticalKind::Negative, 15_000), Some((15_000, 1_000_000)));
        assert_eq!(found(of, CriticalKind::Negative, 15_001), None);
        let rich = Holdings { available_minor: 6_000, claimed_minor: 9_000, ..Holdings::default() };
        assert_eq!(found(rich, CriticalKind::Negative, 9_000), Some((9_000, 1_000_000)));
        assert_eq!(found(Holdings::default(), CriticalKind::Negative, 0), None);
    }

    #[test]
    fn a_reserve_is_short_below_what_should_be_kept() {
        let of = Holdings { reserve_minor: 2_500, ..Holdings::default() };
        assert_eq!(found(of, CriticalKind::ReserveShort, 10_000), Some((7_500, 4_000_000)));
        assert_eq!(found(of, CriticalKind::ReserveShort, 2_500), None);
        assert_eq!(found(Holdings::default(), CriticalKind::ReserveShort, 100), Some((100, 1_000_000_000)));
    }

    #[test]
    fn money_waits_for_too_long_after_so_many_days() {
        let since = |days| Some(NOW - Duration::days(days));
        let of = |days| Holdings { available_minor: 700, waits_since: since(days), ..Holdings::default() };
        assert_eq!(found(of(30), CriticalKind::PayableTooOld, 30), None);
        assert_eq!(found(of(45), CriticalKind::PayableTooOld, 30), Some((700, 1_500_000)));
        let poor = Holdings { available_minor: 0, ..of(45) };
        assert_eq!(found(poor, CriticalKind::PayableTooOld, 30), None);
    }
}
