//! Buying on account: the credit lines of companies, and what is owed.

use context::{Ctx, Error as CoreError, WriteTx};
use history::Change;
use kernel::id::{BankReceiptId, CompanyId, CreditLineEntryId, CreditLineId, MerchantOrderId, PaymentOperationId};
use kernel::{Currency, Invalid, Money, Zone};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::open::OpenPayment;
use crate::actions::EDIT_CREDIT_LINE;
use crate::entity::{credit_line as line, credit_line_entry as entry, invoice_terms as terms, receivable};
use crate::error::Error;
use crate::event::{ReceivableChanged, ReceivablePaid};
use crate::model::{CreditLine, Method, NET_DAYS_MAX, Needs, Operation, OperationKind, Payment, PaymentTerms, Receivable, TermsKind};

/// The highest limit, in minor units.
const LIMIT_MAX: i64 = 1_000_000_000_000;

/// What a company may owe from now on.
#[derive(Debug, Clone)]
pub struct SetCreditLine {
    /// The company; the caller has shown that it exists.
    pub company_id: CompanyId,
    /// The most it may owe, also the currency.
    pub limit: Money,
    /// From when on the days count.
    pub terms: TermsKind,
    /// Days until an invoice is due.
    pub net_days: u32,
    /// Whether merchants are paid before the buyer has paid.
    pub guaranteed: bool,
    /// The version that the caller saw; 0 for the first terms.
    pub expected_version: i64,
    /// Why, for the history.
    pub reason: String,
}

/// Lets a company buy on account, or changes what was agreed. Orders keep the terms they were placed under; a limit
/// below what is owed stops new orders and nothing else.
///
/// # Errors
/// [`Invalid`] for `limit`, `netDays` or `reason`; stale; the right may be missing.
pub async fn set_credit_line(ctx: &Ctx, input: SetCreditLine) -> Result<CreditLine, Error> {
    ctx.authorize(EDIT_CREDIT_LINE)?;
    let reason = kernel::text::line("reason", &input.reason, 500)?;
    if !(0..=LIMIT_MAX).contains(&input.limit.minor) {
        return Err(Invalid::range("limit", 0, LIMIT_MAX).into());
    }
    if input.net_days > NET_DAYS_MAX {
        return Err(Invalid::range("netDays", 0, NET_DAYS_MAX.into()).into());
    }
    let mut tx = ctx.begin_write().await?;
    let before = lock_line(&tx, input.company_id, input.limit.currency).await?;
    if before.as_ref().map_or(0, |line| line.version) != input.expected_version {
        return Err(CoreError::Stale("credit line").into());
    }
    let after = CreditLine {
        id: before.as_ref().map_or_else(|| tx.new_id(), |line| line.id),
        company_id: input.company_id,
        currency: input.limit.currency,
        limit_minor: input.limit.minor,
        reserved_minor: before.as_ref().map_or(0, |line| line.reserved_minor),
        open_minor: before.as_ref().map_or(0, |line| line.open_minor),
        terms: PaymentTerms { kind: input.terms, days: input.net_days },
        guaranteed: input.guaranteed,
        version: input.expected_version + 1,
        created_at: before.as_ref().map_or_else(|| tx.now(), |line| line.created_at),
    };
    if !save_terms(&tx, &after, before.is_none()).await? {
        return Err(CoreError::Stale("credit line").into());
    }
    let shown = |line: &CreditLine| Money::new(line.limit_minor, line.currency).to_string();
    let change = Change::new("company", after.company_id, "credit_line_set").because(reason);
    tx.record(
        change
            .field("limit", before.as_ref().map(shown), shown(&after))
            .field("terms", before.as_ref().map(|line| line.terms.kind.as_str()), after.terms.kind.as_str())
            .field("netDays", before.as_ref().map(|line| line.terms.days), after.terms.days)
            .field("guaranteed", before.as_ref().map(|line| line.guaranteed), after.guaranteed),
    );
    tx.commit().await?;
    Ok(after)
}

