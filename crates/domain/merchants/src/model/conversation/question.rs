//! Questions that merchants are to answer in time.

use chrono::{DateTime, Utc};
use kernel::id::{ConversationId, MerchantId, MessageId};

use super::{MessageKind, Side, Visibility, stored_names};

/// How a question ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The merchant answered.
    Answered,
    /// The merchant did not.
    Missed,
    /// It needed no answer before its time was over, or somebody else gave it.
    Void,
}

stored_names!(Outcome { Answered = "answered", Missed = "missed", Void = "void" });

/// What a buyer asked until the merchant answers. What the buyer adds meanwhile belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The message that asks.
    pub message: MessageId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Who is to answer.
    pub merchant: MerchantId,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// Until when it is to be answered.
    pub due_at: DateTime<Utc>,
    /// When it ended, and how.
    pub ended: Option<(DateTime<Utc>, Outcome)>,
}

impl Question {
    /// Whether it was answered in time; `None` while that is open, and where it does not count.
    #[must_use]
    pub fn in_time(&self, now: DateTime<Utc>) -> Option<bool> {
        match self.ended {
            Some((at, Outcome::Answered)) => Some(at <= self.due_at),
            Some((_, Outcome::Missed)) => Some(false),
            Some((_, Outcome::Void)) => None,
            None => (self.due_at < now).then_some(false),
        }
    }

    /// How a message ends it; `None` when it does not.
    #[must_use]
    pub fn ended_by(
        &self,
        side: Option<Side>,
        kind: MessageKind,
        visibility: Visibility,
        awaiting: Option<Side>,
        now: DateTime<Utc>,
    ) -> Option<Outcome> {
        let spared = if now > self.due_at { Outcome::Missed } else { Outcome::Void };
        match (kind, side) {
            // Who closes without an answer has given none.
            (MessageKind::Closed, Some(Side::Merchant)) => Some(Outcome::Missed),
            (MessageKind::Closed, _) => Some(spared),
            _ if visibility != Visibility::All => None,
            (MessageKind::Words | MessageKind::Reopened, Some(Side::Merchant)) => Some(Outcome::Answered),
            (MessageKind::Words | MessageKind::Reopened, Some(Side::Operator)) => Some(spared),
            (MessageKind::Words, Some(Side::Buyer)) if awaiting.is_none() => Some(spared),
            _ => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::{Duration, TimeZone as _};
    use uuid::Uuid;

    use super::*;

    fn question() -> Question {
        let at = Utc.with_ymd_and_hms(2026, 3, 2, 9, 0, 0).unwrap();
        Question {
            message: MessageId(Uuid::nil()),
            conversation: ConversationId(Uuid::nil()),
            merchant: MerchantId(Uuid::nil()),
            asked_at: at,
            due_at: at + Duration::hours(24),
            ended: None,
        }
    }

    #[test]
    fn an_answer_ends_it_and_a_note_does_not() {
        let asked = question();
        let early = asked.asked_at + Duration::hours(1);
        let by =
            |side, visibility| asked.ended_by(Some(side), MessageKind::Words, visibility, Some(Side::Buyer), early);
        assert_eq!(by(Side::Merchant, Visibility::All), Some(Outcome::Answered));
        assert_eq!(by(Side::Merchant, Visibility::Merchant), None);
        assert_eq!(by(Side::Merchant, Visibility::Team), None);
        assert_eq!(by(Side::Operator, Visibility::All), Some(Outcome::Void));
        assert_eq!(by(Side::Buyer, Visibility::All), None);
    }

    #[test]
    fn closing_is_no_answer() {
        let asked = question();
        let (early, late) = (asked.due_at, asked.due_at + Duration::seconds(1));
        let closed = |side, at| asked.ended_by(side, MessageKind::Closed, Visibility::All, None, at);
        assert_eq!(closed(Some(Side::Merchant), early), Some(Outcome::Missed));
        assert_eq!(closed(Some(Side::Buyer), early), Some(Outcome::Void));
        assert_eq!(closed(Some(Side::Buyer), late), Some(Outcome::Missed));
        assert_eq!(closed(None, early), Some(Outcome::Void));
    }

    #[test]
    fn in_time_is_until_the_last_moment() {
        let asked = question();
        let ended = |at, outcome| Question { ended: Some((at, outcome)), ..question() };
        assert_eq!(ended(asked.due_at, Outcome::Answered).in_time(asked.due_at), Some(true));
        assert_eq!(ended(asked.due_at + Duration::seconds(1), Outcome::Answered).in_time(asked.due_at), Some(false));
        assert_eq!(ended(asked.due_at, Outcome::Void).in_time(asked.due_at), None);
        assert_eq!(asked.in_time(asked.due_at), None);
        assert_eq!(asked.in_time(asked.due_at + Duration::seconds(1)), Some(false));
    }
}
