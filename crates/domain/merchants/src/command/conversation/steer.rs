//! Who cares for a conversation, who joins it, and its end.

use context::{Ctx, WriteTx};
use history::Change;
use identity::Team;
use kernel::Invalid;
use kernel::id::{ConversationId, UserId};

use super::open::of_merchant;
use super::write::{Step, said, team, write};
use super::{party, reader, rules};
use crate::actions::{ASSIGN_CONVERSATION, CLOSE_CONVERSATION, POST_MESSAGE, READ_CONVERSATION};
use crate::event::{ConversationAssigned, ConversationClosed};
use crate::model::conversation::{Asked, Conversation, MessageKind, Party, Person, Side, Visibility};
use crate::query::conversation::{Thread, thread_on};
use crate::{Error, Status, repo};

/// Who is to care for a conversation.
#[derive(Debug, Clone)]
pub struct AssignConversation {
    /// The conversation.
    pub id: ConversationId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// Somebody of the caller's own people; `None`: nobody.
    pub assignee: Option<UserId>,
}

/// The operator's team is asked to join.
#[derive(Debug, Clone)]
pub struct InviteOperator {
    /// The conversation.
    pub id: ConversationId,
    /// What it is asked.
    pub words: String,
}

/// A conversation to be closed or opened again.
#[derive(Debug, Clone)]
pub struct SteerConversation {
    /// The conversation.
    pub id: ConversationId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// A word to the others.
    pub words: Option<String>,
}

/// Gives a conversation to somebody of one's own people, or to nobody.
///
/// # Errors
/// `NOT_IN_TEAM`; stale; not found; denied; the database error.
pub async fn assign(ctx: &Ctx, input: AssignConversation) -> Result<Thread, Error> {
    let grant = ctx.authorize(ASSIGN_CONVERSATION)?;
    let party = party(&grant)?;
    let team = team(party).ok_or(context::Error::NotFound("conversation"))?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let mut conversation = seen(&tx, party, input.id, input.expected_version).await?;
    let person = match input.assignee {
        Some(user) => Some(seated(&tx, team, user).await?),
        None => None,
    };
    let side = party.side();
    let before = conversation.assignee(side).map(|person| person.id);
    let change = Change::new("conversation", conversation.id, "assigned");
    let change = change.field("assignee", before, person.as_ref().map(|person| person.id));
    match side {
        Side::Merchant => conversation.merchant_assignee = person,
        Side::Buyer | Side::Operator => conversation.operator_assignee = person,
    }
    conversation.version += 1;
    repo::conversation::save(&tx, &conversation).await?;
    // Who of the operator's people cares for it is none of the merchant's business.
    tx.record(if side == Side::Merchant { of_merchant(change, &conversation) } else { change });
    if let Some(user) = input.assignee.filter(|user| Some(*user) != before) {
        let version = conversation.version;
        tx.emit(&ConversationAssigned { conversation: conversation.id, team: team.merchant(), user, version });
    }
    tx.commit().await?;
    thread_on(ctx, party, input.id).await
}

async fn seated(tx: &WriteTx, team: Team, user: UserId) -> Result<Person, Error> {
    let mut found = identity::seated_on(&**tx, team, &[user]).await.map_err(context::Error::internal)?;
    let unknown = || Invalid::new("assigneeId", "NOT_IN_TEAM", "is not one of your own people");
    Ok(Person { id: user, name: found.remove(&user).ok_or_else(unknown)? })
}

/// Asks the operator's team to join: by a buyer before everybody, by a merchant between the teams.
///
/// # Errors
/// A wrong `words`; [`Error::ConversationClosed`]; [`Error::MerchantGone`]; not found; denied; the database error.
pub async fn invite(ctx: &Ctx, input: InviteOperator) -> Result<Thread, Error> {
    let grant = ctx.authorize(POST_MESSAGE)?;
    let (party, rules) = (party(&grant)?, rules(ctx).await?);
    let words = said(&input.words)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let mut conversation = repo::conversation::lock(&tx, party, input.id).await?;
    let visibility = match party.side() {
        Side::Buyer => Visibility::All,
        Side::Merchant => Visibility::Team,
        Side::Operator => return Err(Error::AlreadyDecided("invitation")),
    };
    if conversation.closed.is_some() || conversation.erased_at.is_some() {
        return Err(Error::ConversationClosed);
    }
    present(&tx, party).await?;
    let step = Step {
        kind: MessageKind::Invited,
        side: Some(party.side()),
        visibility,
        awaiting: Some(Some(Side::Operator)),
        words: Some(words),
        attachments: Vec::new(),
        mentions: Vec::new(),
    };
    write(&mut tx, &rules, party, &mut conversation, step).await?;
    tx.commit().await?;
    thread_on(ctx, party, input.id).await
}

