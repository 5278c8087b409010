//! What other systems tell of merchants.

mod message;
mod system;

use access::{Action, Grant};
use context::Ctx;
use kernel::id::MerchantId;

use crate::model::sync::{Known, SyncField, differences};
use crate::{Error, repo};

pub use message::{Incoming, MESSAGES_MAX, drop_messages, receive, replay};
pub use system::{CreateSystem, EditSystem, create_system, edit_system, link, set_fields, unlink};

/// Systems are the operator's: a grant for one merchant finds none.
fn operators(ctx: &Ctx, action: Action) -> Result<Grant, Error> {
    let grant = ctx.authorize(action)?;
    if grant.is_wide() { Ok(grant) } else { Err(context::Error::NotFound("system").into()) }
}

/// Refuses what people change of a field that another system keeps: it would be overwritten by its next message.
pub(super) async fn kept_by_people(
    tx: &context::WriteTx,
    merchant: MerchantId,
    before: Known<'_>,
    after: Known<'_>,
) -> Result<(), Error> {
    let changed = differences(before, after);
    if changed.is_empty() {
        return Ok(());
    }
    let kept = repo::sync::kept_of(tx, merchant).await?;
    let refused = |field: &SyncField| kept.iter().find(|(of, _)| of == field).cloned();
    match changed.iter().find_map(refused) {
        Some((field, system)) => Err(Error::KeptElsewhere { field, system }),
        None => Ok(()),
    }
}
