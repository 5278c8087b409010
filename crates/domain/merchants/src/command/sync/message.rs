//! Messages of other systems.

use access::Grant;
use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::SyncMessageId;
use kernel::{Fault as _, Invalid, text};
use sha2::{Digest as _, Sha256};

use super::operators;
use super::system::EXTERNAL_ID_MAX;
use crate::actions::{MANAGE_SYNC, SEND_SYNC};
use crate::command::step;
use crate::event::MerchantChanged;
use crate::model::sync::{Known, PartyPatch, SyncFault, SyncField, SyncMessage, SyncState, SyncSystem, differences};
use crate::model::{Counterparty, Legal, Merchant};
use crate::{Error, repo};

/// The most messages in one call.
pub const MESSAGES_MAX: usize = 100;
/// The longest key.
const KEY_MAX: usize = 200;
/// How often a message is tried anew when somebody changed the merchant meanwhile.
const TRIES: u32 = 5;
/// The longest reason for dropping messages.
const REASON_MAX: usize = 500;

/// What a system sends.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// What the system calls the message; the same again is the same message.
    pub key: String,
    /// Of whom it speaks, in the system's numbers.
    pub external_id: String,
    /// Grows with every change at the system.
    pub revision: i64,
    /// What it says.
    pub says: PartyPatch,
}

/// Takes messages of a system, each in a transaction of its own, and says what became of each. A message that was taken
/// before is not taken again. One that cannot be taken is kept as dead, to be looked at and replayed.
///
/// # Errors
/// Before anything is taken: an unknown system, `messages.0.key` and the like. `KEY_REUSED` for another
/// message under a key that was used: those before it were taken, and may be sent again. Denied; the database error.
pub async fn receive(ctx: &Ctx, system: &str, messages: Vec<Incoming>) -> Result<Vec<SyncMessage>, Error> {
    let grant = operators(ctx, SEND_SYNC)?;
    if messages.len() > MESSAGES_MAX {
        return Err(Invalid::new("messages", "TOO_MANY", format!("at most {MESSAGES_MAX}")).into());
    }
    let named = repo::sync::system_by_code(ctx.read(), system).await?;
    let named = named.ok_or_else(|| Invalid::new("system", "NOT_FOUND", "there is no such system"))?;
    let mut checked = Vec::with_capacity(messages.len());
    for (index, message) in messages.into_iter().enumerate() {
        checked.push(check(index, message)?);
    }
    let mut taken = Vec::with_capacity(checked.len());
    for (index, message) in checked.iter().enumerate() {
        let mut tries = 1;
        taken.push(loop {
            match take(ctx, &grant, &named, (index, message)).await {
                Err(error) if error.code() == "STALE_VERSION" && tries < TRIES => tries += 1,
                done => break done?,
            }
        });
    }
    Ok(taken)
}

fn check(index: usize, of: Incoming) -> Result<Incoming, Invalid> {
    let field = |name: &str| format!("messages.{index}.{name}");
    if of.revision < 1 {
        return Err(Invalid::range(field("revision"), 1, i64::MAX));
    }
    Ok(Incoming {
        key: text::line(&field("key"), &of.key, KEY_MAX)?,
        external_id: text::line(&field("externalId"), &of.external_id, EXTERNAL_ID_MAX)?,
        ..of
    })
}

async fn take(
    ctx: &Ctx,
    grant: &Grant,
    system: &SyncSystem,
    (index, of): (usize, &Incoming),
) -> Result<SyncMessage, Error> {
    let mut tx = ctx.begin_write_for(grant).await?;
    // Before the message is written, whose key to the system shares that row with others who write: of these, none could
    // lock it any more. Under its lock, what it keeps and whether it may speak does not change meanwhile.
    let system = repo::sync::lock_system(&tx, system.id).await?;
    let said = serde_json::to_string(&(&of.external_id, of.revision, &of.says))?;
    let mut message = SyncMessage {
        id: tx.new_id(),
        system: system.id,
        key: of.key.clone(),
        digest: text::hex(Sha256::digest(said.as_bytes())),
        external_id: of.external_id.clone(),
        merchant: None,
        revision: of.revision,
        body: Some(of.says.clone()),
        state: SyncState::Dead,
        applied: Vec::new(),
        ignored: Vec::new(),
        fault: Some(not_linked()),
        attempts: 1,
        received_at: tx.now(),
        settled_at: tx.now(),
    };
    if !repo::sync::claim(&tx, &message).await? {
        let known = repo::sync::message_by_key(&tx, system.id, &of.key).await?;
        let other = "was used for another message";
        let reused = || Invalid::new(format!("messages.{index}.key"), "KEY_REUSED", other).into();
        return if known.digest == message.digest { Ok(known) } else { Err(reused()) };
    }
    settle(&mut tx, grant, &system, &mut message).await?;
    tx.commit().await?;
    Ok(message)
}

fn not_linked() -> SyncFault {
    let text = "no merchant is linked to this number";
    SyncFault { code: "NOT_LINKED".to_owned(), field: Some("externalId".to_owned()), text: text.to_owned() }
}

/// Decides what becomes of a message, and does it. The system is locked.
async fn settle(tx: &mut WriteTx, grant: &Grant, system: &SyncSystem, of: &mut SyncMessage) -> Result<(), Error> {
    let says = of.body.take().unwrap_or_default();
    let done = apply(tx, grant, system, of, says.clone()).await?;
    (of.state, of.fault, of.body) = match done {
        Ok(state) => (state, None, None),
        Err(fault) => (SyncState::Dead, Some(fault), Some(says)),
    };
    of.settled_at = tx.now();
    repo::sync::settle(tx, of).await
}

