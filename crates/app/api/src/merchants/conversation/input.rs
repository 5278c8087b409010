//! What clients say about conversations.

use access::Action;
use async_graphql::{ID, InputObject};
use kernel::Invalid;
use merchants::actions::{CONVERSE_BY_TOKEN, OPEN_CONVERSATION, POST_MESSAGE};
use merchants::conversation::{
    AssignConversation, ConversationFilter, NewMessage, PostMessage, RedactMessage, SteerConversation,
};
use orders::command::{About, OpenConversation, PostAsGuest};
use orders::query::GuestOrder;

use super::object::{ConversationAwaiting, ConversationSide, MessageVisibility};
use crate::input;
use crate::marketplace::conversation_rules::ConversationKind;

/// The most ids in a list; the settings may say less.
const IDS_MAX: usize = 100;

/// What a conversation is about.
#[derive(Debug, InputObject)]
pub struct ConversationSubjectInput {
    /// The kind of thing.
    pub kind: ConversationKind,
    /// Which one: a merchant order, a product, an incident.
    pub id: Option<ID>,
}

impl ConversationSubjectInput {
    fn about(&self) -> Result<About, context::Error> {
        let id = || self.id.as_ref().ok_or_else(|| Invalid::required("subject.id"));
        Ok(match self.kind {
            ConversationKind::Order => About::Order(input::id("subject.id", id()?)?),
            ConversationKind::Incident => About::Incident(input::id("subject.id", id()?)?),
            ConversationKind::Product => About::Product(input::id("subject.id", id()?)?),
            ConversationKind::Merchant => About::Merchant,
            ConversationKind::General => About::General,
        })
    }
}

/// Which conversations are asked for: those that meet all of it.
#[derive(Debug, Default, InputObject)]
pub struct ConversationFilterInput {
    /// Those of this merchant.
    pub merchant_id: Option<ID>,
    /// Those about this thing.
    pub subject: Option<ConversationSubjectInput>,
    /// Those that wait for this side.
    pub awaiting: Option<ConversationAwaiting>,
    /// Those that this person of one's own people cares for.
    pub assignee_id: Option<ID>,
    /// Those that the caller cares for.
    pub mine: Option<bool>,
    /// Those with messages that the caller has not read.
    pub unread: Option<bool>,
    /// Those for this, as a code of the settings.
    pub topic: Option<String>,
    /// Those that are closed, or are not.
    pub closed: Option<bool>,
}

impl ConversationFilterInput {
    pub(super) fn read(self) -> Result<ConversationFilter, context::Error> {
        let subject = self.subject.map(|of| (of.kind.into(), of.id.map(|id| id.to_string()).unwrap_or_default()));
        Ok(ConversationFilter {
            merchant: input::optional_id("filter.merchantId", self.merchant_id.as_ref())?,
            subject,
            awaiting: self.awaiting.map(ConversationAwaiting::side),
            assignee: input::optional_id("filter.assigneeId", self.assignee_id.as_ref())?,
            mine: self.mine.unwrap_or(false),
            unread: self.unread.unwrap_or(false),
            topic: self.topic,
            closed: self.closed,
        })
    }
}

/// A message to be written.
#[derive(Debug, InputObject)]
pub struct NewMessageInput {
    /// What it says, as plain text.
    pub words: String,
    /// Who may read it; everybody who takes part when absent.
    pub visibility: Option<MessageVisibility>,
    /// Who is to answer; the other side when absent. Buyers may say that nobody is.
    pub awaiting: Option<ConversationAwaiting>,
    /// Its files: one's own, uploaded before and ready.
    #[graphql(default)]
    pub attachment_ids: Vec<ID>,
    /// Who of one's own people is meant.
    #[graphql(default)]
    pub mention_ids: Vec<ID>,
}

impl NewMessageInput {
    fn read(self) -> Result<NewMessage, context::Error> {
        Ok(NewMessage {
            words: self.words,
            visibility: self.visibility.map(Into::into),
            asked: self.awaiting.map(Into::into).unwrap_or_default(),
            attachments: input::ids("message.attachmentIds", &self.attachment_ids, IDS_MAX)?,
            mentions: input::ids("message.mentionIds", &self.mention_ids, IDS_MAX)?,
        })
    }
}

const fn is_guest(number: Option<&String>, token: Option<&String>) -> bool {
    number.is_some() && token.is_some()
}

fn guest(number: Option<String>, token: Option<String>) -> Option<GuestOrder> {
    number.zip(token).map(|(number, token)| GuestOrder { number, token })
}

