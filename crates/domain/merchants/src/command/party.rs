//! Addresses, contacts and tax ids of a merchant.

use context::{Ctx, merchant_meant};
use history::Change;
use kernel::id::MerchantId;

use super::sync::kept_by_people;
use crate::actions::EDIT_LEGAL;
use crate::model::sync::Known;
use crate::model::{Counterparty, PartyAddress, PartyContact, TaxId};
use crate::{Error, repo};

/// What is known of a counterparty; what is `None` stays, what is there takes the place of what was.
#[derive(Debug, Clone)]
pub struct EditCounterparty {
    /// The merchant; a merchant's own staff may leave it out.
    pub merchant: Option<MerchantId>,
    /// The version that the caller saw; 0 when nothing was said before.
    pub expected_version: i64,
    /// Its addresses beside the seat.
    pub addresses: Option<Vec<PartyAddress>>,
    /// People to speak to.
    pub contacts: Option<Vec<PartyContact>>,
    /// Its tax ids.
    pub tax_ids: Option<Vec<TaxId>>,
}

/// Changes what is known of a counterparty beside its seat.
///
/// # Errors
/// What is wrong with the input; [`Error::KeptElsewhere`] for what another system keeps; not found; stale; denied; the
/// database error.
pub async fn edit_counterparty(ctx: &Ctx, input: EditCounterparty) -> Result<Counterparty, Error> {
    let grant = ctx.authorize(EDIT_LEGAL)?;
    let merchant = merchant_meant(&grant, input.merchant)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let of = repo::find(&*tx, &grant, merchant).await?;
    let before = repo::party::find(&*tx, &grant, merchant).await?;
    if before.version != input.expected_version {
        return Err(context::Error::Stale("counterparty").into());
    }
    let after = Counterparty {
        merchant,
        addresses: input.addresses.unwrap_or_else(|| before.addresses.clone()),
        contacts: input.contacts.unwrap_or_else(|| before.contacts.clone()),
        tax_ids: input.tax_ids.unwrap_or_else(|| before.tax_ids.clone()),
        version: before.version + 1,
    };
    let after = after.checked()?;
    let known = |party| Known { legal: &of.legal, party };
    kept_by_people(&tx, merchant, known(&before), known(&after)).await?;
    if !repo::party::save(&tx, &after).await? {
        return Err(context::Error::Stale("counterparty").into());
    }
    let known = (before.version > 0).then_some(&before);
    tx.record(Change::new("merchant_counterparty", merchant, "edited").of_merchant(merchant).diff(known, Some(&after)));
    tx.commit().await?;
    Ok(after)
}
