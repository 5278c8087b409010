//! Keeps the storefront's listing equal to what it is made from.

use catalog::event::{CategoryMoved, ProductChanged, ProductPublished, ProductUnpublished};
use inventory::StockChanged;
use kernel::id::{MerchantId, ProductId};
use marketplace::event::ChannelChanged;
use merchants::event::{MerchantSellingChanged, MerchantStatusChanged};
use offers::OfferChanged;
use outbox::{DispatcherBuilder, HandlerResult};

use crate::{Deps, retry};

/// Products refreshed by one call.
const CHUNK: usize = 500;

pub(crate) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let builder = products(builder, deps);
    let at = deps.clone();
    let builder = builder.on("listing_offers", move |event: OfferChanged, _| {
        let deps = at.clone();
        async move { refresh(&deps, &event.products).await }
    });
    let at = deps.clone();
    let builder = builder.on("listing_stock", move |event: StockChanged, _| {
        let deps = at.clone();
        async move {
            let ctx = deps.ctx();
            let products = offers::products_of_stock_items_on(ctx.read(), &event.stock_items).await.map_err(retry)?;
            refresh(&deps, &products).await
        }
    });
    let at = deps.clone();
    let builder = builder.on("listing_merchant", move |event: MerchantStatusChanged, _| {
        let deps = at.clone();
        async move { merchant(&deps, event.merchant).await }
    });
    let at = deps.clone();
    let builder = builder.on("listing_merchant_selling", move |event: MerchantSellingChanged, _| {
        let deps = at.clone();
        async move { merchant(&deps, event.merchant).await }
    });
    let at = deps.clone();
    let builder = builder.on("listing_category", move |_: CategoryMoved, _| {
        let deps = at.clone();
        async move { analytics::storefront::rebuild(&deps.ctx()).await.map(drop).map_err(retry) }
    });
    let at = deps.clone();
    builder.on("listing_channel", move |_: ChannelChanged, _| {
        let deps = at.clone();
        async move { analytics::storefront::rebuild(&deps.ctx()).await.map(drop).map_err(retry) }
    })
}

fn products(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let at = deps.clone();
    let builder = builder.on("listing_product_changed", move |event: ProductChanged, _| {
        let deps = at.clone();
        async move { refresh(&deps, &event.products).await }
    });
    let at = deps.clone();
    let builder = builder.on("listing_product_published", move |event: ProductPublished, _| {
        let deps = at.clone();
        async move { refresh(&deps, &event.products).await }
    });
    let at = deps.clone();
    builder.on("listing_product_unpublished", move |event: ProductUnpublished, _| {
        let deps = at.clone();
        async move { refresh(&deps, &event.products).await }
    })
}

async fn refresh(deps: &Deps, products: &[ProductId]) -> HandlerResult {
    let ctx = deps.ctx();
    for chunk in products.chunks(CHUNK) {
        analytics::storefront::refresh(&ctx, chunk).await.map_err(retry)?;
    }
    Ok(())
}

/// A merchant that may sell again, or may no longer, changes every product it offers.
async fn merchant(deps: &Deps, merchant: MerchantId) -> HandlerResult {
    let ctx = deps.ctx();
    let mut after = None;
    loop {
        let limit = CHUNK as u64;
        let products = offers::products_of_merchants_on(ctx.read(), merchant, after, limit).await.map_err(retry)?;
        let Some(last) = products.last().copied() else { return Ok(()) };
        refresh(deps, &products).await?;
        after = Some(last);
    }
}
