//! Buyers who are to be forgotten.

use customers::CustomerErased;
use merchants::conversation;
use orders::command::{erase_buyer, erase_order};
use orders::event::{OrderCanceled, OrderClosed};
use outbox::DispatcherBuilder;

use crate::{Deps, retry};

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let at = deps.clone();
    let builder = builder.on("orders_forget_buyer", move |event: CustomerErased, _| {
        let ctx = at.ctx();
        async move { erase_buyer(&ctx, event.customer).await.map(drop).map_err(retry) }
    });
    let at = deps.clone();
    let builder = builder.on("conversations_forget_buyer", move |event: CustomerErased, _| {
        let ctx = at.ctx();
        async move { conversation::erase_buyer(&ctx, event.customer).await.map(drop).map_err(retry) }
    });
    // What was still under way when its buyer was erased is forgotten at its end.
    let at = deps.clone();
    let builder = builder.on("order_closed_forget", move |event: OrderClosed, _| {
        let ctx = at.ctx();
        async move { erase_order(&ctx, event.order).await.map(drop).map_err(retry) }
    });
    let at = deps.clone();
    builder.on("order_canceled_forget", move |event: OrderCanceled, _| {
        let ctx = at.ctx();
        async move { erase_order(&ctx, event.order).await.map(drop).map_err(retry) }
    })
}
