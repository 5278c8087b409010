//! Writing a message into a conversation: what all of them do the same.

use chrono::Duration;
use context::WriteTx;
use history::Change;
use identity::Team;
use kernel::Invalid;
use kernel::id::{AssetId, MerchantId, UserId};
use marketplace::{AttachmentKind, ConversationSettings};
use serde::Serialize;

use super::super::step;
use super::reader;
use crate::event::{MessagePosted, PersonMentioned};
use crate::model::contacts;
use crate::model::conversation::{
    Asked, Conversation, FlowFault, MessageKind, Party, Person, Question, Side, Visibility,
};
use crate::repo::conversation::message::Stored;
use crate::repo::conversation::question;
use crate::{Error, Status, repo};

/// The longest message.
const WORDS_MAX: usize = 5_000;
/// The most people whom a message means.
const MENTIONS_MAX: usize = 20;

/// A message to be written.
#[derive(Debug, Clone, Default, Serialize)]
pub struct NewMessage {
    /// What it says, as plain text.
    pub words: String,
    /// Who may read it; everybody who takes part if absent.
    pub visibility: Option<Visibility>,
    /// Who is to answer.
    pub asked: Asked,
    /// Its files: the writer's own, uploaded before and ready.
    pub attachments: Vec<AssetId>,
    /// Who of the writer's own people is meant.
    pub mentions: Vec<UserId>,
}

/// A message that was checked, and does something to its conversation.
pub(super) struct Step {
    pub(super) kind: MessageKind,
    /// `None`: Souk.
    pub(super) side: Option<Side>,
    pub(super) visibility: Visibility,
    /// `None` outside: a note.
    pub(super) awaiting: Option<Option<Side>>,
    pub(super) words: Option<String>,
    pub(super) attachments: Vec<AssetId>,
    pub(super) mentions: Vec<Person>,
}

/// Checks a message by the rules of the marketplace.
pub(super) async fn checked(
    tx: &WriteTx,
    rules: &ConversationSettings,
    party: Party,
    conversation: &Conversation,
    (kind, message): (MessageKind, NewMessage),
) -> Result<Step, Error> {
    let words = said(&message.words)?;
    let side = party.side();
    let visibility = message.visibility.unwrap_or(Visibility::All);
    let answers = match conversation.merchant {
        Some(merchant) => repo::status_on(&**tx, merchant).await? != Status::Closed,
        None => false,
    };
    if side == Side::Merchant && !answers {
        return Err(Error::MerchantGone);
    }
    let awaiting = conversation.awaiting_after(side, visibility, message.asked, answers).map_err(flow_fault)?;
    let attachments = attached(tx, rules, party, message.attachments).await?;
    let mentions = meant(tx, party, message.mentions).await?;
    Ok(Step { kind, side: Some(side), visibility, awaiting, words: Some(words), attachments, mentions })
}

/// Words that can be seen.
pub(super) fn said(raw: &str) -> Result<String, Invalid> {
    let words = step::words("words", raw, WORDS_MAX)?;
    let is_blank = words.chars().all(|c| c.is_whitespace() || contacts::is_invisible(c));
    if is_blank { Err(Invalid::required("words")) } else { Ok(words) }
}

fn flow_fault(fault: FlowFault) -> Invalid {
    match fault {
        FlowFault::Visibility => Invalid::new("visibility", "NOT_ALLOWED", "cannot be written for these readers"),
        FlowFault::Awaiting => Invalid::new("awaiting", "NOT_ALLOWED", "does not read it, or cannot be asked"),
    }
}

async fn attached(
    tx: &WriteTx,
    rules: &ConversationSettings,
    party: Party,
    files: Vec<AssetId>,
) -> Result<Vec<AssetId>, Error> {
    if files.is_empty() {
        return Ok(files);
    }
    let max = usize::try_from(rules.attachments_max).unwrap_or(usize::MAX);
    if files.len() > max {
        return Err(Invalid::new("attachments", "TOO_MANY", format!("at most {max}")).into());
    }
    let field = |index: usize| format!("attachments.{index}");
    if let Some(index) = (1..files.len()).find(|index| files[..*index].contains(&files[*index])) {
        return Err(Invalid::new(field(index), "DUPLICATE", "is there twice").into());
    }
    let owner: Option<MerchantId> = match party {
        Party::Merchant(id) => Some(id),
        Party::Operator => None,
        // Buyers upload nothing.
        Party::Customer(_) | Party::Guest(_) => return Err(not_usable(field(0)).into()),
    };
    let owned = assets::owned_in_tx(tx, owner, files.clone()).await?;
    for (index, file) in files.iter().enumerate() {
        let kind = *owned.get(file).ok_or_else(|| not_usable(field(index)))?;
        if !rules.attachment_kinds.iter().any(|known| asset_kind(*known) == kind) {
            return Err(Invalid::new(field(index), "UNSUPPORTED_TYPE", "files of this kind are not taken here").into());
        }
    }
    Ok(files)
}

fn not_usable(field: String) -> Invalid {
    Invalid::new(field, "NOT_USABLE", "is not an own file that is ready")
}

const fn asset_kind(kind: AttachmentKind) -> assets::AssetKind {
    match kind {
        AttachmentKind::Image => assets::AssetKind::Image,
        AttachmentKind::Video => assets::AssetKind::Video,
        AttachmentKind::Model => assets::AssetKind::Model,
        AttachmentKind::Document => assets::AssetKind::Document,
    }
}

/// The team of a party; buyers have none.
pub(super) const fn team(party: Party) -> Option<Team> {
    match party {
        Party::Merchant(id) => Some(Team::Merchant(id)),
        Party::Operator => Some(Team::Operator),
        Party::Customer(_) | Party::Guest(_) => None,
    }
}