async fn save_terms(tx: &WriteTx, after: &CreditLine, is_new: bool) -> Result<bool, Error> {
    let mut row = line::ActiveModel {
        limit_minor: Set(after.limit_minor),
        terms_kind: Set(after.terms.kind.as_str().to_owned()),
        net_days: Set(after.terms.days.into()),
        guaranteed: Set(after.guaranteed),
        version: Set(after.version),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    if !is_new {
        let done = line::Entity::update_many().set(row).filter(line::Column::Id.eq(after.id)).exec(&**tx).await?;
        return Ok(done.rows_affected == 1);
    }
    row.id = Set(after.id);
    row.company_id = Set(after.company_id);
    row.currency = Set(after.currency);
    row.reserved_minor = Set(0);
    row.open_minor = Set(0);
    row.created_at = Set(after.created_at);
    // Somebody else may set the first terms at the same time.
    let unless_there = sea_orm::sea_query::OnConflict::new().do_nothing().to_owned();
    Ok(line::Entity::insert(row).on_conflict(unless_there).exec_without_returning(&**tx).await? == 1)
}

async fn lock_line(tx: &WriteTx, company: CompanyId, currency: Currency) -> Result<Option<CreditLine>, Error> {
    let row = line::Entity::find()
        .filter(line::Column::CompanyId.eq(company))
        .filter(line::Column::Currency.eq(currency))
        .lock_exclusive()
        .one(&**tx)
        .await?;
    Ok(row.map(CreditLine::from))
}

/// The credit line that an order on account is placed on, locked; nothing for other methods. Whoever orders for the same
/// company waits here, so that two orders never take the same credit.
pub(super) async fn reserved_line(
    tx: &WriteTx,
    method: &Method,
    input: &OpenPayment,
) -> Result<Option<CreditLine>, Error> {
    if method.needs != Needs::Terms {
        return Ok(None);
    }
    let none = || Invalid::new("payment.method", "NO_INVOICE_TERMS", "the buyer has no invoice terms in this currency");
    let company = input.company_id.ok_or_else(none)?;
    let line = lock_line(tx, company, input.amount.currency).await?.ok_or_else(none)?;
    let left_minor = line.left_minor();
    if input.amount.minor > left_minor {
        return Err(Error::CreditLimitExceeded { left: Money::new(left_minor, line.currency) });
    }
    Ok(Some(line))
}

/// Keeps what was agreed when the order was placed.
pub(super) async fn freeze_terms(
    tx: &WriteTx,
    payment: &Payment,
    line: &CreditLine,
    time_zone: Zone,
) -> Result<(), Error> {
    let row = terms::ActiveModel {
        payment_id: Set(payment.id),
        line_id: Set(line.id),
        company_id: Set(line.company_id),
        terms_kind: Set(line.terms.kind.as_str().to_owned()),
        net_days: Set(line.terms.days.into()),
        time_zone: Set(time_zone.name().to_owned()),
        guaranteed: Set(line.guaranteed),
    };
    terms::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
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
            change(tx, id, Moves { reserved: minor, open: 0 }, "reserved", By::Operation(operation.id)).await
        }
        OperationKind::Void => {
            change(tx, id, Moves { reserved: -minor, open: 0 }, "released", By::Operation(operation.id)).await
        }
        OperationKind::Capture => {
            change(tx, id, Moves { reserved: -minor, open: minor }, "invoiced", By::Operation(operation.id)).await?;
            owe(tx, payment, operation).await
        }
        OperationKind::Refund => {
            change(tx, id, Moves { reserved: 0, open: -minor }, "credited", By::Operation(operation.id)).await?;
            take_off(tx, payment, Off::Credited { first: operation.merchant_order_id }, minor).await
        }
    }
}

