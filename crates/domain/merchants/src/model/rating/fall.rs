//! A rating that fell below the threshold: first a warning, then a restriction, until it recovers.

use chrono::{DateTime, Utc};
use kernel::id::{MerchantId, RatingFallId};

/// A time in which the rating of a merchant was below the threshold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fall {
    /// Its id; sorts by time.
    pub id: RatingFallId,
    /// The merchant.
    pub merchant: MerchantId,
    /// The version of the formula by which it fell.
    pub formula: i64,
    /// The rating with which it fell.
    pub rating: i64,
    /// The threshold.
    pub below: i64,
    /// When it fell, and was warned.
    pub warned_at: DateTime<Utc>,
    /// When it is restricted unless it recovers.
    pub restrict_at: DateTime<Utc>,
    /// Why it is restricted then, as a code of the settings.
    pub reason_code: String,
    /// When it was restricted.
    pub restricted_at: Option<DateTime<Utc>>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
}

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FallStep {
    /// Nothing.
    Stay,
    /// A fall begins: the merchant is warned.
    Warn,
    /// The time to recover is over.
    Restrict,
    /// The rating recovered, or nothing is asked any more.
    End,
}

/// What is to be done about a merchant: `low` is whether its rating is below the threshold, `open` the fall that is not
/// over, `sells` whether it is active. Of one fall there is one warning and one restriction.
#[must_use]
pub fn next_step(low: bool, open: Option<&Fall>, sells: bool, now: DateTime<Utc>) -> FallStep {
    match open {
        None if low && sells => FallStep::Warn,
        None => FallStep::Stay,
        Some(_) if !low => FallStep::End,
        Some(fall) if fall.restricted_at.is_none() && fall.restrict_at <= now && sells => FallStep::Restrict,
        Some(_) => FallStep::Stay,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::{Duration, TimeZone as _};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn of_one_fall_there_is_one_warning_and_one_restriction() {
        let at = Utc.with_ymd_and_hms(2026, 3, 2, 9, 0, 0).unwrap();
        let fall = Fall {
            id: RatingFallId(Uuid::nil()),
            merchant: MerchantId(Uuid::nil()),
            formula: 1,
            rating: 40_000_000,
            below: 50_000_000,
            warned_at: at,
            restrict_at: at + Duration::days(14),
            reason_code: "other".to_owned(),
            restricted_at: None,
            ended_at: None,
        };
        let late = fall.restrict_at;
        let done = Fall { restricted_at: Some(late), ..fall.clone() };
        assert_eq!(next_step(false, None, true, at), FallStep::Stay);
        assert_eq!(next_step(true, None, true, at), FallStep::Warn);
        // Who does not sell is not warned.
        assert_eq!(next_step(true, None, false, at), FallStep::Stay);
        assert_eq!(next_step(true, Some(&fall), true, late - Duration::seconds(1)), FallStep::Stay);
        assert_eq!(next_step(true, Some(&fall), true, late), FallStep::Restrict);
        assert_eq!(next_step(true, Some(&fall), false, late), FallStep::Stay);
        // Also when the operator lifted the restriction.
        assert_eq!(next_step(true, Some(&done), true, late + Duration::days(9)), FallStep::Stay);
        assert_eq!(next_step(false, Some(&done), false, late), FallStep::End);
        assert_eq!(next_step(false, Some(&fall), true, at), FallStep::End);
    }
}
