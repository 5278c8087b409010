//! What is owed on account: it comes to be with a parcel, is paid, credited, given up, and sometimes paid after all.
//! Every step moves the company's credit line with it. The payment is locked.

use context::{Error as CoreError, WriteTx};
use kernel::Zone;
use kernel::id::{
    BankReceiptId, CreditEntryId, CreditLineEntryId, CreditLineId, MerchantOrderId, PaymentId, PaymentOperationId,
    ReceivableId, WriteOffId,
};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::{credit_line as line, credit_line_entry as entry, invoice_terms as terms, payment, receivable};
use crate::error::Error;
use crate::event::{ReceivableChanged, ReceivablePaid, Recovered};
use crate::model::{Operation, OperationKind, Payment, Receivable};

/// What was agreed when an order on account was placed.
pub(super) async fn agreed(tx: &WriteTx, payment: PaymentId) -> Result<terms::Model, Error> {
    let agreed = terms::Entity::find_by_id(payment).one(&**tx).await?;
    Ok(agreed.ok_or_else(|| CoreError::internal("an order on account has no terms"))?)
}

/// Does what an operation wants of a credit line. Conditional, so that it cannot be overdrawn.
pub(super) async fn apply(tx: &mut WriteTx, payment: &Payment, operation: &Operation) -> Result<(), Error> {
    let id: CreditLineId = operation
        .charge
        .as_deref()
        .and_then(|name| name.parse().ok())
        .ok_or_else(|| CoreError::internal("an operation on account names no credit line"))?;
    let minor = operation.amount.minor;
    match operation.kind {
        OperationKind::Authorize => {
            change(tx, id, Moves { reserved: minor, ..Moves::default() }, "reserved", By::Operation(operation.id)).await
        }
        OperationKind::Void => {
            change(tx, id, Moves { reserved: -minor, ..Moves::default() }, "released", By::Operation(operation.id))
                .await
        }
        OperationKind::Capture => {
            change(
                tx,
                id,
                Moves { reserved: -minor, open: minor, blocked: 0 },
                "invoiced",
                By::Operation(operation.id),
            )
            .await?;
            owe(tx, payment, operation).await
        }
        OperationKind::Refund => {
            let moves = Moves { open: -minor, ..Moves::default() };
            change(tx, id, moves, "credited", By::Operation(operation.id)).await?;
            let open = open_of(tx, &[payment.id]).await?;
            take_off(tx, open, Off::Credited { first: operation.merchant_order_id }, minor).await
        }
    }
}

/// What money did.
#[derive(Debug, Clone, Default)]
pub(super) struct Paid {
    /// What it paid of what was open, in minor units.
    pub(super) applied_minor: i64,
    /// What it paid of what had been written off.
    pub(super) recovered: Vec<Recovered>,
}

impl Paid {
    /// All that it paid, in minor units.
    pub(super) fn total_minor(&self) -> i64 {
        self.applied_minor + self.recovered.iter().map(|of| of.minor).sum::<i64>()
    }
}

/// Lets money pay what is owed of payments of one order that are locked: what is open, the longest due first, then
/// what was written off. What is left over is the caller's.
pub(super) async fn pay(tx: &mut WriteTx, payments: &[PaymentId], by: By, minor: i64) -> Result<Paid, Error> {
    let Some(first) = payments.first() else { return Ok(Paid::default()) };
    let line = agreed(tx, *first).await?.line_id;
    let open = open_of(tx, payments).await?;
    let applied_minor = Ord::min(minor, open.iter().map(Receivable::open_minor).sum());
    if applied_minor > 0 {
        change(tx, line, Moves { open: -applied_minor, ..Moves::default() }, "paid", by).await?;
        take_off(tx, open, Off::Paid, applied_minor).await?;
    }
    let (mut left, mut freed, mut recovered) = (minor - applied_minor, 0, Vec::new());
    for lost in lost_of(tx, payments).await? {
        let share = Ord::min(left, lost.lost_minor());
        if share == 0 {
            continue;
        }
        left -= share;
        freed += recover(tx, &lost, share).await?;
        recovered.push(Recovered { receivable: lost.id, minor: share });
    }
    if freed > 0 {
        change(tx, line, Moves { blocked: -freed, ..Moves::default() }, "recovered", by).await?;
    }
    Ok(Paid { applied_minor, recovered })
}

/// Takes money on what was written off; returns how much of the credit line is free again.
async fn recover(tx: &mut WriteTx, lost: &Receivable, minor: i64) -> Result<i64, Error> {
    use receivable::Column as C;
    let freed = Ord::min(lost.blocked_minor, minor);
    receivable::Entity::update_many()
        .col_expr(C::RecoveredMinor, Expr::col(C::RecoveredMinor).add(minor))
        .col_expr(C::BlockedMinor, Expr::col(C::BlockedMinor).sub(freed))
        .col_expr(C::Version, Expr::col(C::Version).add(1))
        .filter(C::Id.eq(lost.id))
        .exec(&**tx)
        .await?;
    tx.emit(&ReceivableChanged { order: lost.order_id, merchant_order: lost.merchant_order_id });
    Ok(freed)
}

