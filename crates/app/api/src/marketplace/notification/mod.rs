//! Notifications: the operator's rules and what became of them, and what people read and want themselves.

use async_graphql::MergedObject;

pub mod input;
pub mod mutation;
pub mod object;
pub mod own;
pub mod query;
pub mod rule;

pub use own::Notification;

/// Questions about notifications.
#[derive(MergedObject, Default)]
pub struct NotificationQuery(query::RuleQuery, own::OwnQuery);

/// Changes of notifications.
#[derive(MergedObject, Default)]
pub struct NotificationMutation(mutation::RuleMutation, own::OwnMutation);