async fn meant(tx: &WriteTx, party: Party, users: Vec<UserId>) -> Result<Vec<Person>, Error> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    if users.len() > MENTIONS_MAX {
        return Err(Invalid::new("mentions", "TOO_MANY", format!("at most {MENTIONS_MAX}")).into());
    }
    let seated = match team(party) {
        Some(team) => identity::seated_on(&**tx, team, &users).await.map_err(context::Error::internal)?,
        None => std::collections::HashMap::new(),
    };
    let person = |(index, id): (usize, UserId)| {
        let unknown = || Invalid::new(format!("mentions.{index}"), "NOT_IN_TEAM", "is not one of your own people");
        seated.get(&id).map(|name| Person { id, name: name.clone() }).ok_or_else(unknown)
    };
    Ok(users.into_iter().enumerate().map(person).collect::<Result<_, _>>()?)
}

/// Writes a message and what it does to its conversation, which is locked or new (version 0).
pub(super) async fn write(
    tx: &mut WriteTx,
    rules: &ConversationSettings,
    party: Party,
    conversation: &mut Conversation,
    step: Step,
) -> Result<Stored, Error> {
    let now = tx.now();
    let open = if conversation.version == 0 { None } else { question::open(tx, conversation.id).await? };
    let stored = stored(tx, rules, conversation, &step);
    follow(conversation, &step, now);
    if conversation.version == 0 {
        conversation.version = 1;
        repo::conversation::insert(tx, conversation).await?;
    } else {
        conversation.version += 1;
        repo::conversation::save(tx, conversation).await?;
    }
    repo::conversation::message::insert(tx, &stored, step.words.as_deref(), &step.attachments).await?;
    ask(tx, rules, conversation, &stored, open).await?;
    if let Some(side) = step.side {
        // Who writes has read what stood before.
        let who = reader(tx.ctx(), party);
        repo::conversation::reader::mark(tx, conversation.id, &who, conversation.counts.of(side)).await?;
    }
    let change = Change::new("message", stored.id, "posted")
        .field("conversation", (), conversation.id)
        .field("visibility", (), stored.visibility.as_str())
        .field("kind", (), stored.kind.as_str());
    tx.record(change.of_merchant(stored.owner));
    for person in &step.mentions {
        let (conversation, message) = (conversation.id, stored.id);
        let team = team(party).and_then(Team::merchant);
        tx.emit(&PersonMentioned { conversation, message, team, user: person.id });
    }
    if let Some(awaiting) = stored.awaiting {
        tx.emit(&MessagePosted {
            conversation: conversation.id,
            message: stored.id,
            merchant: conversation.merchant,
            author_side: stored.side,
            visibility: stored.visibility,
            awaiting,
        });
    }
    Ok(stored)
}

fn stored(tx: &WriteTx, rules: &ConversationSettings, conversation: &Conversation, step: &Step) -> Stored {
    let across = conversation.is_between_both() && step.visibility == Visibility::All;
    let masks = rules.mask_contacts && across && matches!(step.side, Some(Side::Buyer | Side::Merchant));
    let actor = tx.ctx().actor();
    Stored {
        id: tx.new_id(),
        conversation: conversation.id,
        owner: conversation.merchant.filter(|_| step.visibility != Visibility::Operator),
        number: conversation.last_number + 1,
        kind: step.kind,
        side: step.side,
        author: actor.id(),
        author_name: matches!(step.side, Some(Side::Merchant | Side::Operator)).then(|| actor.name.clone()),
        visibility: step.visibility,
        awaiting: step.awaiting,
        masked: masks && step.words.as_deref().is_some_and(|words| contacts::hidden(words).is_some()),
        mentions: step.mentions.clone(),
        posted_at: tx.now(),
    }
}

/// What a message does to its conversation.
fn follow(of: &mut Conversation, step: &Step, now: chrono::DateTime<chrono::Utc>) {
    of.last_number += 1;
    let counts = &mut of.counts;
    for (side, count) in [
        (Side::Buyer, &mut counts.buyer),
        (Side::Merchant, &mut counts.merchant),
        (Side::Operator, &mut counts.operator),
    ] {
        *count += i64::from(step.visibility.shows_to(side));
    }
    let Some(awaiting) = step.awaiting else { return };
    if of.awaiting != awaiting {
        of.awaiting_since = awaiting.map(|_| now);
    }
    of.awaiting = awaiting;
    of.closed = (step.kind == MessageKind::Closed).then_some((now, step.side));
    of.moved_at = now;
    if step.visibility == Visibility::All {
        of.buyer_moved_at = now;
    }
    let joins = step.side == Some(Side::Operator) || awaiting == Some(Side::Operator);
    if joins && of.operator_since.is_none() {
        of.operator_since = Some(now);
    }
}

/// Ends the question that is open, or begins one.
async fn ask(
    tx: &WriteTx,
    rules: &ConversationSettings,
    of: &Conversation,
    message: &Stored,
    open: Option<Question>,
) -> Result<(), Error> {
    let Some(awaiting) = message.awaiting else { return Ok(()) };
    if let Some(open) = open {
        if let Some(outcome) = open.ended_by(message.side, message.kind, message.visibility, awaiting, tx.now()) {
            question::end(tx, open.message, outcome).await?;
        }
        return Ok(());
    }
    let asks = message.side == Some(Side::Buyer) && awaiting == Some(Side::Merchant);
    if let Some(merchant) = of.merchant.filter(|_| asks) {
        let due_at = tx.now() + Duration::hours(rules.answer_hours.into());
        let asked_at = tx.now();
        let of = Question { message: message.id, conversation: of.id, merchant, asked_at, due_at, ended: None };
        question::insert(tx, &of).await?;
    }
    Ok(())
}
