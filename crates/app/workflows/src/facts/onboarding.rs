//! Merchants that come: what other systems know of them.

use catalog::event::{ProductChanged, ProductPublished, ProductUnpublished};
use context::WriteTx;
use identity::MemberAdded;
use inventory::LocationChanged;
use kernel::id::{MerchantId, ProductId};
use merchants::{Progress, ProgressSource};
use outbox::{DispatcherBuilder, HandlerResult};

use crate::{Deps, retry};

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let at = deps.clone();
    let builder = builder.on("onboarding_member", move |event: MemberAdded, _| {
        let ctx = at.ctx();
        async move {
            let Some(merchant) = event.merchant else { return Ok(()) };
            merchants::welcome(&ctx, merchant).await.map(drop).map_err(retry)
        }
    });
    let at = deps.clone();
    let builder = builder.on("onboarding_product_changed", move |event: ProductChanged, _| {
        let deps = at.clone();
        async move { products(&deps, &event.products).await }
    });
    let at = deps.clone();
    let builder = builder.on("onboarding_product_published", move |event: ProductPublished, _| {
        let deps = at.clone();
        async move { products(&deps, &event.products).await }
    });
    let at = deps.clone();
    let builder = builder.on("onboarding_product_unpublished", move |event: ProductUnpublished, _| {
        let deps = at.clone();
        async move { products(&deps, &event.products).await }
    });
    let at = deps.clone();
    builder.on("onboarding_location", move |event: LocationChanged, _| {
        let deps = at.clone();
        async move { look(&deps, &[event.merchant]).await }
    })
}

async fn products(deps: &Deps, products: &[ProductId]) -> HandlerResult {
    let owners = catalog::query::owned::owners_on(deps.ctx().read(), products).await.map_err(retry)?;
    look(deps, &owners).await
}

async fn look(deps: &Deps, merchants: &[MerchantId]) -> HandlerResult {
    let ctx = deps.ctx();
    for merchant in merchants::coming_among_on(ctx.read(), merchants).await.map_err(retry)? {
        merchants::note_progress(&ctx, merchant, &Systems).await.map_err(retry)?;
    }
    Ok(())
}

/// The catalog and the stock locations.
struct Systems;

impl ProgressSource for Systems {
    async fn progress(&self, tx: &WriteTx, merchant: MerchantId) -> Result<Progress, context::Error> {
        let products = catalog::query::owned::owned_count_on(&**tx, merchant).await?;
        let locations = inventory::active_locations_on(&**tx, merchant).await?;
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        Ok(Progress {
            products_loaded: count(products.loaded),
            products_accepted: count(products.accepted),
            locations: count(locations),
        })
    }
}