/// What is owed, with its payment locked until the end of the transaction. The caller has authorized.
///
/// # Errors
/// Not found.
pub async fn locked_receivable_in_tx(tx: &WriteTx, id: ReceivableId) -> Result<Receivable, Error> {
    let found = receivable::Entity::find_by_id(id).one(&**tx).await?.ok_or(CoreError::NotFound("receivable"))?;
    payment::Entity::find_by_id(found.payment_id).lock_exclusive().one(&**tx).await?;
    let row = receivable::Entity::find_by_id(id).one(&**tx).await?;
    Ok(row.map(Receivable::from).ok_or(CoreError::NotFound("receivable"))?)
}

/// Gives up all that is open of a receivable that [`locked_receivable_in_tx`] gave. With `blocks` its part of the
/// company's credit is not free until it is paid after all. The caller has authorized and posts it.
///
/// # Errors
/// [`Error::NotPossible`] when nothing is open.
pub async fn write_off_in_tx(tx: &mut WriteTx, of: &Receivable, id: WriteOffId, blocks: bool) -> Result<(), Error> {
    use receivable::Column as C;
    let minor = of.open_minor();
    if minor <= 0 {
        return Err(Error::NotPossible("nothing is open of it"));
    }
    let line = agreed(tx, of.payment_id).await?.line_id;
    let (blocked, kind) = if blocks { (minor, "blocked") } else { (0, "written_off") };
    change(tx, line, Moves { open: -minor, blocked, ..Moves::default() }, kind, By::WriteOff(id)).await?;
    receivable::Entity::update_many()
        .col_expr(C::WrittenOffMinor, Expr::col(C::WrittenOffMinor).add(minor))
        .col_expr(C::BlockedMinor, Expr::col(C::BlockedMinor).add(blocked))
        .col_expr(C::SettledAt, Expr::value(Some(tx.now())))
        .col_expr(C::Version, Expr::col(C::Version).add(1))
        .filter(C::Id.eq(of.id))
        .exec(&**tx)
        .await?;
    tx.emit(&ReceivableChanged { order: of.order_id, merchant_order: of.merchant_order_id });
    Ok(())
}

/// What is open of payments that are locked, in minor units.
pub(super) async fn open_minor(tx: &WriteTx, payments: &[PaymentId]) -> Result<i64, Error> {
    Ok(open_of(tx, payments).await?.iter().map(Receivable::open_minor).sum())
}

/// What money can pay of payments that are locked, in minor units: what is open of them, and what was written off.
pub(super) async fn payable_minor(tx: &WriteTx, payments: &[PaymentId]) -> Result<i64, Error> {
    Ok(open_minor(tx, payments).await? + lost_minor(tx, payments).await?)
}

/// What was written off of payments that are locked and never paid, in minor units.
pub(super) async fn lost_minor(tx: &WriteTx, payments: &[PaymentId]) -> Result<i64, Error> {
    Ok(lost_of(tx, payments).await?.iter().map(Receivable::lost_minor).sum())
}

/// By how much a credit line moves, in minor units.
#[derive(Clone, Copy, Default)]
struct Moves {
    reserved: i64,
    open: i64,
    blocked: i64,
}

/// Why a credit line moves.
#[derive(Clone, Copy)]
pub(super) enum By {
    Operation(PaymentOperationId),
    Receipt(BankReceiptId),
    Credit(CreditEntryId),
    WriteOff(WriteOffId),
}

