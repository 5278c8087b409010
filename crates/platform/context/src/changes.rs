//! Reading the change log.

use access::{Action, Reach};
use chrono::{DateTime, Utc};
use history::{ChangeFilter, ChangeRow};
use kernel::{Page, PageArgs};

use crate::{Ctx, Error};

/// Reading who changed what, when and from where.
pub const READ_HISTORY: Action = Action::new("history", "read");

/// The changes in the caller's scope that meet the filter, the newest first.
///
/// A merchant sees the changes of what belongs to it, whoever made them, and no addresses of clients.
///
/// # Errors
/// Denied; a bad cursor; the database error.
pub async fn changes(ctx: &Ctx, filter: &ChangeFilter, page: &PageArgs) -> Result<Page<ChangeRow>, Error> {
    let grant = ctx.authorize(READ_HISTORY)?;
    let merchant = match grant.merchants() {
        Reach::All => None,
        Reach::Only(id) => Some(id),
        Reach::Nothing => return Err(Error::NotFound("history")),
    };
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
    let merchant = match grant.merchants() {
        Reach::All => None,
        Reach::Only(id) => Some(id),
        Reach::Nothing => return Ok(None),
    };
    Ok(history::last_until(&ctx.read_for(&grant), subject, merchant, fields, at).await?)
}