/// Takes what a bank receipt pays off what is owed, the oldest first.
pub(super) async fn pay(tx: &mut WriteTx, payment: &Payment, receipt: BankReceiptId, minor: i64) -> Result<(), Error> {
    let agreed = terms::Entity::find_by_id(payment.id).one(&**tx).await?;
    let agreed = agreed.ok_or_else(|| CoreError::internal("an order on account has no terms"))?;
    change(tx, agreed.line_id, Moves { reserved: 0, open: -minor }, "paid", By::Receipt(receipt)).await?;
    take_off(tx, payment, Off::Paid, minor).await
}

/// What is open of a payment, in minor units. The payment is locked.
pub(super) async fn open_minor(tx: &WriteTx, payment: &Payment) -> Result<i64, Error> {
    Ok(open_of(tx, payment).await?.iter().map(Receivable::open_minor).sum())
}

/// The credit line of a payment.
pub(super) async fn line_of(tx: &WriteTx, payment: &Payment) -> Result<CreditLineId, Error> {
    let agreed = terms::Entity::find_by_id(payment.id).one(&**tx).await?;
    Ok(agreed.ok_or_else(|| CoreError::internal("an order on account has no terms"))?.line_id)
}

/// By how much a credit line moves, in minor units.
#[derive(Clone, Copy)]
struct Moves {
    reserved: i64,
    open: i64,
}

/// Why a credit line moves.
#[derive(Clone, Copy)]
enum By {
    Operation(PaymentOperationId),
    Receipt(BankReceiptId),
}

async fn change(tx: &WriteTx, id: CreditLineId, by: Moves, kind: &'static str, cause: By) -> Result<(), Error> {
    use line::Column::{Id, LimitMinor, OpenMinor, ReservedMinor};
    let mut update = line::Entity::update_many()
        .col_expr(ReservedMinor, Expr::col(ReservedMinor).add(by.reserved))
        .col_expr(OpenMinor, Expr::col(OpenMinor).add(by.open))
        .filter(Id.eq(id))
        .filter(Expr::col(ReservedMinor).add(by.reserved).gte(0))
        .filter(Expr::col(OpenMinor).add(by.open).gte(0));
    if by.reserved > 0 {
        let used = Expr::col(ReservedMinor).add(Expr::col(OpenMinor)).add(by.reserved);
        update = update.filter(Expr::col(LimitMinor).gte(used));
    }
    if update.exec(&**tx).await?.rows_affected != 1 {
        return Err(CoreError::internal("a credit line cannot move like this").into());
    }
    let (operation_id, receipt_id) = match cause {
        By::Operation(id) => (Some(id), None),
        By::Receipt(id) => (None, Some(id)),
    };
    let row = entry::ActiveModel {
        id: Set(tx.new_id::<CreditLineEntryId>()),
        line_id: Set(id),
        kind: Set(kind.to_owned()),
        amount_minor: Set(Ord::max(by.reserved.abs(), by.open.abs())),
        operation_id: Set(operation_id),
        receipt_id: Set(receipt_id),
        actor: Set(tx.ctx().actor().id()),
        occurred_at: Set(tx.now()),
    };
    entry::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// The buyer owes what was taken now.
async fn owe(tx: &mut WriteTx, payment: &Payment, operation: &Operation) -> Result<(), Error> {
    let agreed = terms::Entity::find_by_id(payment.id).one(&**tx).await?;
    let agreed = agreed.ok_or_else(|| CoreError::internal("an order on account has no terms"))?;
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

async fn open_of(tx: &WriteTx, payment: &Payment) -> Result<Vec<Receivable>, Error> {
    let rows = receivable::Entity::find()
        .filter(receivable::Column::PaymentId.eq(payment.id))
        .filter(receivable::Column::SettledAt.is_null())
        .order_by_asc(receivable::Column::DueAt)
        .order_by_asc(receivable::Column::Id)
        .all(&**tx)
        .await?;
    Ok(rows.into_iter().map(Receivable::from).collect())
}

/// Takes `minor` off what is open of a payment that is locked.
async fn take_off(tx: &mut WriteTx, payment: &Payment, why: Off, minor: i64) -> Result<(), Error> {
    use receivable::Column as C;
    let mut open = open_of(tx, payment).await?;
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
