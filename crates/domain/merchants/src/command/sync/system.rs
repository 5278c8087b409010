//! Systems, as the operator sets them up.

use context::Ctx;
use history::Change;
use kernel::id::{MerchantId, SyncSystemId};
use kernel::text;

use super::operators;
use crate::actions::MANAGE_SYNC;
use crate::model::sync::{SyncField, SyncLink, SyncSystem};
use crate::{Error, repo};

/// The longest number by which a system knows somebody.
pub(super) const EXTERNAL_ID_MAX: usize = 200;

/// A system to be made.
#[derive(Debug, Clone)]
pub struct CreateSystem {
    /// A code for programs: `crm`.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The fields that it keeps.
    pub fields: Vec<SyncField>,
}

/// A change of a system; what is `None` stays.
#[derive(Debug, Clone)]
pub struct EditSystem {
    /// The system.
    pub id: SyncSystemId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// What people call it.
    pub name: Option<String>,
    /// Whether its messages are taken.
    pub active: Option<bool>,
}

/// Makes a system that tells what it knows of merchants.
///
/// # Errors
/// A wrong or taken `code`; a wrong `name`; a field that another system keeps; denied; the database error.
pub async fn create_system(ctx: &Ctx, input: CreateSystem) -> Result<SyncSystem, Error> {
    let grant = operators(ctx, MANAGE_SYNC)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let system = SyncSystem {
        id: tx.new_id(),
        code: text::code("code", &input.code, 40)?,
        name: text::line("name", &input.name, 120)?,
        active: true,
        fields: once(input.fields),
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    if !repo::sync::insert_system(&tx, &system).await? {
        return Err(context::Error::Taken { field: "code".to_owned() }.into());
    }
    keep(&tx, &system).await?;
    tx.record(Change::new("sync_system", system.id, "created").diff(None, Some(&system)));
    tx.commit().await?;
    Ok(system)
}

fn once(mut fields: Vec<SyncField>) -> Vec<SyncField> {
    fields.sort_unstable();
    fields.dedup();
    fields
}

async fn keep(tx: &context::WriteTx, system: &SyncSystem) -> Result<(), Error> {
    match repo::sync::set_fields(tx, system).await? {
        Some(field) => Err(Error::FieldTaken(field)),
        None => Ok(()),
    }
}

/// Changes the name of a system, or switches it on or off. While it is off its messages are refused and people may
/// change its fields.
///
/// # Errors
/// As [`create_system`]; stale; not found.
pub async fn edit_system(ctx: &Ctx, input: EditSystem) -> Result<SyncSystem, Error> {
    let name = input.name.map(|name| text::line("name", &name, 120)).transpose()?;
    change(ctx, (input.id, input.expected_version), "edited", async |_, system| {
        system.name = name.unwrap_or_else(|| system.name.clone());
        system.active = input.active.unwrap_or(system.active);
        Ok(())
    })
    .await
}

/// Gives a system these fields and no others.
///
/// # Errors
/// As [`edit_system`]; [`Error::FieldTaken`].
pub async fn set_fields(
    ctx: &Ctx,
    id: SyncSystemId,
    expected_version: i64,
    fields: Vec<SyncField>,
) -> Result<SyncSystem, Error> {
    change(ctx, (id, expected_version), "fields_set", async |tx, system| {
        system.fields = once(fields);
        keep(tx, system).await
    })
    .await
}

async fn change(
    ctx: &Ctx,
    (id, expected_version): (SyncSystemId, i64),
    action: &'static str,
    edit: impl AsyncFnOnce(&context::WriteTx, &mut SyncSystem) -> Result<(), Error>,
) -> Result<SyncSystem, Error> {
    let grant = operators(ctx, MANAGE_SYNC)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = repo::sync::lock_system(&tx, id).await?;
    if before.version != expected_version {
        return Err(context::Error::Stale("system").into());
    }
    let mut after = SyncSystem { version: before.version + 1, updated_at: tx.now(), ..before.clone() };
    edit(&tx, &mut after).await?;
    repo::sync::save_system(&tx, &after).await?;
    tx.record(Change::new("sync_system", id, action).diff(Some(&before), Some(&after)));
    tx.commit().await?;
    Ok(after)
}

/// Says by which number a system knows a merchant. Messages about it that came before can be replayed.
///
/// # Errors
/// [`Error::LinkedAlready`] when the number or the merchant is linked; a wrong `externalId`; not found; denied; the
/// database error.
pub async fn link(ctx: &Ctx, system: SyncSystemId, external_id: &str, merchant: MerchantId) -> Result<SyncLink, Error> {
    let grant = operators(ctx, MANAGE_SYNC)?;
    let external_id = text::line("externalId", external_id, EXTERNAL_ID_MAX)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let system = repo::sync::system(&*tx, system).await?;
    let merchant = repo::find(&*tx, &grant, merchant).await?;
    let link = SyncLink {
        system: system.id,
        external_id,
        merchant: merchant.id,
        revision: 0,
        linked_by_name: ctx.actor().name.clone(),
        linked_at: tx.now(),
        synced_at: None,
    };
    if !repo::sync::insert_link(&tx, &link).await? {
        return Err(Error::LinkedAlready);
    }
    tx.record(linked(&system, &link, "linked").field("externalId", (), &link.external_id));
    tx.commit().await?;
    Ok(link)
}

fn linked(system: &SyncSystem, link: &SyncLink, action: &'static str) -> Change {
    let change = Change::new("merchant", link.merchant, action).of_merchant(link.merchant);
    change.field("system", (), &system.code)
}

/// Takes a link away: the system's messages about the merchant are not taken any more, and people keep its fields.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn unlink(ctx: &Ctx, system: SyncSystemId, external_id: &str) -> Result<SyncLink, Error> {
    let grant = operators(ctx, MANAGE_SYNC)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let system = repo::sync::system(&*tx, system).await?;
    let link = repo::sync::lock_link(&tx, &grant, system.id, external_id).await?;
    let link = link.ok_or(context::Error::NotFound("link"))?;
    repo::sync::remove_link(&tx, &link).await?;
    tx.record(linked(&system, &link, "unlinked").field("externalId", &link.external_id, ()));
    tx.commit().await?;
    Ok(link)
}
