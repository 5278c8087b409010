//! Conversations and messages as clients see them.

use std::sync::Arc;

use async_graphql::connection::Connection;
use async_graphql::{ComplexObject, Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kernel::id::MessageId;
use merchants::conversation::{self, Asked, Person, Side, Thread};

use crate::assets::Asset;
use crate::error::{Gql, answer, ctx};
use crate::loader::load;
use crate::marketplace::conversation_rules::ConversationKind;
use crate::merchants::{MerchantCard, MerchantCardLoader};
use crate::page::{connection, page_args};

/// Who takes part in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::conversation::Side")]
pub enum ConversationSide {
    /// A buyer.
    Buyer,
    /// People of a merchant.
    Merchant,
    /// The operator's team.
    Operator,
}

/// Who is to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ConversationAwaiting {
    /// The buyer.
    Buyer,
    /// The merchant's people.
    Merchant,
    /// The operator's team.
    Operator,
    /// Nobody.
    Nobody,
}

impl From<Option<Side>> for ConversationAwaiting {
    fn from(side: Option<Side>) -> Self {
        match side {
            Some(Side::Buyer) => Self::Buyer,
            Some(Side::Merchant) => Self::Merchant,
            Some(Side::Operator) => Self::Operator,
            None => Self::Nobody,
        }
    }
}

impl ConversationAwaiting {
    /// The side, or none.
    pub(super) const fn side(self) -> Option<Side> {
        match self {
            Self::Buyer => Some(Side::Buyer),
            Self::Merchant => Some(Side::Merchant),
            Self::Operator => Some(Side::Operator),
            Self::Nobody => None,
        }
    }
}

impl From<ConversationAwaiting> for Asked {
    fn from(awaiting: ConversationAwaiting) -> Self {
        awaiting.side().map_or(Self::Nobody, Self::Of)
    }
}

/// Who may read a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::conversation::Visibility")]
pub enum MessageVisibility {
    /// Everybody who takes part.
    All,
    /// The merchant's people and the operator's, not the buyer.
    #[graphql(name = "MERCHANT_AND_OPERATOR")]
    Team,
    /// The merchant's people alone: a note.
    Merchant,
    /// The operator's people alone: a note.
    Operator,
}

/// What a message does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::conversation::MessageKind")]
pub enum MessageKind {
    /// It says something.
    Words,
    /// It asks the operator's team to join.
    Invited,
    /// It closes the conversation.
    Closed,
    /// It opens the conversation again.
    Reopened,
}

/// What can be done with a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::conversation::ConversationAction")]
pub enum ConversationAction {
    /// Write to the others.
    Post,
    /// Write a note for one's own people.
    Note,
    /// Give it to somebody.
    Assign,
    /// Ask the operator's team to join.
    Invite,
    /// Close it.
    Close,
    /// Open it again.
    Reopen,
}

/// Somebody of one's own people.
#[derive(Debug, Clone, SimpleObject)]
pub struct ConversationPerson {
    /// The user.
    pub user_id: ID,
    /// By name.
    pub name: String,
}

impl From<Person> for ConversationPerson {
    fn from(person: Person) -> Self {
        Self { user_id: person.id.into(), name: person.name }
    }
}

/// Why the words of a message are gone.
#[derive(Debug, Clone, SimpleObject)]
pub struct MessageRedaction {
    /// Why.
    pub reason: String,
    /// Who of the operator's people took them away; `null` to buyers.
    pub author: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A message of a conversation, as its reader may read it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Message {
    #[graphql(skip)]
    id: MessageId,
    /// The conversation.
    pub conversation_id: ID,
    /// What it does.
    pub kind: MessageKind,
    /// Who wrote it; `null`: Souk itself.
    pub side: Option<ConversationSide>,
    /// By name, where the reader may know it.
    pub author: Option<String>,
    /// Who may read it.
    pub visibility: MessageVisibility,
    /// Who is to answer after it; `null` for a note, which says nothing about that.
    pub awaiting: Option<ConversationAwaiting>,
    /// What it says; `null` when it was taken away or forgotten, and when nothing was said.
    pub words: Option<String>,
    /// Whether addresses, numbers or links in it are hidden from the reader.
    pub masked: bool,
    /// All of them: its files.
    pub attachments: Vec<Asset>,
    /// All of them: who of one's own people is meant.
    pub mentions: Vec<ConversationPerson>,
    /// Why its words are gone.
    pub redaction: Option<MessageRedaction>,
    /// When it was written.
    pub posted_at: DateTime<Utc>,
}

#[ComplexObject]
impl Message {
    /// Its id.
    pub(crate) async fn id(&self) -> ID {
        self.id.into()
    }
}

impl From<conversation::Message> for Message {
    fn from(message: conversation::Message) -> Self {
        let redaction = message.redaction;
        let redaction = redaction.map(|of| MessageRedaction { reason: of.reason, author: of.author_name, at: of.at });
        Self {
            id: message.id,
            conversation_id: message.conversation.into(),
            kind: message.kind.into(),
            side: message.side.map(Into::into),
            author: message.author_name,
            visibility: message.visibility.into(),
            awaiting: message.awaiting.map(Into::into),
            words: message.words,
            masked: message.is_masked,
            attachments: message.attachments.into_iter().filter_map(|of| of.asset).map(Asset).collect(),
            mentions: message.mentions.into_iter().map(Into::into).collect(),
            redaction,
            posted_at: message.posted_at,
        }
    }
}

/// A conversation, as its reader sees it.
pub struct Conversation(pub Thread);

impl From<Thread> for Conversation {
    fn from(thread: Thread) -> Self {
        Self(thread)
    }
}

impl Conversation {
    const fn of(&self) -> &conversation::Conversation {
        self.0.conversation()
    }
}

/// A conversation between a buyer, a merchant and the operator's team.
#[Object]
impl Conversation {
    /// Its id.
    pub(crate) async fn id(&self) -> ID {
        self.of().id.into()
    }

