//! Conversations and their messages, as each side reads them.

use std::collections::HashMap;

use context::Ctx;
use db::ReadDb;
use kernel::id::{AssetId, ConversationId, MerchantId, MessageId, UserId};
use kernel::{Page, PageArgs};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::{
    ASSIGN_CONVERSATION, CLOSE_CONVERSATION, CONVERSE_BY_TOKEN, DRIVE_CONVERSATION, POST_MESSAGE, READ_CONVERSATION,
    UNMASK_MESSAGE,
};
use crate::command::conversation::{party, reader};
use crate::entity::conversation::conversation_row::{Column, Entity};
use crate::model::contacts;
use crate::model::conversation::{
    Attached, Conversation, ConversationKind, Message, NOBODY, Party, Redaction, Side, kind_name,
};
use crate::repo::conversation::message::{Beside, Stored};
use crate::{Error, repo};

/// The most that are counted of what is unread.
const UNREAD_MAX: u64 = 100;

/// Which conversations; what is `None` does not matter.
#[derive(Debug, Clone, Default)]
pub struct ConversationFilter {
    /// Those of this merchant.
    pub merchant: Option<MerchantId>,
    /// Those about this thing.
    pub subject: Option<(ConversationKind, String)>,
    /// Those that wait for this side; `None` inside: for nobody.
    pub awaiting: Option<Option<Side>>,
    /// Those that this person of one's own people cares for.
    pub assignee: Option<UserId>,
    /// Those that the caller cares for.
    pub mine: bool,
    /// Those with messages that the caller has not read.
    pub unread: bool,
    /// Those for this, as a code of the settings.
    pub topic: Option<String>,
    /// Those that are closed, or are not.
    pub closed: Option<bool>,
}

/// What can be done with a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// A conversation as somebody who takes part sees it. Only reads make one: it shows that its reader may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    conversation: Conversation,
    party: Party,
    seen: i64,
}

impl Thread {
    /// The conversation.
    #[must_use]
    pub const fn conversation(&self) -> &Conversation {
        &self.conversation
    }

    /// On which side its reader stands.
    #[must_use]
    pub const fn side(&self) -> Side {
        self.party.side()
    }

    /// How many messages its reader may read.
    #[must_use]
    pub const fn message_count(&self) -> i64 {
        self.conversation.counts.of(self.party.side())
    }

    /// How many of them came since its reader read it.
    #[must_use]
    pub fn unread(&self) -> i64 {
        Ord::max(self.message_count() - self.seen, 0)
    }

    /// When something was last said that its reader may know of.
    #[must_use]
    pub fn moved_at(&self) -> chrono::DateTime<chrono::Utc> {
        match self.side() {
            Side::Buyer => self.conversation.buyer_moved_at,
            Side::Merchant | Side::Operator => self.conversation.moved_at,
        }
    }

    /// What its reader may do with it.
    #[must_use]
    pub fn allowed(&self, ctx: &Ctx) -> Vec<ConversationAction> {
        use ConversationAction::{Assign, Close, Invite, Note, Post, Reopen};
        let (of, staff) = (&self.conversation, self.side() != Side::Buyer);
        let (open, there) = (of.closed.is_none(), of.erased_at.is_none());
        let guest = matches!(self.party, Party::Guest(_));
        let writes = ctx.may(if guest { CONVERSE_BY_TOKEN } else { POST_MESSAGE });
        let closes = !guest && ctx.may(CLOSE_CONVERSATION);
        let can = |action: &ConversationAction| match action {
            Post => writes && there,
            Note => writes && staff,
            Assign => staff && ctx.may(ASSIGN_CONVERSATION),
            Invite => writes && !guest && there && open && self.side() != Side::Operator,
            Close => closes && open,
            Reopen => closes && !open && there,
        };
        [Post, Note, Assign, Invite, Close, Reopen].into_iter().filter(can).collect()
    }
}

