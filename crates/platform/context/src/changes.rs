//! Reading the change log.

use access::{Action, Grant, Reach};
use chrono::{DateTime, Utc};
use db::ReadDb;
use history::feed::{self, Held, Position, Told, Wanted};
use history::{ChangeFilter, ChangeRow};
use kernel::id::MerchantId;
use kernel::{Cursor, Invalid, Page, PageArgs};

use crate::{Ctx, Error};

/// Reading who changed what, when and from where.
pub const READ_HISTORY: Action = Action::new("history", "read");

/// Reading changes as a program does, one after the other.
pub const READ_FEED: Action = Action::new("change_feed", "read");

/// Hearing that things changed which one may read, as people do in a console.
pub const WATCH_CHANGES: Action = Action::new("change_feed", "watch");

/// Whose changes a grant shows: of one merchant, or `Some(None)` for everybody's. `None`: of nobody.
fn reach(grant: &Grant) -> Option<Option<MerchantId>> {
    match grant.merchants() {
        Reach::All => Some(None),
        Reach::Only(id) => Some(Some(id)),
        Reach::Nothing => None,
    }
}

/// The changes in the caller's scope that meet the filter, the newest first.
///
/// A merchant sees the changes of what belongs to it, whoever made them, and no addresses of clients.
///
/// # Errors
/// Denied; a bad cursor; the database error.
pub async fn changes(ctx: &Ctx, filter: &ChangeFilter, page: &PageArgs) -> Result<Page<ChangeRow>, Error> {
    let grant = ctx.authorize(READ_HISTORY)?;
    let merchant = reach(&grant).ok_or(Error::NotFound("history"))?;
    let mut found = history::list(&ctx.read_for(&grant), filter, merchant, page).await??;
    if merchant.is_some() {
        found.items.iter_mut().for_each(|(_, change)| change.ip = None);
    }
    Ok(found)
}

/// The last change of a thing until `at`, that instant included; with `fields` the last that changed one of them. `None`
/// too for who may not read its history.
///
/// # Errors
/// The database error.
pub async fn change_until(
    ctx: &Ctx,
    subject: (&str, &str),
    fields: &[&str],
    at: DateTime<Utc>,
) -> Result<Option<ChangeRow>, Error> {
    let Ok(grant) = ctx.authorize(READ_HISTORY) else { return Ok(None) };
    let Some(merchant) = reach(&grant) else { return Ok(None) };
    Ok(history::last_until(&ctx.read_for(&grant), subject, merchant, fields, at).await?)
}

/// The most kinds that a reader of changes may name.
const KINDS_MAX: usize = 50;
/// The longest name of a kind.
const KIND_LENGTH_MAX: usize = 80;

/// What a program reads of the change log.
#[derive(Debug, Clone)]
pub struct Feed {
    /// Changes in order.
    pub told: Vec<Told>,
    /// Where to go on.
    pub cursor: Cursor,
    /// Whether there is more to read at once.
    pub has_more: bool,
    /// What waits for a transaction that is still running.
    pub held: Held,
}

/// Checks the kinds of changes that a program asks for: `offer`, or `offer.created`.
///
/// # Errors
/// [`Invalid`] naming the place in `field`.
pub fn change_kinds(field: &str, kinds: &[String]) -> Result<Vec<String>, Invalid> {
    if kinds.len() > KINDS_MAX {
        return Err(Invalid::new(field, "TOO_MANY", format!("at most {KINDS_MAX}")));
    }
    let word = |part: &str| {
        !part.is_empty() && part.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_')
    };
    for (index, kind) in kinds.iter().enumerate() {
        let (entity, action) =
            kind.split_once('.').map_or((kind.as_str(), None), |(entity, action)| (entity, Some(action)));
        if kind.len() > KIND_LENGTH_MAX || !word(entity) || !action.is_none_or(word) {
            let text = "must read like offer or offer.created";
            return Err(Invalid::new(format!("{field}.{index}"), "MALFORMED", text));
        }
    }
    let mut kinds = kinds.to_vec();
    kinds.sort_unstable();
    kinds.dedup();
    Ok(kinds)
}

/// What changed after a place in the change log, in the caller's scope: each change once, those of one thing in their order,
/// none left out, whoever writes meanwhile. `own` says whether the caller's own changes are told too.
///
/// # Errors
/// Denied; a bad cursor or kind; the database error.
pub async fn change_feed(ctx: &Ctx, kinds: &[String], own: bool, page: &PageArgs) -> Result<Feed, Error> {
    let grant = ctx.authorize(READ_FEED)?;
    let merchant = scope(&grant)?;
    let not_by = (!own).then(|| ctx.actor().id());
    let wanted = Wanted { merchant, kinds: change_kinds("filter.kinds", kinds)?, not_by };
    let conn = ctx.read_for(&grant);
    // Before the end is looked up: what is held back then cannot be behind it.
    let held = feed::held(&conn, merchant).await?;
    let feed = next(&conn, &wanted, page).await?;
    Ok(Feed { held, ..feed })
}

/// The same for people, who are told of things that they may read: the caller leaves the others out.
///
/// # Errors
/// Denied; a bad cursor or kind; the database error.
pub async fn watch_changes(ctx: &Ctx, kinds: &[String], page: &PageArgs) -> Result<Feed, Error> {
    let grant = ctx.authorize(WATCH_CHANGES)?;
    let wanted = Wanted { merchant: scope(&grant)?, kinds: change_kinds("kinds", kinds)?, not_by: None };
    next(&ctx.read_for(&grant), &wanted, page).await
}

/// The place in the change log, in the caller's scope, behind which comes what is made from now on.
///
/// # Errors
/// Denied; the database error.
pub async fn change_feed_end(ctx: &Ctx) -> Result<Position, Error> {
    let grant = ctx.authorize(WATCH_CHANGES)?;
    let merchant = scope(&grant)?;
    Ok(feed::end(&ctx.read_for(&grant), merchant).await?.unwrap_or_else(Position::start))
}

/// The merchant of whose things a grant tells; `None`: of all.
fn scope(grant: &Grant) -> Result<Option<MerchantId>, Error> {
    reach(grant).ok_or(Error::NotFound("changes"))
}

async fn next(conn: &ReadDb, wanted: &Wanted, page: &PageArgs) -> Result<Feed, Error> {
    let after = page.after_key::<Position>()?.unwrap_or_else(Position::start);
    let held = Held::default();
    let Some(until) = feed::end(conn, wanted.merchant).await?.filter(|end| *end > after) else {
        return Ok(Feed { told: Vec::new(), cursor: Cursor::of(&after), has_more: false, held });
    };
    let mut told = feed::read(conn, wanted, (after, until), page.limit()).await?;
    let has_more = told.len() > page.size();
    told.truncate(page.size());
    // Up to the end there is nothing else that is wanted, so nobody looks there again.
    let cursor = told.last().filter(|_| has_more).map_or(until, |last| last.position);
    Ok(Feed { told, cursor: Cursor::of(&cursor), has_more, held })
}
