//! What somebody has to do about an order, for whoever keeps tasks.

use kernel::Money;
use kernel::id::{FulfillmentOrderId, MerchantId, MerchantOrderId, RefundId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::Error;
use crate::entity::{fulfillment_order, merchant_order, refund};
use crate::model::status::{FulfillmentOrderState, MerchantOrderState, RefundState};

/// A fulfillment order that did not leave in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateWork {
    /// Which.
    pub fulfillment_order: FulfillmentOrderId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// The number of the merchant order.
    pub number: String,
    /// Whether something of it has still to leave.
    pub waits: bool,
}

/// The fulfillment orders of a merchant order that did not leave in time. It authorizes nothing: it is for handlers.
///
/// # Errors
/// The database error.
pub async fn late_work_on<C: ConnectionTrait>(conn: &C, part: MerchantOrderId) -> Result<Vec<LateWork>, Error> {
    let Some(owner) = merchant_order::Entity::find_by_id(part).one(conn).await? else { return Ok(Vec::new()) };
    let works = matches!(owner.state, MerchantOrderState::AwaitingAcceptance | MerchantOrderState::ToShip);
    let rows = fulfillment_order::Entity::find()
        .filter(fulfillment_order::Column::MerchantOrderId.eq(part))
        .filter(fulfillment_order::Column::LateAt.is_not_null())
        .order_by_asc(fulfillment_order::Column::Id)
        .all(conn)
        .await?;
    let open = |state| {
        use FulfillmentOrderState::{InProgress, OnHold, Open};
        matches!(state, Open | InProgress | OnHold)
    };
    let late = |row: fulfillment_order::Model| LateWork {
        fulfillment_order: row.id,
        merchant: row.merchant_id,
        number: owner.number.clone(),
        waits: works && open(row.state) && row.ready_at.is_none(),
    };
    Ok(rows.into_iter().map(late).collect())
}

/// Where a refund above the limit stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundStanding {
    /// The merchant.
    pub merchant: MerchantId,
    /// How much.
    pub amount: Money,
    /// Whether somebody has to decide about it.
    pub waits: bool,
    /// Whether nobody agreed.
    pub rejected: bool,
}

/// Where a refund stands; `None` when there is no such refund. It authorizes nothing: it is for handlers.
///
/// # Errors
/// The database error.
pub async fn refund_standing_on<C: ConnectionTrait>(conn: &C, id: RefundId) -> Result<Option<RefundStanding>, Error> {
    let row = refund::Entity::find_by_id(id).one(conn).await?;
    Ok(row.map(|row| RefundStanding {
        merchant: row.merchant_id,
        amount: Money::new(row.amount_minor, row.currency),
        waits: row.state == RefundState::AwaitingApproval,
        rejected: row.state == RefundState::Rejected,
    }))
}
