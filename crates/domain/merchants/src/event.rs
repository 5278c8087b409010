//! What happened.

use kernel::id::{
    AppealId, ConversationId, MerchantDocumentId, MerchantId, MerchantStepId, MessageId, RatingFallId, UserId,
};
use outbox::Event;
use serde::{Deserialize, Serialize};

use crate::model::Status;
use crate::model::conversation::{Side, Visibility};

/// A merchant was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantCreated {
    /// The merchant.
    pub merchant: MerchantId,
}

impl Event for MerchantCreated {
    const KIND: &'static str = "merchant_created.v1";
    fn subject(&self) -> String {
        self.merchant.to_string()
    }
}

/// A merchant may sell from now on, or may no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantStatusChanged {
    /// The merchant.
    pub merchant: MerchantId,
    /// Where it stood.
    pub from: Status,
    /// Where it stands.
    pub to: Status,
}

impl Event for MerchantStatusChanged {
    const KIND: &'static str = "merchant_status_changed.v1";
    fn subject(&self) -> String {
        self.merchant.to_string()
    }
}

/// Something that buyers see of a merchant, or that its offers depend on, was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantChanged {
    /// The merchant.
    pub merchant: MerchantId,
}

impl Event for MerchantChanged {
    const KIND: &'static str = "merchant_changed.v1";
    fn subject(&self) -> String {
        self.merchant.to_string()
    }
}

/// The clock or a plan changed whether a merchant sells; its status is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantSellingChanged {
    /// The merchant.
    pub merchant: MerchantId,
}

impl Event for MerchantSellingChanged {
    const KIND: &'static str = "merchant_selling_changed.v1";
    fn subject(&self) -> String {
        self.merchant.to_string()
    }
}

/// A step was taken on one of the axes of a merchant. It is kept for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantStepTaken {
    /// The step.
    pub step: MerchantStepId,
    /// The merchant.
    pub merchant: MerchantId,
}

impl Event for MerchantStepTaken {
    const KIND: &'static str = "merchant_step_taken.v1";
    fn subject(&self) -> String {
        self.merchant.to_string()
    }
}

/// A merchant handed a document in, or took it back before anybody looked at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentHandedIn {
    /// The document.
    pub document: MerchantDocumentId,
    /// The merchant.
    pub merchant: MerchantId,
    /// Whether it was taken back.
    pub withdrawn: bool,
}

impl Event for DocumentHandedIn {
    const KIND: &'static str = "merchant_document_handed_in.v1";
    fn subject(&self) -> String {
        self.document.to_string()
    }
}

/// The operator looked at a document of a merchant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentReviewed {
    /// The document.
    pub document: MerchantDocumentId,
    /// The merchant.
    pub merchant: MerchantId,
}

impl Event for DocumentReviewed {
    const KIND: &'static str = "merchant_document_reviewed.v1";
    fn subject(&self) -> String {
        self.merchant.to_string()
    }
}

/// A merchant asks that its block be looked at again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantAppealed {
    /// The appeal.
    pub appeal: AppealId,
    /// The merchant.
    pub merchant: MerchantId,
}

impl Event for MerchantAppealed {
    const KIND: &'static str = "merchant_appealed.v1";
    fn subject(&self) -> String {
        self.merchant.to_string()
    }
}

/// The operator decided about an appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealDecided {
    /// The appeal.
    pub appeal: AppealId,
    /// The merchant.
    pub merchant: MerchantId,
    /// Whether the block was lifted.
    pub granted: bool,
}

impl Event for AppealDecided {
    const KIND: &'static str = "merchant_appeal_decided.v1";
    fn subject(&self) -> String {
        self.merchant.to_string()
    }
}

/// The rating of a merchant fell below the threshold: it is warned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantRatingFell {
    /// The fall.
    pub fall: RatingFallId,
    /// The merchant.
    pub merchant: MerchantId,
}

impl Event for MerchantRatingFell {
    const KIND: &'static str = "merchant_rating_fell.v1";
    fn subject(&self) -> String {
        self.merchant.to_string()
    }
}

/// A conversation was opened, with its first message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationOpened {
    /// The conversation.
    pub conversation: ConversationId,
    /// The merchant that takes part.
    pub merchant: Option<MerchantId>,
    /// Who opened it.
    pub opened_by: Side,
    /// Who is to answer; nobody without one.
    pub awaiting: Option<Side>,
}

impl Event for ConversationOpened {
    const KIND: &'static str = "conversation_opened.v1";
    fn subject(&self) -> String {
        self.conversation.to_string()
    }
}

/// Something was said to others in a conversation; notes are not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessagePosted {
    /// The conversation.
    pub conversation: ConversationId,
    /// The message.
    pub message: MessageId,
    /// The merchant that takes part.
    pub merchant: Option<MerchantId>,
    /// Who wrote it; Souk itself without one.
    pub author_side: Option<Side>,
    /// Who may read it.
    pub visibility: Visibility,
    /// Who is to answer after it; nobody without one.
    pub awaiting: Option<Side>,
}

impl Event for MessagePosted {
    const KIND: &'static str = "message_posted.v1";
    fn subject(&self) -> String {
        self.conversation.to_string()
    }
}

/// A conversation was given to somebody of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationAssigned {
    /// The conversation.
    pub conversation: ConversationId,
    /// The merchant whose people these are; the operator's without one.
    pub team: Option<MerchantId>,
    /// Who has it now.
    pub user: UserId,
    /// The version of the conversation, which names the occasion.
    pub version: i64,
}

impl Event for ConversationAssigned {
    const KIND: &'static str = "conversation_assigned.v1";
    fn subject(&self) -> String {
        self.conversation.to_string()
    }
}

/// Somebody was named in a message by one of the own people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonMentioned {
    /// The conversation.
    pub conversation: ConversationId,
    /// The message.
    pub message: MessageId,
    /// The merchant whose people these are; the operator's without one.
    pub team: Option<MerchantId>,
    /// Who was named.
    pub user: UserId,
}

impl Event for PersonMentioned {
    const KIND: &'static str = "person_mentioned.v1";
    fn subject(&self) -> String {
        self.conversation.to_string()
    }
}

/// A conversation was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationClosed {
    /// The conversation.
    pub conversation: ConversationId,
    /// The merchant that takes part.
    pub merchant: Option<MerchantId>,
    /// Who closed it; Souk itself without one.
    pub closed_by: Option<Side>,
}

impl Event for ConversationClosed {
    const KIND: &'static str = "conversation_closed.v1";
    fn subject(&self) -> String {
        self.conversation.to_string()
    }
}
