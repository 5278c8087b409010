//! How people of the marketplace write to each other.

use async_graphql::{Enum, InputObject, SimpleObject};

/// What a conversation may be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "marketplace::ConversationKind")]
pub enum ConversationKind {
    /// A merchant order.
    Order,
    /// A product of a merchant.
    Product,
    /// The merchant itself.
    Merchant,
    /// An incident of a merchant order.
    Incident,
    /// Nothing of the kind.
    General,
}

/// Which files may be attached to messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "marketplace::AttachmentKind")]
pub enum AttachmentKind {
    /// Pictures.
    Image,
    /// Films.
    Video,
    /// Models in three dimensions.
    Model,
    /// Documents.
    Document,
}

/// How people of the marketplace write to each other.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "ConversationSettingsInput")]
pub struct ConversationSettings {
    /// Whether buyers and merchants get each other's addresses, numbers and links hidden.
    pub mask_contacts: bool,
    /// Hours in which a merchant is to answer a buyer.
    pub answer_hours: u32,
    /// How many files a message may have; 0: none.
    pub attachments_max: u32,
    /// All of them: the kinds of files that may be attached.
    pub attachment_kinds: Vec<AttachmentKind>,
    /// Days after which a conversation in which no team is waited for is closed; 0: never.
    pub close_idle_days: u32,
    /// Whether a message opens a closed conversation again; otherwise it is refused.
    pub message_reopens: bool,
    /// How many conversations a buyer may open within a day; 0: any number.
    pub buyer_opens_per_day: u32,
    /// All of it: what buyers may open conversations about.
    pub buyers_open: Vec<ConversationKind>,
    /// All of it: what merchants may open conversations about.
    pub merchants_open: Vec<ConversationKind>,
    /// All of them: what conversations may be for, as codes.
    pub topics: Vec<String>,
}

impl From<marketplace::ConversationSettings> for ConversationSettings {
    fn from(of: marketplace::ConversationSettings) -> Self {
        Self {
            mask_contacts: of.mask_contacts,
            answer_hours: of.answer_hours,
            attachments_max: of.attachments_max,
            attachment_kinds: of.attachment_kinds.into_iter().map(Into::into).collect(),
            close_idle_days: of.close_idle_days,
            message_reopens: of.message_reopens,
            buyer_opens_per_day: of.buyer_opens_per_day,
            buyers_open: of.buyers_open.into_iter().map(Into::into).collect(),
            merchants_open: of.merchants_open.into_iter().map(Into::into).collect(),
            topics: of.topics,
        }
    }
}

impl From<ConversationSettings> for marketplace::ConversationSettings {
    fn from(of: ConversationSettings) -> Self {
        Self {
            mask_contacts: of.mask_contacts,
            answer_hours: of.answer_hours,
            attachments_max: of.attachments_max,
            attachment_kinds: of.attachment_kinds.into_iter().map(Into::into).collect(),
            close_idle_days: of.close_idle_days,
            message_reopens: of.message_reopens,
            buyer_opens_per_day: of.buyer_opens_per_day,
            buyers_open: of.buyers_open.into_iter().map(Into::into).collect(),
            merchants_open: of.merchants_open.into_iter().map(Into::into).collect(),
            topics: of.topics,
        }
    }
}
