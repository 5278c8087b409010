//! Reading the change log.

use access::{Action, Reach};
use chrono::{DateTime, Utc};
use history::ChangeRow;
use kernel::{Page, PageArgs};

use crate::{Ctx, Error};

/// Reading who changed what, when and from where.
pub const READ_HISTORY: Action = Action::new("history", "read");

/// The changes of one thing (its kind and id) or of everything in the caller's scope, the newest first.
///
/// A merchant sees the changes of what belongs to it, whoever made them.
///
/// # Errors
/// Denied; a bad cursor; the database error.
pub async fn changes(ctx: &Ctx, subject: Option<(&str, &str)>, page: &PageArgs) -> Result<Page<ChangeRow>, Error> {
    let grant = ctx.authorize(READ_HISTORY)?;
    let merchant = match grant.merchants() {
        Reach::All => None,
        Reach::Only(id) => Some(id),
        Reach::Nothing => return Err(Error::NotFound("history")),
    };
    Ok(history::list(&ctx.read_for(&grant), subject, merchant, page).await??)
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
