//! Tasks: what somebody has to do in time, queues, views and how many were done in time.

pub mod bulk;
pub mod input;
pub mod mutation;
pub mod object;
pub mod query;
pub mod report;
pub mod settings;
mod staff;
pub mod view;

use async_graphql::MergedObject;

pub use object::Task;

/// Questions about tasks.
#[derive(MergedObject, Default)]
pub struct TaskQuery(query::TasksQuery, report::TaskReportQuery, view::TaskViewQuery);

/// Changes of tasks.
#[derive(MergedObject, Default)]
pub struct TaskMutation(mutation::TasksMutation, bulk::TaskBulkMutation, view::TaskViewMutation);
