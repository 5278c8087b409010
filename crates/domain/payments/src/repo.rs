//! Load and save. Payments belong to the operator: whoever is here was authorized for all of them.

use chrono::{DateTime, Utc};
use context::{Error as CoreError, WriteTx};
use kernel::Money;
use kernel::id::{PaymentEventId, PaymentId, PaymentOperationId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::entity::{credit_account, credit_line, event, invoice_terms, operation, payment, receipt, receivable};
use crate::error::Error;
use crate::model::{
    Amounts, BankReceipt, CreditAccount, CreditKind, CreditLine, Fact, Method, Moved, Operation, OperationKind,
    OperationState, Payment, PaymentTerms, Phase, Receivable, Source, TermsKind, link_digest, sources,
};

impl From<payment::Model> for Payment {
    fn from(row: payment::Model) -> Self {
        let moved = |done_minor, pending_minor| Moved { done_minor, pending_minor };
        Self {
            id: row.id,
            order_id: row.order_id,
            order_number: row.order_number,
            method: row.method,
            amount: Money::new(row.amount_minor, row.currency),
            amounts: Amounts {
                authorized: moved(row.authorized_minor, row.authorize_pending_minor),
                captured: moved(row.captured_minor, row.capture_pending_minor),
                voided: moved(row.voided_minor, row.void_pending_minor),
                refunded: moved(row.refunded_minor, row.refund_pending_minor),
            },
            credit_minor: row.credit_minor,
            excess_minor: row.excess_minor,
            action_url: row.action_url,
            held_until: row.held_until,
            capture_order: names(&row.capture_order),
            refund_order: names(&row.refund_order),
            failure: row.failure,
            expires_at: row.expires_at,
            expired_at: row.expired_at,
            closed_at: row.closed_at,
            created_at: row.created_at,
            provider: row.provider,
            token: row.token,
            charge: row.charge,
            credit_account: row.credit_account_id,
            return_url: row.return_url,
            link_hash: row.link_hash,
            version: row.version,
        }
    }
}

/// Names that are stored in one column, separated by commas.
fn names(stored: &str) -> Vec<String> {
    stored.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

impl From<operation::Model> for Operation {
    fn from(row: operation::Model) -> Self {
        Self {
            id: row.id,
            payment_id: row.payment_id,
            orphan_id: row.orphan_id,
            kind: OperationKind::parse(&row.kind).unwrap_or(OperationKind::Authorize),
            provider: row.provider,
            amount: Money::new(row.amount_minor, row.currency),
            state: OperationState::parse(&row.state).unwrap_or(OperationState::Unknown),
            reason: row.reason,
            merchant_order_id: row.merchant_order_id,
            refund_id: row.refund_id,
            dispute_id: row.dispute_id,
            created_at: row.created_at,
            settled_at: row.settled_at,
            charge: row.charge,
            replaces: row.replaces,
            refund_total_minor: row.refund_total_minor,
            version: row.version,
        }
    }
}

impl From<credit_account::Model> for CreditAccount {
    fn from(row: credit_account::Model) -> Self {
        Self {
            id: row.id,
            kind: CreditKind::parse(&row.kind).unwrap_or(CreditKind::GiftCard),
            customer_id: row.customer_id,
            company_id: row.company_id,
            code_tail: row.code_tail,
            balance: Money::new(row.balance_minor, row.currency),
            reserved_minor: row.reserved_minor,
            expires_at: row.expires_at,
            created_at: row.created_at,
            version: row.version,
        }
    }
}

impl From<receipt::Model> for BankReceipt {
    fn from(row: receipt::Model) -> Self {
        Self {
            id: row.id,
            bank_reference: row.bank_reference,
            order_reference: row.order_reference,
            payment_id: row.payment_id,
            amount: Money::new(row.amount_minor, row.currency),
            applied_minor: row.applied_minor,
            credited_minor: row.credited_minor,
            received_at: row.received_at,
        }
    }
}

impl From<credit_line::Model> for CreditLine {
    fn from(row: credit_line::Model) -> Self {
        Self {
            id: row.id,
            company_id: row.company_id,
            currency: row.currency,
            limit_minor: row.limit_minor,
            reserved_minor: row.reserved_minor,
            open_minor: row.open_minor,
            blocked_minor: row.blocked_minor,
            terms: terms_of(&row.terms_kind, row.net_days),
            guaranteed: row.guaranteed,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

impl From<receivable::Model> for Receivable {
    fn from(row: receivable::Model) -> Self {
        Self {
            id: row.id,
            payment_id: row.payment_id,
            order_id: row.order_id,
            order_number: row.order_number,
            merchant_order_id: row.merchant_order_id,
            company_id: row.company_id,
            operation_id: row.operation_id,
            amount: Money::new(row.amount_minor, row.currency),
            paid_minor: row.paid_minor,
            credited_minor: row.credited_minor,
            written_off_minor: row.written_off_minor,
            recovered_minor: row.recovered_minor,
            blocked_minor: row.blocked_minor,
            guaranteed: row.guaranteed,
            due_on: row.due_on,
            due_at: row.due_at,
            reminders: row.reminders,
            reminded_at: row.reminded_at,
            created_at: row.created_at,
            settled_at: row.settled_at,
        }
    }
}

fn terms_of(kind: &str, days: i64) -> PaymentTerms {
    PaymentTerms { kind: TermsKind::parse(kind).unwrap_or_default(), days: u32::try_from(days).unwrap_or_default() }
}

impl invoice_terms::Model {
    /// What was agreed.
    pub(crate) fn terms(&self) -> PaymentTerms {
        terms_of(&self.terms_kind, self.net_days)
    }
}

/// Loads a payment and keeps others from changing it until the end of the transaction.
pub(crate) async fn lock_payment(tx: &WriteTx, id: PaymentId) -> Result<Payment, Error> {
    let row = payment::Entity::find_by_id(id).lock_exclusive().one(&**tx).await?;
    Ok(row.map(Payment::from).ok_or(CoreError::NotFound("payment"))?)
}

/// The payment that the secret of a link opens.
pub(crate) async fn payment_by_link<C: ConnectionTrait>(conn: &C, secret: &str) -> Result<Payment, Error> {
    let row = payment::Entity::find().filter(payment::Column::LinkHash.eq(link_digest(secret))).one(conn).await?;
    Ok(row.map(Payment::from).ok_or(CoreError::NotFound("payment"))?)
}

pub(crate) async fn operation_on<C: ConnectionTrait>(conn: &C, id: PaymentOperationId) -> Result<Operation, Error> {
    let row = operation::Entity::find_by_id(id).one(conn).await?;
    Ok(row.map(Operation::from).ok_or(CoreError::NotFound("payment operation"))?)
}

/// Loads an operation with the lock order payment, operation.
pub(crate) async fn lock_operation(
    tx: &WriteTx,
    id: PaymentOperationId,
) -> Result<(Operation, Option<Payment>), Error> {
    let seen = operation_on(&**tx, id).await?;
    let payment = match seen.payment_id {
        Some(payment) => Some(lock_payment(tx, payment).await?),
        None => None,
    };
    let row = operation::Entity::find_by_id(id).lock_exclusive().one(&**tx).await?;
    let operation = row.map(Operation::from).ok_or(CoreError::NotFound("payment operation"))?;
    Ok((operation, payment))
}

/// Where the money of a payment is. The caller holds the lock of the payment.
pub(crate) async fn sources_of(tx: &WriteTx, id: PaymentId) -> Result<Vec<Source>, Error> {
    let operations: Vec<Operation> = operations_of(tx, id).await?;
    Ok(sources(&operations))
}

/// The operations of a payment, oldest first.
pub(crate) async fn operations_of(tx: &WriteTx, id: PaymentId) -> Result<Vec<Operation>, Error> {
    let rows = operation::Entity::find()
        .filter(operation::Column::PaymentId.eq(id))
        .order_by_asc(operation::Column::Id)
        .all(&**tx)
        .await?;
    Ok(rows.into_iter().map(Operation::from).collect())
}

pub(crate) async fn insert_payment(tx: &WriteTx, payment: &Payment) -> Result<(), DbErr> {
    let mut row = columns(payment);
    row.id = Set(payment.id);
    row.order_id = Set(payment.order_id);
    row.order_number = Set(payment.order_number.clone());
    row.method = Set(payment.method.clone());
    row.provider = Set(payment.provider.clone());
    row.credit_account_id = Set(payment.credit_account);
    row.credit_minor = Set(payment.credit_minor);
    row.holds = Set(payment.method().is_some_and(Method::holds));
    row.capture_order = Set(payment.capture_order.join(","));
    row.refund_order = Set(payment.refund_order.join(","));
    row.currency = Set(payment.amount.currency);
    row.amount_minor = Set(payment.amount.minor);
    row.created_at = Set(payment.created_at);
    row.updated_at = Set(payment.created_at);
    row.version = Set(payment.version);
    payment::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

pub(crate) async fn save_payment(tx: &WriteTx, payment: &Payment) -> Result<(), Error> {
    let mut row = columns(payment);
    row.updated_at = Set(tx.now());
    row.version = Set(payment.version + 1);
    let done = payment::Entity::update_many()
        .set(row)
        .filter(payment::Column::Id.eq(payment.id))
        .filter(payment::Column::Version.eq(payment.version))
        .exec(&**tx)
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(CoreError::Stale("payment").into()) }
}

/// The columns that change.
fn columns(payment: &Payment) -> payment::ActiveModel {
    let Amounts { authorized, captured, voided, refunded } = payment.amounts;
    payment::ActiveModel {
        token: Set(payment.token.clone()),
        return_url: Set(payment.return_url.clone()),
        link_hash: Set(payment.link_hash.clone()),
        charge: Set(payment.charge.clone()),
        authorized_minor: Set(authorized.done_minor),
        authorize_pending_minor: Set(authorized.pending_minor),
        captured_minor: Set(captured.done_minor),
        capture_pending_minor: Set(captured.pending_minor),
        voided_minor: Set(voided.done_minor),
        void_pending_minor: Set(voided.pending_minor),
        refunded_minor: Set(refunded.done_minor),
        refund_pending_minor: Set(refunded.pending_minor),
        action_url: Set(payment.action_url.clone()),
        excess_minor: Set(payment.excess_minor),
        held_until: Set(payment.held_until),
        failure: Set(payment.failure.clone()),
        expires_at: Set(payment.expires_at),
        expired_at: Set(payment.expired_at),
        closed_at: Set(payment.closed_at),
        ..Default::default()
    }
}

pub(crate) async fn insert_operation(tx: &WriteTx, operation: &Operation) -> Result<(), DbErr> {
    let row = operation::ActiveModel {
        id: Set(operation.id),
        payment_id: Set(operation.payment_id),
        orphan_id: Set(operation.orphan_id),
        kind: Set(operation.kind.as_str().to_owned()),
        provider: Set(operation.provider.clone()),
        currency: Set(operation.amount.currency),
        amount_minor: Set(operation.amount.minor),
        idempotency_key: Set(operation.id.to_string()),
        state: Set(operation.state.as_str().to_owned()),
        charge: Set(operation.charge.clone()),
        replaces: Set(operation.replaces.clone()),
        refund_total_minor: Set(operation.refund_total_minor),
        reason: Set(operation.reason.clone()),
        merchant_order_id: Set(operation.merchant_order_id),
        refund_id: Set(operation.refund_id),
        dispute_id: Set(operation.dispute_id),
        attempt_count: Set(0),
        created_at: Set(operation.created_at),
        sent_at: Set(None),
        settled_at: Set(operation.settled_at),
        version: Set(operation.version),
    };
    operation::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Writes the state of a locked operation.
pub(crate) async fn save_operation(
    tx: &WriteTx,
    operation: &Operation,
    sent_at: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    let mut update = operation::Entity::update_many()
        .col_expr(operation::Column::State, Expr::value(operation.state.as_str()))
        .col_expr(operation::Column::Charge, Expr::value(operation.charge.clone()))
        .col_expr(operation::Column::Reason, Expr::value(operation.reason.clone()))
        .col_expr(operation::Column::DisputeId, Expr::value(operation.dispute_id))
        .col_expr(operation::Column::SettledAt, Expr::value(operation.settled_at))
        .col_expr(operation::Column::Version, Expr::col(operation::Column::Version).add(1));
    if let Some(sent_at) = sent_at {
        update = update
            .col_expr(operation::Column::SentAt, Expr::value(sent_at))
            .col_expr(operation::Column::AttemptCount, Expr::col(operation::Column::AttemptCount).add(1));
    }
    let done = update
        .filter(operation::Column::Id.eq(operation.id))
        .filter(operation::Column::Version.eq(operation.version))
        .exec(&**tx)
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(CoreError::Stale("payment operation").into()) }
}

/// Writes down facts about operations of a payment. Append-only.
pub(crate) async fn insert_facts(
    tx: &WriteTx,
    payment: PaymentId,
    facts: &[Fact],
    told_by: &str,
    reason: Option<&str>,
) -> Result<(), DbErr> {
    let rows = facts.iter().map(|fact| event::ActiveModel {
        id: Set(tx.new_id::<PaymentEventId>()),
        payment_id: Set(payment),
        operation_id: Set(fact.operation),
        kind: Set(fact.kind.as_str().to_owned()),
        phase: Set(fact.phase.as_str().to_owned()),
        amount_minor: Set(fact.amount_minor),
        told_by: Set(told_by.to_owned()),
        reason: Set(reason.map(str::to_owned)),
        occurred_at: Set(tx.now()),
    });
    event::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    Ok(())
}

pub(crate) fn fact_of(row: &event::Model) -> Option<Fact> {
    Some(Fact {
        operation: row.operation_id,
        kind: OperationKind::parse(&row.kind)?,
        phase: Phase::parse(&row.phase)?,
        amount_minor: row.amount_minor,
    })
}
