//! The arrival of a parcel.

use chrono::{DateTime, Utc};
use context::Ctx;
use kernel::id::{AssetId, PaymentOperationId, ShipmentId};
use kernel::{Invalid, text};
use payments::{CodCollected, CollectedBy, cod_collected_in_tx};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;

use super::money::{Captured, capture_part};
use super::work::Work;
use crate::Error;
use crate::actions::SHIP;
use crate::entity::{Shipment, ShipmentLine, shipment};
use crate::event::{ShipmentDelivered, ShipmentRecognized};
use crate::model::care::{self, ShipmentAction};
use crate::model::status::{CaptureTiming, ShipmentState};
use crate::repo;

/// A parcel that arrived.
#[derive(Debug, Clone)]
pub struct Deliver {
    /// The parcel.
    pub shipment: ShipmentId,
    /// When; `None`: now.
    pub delivered_at: Option<DateTime<Utc>>,
    /// What shows that it was handed over.
    pub proof: Option<Proof>,
}

/// What shows that a parcel was handed over.
#[derive(Debug, Clone)]
pub struct Proof {
    /// Who took it.
    pub received_by: Option<String>,
    /// A picture of the signature or of the parcel at its place.
    pub asset: Option<AssetId>,
}

/// Marks a parcel as arrived. What is paid at the door is collected and earned now. Saying it again changes nothing.
///
/// # Errors
/// Not found for a foreign parcel; [`Invalid`] for a time before it left or in the future, and for a parcel that is to
/// be signed for, without a proof.
pub async fn deliver(ctx: &Ctx, input: Deliver) -> Result<Shipment, Error> {
    let grant = ctx.authorize(SHIP)?;
    let received_by = received_by(input.proof.as_ref())?;
    let tx = ctx.begin_write_for(&grant).await?;
    let found = repo::shipment(&*tx, &grant, input.shipment).await?;
    let mut work = Work::open(ctx, tx, found.order_id).await?;
    // Once more under the lock of the order.
    let mut row = repo::shipment(&*work.tx, &grant, input.shipment).await?;
    if row.state == ShipmentState::Delivered {
        return Ok(row);
    }
    ShipmentAction::Deliver.require(row.state.as_str(), &care::shipment(&row))?;
    let by = work.book.fulfillment(row.fulfillment_order_id)?;
    let asset = input.proof.as_ref().and_then(|proof| proof.asset);
    if by.signature_required && received_by.is_none() && asset.is_none() {
        let text = format!("{}: say who signed for it, or show the signature", by.method_name);
        return Err(Invalid::new("receivedBy", "SIGNATURE_REQUIRED", text).into());
    }
    let at = input.delivered_at.unwrap_or(work.tx.now());
    if at < row.shipped_at || at > work.tx.now() {
        let text = "must be between the time it left and now";
        return Err(Invalid::new("deliveredAt", "OUT_OF_RANGE", text).into());
    }
    deliver_in(&mut work, &mut row, at, input.proof.map(|proof| Proof { received_by, ..proof })).await?;
    work.finish().await?;
    Ok(row)
}

/// The arrival inside a command on the order; the state was checked.
pub(super) async fn deliver_in(
    work: &mut Work,
    row: &mut Shipment,
    at: DateTime<Utc>,
    proof: Option<Proof>,
) -> Result<(), Error> {
    let lines = repo::shipment_lines(&*work.tx, row.id).await?;
    let units: Vec<_> = lines.iter().map(|line| (line.fulfillment_line_id, line.quantity)).collect();
    work.book.deliver(&units)?;
    if row.state == ShipmentState::Lost {
        found_again(work, &lines);
    }
    if work.book.part(row.merchant_order_id)?.capture == CaptureTiming::OnDelivery {
        collect(work, row).await?;
    }
    row.state = ShipmentState::Delivered;
    row.delivered_at = Some(at);
    row.recognized = true;
    row.ended_at = None;
    row.proof_asset_id = proof.as_ref().and_then(|proof| proof.asset);
    row.received_by = proof.and_then(|proof| proof.received_by);
    let all = row.clone().into_active_model().reset_all();
    shipment::Entity::update_many().set(all).filter(shipment::Column::Id.eq(row.id)).exec(&*work.tx).await?;
    let (order, merchant_order, merchant) = (row.order_id, row.merchant_order_id, row.merchant_id);
    work.tx.emit(&ShipmentDelivered { order, merchant_order, merchant, shipment: row.id, delivered_at: at });
    work.note("delivered", Some(merchant_order), &json!({ "shipment": row.id, "parcel": row.parcel_no }));
    Ok(())
}

fn received_by(proof: Option<&Proof>) -> Result<Option<String>, Invalid> {
    match proof.and_then(|proof| proof.received_by.as_deref()) {
        Some(name) if !name.trim().is_empty() => text::line("receivedBy", name, 200).map(Some),
        _ => Ok(None),
    }
}

/// A parcel that was taken for lost arrived after all. What was paid back for it stays paid back.
fn found_again(work: &mut Work, lines: &[ShipmentLine]) {
    for line in lines {
        if let Some(counted) = work.book.lines.iter_mut().find(|counted| counted.id == line.order_line_id) {
            counted.lost -= line.quantity;
        }
    }
}

/// Takes the cash of the parcel as captured and its sale as earned.
async fn collect(work: &mut Work, row: &Shipment) -> Result<(), Error> {
    let collected_by = row.carrier_code.clone().map_or(CollectedBy::Merchant, CollectedBy::Carrier);
    let kept = collected_by == CollectedBy::Merchant;
    let collected = CodCollected {
        payment_id: work.book.part(row.merchant_order_id)?.payment_id,
        merchant_order_id: row.merchant_order_id,
        amount_minor: row.gross_minor,
        collected_by,
    };
    let operation: Option<PaymentOperationId> = cod_collected_in_tx(&mut work.tx, collected).await?;
    let captured = Captured { amount: row.gross_minor, discount: row.parts.0.discount, shipment: None };
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
