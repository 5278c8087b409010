//! Planned closings: when a merchant sells nothing, known beforehand.

use chrono::{DateTime, Utc};
use kernel::{Invalid, text};
use serde::{Deserialize, Serialize};

/// The most closings that are planned at once.
pub const CLOSINGS_MAX: usize = 50;

/// A time in which a merchant sells nothing: `from` is in it, `until` is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Closing {
    /// When it begins.
    pub from: DateTime<Utc>,
    /// When it is over.
    pub until: DateTime<Utc>,
    /// What buyers read about it.
    pub note: Option<String>,
}

impl Closing {
    /// Whether `at` is in it.
    #[must_use]
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && at < self.until
    }
}

/// Closings as a plan: in order, apart from each other, those that are over left out.
pub(crate) fn plan(mut closings: Vec<Closing>, now: DateTime<Utc>) -> Result<Vec<Closing>, Invalid> {
    if closings.len() > CLOSINGS_MAX {
        return Err(Invalid::new("closings", "TOO_MANY", format!("must have at most {CLOSINGS_MAX} entries")));
    }
    for (index, closing) in closings.iter_mut().enumerate() {
        if closing.until <= closing.from {
            let field = format!("closings.{index}.until");
            return Err(Invalid::new(field, "OUT_OF_RANGE", "must be later than its beginning"));
        }
        let note = closing.note.take().filter(|note| !note.trim().is_empty());
        closing.note = note.map(|note| text::line(&format!("closings.{index}.note"), &note, 200)).transpose()?;
    }
    let mut order: Vec<usize> = (0..closings.len()).collect();
    order.sort_by_key(|index| closings[*index].from);
    if let Some(pair) = order.windows(2).find(|pair| closings[pair[1]].from < closings[pair[0]].until) {
        let field = format!("closings.{}.from", pair[1]);
        return Err(Invalid::new(field, "OVERLAP", "lies within another closing"));
    }
    closings.sort_by_key(|closing| closing.from);
    closings.retain(|closing| closing.until > now);
    Ok(closings)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use chrono::TimeZone as _;

    fn day(day: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 12, day, 0, 0, 0).unwrap()
    }

    fn of(from: u32, until: u32) -> Closing {
        Closing { from: day(from), until: day(until), note: None }
    }

    #[test]
    fn a_plan_is_in_order_and_without_what_is_over() {
        assert_eq!(plan(vec![of(24, 27), of(1, 2), of(10, 12)], day(5)).unwrap(), [of(10, 12), of(24, 27)]);
        assert_eq!(plan(vec![of(10, 12), of(12, 14)], day(5)).unwrap().len(), 2);
    }

    #[test]
    fn what_is_wrong_is_named_as_it_was_sent() {
        let field = |closings| plan(closings, day(1)).unwrap_err().field;
        assert_eq!(field(vec![of(10, 12), of(9, 9)]), "closings.1.until");
        assert_eq!(field(vec![of(24, 27), of(10, 12), of(26, 28)]), "closings.2.from");
        assert_eq!(field(vec![of(2, 3); 51]), "closings");
    }

    #[test]
    fn the_first_instant_is_in_and_the_last_is_not() {
        let closing = of(24, 27);
        assert_eq!([day(23), day(24), day(26), day(27)].map(|at| closing.holds(at)), [false, true, true, false]);
    }
}
