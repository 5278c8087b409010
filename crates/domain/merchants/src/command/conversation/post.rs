//! Writing into conversations, and taking words away.

use context::{Ctx, Idempotent, WriteTx};
use history::Change;
use kernel::id::{ConversationId, MessageId};
use kernel::text;
use marketplace::ConversationSettings;

use super::write::{NewMessage, checked, write};
use super::{party, rules};
use crate::actions::{POST_MESSAGE, REDACT_MESSAGE};
use crate::model::conversation::{Conversation, Message, MessageKind, Party, Redaction};
use crate::query::conversation::message_on;
use crate::{Error, repo};

/// A message to be written.
#[derive(Debug, Clone)]
pub struct PostMessage {
    /// The conversation.
    pub conversation: ConversationId,
    /// The message.
    pub message: NewMessage,
    /// Names the request: repeating it writes nothing more.
    pub idempotency_key: String,
}

/// Writes a message. People who write at once are put one after the other. A closed conversation is opened again, where the
/// settings say so.
///
/// # Errors
/// What is wrong with the input; [`Error::ConversationClosed`]; [`Error::MerchantGone`]; the key was used for something
/// else; not found; denied; the database error.
pub async fn post(ctx: &Ctx, input: PostMessage) -> Result<Message, Error> {
    let grant = ctx.authorize(POST_MESSAGE)?;
    let (party, rules) = (party(&grant)?, rules(ctx).await?);
    let mut tx = ctx.begin_write_for(&grant).await?;
    let asked = (input.conversation, &input.message);
    let claim = tx.idempotent(ctx.actor().id(), "messagePost", &input.idempotency_key, &asked).await?;
    let id: MessageId = match claim {
        Idempotent::Replay(id) => id,
        Idempotent::Proceed => {
            let id = post_in_tx(&mut tx, &rules, party, input.conversation, input.message).await?;
            tx.commit_with_answer(&id).await?;
            id
        }
    };
    message_on(ctx, party, id).await
}

/// The same for callers that have authorized and know the party: guests, who have shown the secret of an order.
///
/// # Errors
/// As [`post`].
pub async fn post_in_tx(
    tx: &mut WriteTx,
    rules: &ConversationSettings,
    party: Party,
    id: ConversationId,
    message: NewMessage,
) -> Result<MessageId, Error> {
    let mut conversation = repo::conversation::lock(tx, party, id).await?;
    let step = checked(tx, rules, party, &conversation, (MessageKind::Words, message)).await?;
    if step.awaiting.is_some() {
        goes_on(rules, &conversation)?;
    }
    Ok(write(tx, rules, party, &mut conversation, step).await?.id)
}

/// Refuses to go on with what is closed for good.
fn goes_on(rules: &ConversationSettings, conversation: &Conversation) -> Result<(), Error> {
    let over = conversation.closed.is_some() && !rules.message_reopens;
    if over || conversation.erased_at.is_some() { Err(Error::ConversationClosed) } else { Ok(()) }
}

/// Words to be taken away.
#[derive(Debug, Clone)]
pub struct RedactMessage {
    /// The message.
    pub message: MessageId,
    /// Why; everybody who reads the conversation sees it.
    pub reason: String,
}

/// Takes the words and files of a message away for good. The message stays, with who wrote it and the SHA-256 of its words.
///
/// # Errors
/// A wrong `reason`; [`Error::AlreadyDecided`] when its words are gone; not found; denied; the database error.
pub async fn redact(ctx: &Ctx, input: RedactMessage) -> Result<Message, Error> {
    let grant = ctx.authorize(REDACT_MESSAGE)?;
    let party = party(&grant)?;
    if party != Party::Operator {
        return Err(context::Error::NotFound("message").into());
    }
    let reason = text::line("reason", &input.reason, 500)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let message = repo::conversation::message::find(&*tx, party, input.message).await?;
    repo::conversation::lock(&tx, party, message.conversation).await?;
    let redaction = Redaction { reason, author_name: Some(ctx.actor().name.clone()), at: tx.now() };
    if !repo::conversation::message::redact(&tx, &message, &redaction).await? {
        return Err(Error::AlreadyDecided("message"));
    }
    let change = Change::new("message", message.id, "redacted").because(redaction.reason);
    tx.record(change.of_merchant(message.owner));
    tx.commit().await?;
    message_on(ctx, party, input.message).await
}
