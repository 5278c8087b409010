//! Money that banks dispute or took for good, and refunds of it: what was never sent, or never arrives, is undone all the
//! same, and who has the money is decided by the dispute. The payment is locked.

use context::{Error as CoreError, WriteTx};
use kernel::id::{DisputeId, MerchantOrderId, PaymentId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::move_money::RefundPart;
use crate::entity::{dispute, operation};
use crate::error::Error;
use crate::model::{Dispute, DisputeState, Operation, OperationKind, OperationState, Payment, Source, spread};
use crate::repo;

/// A dispute that was not won.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Disputed {
    pub(super) id: DisputeId,
    pub(super) state: DisputeState,
    part: Option<MerchantOrderId>,
    /// What of its money no refund is for, in minor units.
    gone_minor: i64,
    /// What of that no merchant bore either: what refunds can be for.
    left_minor: i64,
}

/// What of a payment is disputed or was lost, the oldest first.
pub(super) async fn disputed(
    tx: &WriteTx,
    payment: PaymentId,
    operations: &[Operation],
) -> Result<Vec<Disputed>, DbErr> {
    let rows = dispute::Entity::find()
        .filter(dispute::Column::PaymentId.eq(payment))
        .filter(dispute::Column::State.ne(DisputeState::Won.as_str()))
        .order_by_asc(dispute::Column::Id)
        .all(&**tx)
        .await?;
    Ok(rows.into_iter().map(|row| of(&Dispute::from(row), operations)).collect())
}

fn of(dispute: &Dispute, operations: &[Operation]) -> Disputed {
    let gone_minor = dispute.amount.minor - covered(dispute.id, operations);
    Disputed {
        id: dispute.id,
        state: dispute.state,
        part: dispute.merchant_order_id,
        gone_minor,
        left_minor: gone_minor - dispute.borne_minor.unwrap_or(0),
    }
}

/// What was undone of the money of a dispute, in minor units.
fn covered(dispute: DisputeId, operations: &[Operation]) -> i64 {
    let own = operations.iter().filter(|operation| {
        operation.dispute_id == Some(dispute)
            && operation.kind == OperationKind::Refund
            && operation.state != OperationState::Failed
    });
    own.map(|operation| operation.amount.minor).sum()
}

/// What cannot be given back for them, in minor units.
pub(super) fn sum(disputes: &[Disputed]) -> i64 {
    disputes.iter().map(|of| of.gone_minor).sum()
}

/// Which disputes have the money of a refund: what is disputed of the very merchant order first, and beyond that only what
/// is not there to be given back.
pub(super) fn shares(disputes: &[Disputed], refund: &RefundPart, refundable_minor: i64) -> Vec<(Disputed, i64)> {
    let is_own = |of: &&Disputed| of.part.is_some() && of.part == refund.merchant_order_id;
    let own: i64 = disputes.iter().filter(is_own).map(|of| of.left_minor).sum();
    let mut left = own.min(refund.amount_minor).max(refund.amount_minor - refundable_minor.max(0));
    let mut sorted: Vec<&Disputed> = disputes.iter().collect();
    sorted.sort_by_key(|of| (!is_own(of), of.part.is_some()));
    let mut found = Vec::new();
    for of in sorted {
        let share = left.min(of.left_minor);
        if share > 0 {
            left -= share;
            found.push((*of, share));
        }
    }
    found
}

/// Where at the provider the money was that a bank took; it is not there to be given back otherwise.
pub(super) fn take(sources: &mut [Source], payment: &Payment, minor: i64) -> Option<Vec<(Source, i64)>> {
    let own: Vec<Source> = sources.iter().filter(|at| at.provider == payment.provider).cloned().collect();
    let found = spread(&own, &payment.refund_order, minor, Source::refundable_minor)?;
    for (taken, share) in &found {
        let same = |at: &&mut Source| at.provider == taken.provider && at.charge == taken.charge;
        sources.iter_mut().filter(same).for_each(|at| at.refunded_minor += share);
    }
    Some(found.into_iter().map(|(source, share)| (source.clone(), share)).collect())
}

/// The refunds that wait for the decision of a dispute, the oldest first.
pub(super) async fn waiting(tx: &WriteTx, of: &Dispute) -> Result<Vec<Operation>, DbErr> {
    let rows = operation::Entity::find()
        .filter(operation::Column::PaymentId.eq(of.payment_id))
        .filter(operation::Column::DisputeId.eq(of.id))
        .filter(operation::Column::State.eq(OperationState::Disputed.as_str()))
        .order_by_asc(operation::Column::Id)
        .all(&**tx)
        .await?;
    Ok(rows.into_iter().map(Operation::from).collect())
}

/// What merchants may have to bear of a dispute that was lost, in minor units: what was undone of it is no sale any more.
/// `None` when that was decided with [`bear_dispute_in_tx`]. Locks the payment; the caller has authorized.
///
/// # Errors
/// Not found; the database error.
pub async fn unborne_in_tx(tx: &WriteTx, id: DisputeId) -> Result<Option<i64>, Error> {
    let missing = || CoreError::NotFound("dispute");
    let found = dispute::Entity::find_by_id(id).one(&**tx).await?.ok_or_else(missing)?;
    repo::lock_payment(tx, found.payment_id).await?;
    let row = dispute::Entity::find_by_id(id).one(&**tx).await?.ok_or_else(missing)?;
    let operations = repo::operations_of(tx, row.payment_id).await?;
    Ok(row.borne_minor.is_none().then(|| row.amount_minor - covered(id, &operations)))
}

/// Says what merchants bear of a dispute that was lost, in minor units. The caller has authorized.
///
/// # Errors
/// The database error.
pub async fn bear_dispute_in_tx(tx: &WriteTx, id: DisputeId, minor: i64) -> Result<(), Error> {
    dispute::Entity::update_many()
        .col_expr(dispute::Column::BorneMinor, Expr::value(Some(minor)))
        .filter(dispute::Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use kernel::id::RefundId;
    use uuid::Uuid;

    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn about(n: u128, part: Option<u128>, minor: i64) -> Disputed {
        let part = part.map(|part| MerchantOrderId(id(part)));
        Disputed { id: DisputeId(id(n)), state: DisputeState::Open, part, gone_minor: minor, left_minor: minor }
    }

    fn split(disputes: &[Disputed], part: u128, minor: i64, refundable: i64) -> Vec<(u128, i64)> {
        let refund = RefundPart {
            payment_id: PaymentId(id(1)),
            amount_minor: minor,
            refund_id: RefundId(id(2)),
            merchant_order_id: Some(MerchantOrderId(id(part))),
            undone: true,
        };
        shares(disputes, &refund, refundable).into_iter().map(|(of, share)| (of.id.0.as_u128(), share)).collect()
    }

    #[test]
    fn what_is_disputed_of_the_same_merchant_order_comes_first() {
        let disputes = [about(1, Some(8), 30), about(2, None, 50), about(3, Some(7), 20)];
        assert_eq!(split(&disputes, 7, 10, 100), [(3, 10)], "the bank has it, also when enough is there");
        assert_eq!(split(&disputes, 7, 40, 100), [(3, 20)], "the rest goes back at once");
        assert_eq!(split(&disputes, 7, 40, 5), [(3, 20), (2, 15)], "what is not there is what was disputed otherwise");
        assert_eq!(split(&disputes, 9, 40, 40), [], "nobody disputes it");
        assert_eq!(split(&disputes, 9, 90, 0), [(2, 50), (1, 30), (3, 10)]);
    }
}