/// A conversation to be opened.
#[derive(Debug, InputObject)]
pub struct ConversationOpenInput {
    /// Chosen by the client: the same key again opens nothing more.
    pub idempotency_key: String,
    /// What it is about.
    pub subject: ConversationSubjectInput,
    /// The merchant, for what does not name it: a product, a merchant, and for the operator anything general.
    pub merchant_id: Option<ID>,
    /// With whom staff talks about an order or incident; when empty a merchant with the buyer, the operator with both.
    #[graphql(default)]
    pub with: Vec<ConversationSide>,
    /// The number of the order, for somebody who is not signed in.
    pub order_number: Option<String>,
    /// The secret of the cart it was placed from, for somebody who is not signed in.
    pub order_token: Option<String>,
    /// What it is for: a code of the settings.
    pub topic: String,
    /// What it is called.
    pub title: String,
    /// The first message.
    pub message: NewMessageInput,
}

impl ConversationOpenInput {
    /// What it takes the right to.
    pub(super) const fn action(&self) -> Action {
        if is_guest(self.order_number.as_ref(), self.order_token.as_ref()) {
            CONVERSE_BY_TOKEN
        } else {
            OPEN_CONVERSATION
        }
    }

    pub(super) fn read(self) -> Result<OpenConversation, context::Error> {
        Ok(OpenConversation {
            about: self.subject.about()?,
            merchant: input::optional_id("merchantId", self.merchant_id.as_ref())?,
            with: self.with.into_iter().map(Into::into).collect(),
            guest: guest(self.order_number, self.order_token),
            topic: self.topic,
            title: self.title,
            message: self.message.read()?,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A message for a conversation.
#[derive(Debug, InputObject)]
pub struct MessagePostInput {
    /// Chosen by the client: the same key again writes nothing more.
    pub idempotency_key: String,
    /// The conversation.
    pub conversation_id: ID,
    /// The number of the order, for somebody who is not signed in.
    pub order_number: Option<String>,
    /// The secret of the cart it was placed from, for somebody who is not signed in.
    pub order_token: Option<String>,
    /// The message.
    pub message: NewMessageInput,
}

/// Who writes a message.
pub(super) enum Posted {
    /// Somebody who signed in.
    Own(PostMessage),
    /// Whoever has the secret of an order.
    Guest(PostAsGuest),
}

impl MessagePostInput {
    /// What it takes the right to.
    pub(super) const fn action(&self) -> Action {
        if is_guest(self.order_number.as_ref(), self.order_token.as_ref()) { CONVERSE_BY_TOKEN } else { POST_MESSAGE }
    }

    pub(super) fn read(self) -> Result<Posted, context::Error> {
        let conversation = input::id("conversationId", &self.conversation_id)?;
        let (message, idempotency_key) = (self.message.read()?, self.idempotency_key);
        Ok(match guest(self.order_number, self.order_token) {
            Some(guest) => Posted::Guest(PostAsGuest { guest, conversation, message, idempotency_key }),
            None => Posted::Own(PostMessage { conversation, message, idempotency_key }),
        })
    }
}

/// Who is to care for a conversation.
#[derive(Debug, InputObject)]
pub struct ConversationAssignInput {
    /// The conversation.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// The user, one of one's own people; nobody when absent.
    pub assignee_id: Option<ID>,
}

impl ConversationAssignInput {
    pub(super) fn read(self) -> Result<AssignConversation, context::Error> {
        Ok(AssignConversation {
            id: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            assignee: input::optional_id("assigneeId", self.assignee_id.as_ref())?,
        })
    }
}

/// The operator's team is asked to join.
#[derive(Debug, InputObject)]
pub struct ConversationInviteInput {
    /// The conversation.
    pub id: ID,
    /// What it is asked.
    pub words: String,
}

/// A conversation to be closed.
#[derive(Debug, InputObject)]
pub struct ConversationCloseInput {
    /// The conversation.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// A word to the others.
    pub words: Option<String>,
}

/// A conversation to be opened again.
#[derive(Debug, InputObject)]
pub struct ConversationReopenInput {
    /// The conversation.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// A word to the others.
    pub words: Option<String>,
}

pub(super) fn steered(
    id: &ID,
    expected_version: i64,
    words: Option<String>,
) -> Result<SteerConversation, context::Error> {
    Ok(SteerConversation { id: input::id("id", id)?, expected_version, words })
}

/// A conversation that was read.
#[derive(Debug, InputObject)]
pub struct ConversationMarkReadInput {
    /// The conversation.
    pub id: ID,
}

/// Words to be taken away.
#[derive(Debug, InputObject)]
pub struct MessageRedactInput {
    /// The message.
    pub id: ID,
    /// Why; whoever reads the conversation sees it.
    pub reason: String,
}

impl MessageRedactInput {
    pub(super) fn read(self) -> Result<RedactMessage, context::Error> {
        Ok(RedactMessage { message: input::id("id", &self.id)?, reason: self.reason })
    }
}