/// Closes a conversation: nobody is waited for any more.
///
/// # Errors
/// A wrong `words`; [`Error::ConversationClosed`]; [`Error::MerchantGone`]; stale; not found; denied; the database error.
pub async fn close(ctx: &Ctx, input: SteerConversation) -> Result<Thread, Error> {
    let grant = ctx.authorize(CLOSE_CONVERSATION)?;
    let (party, rules) = (party(&grant)?, rules(ctx).await?);
    let words = optional(input.words.as_deref())?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let mut conversation = seen(&tx, party, input.id, input.expected_version).await?;
    if conversation.closed.is_some() {
        return Err(Error::ConversationClosed);
    }
    present(&tx, party).await?;
    let step = Step {
        kind: MessageKind::Closed,
        side: Some(party.side()),
        visibility: Visibility::All,
        awaiting: Some(None),
        words,
        attachments: Vec::new(),
        mentions: Vec::new(),
    };
    write(&mut tx, &rules, party, &mut conversation, step).await?;
    tell_closed(&mut tx, &conversation, Some(party.side()));
    tx.commit().await?;
    thread_on(ctx, party, input.id).await
}

/// The history and the fact of a close.
pub(super) fn tell_closed(tx: &mut WriteTx, conversation: &Conversation, by: Option<Side>) {
    let change = Change::new("conversation", conversation.id, "closed").field("closed", false, true);
    tx.record(of_merchant(change, conversation));
    tx.emit(&ConversationClosed { conversation: conversation.id, merchant: conversation.merchant, closed_by: by });
}

/// Opens a closed conversation again. Who does so waits for the other side.
///
/// # Errors
/// A wrong `words`; [`Error::ConversationOpen`]; [`Error::ConversationClosed`] for one whose buyer was forgotten;
/// [`Error::MerchantGone`]; stale; not found; denied; the database error.
pub async fn reopen(ctx: &Ctx, input: SteerConversation) -> Result<Thread, Error> {
    let grant = ctx.authorize(CLOSE_CONVERSATION)?;
    let (party, rules) = (party(&grant)?, rules(ctx).await?);
    let words = optional(input.words.as_deref())?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let mut conversation = seen(&tx, party, input.id, input.expected_version).await?;
    if conversation.closed.is_none() {
        return Err(Error::ConversationOpen);
    }
    if conversation.erased_at.is_some() {
        return Err(Error::ConversationClosed);
    }
    present(&tx, party).await?;
    let answers = match conversation.merchant {
        Some(merchant) => repo::status_on(&*tx, merchant).await? != Status::Closed,
        None => false,
    };
    let awaiting = conversation.awaiting_after(party.side(), Visibility::All, Asked::Other, answers);
    let awaiting = awaiting.map_err(|_| context::Error::internal("nobody can be waited for"))?;
    let step = Step {
        kind: MessageKind::Reopened,
        side: Some(party.side()),
        visibility: Visibility::All,
        awaiting,
        words,
        attachments: Vec::new(),
        mentions: Vec::new(),
    };
    write(&mut tx, &rules, party, &mut conversation, step).await?;
    let change = Change::new("conversation", conversation.id, "reopened").field("closed", true, false);
    tx.record(of_merchant(change, &conversation));
    tx.commit().await?;
    thread_on(ctx, party, input.id).await
}

/// Notes that the caller has read a conversation as it is now.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn mark_read(ctx: &Ctx, id: ConversationId) -> Result<Thread, Error> {
    let grant = ctx.authorize(READ_CONVERSATION)?;
    let party = party(&grant)?;
    let tx = ctx.begin_write_for(&grant).await?;
    let conversation = repo::conversation::find(&*tx, party, id).await?;
    let seen = conversation.counts.of(party.side());
    repo::conversation::reader::mark(&tx, id, &reader(ctx, party), seen).await?;
    tx.commit().await?;
    thread_on(ctx, party, id).await
}

/// The conversation under lock, if it still is as the caller saw it.
async fn seen(tx: &WriteTx, party: Party, id: ConversationId, version: i64) -> Result<Conversation, Error> {
    let conversation = repo::conversation::lock(tx, party, id).await?;
    if conversation.version == version { Ok(conversation) } else { Err(context::Error::Stale("conversation").into()) }
}

/// A merchant that is gone writes nothing any more.
async fn present(tx: &WriteTx, party: Party) -> Result<(), Error> {
    match party {
        Party::Merchant(id) if repo::status_on(&**tx, id).await? == Status::Closed => Err(Error::MerchantGone),
        _ => Ok(()),
    }
}

fn optional(words: Option<&str>) -> Result<Option<String>, Invalid> {
    words.filter(|words| !words.trim().is_empty()).map(said).transpose()
}
