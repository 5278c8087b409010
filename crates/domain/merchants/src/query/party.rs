//! What is known of merchants as counterparties.

use std::collections::HashMap;

use context::{Ctx, merchant_meant};
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
    let reached = |id: &MerchantId| merchant_meant(&grant, Some(*id)).is_ok();
    let ids: Vec<MerchantId> = ids.iter().copied().filter(reached).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut known = repo::party::all(&ctx.read_for(&grant), &ids).await?;
    Ok(ids.into_iter().map(|id| (id, known.remove(&id).unwrap_or(Counterparty::unknown(id)))).collect())
}
