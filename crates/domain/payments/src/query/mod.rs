//! Reads.

mod dispute;
mod invoice;
mod names;

pub use dispute::{DisputeFilter, dispute, disputes};
pub use invoice::{
    ReceivableFilter, claimed_on, credit_lines_of_seen_companies, credit_of_seen_companies, lost_of, lost_on,
    open_of_order_on, open_receivables, owed_on, receivable_of_operation_on, receivable_on, receivables_of_seen_orders,
};
pub use names::{names_of_operations_on, names_of_receipts_on};

use std::collections::HashMap;

use access::Grant;
use context::{Ctx, Error as CoreError};
use db::dialect::pad;
use kernel::id::{BankReceiptId, CreditAccountId, OrderId, PaymentId, PaymentOperationId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::{OWN_CREDIT, PAY_BY_LINK, READ, READ_CREDIT};
use crate::entity::{credit_account, operation, payment, receipt};
use crate::error::Error;
use crate::model::{BankReceipt, CreditAccount, Operation, OperationKind, OperationState, Payment};
use crate::repo;

/// One payment.
///
/// # Errors
/// `NotFound`.
pub async fn payment(ctx: &Ctx, id: PaymentId) -> Result<Payment, Error> {
    wide(&ctx.authorize(READ)?)?;
    payment_on(ctx.read(), id).await
}

/// One payment, for callers that have authorized.
///
/// # Errors
/// `NotFound`.
pub async fn payment_on<C: ConnectionTrait>(conn: &C, id: PaymentId) -> Result<Payment, Error> {
    let row = payment::Entity::find_by_id(id).one(conn).await?;
    Ok(row.map(Payment::from).ok_or(CoreError::NotFound("payment"))?)
}

/// The payments of orders. The caller has shown that the viewer may see these orders.
///
/// # Errors
/// The database error.
pub async fn by_orders_on<C: ConnectionTrait>(
    conn: &C,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Payment>, Error> {
    if orders.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = pad(orders.to_vec());
    let of_orders = payment::Entity::find().filter(payment::Column::OrderId.is_in(ids));
    // The first payment of an order is the one it was placed with: it comes last and stays.
    let rows = of_orders.order_by_desc(payment::Column::Id).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.order_id, row.into())).collect())
}

/// Every payment of orders that the viewer was shown before, the one it was placed with first.
///
/// # Errors
/// The database error.
pub async fn all_of_seen_orders(ctx: &Ctx, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<Payment>>, Error> {
    let mut found: HashMap<OrderId, Vec<Payment>> = HashMap::new();
    if orders.is_empty() {
        return Ok(found);
    }
    let of_orders = payment::Entity::find().filter(payment::Column::OrderId.is_in(pad(orders.to_vec())));
    for row in of_orders.order_by_asc(payment::Column::Id).all(ctx.read()).await? {
        found.entry(row.order_id).or_default().push(row.into());
    }
    Ok(found)
}

/// The payment that a link opens, for whoever has the link.
///
/// # Errors
/// The right may be missing; `NotFound` for a link that does not work (any more).
pub async fn payment_by_link(ctx: &Ctx, secret: &str) -> Result<Payment, Error> {
    ctx.authorize(PAY_BY_LINK)?;
    repo::payment_by_link(ctx.read(), secret).await
}

/// The payments of orders, for the operator.
///
/// # Errors
/// The database error.
pub async fn by_orders(ctx: &Ctx, orders: &[OrderId]) -> Result<HashMap<OrderId, Payment>, Error> {
    wide(&ctx.authorize(READ)?)?;
    by_orders_on(ctx.read(), orders).await
}

/// The payments of orders that the viewer was shown before: whoever sees an order sees how it is paid.
///
/// # Errors
/// The database error.
pub async fn of_seen_orders(ctx: &Ctx, orders: &[OrderId]) -> Result<HashMap<OrderId, Payment>, Error> {
    by_orders_on(ctx.read(), orders).await
}

/// The operations of payments, oldest first.
///
/// # Errors
/// The database error.
pub async fn operations_by_payments(
    ctx: &Ctx,
    payments: &[PaymentId],
) -> Result<HashMap<PaymentId, Vec<Operation>>, Error> {
    wide(&ctx.authorize(READ)?)?;
    let mut found: HashMap<PaymentId, Vec<Operation>> = HashMap::new();
    if payments.is_empty() {
        return Ok(found);
    }
    let rows = operation::Entity::find()
        .filter(operation::Column::PaymentId.is_in(pad(payments.to_vec())))
        .order_by_asc(operation::Column::Id)
        .all(ctx.read())
        .await?;
    for row in rows {
        if let Some(payment) = row.payment_id {
            found.entry(payment).or_default().push(row.into());
        }
    }
    Ok(found)
}

/// Refunds that wait for the operator's bank transfer, oldest first.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn refunds_to_pay(ctx: &Ctx, page: &PageArgs) -> Result<Page<Operation>, Error> {
    wide(&ctx.authorize(READ)?)?;
    let mut query = operation::Entity::find()
        .filter(operation::Column::State.eq(OperationState::Planned.as_str()))
        .filter(operation::Column::Kind.eq(OperationKind::Refund.as_str()))
        .filter(operation::Column::Provider.is_null())
        .order_by_asc(operation::Column::Id)
        .limit(page.limit());
    if let Some(after) = page.after_key::<PaymentOperationId>()? {
        query = query.filter(operation::Column::Id.gt(after));
    }
    let rows = query.all(ctx.read()).await?.into_iter().map(Operation::from).collect();
    Ok(Page::from_rows(rows, page, |row: &Operation| row.id))
}