async fn change(tx: &WriteTx, id: CreditLineId, by: Moves, kind: &'static str, cause: By) -> Result<(), Error> {
    use line::Column::{BlockedMinor, Id, LimitMinor, OpenMinor, ReservedMinor};
    let mut update = line::Entity::update_many()
        .col_expr(ReservedMinor, Expr::col(ReservedMinor).add(by.reserved))
        .col_expr(OpenMinor, Expr::col(OpenMinor).add(by.open))
        .col_expr(BlockedMinor, Expr::col(BlockedMinor).add(by.blocked))
        .filter(Id.eq(id))
        .filter(Expr::col(ReservedMinor).add(by.reserved).gte(0))
        .filter(Expr::col(OpenMinor).add(by.open).gte(0))
        .filter(Expr::col(BlockedMinor).add(by.blocked).gte(0));
    if by.reserved > 0 {
        let used = Expr::col(ReservedMinor).add(Expr::col(OpenMinor)).add(Expr::col(BlockedMinor)).add(by.reserved);
        update = update.filter(Expr::col(LimitMinor).gte(used));
    }
    if update.exec(&**tx).await?.rows_affected != 1 {
        return Err(CoreError::internal("a credit line cannot move like this").into());
    }
    let mut row = entry::ActiveModel {
        id: Set(tx.new_id::<CreditLineEntryId>()),
        line_id: Set(id),
        kind: Set(kind.to_owned()),
        amount_minor: Set(Ord::max(Ord::max(by.reserved.abs(), by.open.abs()), by.blocked.abs())),
        operation_id: Set(None),
        receipt_id: Set(None),
        credit_entry_id: Set(None),
        write_off_id: Set(None),
        actor: Set(tx.ctx().actor().id()),
        occurred_at: Set(tx.now()),
    };
    match cause {
        By::Operation(id) => row.operation_id = Set(Some(id)),
        By::Receipt(id) => row.receipt_id = Set(Some(id)),
        By::Credit(id) => row.credit_entry_id = Set(Some(id)),
        By::WriteOff(id) => row.write_off_id = Set(Some(id)),
    }
    entry::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// The buyer owes what was taken now.
async fn owe(tx: &mut WriteTx, payment: &Payment, operation: &Operation) -> Result<(), Error> {
    let agreed = agreed(tx, payment.id).await?;
    let zone: Zone = agreed.time_zone.parse().map_err(CoreError::internal)?;
    let due_on = agreed.terms().due_on(zone.date_of(tx.now()));
    let row = receivable::ActiveModel {
        id: Set(tx.new_id()),
        payment_id: Set(payment.id),
        line_id: Set(agreed.line_id),
        company_id: Set(agreed.company_id),
        order_id: Set(payment.order_id),
        order_number: Set(payment.order_number.clone()),
        merchant_order_id: Set(operation.merchant_order_id),
        operation_id: Set(operation.id),
        currency: Set(operation.amount.currency),
        amount_minor: Set(operation.amount.minor),
        paid_minor: Set(0),
        credited_minor: Set(0),
        written_off_minor: Set(0),
        recovered_minor: Set(0),
        blocked_minor: Set(0),
        guaranteed: Set(agreed.guaranteed),
        due_on: Set(due_on),
        // It can be paid until the day is over.
        due_at: Set(zone.start_of(due_on.succ_opt().unwrap_or(due_on))),
        reminders: Set(0),
        reminded_at: Set(None),
        created_at: Set(tx.now()),
        settled_at: Set(None),
        version: Set(1),
    };
    receivable::Entity::insert(row).exec_without_returning(&**tx).await?;
    tx.emit(&ReceivableChanged { order: payment.order_id, merchant_order: operation.merchant_order_id });
    Ok(())
}

/// Why less is owed.
#[derive(Clone, Copy)]
enum Off {
    /// The buyer paid.
    Paid,
    /// Goods are paid back; those of this merchant order first.
    Credited { first: Option<MerchantOrderId> },
}

async fn open_of(tx: &WriteTx, payments: &[PaymentId]) -> Result<Vec<Receivable>, Error> {
    let rows = receivable::Entity::find()
        .filter(receivable::Column::PaymentId.is_in(payments.to_vec()))
        .filter(receivable::Column::SettledAt.is_null())
        .order_by_asc(receivable::Column::DueAt)
        .order_by_asc(receivable::Column::Id)
        .all(&**tx)
        .await?;
    Ok(rows.into_iter().map(Receivable::from).collect())
}

/// What was written off and never paid, the longest due first.
async fn lost_of(tx: &WriteTx, payments: &[PaymentId]) -> Result<Vec<Receivable>, Error> {
    use receivable::Column as C;
    let rows = receivable::Entity::find()
        .filter(C::PaymentId.is_in(payments.to_vec()))
        .filter(Expr::col(C::WrittenOffMinor).gt(Expr::col(C::RecoveredMinor)))
        .order_by_asc(C::DueAt)
        .order_by_asc(C::Id)
        .all(&**tx)
        .await?;
    Ok(rows.into_iter().map(Receivable::from).collect())
}

/// Takes `minor` off what is open of payments that are locked.
async fn take_off(tx: &mut WriteTx, mut open: Vec<Receivable>, why: Off, minor: i64) -> Result<(), Error> {
    use receivable::Column as C;
    if let Off::Credited { first: Some(first) } = why {
        open.sort_by_key(|owed| owed.merchant_order_id != Some(first));
    }
    let mut left = minor;
    for owed in open {
        let share = Ord::min(left, owed.open_minor());
        if share == 0 {
            continue;
        }
        left -= share;
        let column = if matches!(why, Off::Paid) { C::PaidMinor } else { C::CreditedMinor };
        let settled = (share == owed.open_minor()).then(|| tx.now());
        receivable::Entity::update_many()
            .col_expr(column, Expr::col(column).add(share))
            .col_expr(C::SettledAt, Expr::value(settled))
            .col_expr(C::Version, Expr::col(C::Version).add(1))
            .filter(C::Id.eq(owed.id))
            .exec(&**tx)
            .await?;
        tx.emit(&ReceivableChanged { order: owed.order_id, merchant_order: owed.merchant_order_id });
        if settled.is_some() && matches!(why, Off::Paid) {
            tx.emit(&ReceivablePaid { receivable: owed.id, order: owed.order_id });
        }
    }
    if left > 0 {
        return Err(CoreError::internal("more was taken off than the buyer owes").into());
    }
    Ok(())
}