/// Conversations, the one that moved last first: all for the operator, its own for a merchant, one's own for a buyer.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn conversations(ctx: &Ctx, filter: &ConversationFilter, page: &PageArgs) -> Result<Page<Thread>, Error> {
    let grant = ctx.authorize(READ_CONVERSATION)?;
    listed(ctx, &ctx.read_for(&grant), party(&grant)?, filter, page).await
}

/// One's own conversations as a buyer, the one that moved last first; only those that are closed or are not, if asked.
///
/// # Errors
/// Not found for somebody who is no buyer; a bad cursor; denied; the database error.
pub async fn my_conversations(ctx: &Ctx, closed: Option<bool>, page: &PageArgs) -> Result<Page<Thread>, Error> {
    let grant = ctx.authorize(READ_CONVERSATION)?;
    let party = party(&grant)?;
    if party.side() != Side::Buyer {
        return Err(context::Error::NotFound("buyer").into());
    }
    let filter = ConversationFilter { closed, ..ConversationFilter::default() };
    listed(ctx, &ctx.read_for(&grant), party, &filter, page).await
}

/// Those of a guest, for callers that have authorized and seen the secret of the order.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn conversations_of(
    ctx: &Ctx,
    party: Party,
    filter: &ConversationFilter,
    page: &PageArgs,
) -> Result<Page<Thread>, Error> {
    listed(ctx, ctx.read(), party, filter, page).await
}

async fn listed<C: ConnectionTrait>(
    ctx: &Ctx,
    conn: &C,
    party: Party,
    filter: &ConversationFilter,
    page: &PageArgs,
) -> Result<Page<Thread>, Error> {
    let order = if party.side() == Side::Buyer { Column::BuyerMovedAt } else { Column::MovedAt };
    let mut find = wanted(ctx, party, filter).order_by_desc(order).order_by_desc(Column::Id).limit(page.limit());
    if let Some((at, id)) = page.after_key::<(chrono::DateTime<chrono::Utc>, ConversationId)>()? {
        let place = Expr::tuple([Expr::col(order), Expr::col(Column::Id)]);
        find = find.filter(place.lt(Expr::tuple([Expr::value(at), Expr::value(id)])));
    }
    let rows: Result<Vec<Conversation>, Error> =
        find.all(conn).await?.into_iter().map(repo::conversation::of_row).collect();
    let threads = threads(ctx, conn, party, rows?).await?;
    Ok(Page::from_rows(threads, page, |thread| (thread.moved_at(), thread.conversation.id)))
}

fn wanted(ctx: &Ctx, party: Party, filter: &ConversationFilter) -> sea_orm::Select<Entity> {
    let mut find = Entity::find().filter(repo::conversation::within(party));
    if let Some(merchant) = filter.merchant {
        find = find.filter(Column::MerchantId.eq(merchant));
    }
    if let Some((kind, id)) = &filter.subject {
        find = find.filter(Column::SubjectKind.eq(kind_name(*kind))).filter(Column::SubjectId.eq(id));
    }
    if let Some(awaiting) = filter.awaiting {
        find = find.filter(Column::Awaiting.eq(awaiting.map_or(NOBODY, Side::as_str)));
    }
    let assignee = match party.side() {
        Side::Merchant => Column::MerchantAssigneeId,
        Side::Buyer | Side::Operator => Column::OperatorAssigneeId,
    };
    if let Some(user) = filter.assignee {
        find = find.filter(assignee.eq(user));
    }
    if filter.mine {
        find = match ctx.actor().user() {
            Some(user) => find.filter(assignee.eq(user)),
            None => find.filter(context::no_rows()),
        };
    }
    if filter.unread {
        find = find.filter(repo::conversation::reader::unread(party.side(), &reader(ctx, party)));
    }
    if let Some(topic) = &filter.topic {
        find = find.filter(Column::Topic.eq(topic));
    }
    match filter.closed {
        Some(true) => find.filter(Column::ClosedAt.is_not_null()),
        Some(false) => find.filter(Column::ClosedAt.is_null()),
        None => find,
    }
}