async fn apply(
    tx: &mut WriteTx,
    grant: &Grant,
    system: &SyncSystem,
    of: &mut SyncMessage,
    says: PartyPatch,
) -> Result<Result<SyncState, SyncFault>, Error> {
    if !system.active {
        let text = format!("{} is switched off", system.name);
        return Ok(Err(SyncFault { code: "SYSTEM_INACTIVE".to_owned(), field: None, text }));
    }
    let Some(link) = repo::sync::lock_link(tx, grant, system.id, &of.external_id).await? else {
        return Ok(Err(not_linked()));
    };
    of.merchant = Some(link.merchant);
    if of.revision <= link.revision {
        return Ok(Ok(SyncState::Outdated));
    }
    of.ignored = says.fields().into_iter().filter(|field| !system.fields.contains(field)).collect();
    let merchant = repo::lock(tx, grant, link.merchant).await?;
    let party = repo::party::find(&**tx, grant, merchant.id).await?;
    let before = Known { legal: &merchant.legal, party: &party };
    let (legal, told) = match says.apply(&system.fields, before) {
        Ok(after) => after,
        Err(fault) => {
            let (code, field, text) = (fault.code.to_owned(), Some(fault.field), fault.message);
            return Ok(Err(SyncFault { code, field, text }));
        }
    };
    of.applied = differences(before, Known { legal: &legal, party: &told });
    write(tx, grant, (&merchant, &party), (legal, told), &of.applied).await?;
    repo::sync::taken(tx, &link, of.revision).await?;
    Ok(Ok(if of.applied.is_empty() { SyncState::Unchanged } else { SyncState::Applied }))
}

async fn write(
    tx: &mut WriteTx,
    grant: &Grant,
    (merchant, party): (&Merchant, &Counterparty),
    (legal, told): (Legal, Counterparty),
    changed: &[SyncField],
) -> Result<(), Error> {
    if legal != merchant.legal {
        let after = Merchant { legal, version: merchant.version + 1, updated_at: tx.now(), ..merchant.clone() };
        repo::save(tx, grant, &after, merchant.version).await?;
        let change = Change::new("merchant", merchant.id, "synced").of_merchant(merchant.id);
        tx.record(change.diff(Some(merchant), Some(&after)));
        tx.emit(&MerchantChanged { merchant: merchant.id });
    }
    let beside = [SyncField::Addresses, SyncField::Contacts, SyncField::TaxIds];
    if changed.iter().any(|field| beside.contains(field)) {
        let after = Counterparty { version: party.version + 1, ..told };
        if !repo::party::save(tx, &after).await? {
            return Err(context::Error::Stale("counterparty").into());
        }
        let change = Change::new("merchant_counterparty", merchant.id, "synced").of_merchant(merchant.id);
        tx.record(change.diff((party.version > 0).then_some(party), Some(&after)));
    }
    Ok(())
}

/// Takes dead messages again, in the order in which they came; those that are not dead stay as they are.
///
/// # Errors
/// Not found; too many; denied; the database error.
pub async fn replay(ctx: &Ctx, ids: &[SyncMessageId]) -> Result<Vec<SyncMessage>, Error> {
    let grant = operators(ctx, MANAGE_SYNC)?;
    let mut done = Vec::with_capacity(ids.len());
    for id in in_order(ids)? {
        let mut tries = 1;
        done.push(loop {
            match again(ctx, &grant, id).await {
                Err(error) if error.code() == "STALE_VERSION" && tries < TRIES => tries += 1,
                message => break message?,
            }
        });
    }
    Ok(done)
}

async fn again(ctx: &Ctx, grant: &Grant, id: SyncMessageId) -> Result<SyncMessage, Error> {
    let mut tx = ctx.begin_write_for(grant).await?;
    let found = repo::sync::lock_messages(&tx, &[id]).await?.pop();
    let mut message = found.ok_or(context::Error::NotFound("message"))?;
    if message.state != SyncState::Dead {
        return Ok(message);
    }
    let system = repo::sync::lock_system(&tx, message.system).await?;
    message.attempts += 1;
    settle(&mut tx, grant, &system, &mut message).await?;
    tx.record(Change::new("sync_message", id, "replayed").field("state", SyncState::Dead, message.state));
    tx.commit().await?;
    Ok(message)
}

/// Gives dead messages up, with a reason. What they say is forgotten.
///
/// # Errors
/// A wrong `reason`; not found; too many; denied; the database error.
pub async fn drop_messages(ctx: &Ctx, ids: &[SyncMessageId], reason: &str) -> Result<Vec<SyncMessage>, Error> {
    let grant = operators(ctx, MANAGE_SYNC)?;
    let reason = step::words("reason", reason, REASON_MAX)?;
    let ids = in_order(ids)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let mut messages = repo::sync::lock_messages(&tx, &ids).await?;
    if messages.len() != ids.len() {
        return Err(context::Error::NotFound("message").into());
    }
    for message in messages.iter_mut().filter(|message| message.state == SyncState::Dead) {
        (message.state, message.body, message.settled_at) = (SyncState::Dropped, None, tx.now());
        repo::sync::settle(&tx, message).await?;
        let change = Change::new("sync_message", message.id, "dropped").because(&reason);
        tx.record(change.field("state", SyncState::Dead, message.state));
    }
    tx.commit().await?;
    Ok(messages)
}

fn in_order(ids: &[SyncMessageId]) -> Result<Vec<SyncMessageId>, Invalid> {
    if ids.len() > MESSAGES_MAX {
        return Err(Invalid::new("ids", "TOO_MANY", format!("at most {MESSAGES_MAX}")));
    }
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}
