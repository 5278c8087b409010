//! Changing a buyer's profile.

use context::Ctx;
use history::Change;
use kernel::id::CustomerId;
use kernel::text;

use super::{locked, whom};
use crate::model::{Customer, locale, phone};
use crate::{Error, actions, repo};

/// The new profile; what is absent stays, an empty text removes.
#[derive(Debug, Clone, Default)]
pub struct ProfileUpdate {
    /// Whose; oneself if absent.
    pub customer: Option<CustomerId>,
    /// As shown.
    pub name: Option<String>,
    /// For carriers and support.
    pub phone: Option<String>,
    /// Language of mails.
    pub locale: Option<String>,
    /// The version that the caller saw; the last one wins if absent.
    pub expected_version: Option<i64>,
}

/// Changes name, phone and language.
///
/// # Errors
/// Denied; not found; stale; [`Error::Erased`]; an invalid `name`, `phone` or `locale`.
pub async fn profile_update(ctx: &Ctx, input: ProfileUpdate) -> Result<Customer, Error> {
    let grant = ctx.authorize(actions::EDIT)?;
    let id = whom(ctx, input.customer)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = locked(&tx, &grant, id).await?;
    if input.expected_version.is_some_and(|seen| seen != before.version) {
        return Err(context::Error::Stale("customer").into());
    }
    let after = Customer {
        name: input.name.as_deref().map_or(Ok(before.name.clone()), |raw| text::line("name", raw, 120))?,
        phone: changed(before.phone.clone(), input.phone.as_deref(), |raw| phone("phone", raw))?,
        locale: changed(before.locale.clone(), input.locale.as_deref(), |raw| locale("locale", raw))?,
        version: before.version + 1,
        ..before.clone()
    };
    if !repo::save(&*tx, &after, before.version, tx.now()).await? {
        return Err(context::Error::Stale("customer").into());
    }
    if after.name != before.name {
        identity::rename_user_in_tx(&mut tx, after.user, &after.name).await?;
    }
    tx.record(edited(Change::new("customer", id, "edited"), &before, &after));
    tx.commit().await?;
    Ok(after)
}

/// An absent text keeps what is there, an empty one removes it.
fn changed<E>(
    before: Option<String>,
    raw: Option<&str>,
    parse: impl Fn(&str) -> Result<String, E>,
) -> Result<Option<String>, E> {
    match raw.map(str::trim) {
        None => Ok(before),
        Some("") => Ok(None),
        Some(raw) => parse(raw).map(Some),
    }
}

/// Tells which fields changed, not from what to what: the history is append-only and could not be erased.
fn edited(change: Change, before: &Customer, after: &Customer) -> Change {
    let mut fields = Vec::new();
    for (name, differs) in [
        ("name", before.name != after.name),
        ("phone", before.phone != after.phone),
        ("locale", before.locale != after.locale),
    ] {
        if differs {
            fields.push(name);
        }
    }
    change.field("fields", None::<String>, fields)
}
