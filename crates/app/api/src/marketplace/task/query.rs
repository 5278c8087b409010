//! Questions about tasks.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, Object, SimpleObject};
use marketplace::query;

use super::input::{TaskFilter, TaskSort};
use super::object::Task;
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};

/// What waits in a queue.
#[derive(Debug, Clone, SimpleObject)]
pub struct TaskQueue {
    /// Its name.
    pub name: String,
    /// How many tasks are not resolved.
    pub open_count: i64,
    /// How many of them are late.
    pub late_count: i64,
    /// How many of them are due soon.
    pub due_soon_count: i64,
    /// How many of them nobody has.
    pub unassigned_count: i64,
}

impl From<query::TaskQueue> for TaskQueue {
    fn from(of: query::TaskQueue) -> Self {
        Self {
            name: of.queue,
            open_count: of.open_count,
            late_count: of.late_count,
            due_soon_count: of.due_soon_count,
            unassigned_count: of.unassigned_count,
        }
    }
}

/// Questions about tasks.
#[derive(Default)]
pub struct TasksQuery;

#[Object]
impl TasksQuery {
    /// A task. A merchant sees those of its side.
    async fn task(&self, gql: &Context<'_>, id: ID) -> Gql<Option<Task>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, query::task(ctx(gql)?, id).await)?.map(Task::from))
    }

    /// What is to be done. A merchant sees what its own people do.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn tasks(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which tasks; those that are not resolved if absent.")] filter: Option<TaskFilter>,
        #[graphql(desc = "In which order.", default_with = "TaskSort::Due")] sort_by: TaskSort,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Task>> {
        let page = answer(gql, page_args(first, after))?;
        let filter = answer(gql, filter.unwrap_or_default().read())?;
        let found = query::tasks(ctx(gql)?, filter, sort_by.into(), &page).await;
        Ok(connection(answer(gql, found)?, Task::from))
    }

    /// The queues in which something waits. All of them.
    async fn task_queues(&self, gql: &Context<'_>) -> Gql<Vec<TaskQueue>> {
        let found = answer(gql, query::task_queues(ctx(gql)?).await)?;
        Ok(found.into_iter().map(TaskQueue::from).collect())
    }
}