    /// What kind of thing it is about.
    async fn subject_kind(&self) -> ConversationKind {
        self.of().subject.kind.into()
    }

    /// Which one; `null` for a general one.
    async fn subject_id(&self) -> Option<ID> {
        Some(&self.of().subject.id).filter(|id| !id.is_empty()).map(|id| id.as_str().into())
    }

    /// What people call that: the number of an order, the title of a product; empty for a general one.
    async fn subject_label(&self) -> &str {
        &self.of().subject.label
    }

    /// The merchant that takes part.
    async fn merchant(&self, gql: &Context<'_>) -> Gql<Option<Arc<MerchantCard>>> {
        match self.of().merchant {
            Some(id) => load::<MerchantCardLoader, _>(gql, id).await,
            None => Ok(None),
        }
    }

    /// The buyer that takes part, by name; `Erased` when he was forgotten.
    async fn buyer_name(&self) -> Option<&str> {
        self.of().buyer.as_ref().map(|buyer| buyer.name.as_str())
    }

    /// What it is for, as a code of the settings.
    async fn topic(&self) -> &str {
        &self.of().topic
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.of().title
    }

    /// Who began it.
    async fn opened_by(&self) -> ConversationSide {
        self.of().opened_by.into()
    }

    /// When.
    async fn opened_at(&self) -> DateTime<Utc> {
        self.of().opened_at
    }

    /// Since when the operator's team takes part.
    async fn operator_since(&self) -> Option<DateTime<Utc>> {
        self.of().operator_since
    }

    /// Who of one's own people cares for it; `null` to buyers.
    async fn assignee(&self) -> Option<ConversationPerson> {
        self.of().assignee(self.0.side()).cloned().map(Into::into)
    }

    /// Who is to answer.
    async fn awaiting(&self) -> ConversationAwaiting {
        self.of().awaiting.into()
    }

    /// Since when.
    async fn awaiting_since(&self) -> Option<DateTime<Utc>> {
        self.of().awaiting_since
    }

    /// When it was closed.
    async fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.of().closed.map(|(at, _)| at)
    }

    /// Who closed it; `null` while it is open, and when Souk did.
    async fn closed_by(&self) -> Option<ConversationSide> {
        self.of().closed.and_then(|(_, by)| by).map(Into::into)
    }

    /// How many messages one may read.
    async fn message_count(&self) -> i64 {
        self.0.message_count()
    }

    /// How many of them came since one marked it as read, or wrote.
    async fn unread(&self) -> i64 {
        self.0.unread()
    }

    /// When something was last said that one may know of.
    async fn moved_at(&self) -> DateTime<Utc> {
        self.0.moved_at()
    }

    /// When its buyer was forgotten, with every word in it.
    async fn erased_at(&self) -> Option<DateTime<Utc>> {
        self.of().erased_at
    }

    /// Grows by one with every change; send it as `expectedVersion`.
    async fn version(&self) -> i64 {
        self.of().version
    }

    /// All of it: what one may do with it.
    async fn allowed_actions(&self, gql: &Context<'_>) -> Gql<Vec<ConversationAction>> {
        Ok(self.0.allowed(ctx(gql)?).into_iter().map(Into::into).collect())
    }

    /// The messages that one may read, in their order.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn messages(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The newest first.")] newest_first: Option<bool>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Message>> {
        let page = answer(gql, page_args(first, after))?;
        let newest_first = newest_first.unwrap_or(false);
        let found = Box::pin(conversation::messages(ctx(gql)?, &self.0, newest_first, &page)).await;
        Ok(connection(answer(gql, found)?, Message::from))
    }
}
