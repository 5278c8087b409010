//! One use case a file.

pub mod create;
pub mod edit;
pub mod status;
pub mod upsert;

use context::WriteTx;
use history::Change;
use kernel::Currency;
use kernel::id::ChannelId;

use crate::error::Error;
use crate::event::OfferChanged;
use crate::model::Offer;

/// Whether a channel exists and sells in a currency.
async fn known_channels(tx: &WriteTx) -> Result<impl Fn(ChannelId, Currency) -> bool + use<>, Error> {
    let snapshot = marketplace::snapshot_on(&**tx).await.map_err(|error| match error {
        marketplace::Error::Core(core) => core,
        other => context::Error::internal(other),
    })?;
    Ok(move |id, currency| snapshot.channel(id).is_some_and(|channel| channel.currencies.contains(&currency)))
}

/// Records what changed of these offers and tells it, once for all.
fn tell(tx: &mut WriteTx, action: &'static str, changed: &[(Option<Offer>, Offer)]) {
    if changed.is_empty() {
        return;
    }
    for (before, after) in changed {
        let change = Change::new("offer", after.id, action).of_merchant(after.merchant_id);
        tx.record(change.diff(before.as_ref(), Some(after)));
    }
    let mut products: Vec<_> = changed.iter().map(|(_, after)| after.product_id).collect();
    products.sort_unstable();
    products.dedup();
    tx.emit(&OfferChanged { offers: changed.iter().map(|(_, after)| after.id).collect(), products });
}
