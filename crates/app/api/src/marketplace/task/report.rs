//! How many tasks were done in time.

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kernel::Rate;
use marketplace::query;
use marketplace::task::TaskKind as Kind;

use super::object::TaskKind;
use crate::error::{Gql, answer, ctx};
use crate::scalar::DecimalText;

/// How many of something were in time.
#[derive(Debug, Clone, SimpleObject)]
pub struct TaskHits {
    /// Those in time.
    pub in_time_count: i64,
    /// All whose clock was decided in the period.
    pub count: i64,
    /// The share that was in time, in percent; none when there were none.
    pub percent: Option<DecimalText>,
}

impl From<query::Hits> for TaskHits {
    fn from(of: query::Hits) -> Self {
        let percent = of.rate().map(|rate: Rate| DecimalText::percent(rate));
        Self { in_time_count: of.hits, count: of.of, percent }
    }
}

/// How the tasks of a kind in a queue went.
#[derive(Debug, Clone, SimpleObject)]
pub struct TaskReportLine {
    /// What was to be done.
    pub kind: TaskKind,
    /// The queue.
    pub queue: String,
    /// Whether somebody answered in time.
    pub first_response: TaskHits,
    /// Whether it was done in time.
    pub resolution: TaskHits,
}

impl From<query::TaskReportLine> for TaskReportLine {
    fn from(of: query::TaskReportLine) -> Self {
        Self {
            kind: Kind::parse(&of.kind).unwrap_or(Kind::Manual).into(),
            queue: of.queue,
            first_response: of.first_response.into(),
            resolution: of.resolution.into(),
        }
    }
}

/// Questions about how tasks went.
#[derive(Default)]
pub struct TaskReportQuery;

#[Object]
impl TaskReportQuery {
    /// How tasks went in a period, by kind and queue. All of them, but those of which there were none. The clock of a task is
    /// decided once: when it was done in time, or when its time ran out, whatever came later. What is still running counts
    /// for nothing.
    async fn task_report(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The first instant of the period.")] from: DateTime<Utc>,
        #[graphql(desc = "The instant at which it is over; at most 366 days later.")] to: DateTime<Utc>,
    ) -> Gql<Vec<TaskReportLine>> {
        let found = answer(gql, query::task_report(ctx(gql)?, from, to).await)?;
        Ok(found.into_iter().map(TaskReportLine::from).collect())
    }
}