async fn threads<C: ConnectionTrait>(
    ctx: &Ctx,
    conn: &C,
    party: Party,
    rows: Vec<Conversation>,
) -> Result<Vec<Thread>, Error> {
    let ids: Vec<ConversationId> = rows.iter().map(|of| of.id).collect();
    let seen = repo::conversation::reader::seen(conn, &reader(ctx, party), &ids).await?;
    let thread = |of: Conversation| Thread { seen: seen.get(&of.id).copied().unwrap_or(0), conversation: of, party };
    Ok(rows.into_iter().map(thread).collect())
}

/// In how many open conversations there is something that the caller has not read; at most a hundred are counted.
///
/// # Errors
/// Denied; the database error.
pub async fn conversations_unread(ctx: &Ctx) -> Result<usize, Error> {
    let grant = ctx.authorize(READ_CONVERSATION)?;
    let filter = ConversationFilter { unread: true, closed: Some(false), ..ConversationFilter::default() };
    let party = party(&grant)?;
    let order = if party.side() == Side::Buyer { Column::BuyerMovedAt } else { Column::MovedAt };
    let ids: Vec<ConversationId> = wanted(ctx, party, &filter)
        .select_only()
        .column(Column::Id)
        .order_by_desc(order)
        .order_by_desc(Column::Id)
        .limit(UNREAD_MAX)
        .into_tuple()
        .all(&ctx.read_for(&grant))
        .await?;
    Ok(ids.len())
}

/// One conversation.
///
/// # Errors
/// Not found when there is none in which the caller takes part; denied; the database error.
pub async fn conversation(ctx: &Ctx, id: ConversationId) -> Result<Thread, Error> {
    let grant = ctx.authorize(READ_CONVERSATION)?;
    thread_on(ctx, party(&grant)?, id).await
}

/// The same for callers that have authorized and know the party.
///
/// # Errors
/// Not found; the database error.
pub async fn thread_on(ctx: &Ctx, party: Party, id: ConversationId) -> Result<Thread, Error> {
    let conn = db_for(ctx, party);
    let conversation = repo::conversation::find(&conn, party, id).await?;
    let found = threads(ctx, &conn, party, vec![conversation]).await?.pop();
    Ok(found.ok_or(context::Error::NotFound("conversation"))?)
}

/// The messages of a conversation that its reader may read, in their order or the newest first.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn messages(ctx: &Ctx, of: &Thread, newest_first: bool, page: &PageArgs) -> Result<Page<Message>, Error> {
    ctx.authorize(if matches!(of.party, Party::Guest(_)) { CONVERSE_BY_TOKEN } else { READ_CONVERSATION })?;
    let after = page.after_key::<i64>()?;
    let (id, place) = (of.conversation.id, (newest_first, after));
    let conn = db_for(ctx, of.party);
    let stored = repo::conversation::message::list(&conn, of.party, id, place, page.limit()).await?;
    let read = read(&conn, &of.conversation, reading(ctx, of.party), stored).await?;
    Ok(Page::from_rows(read, page, |message| message.number))
}

/// One message that the caller may read.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn message(ctx: &Ctx, id: MessageId) -> Result<Message, Error> {
    let grant = ctx.authorize(READ_CONVERSATION)?;
    message_on(ctx, party(&grant)?, id).await
}

/// The same for callers that have authorized and know the party.
///
/// # Errors
/// Not found; the database error.
pub async fn message_on(ctx: &Ctx, party: Party, id: MessageId) -> Result<Message, Error> {
    let conn = db_for(ctx, party);
    let stored = repo::conversation::message::find(&conn, party, id).await?;
    let of = repo::conversation::find(&conn, party, stored.conversation).await?;
    let found = read(&conn, &of, reading(ctx, party), vec![stored]).await?.pop();
    Ok(found.ok_or(context::Error::NotFound("message"))?)
}

