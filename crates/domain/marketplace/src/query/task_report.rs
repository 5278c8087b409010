//! How many tasks were done in time.

use access::Reach;
use chrono::{DateTime, Duration, Utc};
use context::Ctx;
use kernel::{Invalid, Rate};
use sea_orm::{FromQueryResult, Value};

use crate::Error;
use crate::actions::READ_TASKS;

/// The longest period of a report, in days.
const DAYS_MAX: i64 = 366;

/// How many of something were in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hits {
    /// Those in time.
    pub hits: i64,
    /// All whose clock was decided in the period.
    pub of: i64,
}

impl Hits {
    /// The share that was in time; `None` when there were none.
    #[must_use]
    pub fn rate(self) -> Option<Rate> {
        let ppm = i128::from(self.hits) * i128::from(Rate::ONE_PPM);
        (self.of > 0).then(|| Rate::from_ppm(i64::try_from(ppm / i128::from(self.of)).unwrap_or(0)))
    }
}

/// How the tasks of a kind in a queue went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskReportLine {
    /// The kind, as it is stored.
    pub kind: String,
    /// The queue to which they came.
    pub queue: String,
    /// Whether they were answered in time.
    pub first_response: Hits,
    /// Whether they were done in time.
    pub resolution: Hits,
}

#[derive(FromQueryResult)]
struct Row {
    kind: String,
    queue: String,
    answered: i64,
    unanswered: i64,
    done: i64,
    late: i64,
}

/// How tasks went in a period, by kind and queue. A clock is decided once: when it was stopped in time, or when it ran out,
/// whatever came later. What is still running counts for nothing.
///
/// # Errors
/// A period that ends before it begins, or is longer than a year; denied; the database error.
pub async fn task_report(ctx: &Ctx, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<TaskReportLine>, Error> {
    let grant = ctx.authorize(READ_TASKS)?;
    if to <= from || to - from > Duration::days(DAYS_MAX) {
        let said = format!("must be later than from, by at most {DAYS_MAX} days");
        return Err(Invalid::new("to", "OUT_OF_RANGE", said).into());
    }
    let (of, owner) = match grant.merchants() {
        Reach::All => ("", None),
        Reach::Only(own) => (" AND owner_id = ?", Some(own)),
        Reach::Nothing => return Ok(Vec::new()),
    };
    // Each clock of a task stands in one of these at most.
    let decided = [
        (
            "answered",
            "first_responded_at",
            " AND first_response_due_at IS NOT NULL AND first_response_breached_at IS NULL",
        ),
        ("unanswered", "first_response_breached_at", ""),
        ("done", "resolved_at", " AND resolution_breached_at IS NULL"),
        ("late", "resolution_breached_at", ""),
    ];
    let mut values: Vec<Value> = Vec::new();
    let mut parts = Vec::new();
    for (what, at, and) in decided {
        parts.push(format!(
            "SELECT kind, home_queue AS queue, '{what}' AS what FROM task WHERE {at} >= ? AND {at} < ?{and}{of}"
        ));
        values.extend([from.into(), to.into()]);
        values.extend(owner.map(Value::from));
    }
    let count = |(what, ..): &(&str, &str, &str)| format!("COUNT(CASE WHEN what = '{what}' THEN 1 END) AS {what}");
    let counts: Vec<String> = decided.iter().map(count).collect();
    let sql = format!(
        "SELECT kind, queue, {} FROM ({}) decided GROUP BY kind, queue ORDER BY kind, queue",
        counts.join(", "),
        parts.join(" UNION ALL ")
    );
    let read = ctx.read_for(&grant);
    let rows = Row::find_by_statement(db::dialect::statement(&read, &sql, values)).all(&read).await?;
    Ok(rows.into_iter().map(line).collect())
}

fn line(row: Row) -> TaskReportLine {
    TaskReportLine {
        kind: row.kind,
        queue: row.queue,
        first_response: Hits { hits: row.answered, of: row.answered + row.unanswered },
        resolution: Hits { hits: row.done, of: row.done + row.late },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_nothing_there_is_no_share() {
        assert_eq!(Hits::default().rate(), None);
        assert_eq!(Hits { hits: 0, of: 3 }.rate(), Some(Rate::ZERO));
        assert_eq!(Hits { hits: 2, of: 3 }.rate(), Some(Rate::from_ppm(666_666)));
        assert_eq!(Hits { hits: 3, of: 3 }.rate(), Some(Rate::from_ppm(Rate::ONE_PPM)));
    }
}