/// Bank receipts, newest first; only those that pay no order when `unmatched`.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn receipts(ctx: &Ctx, unmatched: bool, page: &PageArgs) -> Result<Page<BankReceipt>, Error> {
    wide(&ctx.authorize(READ)?)?;
    let mut query = receipt::Entity::find().order_by_desc(receipt::Column::Id).limit(page.limit());
    if unmatched {
        query = query.filter(receipt::Column::PaymentId.is_null());
    }
    if let Some(after) = page.after_key::<BankReceiptId>()? {
        query = query.filter(receipt::Column::Id.lt(after));
    }
    let rows = query.all(ctx.read()).await?.into_iter().map(BankReceipt::from).collect();
    Ok(Page::from_rows(rows, page, |row: &BankReceipt| row.id))
}

/// Credit of buyers, the newest account first.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn credit_accounts(ctx: &Ctx, page: &PageArgs) -> Result<Page<CreditAccount>, Error> {
    wide(&ctx.authorize(READ_CREDIT)?)?;
    let mut query = credit_account::Entity::find().order_by_desc(credit_account::Column::Id).limit(page.limit());
    if let Some(after) = page.after_key::<CreditAccountId>()? {
        query = query.filter(credit_account::Column::Id.lt(after));
    }
    let rows = query.all(ctx.read()).await?.into_iter().map(CreditAccount::from).collect();
    Ok(Page::from_rows(rows, page, |row: &CreditAccount| row.id))
}

/// The store credit of the buyer who asks, one account a currency.
///
/// # Errors
/// The right may be missing; the database error.
pub async fn own_credit(ctx: &Ctx) -> Result<Vec<CreditAccount>, Error> {
    ctx.authorize(OWN_CREDIT)?;
    let Some(customer) = ctx.actor().customer() else { return Ok(Vec::new()) };
    let rows = credit_account::Entity::find()
        .filter(credit_account::Column::CustomerId.eq(customer))
        .order_by_asc(credit_account::Column::Id)
        .all(ctx.read())
        .await?;
    Ok(rows.into_iter().map(CreditAccount::from).collect())
}

/// Payments belong to the operator; who has a narrower seat sees none.
fn wide(grant: &Grant) -> Result<(), CoreError> {
    if grant.is_wide() { Ok(()) } else { Err(CoreError::NotFound("payment")) }
}
