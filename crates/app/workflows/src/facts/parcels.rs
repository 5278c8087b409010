//! What carriers told before a parcel was known.

use orders::event::ShipmentShipped;
use outbox::DispatcherBuilder;

use crate::{Deps, retry};

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let at = deps.clone();
    builder.on("parcel_told_before", move |event: ShipmentShipped, _| {
        let ctx = at.ctx();
        async move { orders::command::tracking_catch_up(&ctx, event.shipment).await.map(drop).map_err(retry) }
    })
}
