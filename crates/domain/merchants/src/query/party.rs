//! What is known of merchants as counterparties.

use std::collections::HashMap;

use access::Reach;
use context::Ctx;
use kernel::id::MerchantId;

use crate::actions::READ;
use crate::model::Counterparty;
use crate::{Error, repo};

/// What is known of these merchants beside their seat; those beyond the caller's reach are left out. One statement.
///
/// # Errors
/// Denied; the database error.
pub async fn counterparties(ctx: &Ctx, ids: &[MerchantId]) -> Result<HashMap<MerchantId, Counterparty>, Error> {
    let grant = ctx.authorize(READ)?;
    let reached = |id: &MerchantId| match grant.merchants() {
        Reach::All => true,
        Reach::Only(own) => own == *id,
        Reach::Nothing => false,
    };
    let ids: Vec<MerchantId> = ids.iter().copied().filter(reached).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut known = repo::party::all(&ctx.read_for(&grant), &ids).await?;
    Ok(ids.into_iter().map(|id| (id, known.remove(&id).unwrap_or(Counterparty::unknown(id)))).collect())
}
