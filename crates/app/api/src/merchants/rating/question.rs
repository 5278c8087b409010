//! Questions of buyers that ratings are made of.

use async_graphql::{ID, SimpleObject};
use chrono::{DateTime, Utc};
use merchants::conversation::{Outcome, Question};

/// A question of a buyer that a rating is made of.
#[derive(Debug, Clone, SimpleObject)]
pub struct RatedQuestion {
    /// The conversation.
    pub conversation_id: ID,
    /// The message that asks.
    pub message_id: ID,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// Until when it was to be answered.
    pub due_at: DateTime<Utc>,
    /// When it was answered; `null`: it was not.
    pub answered_at: Option<DateTime<Utc>>,
    /// Whether that was in time.
    pub in_time: bool,
}

impl RatedQuestion {
    /// As it stands at an instant.
    pub(super) fn of(question: &Question, now: DateTime<Utc>) -> Self {
        let answered = question.ended.filter(|(_, outcome)| *outcome == Outcome::Answered);
        Self {
            conversation_id: question.conversation.into(),
            message_id: question.message.into(),
            asked_at: question.asked_at,
            due_at: question.due_at,
            answered_at: answered.map(|(at, _)| at),
            in_time: question.in_time(now).unwrap_or(false),
        }
    }
}
