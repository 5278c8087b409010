//! How a merchant acted on one order, for whoever rates merchants.

use chrono::{DateTime, Utc};
use kernel::id::{MerchantId, MerchantOrderId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::Deserialize;

use crate::Error;
use crate::entity::{event, fulfillment_order, goods_return, incident, merchant_order, order_line, refund, shipment};
use crate::event::LineUnits;
use crate::model::status::{
    Bearer, CancelReason, Outcome, RefundKind, RefundState, ReturnReason, ReturnState, ShipmentState,
};

/// How a merchant acted on one order, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Conduct {
    /// The merchant.
    pub merchant: MerchantId,
    /// The number of the merchant order.
    pub number: String,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// When the merchant got it.
    pub released_at: Option<DateTime<Utc>>,
    /// When the merchant decided, or its time was over.
    pub decided_at: Option<DateTime<Utc>>,
    /// What came of that.
    pub outcome: Option<Outcome>,
    /// When something did not leave in time.
    pub late_at: Option<DateTime<Utc>>,
    /// Whether something arrived.
    pub arrived: bool,
    /// What the merchant took out.
    pub canceled: Vec<CanceledByMerchant>,
    /// What left.
    pub parcels: Vec<ParcelConduct>,
    /// How many incidents there were.
    pub incidents: u64,
    /// What was paid back.
    pub refunds: Vec<RefundConduct>,
    /// What was sent back, or is to be.
    pub returns: Vec<ReturnConduct>,
}

/// What a merchant took out of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CanceledByMerchant {
    /// How many units.
    pub units: i64,
    /// Why.
    pub reason: CancelReason,
    /// Before it decided, or by its decision.
    pub undecided: bool,
}

/// A parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelConduct {
    /// When it left.
    pub shipped_at: DateTime<Utc>,
    /// How it was sent.
    pub method_kind: String,
    /// Whether carrier and number are known.
    pub tracked: bool,
    /// Whether it was lost.
    pub lost: bool,
}

/// Money that went back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundConduct {
    /// Why, by kind.
    pub kind: RefundKind,
    /// Why, in the words of the settings.
    pub reason: String,
    /// Who paid.
    pub bearer: Bearer,
    /// The return it is for, by why the buyer sent the goods back.
    pub of_return: Option<ReturnReason>,
}

/// Goods that went back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReturnConduct {
    /// Why.
    pub reason: ReturnReason,
    /// How far it is.
    pub state: ReturnState,
}

/// What the timeline says of units that were canceled.
#[derive(Deserialize)]
struct Canceled {
    lines: Vec<LineUnits>,
    reason: CancelReason,
    #[serde(default)]
    by_merchant: bool,
    #[serde(default)]
    undecided: bool,
}

/// How a merchant acted on an order; `None` when there is none. For whoever has authorized to read it.
///
/// # Errors
/// The database error.
pub async fn conduct_on<C: ConnectionTrait>(conn: &C, id: MerchantOrderId) -> Result<Option<Conduct>, Error> {
    let Some(part) = merchant_order::Entity::find_by_id(id).one(conn).await? else { return Ok(None) };
    let lines = order_line::Entity::find().filter(order_line::Column::MerchantOrderId.eq(id)).all(conn).await?;
    let incidents = incident::Entity::find().filter(incident::Column::MerchantOrderId.eq(id)).all(conn).await?;
    let returns = goods_return::Entity::find().filter(goods_return::Column::MerchantOrderId.eq(id)).all(conn).await?;
    Ok(Some(Conduct {
        merchant: part.merchant_id,
        number: part.number,
        placed_at: part.placed_at,
        released_at: part.released_at,
        decided_at: part.decided_at,
        outcome: part.outcome,
        late_at: part.late_at,
        arrived: lines.iter().any(|line| line.delivered > 0),
        canceled: canceled(conn, id).await?,
        parcels: parcels(conn, id).await?,
        incidents: incidents.len() as u64,
        refunds: refunds(conn, id, &returns).await?,
        returns: returns.into_iter().map(|row| ReturnConduct { reason: row.reason, state: row.state }).collect(),
    }))
}

async fn canceled<C: ConnectionTrait>(conn: &C, id: MerchantOrderId) -> Result<Vec<CanceledByMerchant>, Error> {
    let steps = event::Entity::find()
        .filter(event::Column::MerchantOrderId.eq(id))
        .filter(event::Column::Kind.eq("units_canceled"))
        .all(conn)
        .await?;
    let mut canceled = Vec::new();
    for step in steps {
        let said: Canceled = serde_json::from_str(&step.data).map_err(context::Error::from)?;
        let units = said.lines.iter().map(|line| line.quantity).sum();
        if said.by_merchant {
            canceled.push(CanceledByMerchant { units, reason: said.reason, undecided: said.undecided });
        }
    }
    Ok(canceled)
}

async fn parcels<C: ConnectionTrait>(conn: &C, id: MerchantOrderId) -> Result<Vec<ParcelConduct>, Error> {
    let sent = shipment::Entity::find().filter(shipment::Column::MerchantOrderId.eq(id)).all(conn).await?;
    if sent.is_empty() {
        return Ok(Vec::new());
    }
    let ways = fulfillment_order::Entity::find().filter(fulfillment_order::Column::MerchantOrderId.eq(id));
    let ways = ways.all(conn).await?;
    let parcel = |row: shipment::Model| {
        let way = ways.iter().find(|way| way.id == row.fulfillment_order_id);
        ParcelConduct {
            shipped_at: row.shipped_at,
            method_kind: way.map(|way| way.method_kind.clone()).unwrap_or_default(),
            tracked: row.carrier_name.is_some() && row.tracking_number.is_some(),
            lost: row.state == ShipmentState::Lost,
        }
    };
    Ok(sent.into_iter().map(parcel).collect())
}

/// What went back or is asked for; neither what was refused nor what is still to be approved.
async fn refunds<C: ConnectionTrait>(
    conn: &C,
    id: MerchantOrderId,
    returns: &[goods_return::Model],
) -> Result<Vec<RefundConduct>, Error> {
    let rows = refund::Entity::find().filter(refund::Column::MerchantOrderId.eq(id)).all(conn).await?;
    let counts =
        rows.into_iter().filter(|row| !matches!(row.state, RefundState::AwaitingApproval | RefundState::Rejected));
    let of = |row: refund::Model| RefundConduct {
        kind: row.kind,
        reason: row.reason,
        bearer: row.bearer,
        of_return: returns.iter().find(|of| Some(of.id) == row.return_id).map(|of| of.reason),
    };
    Ok(counts.map(of).collect())
}
