//! The arrival of a parcel.

use chrono::{DateTime, Utc};
use context::Ctx;
use kernel::Invalid;
use kernel::id::{PaymentOperationId, ShipmentId};
use payments::{CodCollected, CollectedBy, cod_collected_in_tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::money::{Captured, capture_part};
use super::work::Work;
use crate::Error;
use crate::actions::SHIP;
use crate::entity::{Shipment, shipment};
use crate::event::{ShipmentDelivered, ShipmentRecognized};
use crate::model::status::{CaptureTiming, ShipmentState};
use crate::repo;

/// A parcel that arrived.
#[derive(Debug, Clone)]
pub struct Deliver {
    /// The parcel.
    pub shipment: ShipmentId,
    /// When; `None`: now.
    pub delivered_at: Option<DateTime<Utc>>,
}

/// Marks a parcel as arrived. What is paid at the door is collected and earned now. Saying it again changes nothing.
///
/// # Errors
/// Not found for a foreign parcel; [`Invalid`] for a time before it left or in the future.
pub async fn deliver(ctx: &Ctx, input: Deliver) -> Result<Shipment, Error> {
    let grant = ctx.authorize(SHIP)?;
    let tx = ctx.begin_write().await?;
    let found = repo::shipment(&*tx, &grant, input.shipment).await?;
    let mut work = Work::open(ctx, tx, found.order_id).await?;
    // Once more under the lock of the order.
    let mut row = repo::shipment(&*work.tx, &grant, input.shipment).await?;
    if row.state == ShipmentState::Delivered {
        return Ok(row);
    }
    let at = input.delivered_at.unwrap_or(work.tx.now());
    if at < row.shipped_at || at > work.tx.now() {
        let text = "must be between the time it left and now";
        return Err(Invalid::new("deliveredAt", "OUT_OF_RANGE", text).into());
    }
    let lines = repo::shipment_lines(&*work.tx, row.id).await?;
    let units: Vec<_> = lines.iter().map(|line| (line.fulfillment_line_id, line.quantity)).collect();
    work.book.deliver(&units)?;
    if work.book.order.capture == CaptureTiming::OnDelivery {
        collect(&mut work, &row).await?;
    }
    row.state = ShipmentState::Delivered;
    row.delivered_at = Some(at);
    row.recognized = true;
    shipment::Entity::update_many()
        .col_expr(shipment::Column::State, Expr::value(row.state))
        .col_expr(shipment::Column::DeliveredAt, Expr::value(row.delivered_at))
        .col_expr(shipment::Column::Recognized, Expr::value(true))
        .filter(shipment::Column::Id.eq(row.id))
        .exec(&*work.tx)
        .await?;
    let (order, merchant_order, merchant) = (row.order_id, row.merchant_order_id, row.merchant_id);
    work.tx.emit(&ShipmentDelivered { order, merchant_order, merchant, shipment: row.id, delivered_at: at });
    work.note("delivered", Some(merchant_order), &json!({ "shipment": row.id, "parcel": row.parcel_no }));
    work.finish().await?;
    Ok(row)
}

/// Takes the cash of the parcel as captured and its sale as earned.
async fn collect(work: &mut Work, row: &Shipment) -> Result<(), Error> {
    let collected_by = row.carrier_code.clone().map_or(CollectedBy::Merchant, CollectedBy::Carrier);
    let kept = collected_by == CollectedBy::Merchant;
    let collected = CodCollected {
        payment_id: work.book.order.payment_id,
        merchant_order_id: row.merchant_order_id,
        amount_minor: row.gross_minor,
        collected_by,
    };
    let operation: Option<PaymentOperationId> = cod_collected_in_tx(&mut work.tx, collected).await?;
    let captured = Captured { amount: row.gross_minor, discount: row.parts.0.discount };
    match operation {
        Some(operation) => capture_part(work, operation, row.merchant_order_id, captured).await?,
        // Nothing is paid at the door for what a coupon pays in full.
        None if captured.discount > 0 => {
            let gift: PaymentOperationId = work.ctx.new_id();
            capture_part(work, gift, row.merchant_order_id, captured).await?;
        }
        None => {}
    }
    work.tx.emit(&ShipmentRecognized {
        order: row.order_id,
        merchant_order: row.merchant_order_id,
        merchant: row.merchant_id,
        shipment: row.id,
        currency: work.book.order.currency,
        parts: row.parts.0,
        net_minor: row.parts.0.net(),
        kept_by_merchant: operation.filter(|_| kept),
    });
    Ok(())
}