/// A message as one side reads it, with its conversation; for mails.
///
/// # Errors
/// Not found, also for what that side does not read; denied; the database error.
pub async fn message_for(ctx: &Ctx, id: MessageId, side: Side) -> Result<(Conversation, Message), Error> {
    ctx.authorize(DRIVE_CONVERSATION)?;
    let stored = repo::conversation::message::find_any(ctx.read(), id).await?;
    let of = repo::conversation::find(ctx.read(), Party::Operator, stored.conversation).await?;
    if !stored.visibility.shows_to(side) {
        return Err(context::Error::NotFound("message").into());
    }
    let found = read(ctx.read(), &of, Reading { side, unmasked: false }, vec![stored]).await?.pop();
    Ok((of, found.ok_or(context::Error::NotFound("message"))?))
}

/// The pool for what a party reads: where it is a merchant, PostgreSQL shows no rows of others.
fn db_for(ctx: &Ctx, party: Party) -> ReadDb {
    match party {
        Party::Merchant(id) => ctx.read().of_owner(id.0),
        Party::Customer(_) | Party::Guest(_) | Party::Operator => ctx.read().clone(),
    }
}

/// Who reads.
#[derive(Clone, Copy)]
struct Reading {
    side: Side,
    /// Whether addresses and numbers are shown that are hidden from the other side.
    unmasked: bool,
}

fn reading(ctx: &Ctx, party: Party) -> Reading {
    let side = party.side();
    Reading { side, unmasked: side == Side::Operator && ctx.may(UNMASK_MESSAGE) }
}

/// Messages with what stands beside them: four statements for any number of them.
async fn read(conn: &ReadDb, of: &Conversation, who: Reading, stored: Vec<Stored>) -> Result<Vec<Message>, Error> {
    let ids: Vec<MessageId> = stored.iter().map(|message| message.id).collect();
    let mut beside = repo::conversation::message::beside(conn, &ids).await?;
    let files: Vec<AssetId> = beside.files.values().flatten().copied().collect();
    let assets = assets::attached_on(conn, &files).await?;
    Ok(stored.into_iter().map(|message| shown(of, who, message, &mut beside, &assets)).collect())
}

fn shown(
    of: &Conversation,
    who: Reading,
    message: Stored,
    beside: &mut Beside,
    assets: &HashMap<AssetId, assets::Asset>,
) -> Message {
    let is_masked = message.masked && message.side != Some(who.side) && !who.unmasked;
    let words = beside.words.remove(&message.id);
    let words = words.map(|words| match is_masked {
        true => contacts::hidden(&words).unwrap_or(words),
        false => words,
    });
    // To a buyer a merchant's people are the merchant, and the operator's the marketplace.
    let author_name = match (message.side, who.side) {
        (Some(Side::Buyer), _) => of.buyer.as_ref().map(|buyer| buyer.name.clone()),
        (_, Side::Buyer) => None,
        _ => message.author_name,
    };
    let files = beside.files.remove(&message.id).unwrap_or_default().into_iter();
    Message {
        attachments: files.map(|id| Attached { id, asset: assets.get(&id).cloned() }).collect(),
        redaction: beside.redactions.remove(&message.id).map(|of| match who.side {
            Side::Buyer => Redaction { author_name: None, ..of },
            Side::Merchant | Side::Operator => of,
        }),
        // Whom a team means is its own.
        mentions: if message.side == Some(who.side) { message.mentions } else { Vec::new() },
        id: message.id,
        conversation: message.conversation,
        number: message.number,
        kind: message.kind,
        side: message.side,
        author_name,
        visibility: message.visibility,
        awaiting: message.awaiting,
        words,
        is_masked,
        posted_at: message.posted_at,
    }
}
