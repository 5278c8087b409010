//! Re-derives what is stored twice.

use std::collections::HashMap;

use kernel::id::{CreditAccountId, CreditLineId, PaymentId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use crate::entity::{
    credit_account, credit_entry, credit_line, credit_line_entry, dispute, event, invoice_terms, operation, payment,
    receivable,
};
use crate::error::Error;
use crate::model::{Amounts, DisputeState, Fact, OperationState, Payment, Phase};
use crate::repo::fact_of;

/// Payments looked at together.
const BATCH: u64 = 500;

/// Every difference between the stored amounts of payments and the fold of their facts, and between the state of
/// operations and what was told of them, and every refund that follows a dispute wrongly. Empty when all is well.
///
/// # Errors
/// The database error.
pub async fn payments<C: ConnectionTrait>(conn: &C) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let mut after: Option<PaymentId> = None;
    loop {
        let mut query = payment::Entity::find().order_by_asc(payment::Column::Id).limit(BATCH);
        if let Some(after) = after {
            query = query.filter(payment::Column::Id.gt(after));
        }
        let rows = query.all(conn).await?;
        let Some(last) = rows.last() else { return Ok(found) };
        let (first, end) = (rows.first().map_or(last.id, |row| row.id), last.id);
        after = Some(end);
        let facts = event::Entity::find().filter(event::Column::PaymentId.between(first, end)).all(conn).await?;
        let operations =
            operation::Entity::find().filter(operation::Column::PaymentId.between(first, end)).all(conn).await?;
        let disputes = dispute::Entity::find().filter(dispute::Column::PaymentId.between(first, end)).all(conn).await?;
        follow(&disputes, &operations, &mut found);
        compare(rows, &facts, &operations, &mut found);
    }
}

/// Every difference between the stored balance of credit and the sum of its entries. Empty when all is well.
///
/// # Errors
/// The database error.
pub async fn credit<C: ConnectionTrait>(conn: &C) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let mut after: Option<CreditAccountId> = None;
    loop {
        let mut query = credit_account::Entity::find().order_by_asc(credit_account::Column::Id).limit(BATCH);
        if let Some(after) = after {
            query = query.filter(credit_account::Column::Id.gt(after));
        }
        let rows = query.all(conn).await?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(found) };
        after = Some(last.id);
        let of_these = credit_entry::Column::AccountId.between(first.id, last.id);
        let mut summed: HashMap<CreditAccountId, (i64, i64)> = HashMap::new();
        for entry in credit_entry::Entity::find().filter(of_these).all(conn).await? {
            let (balance, reserved) = summed.entry(entry.account_id).or_default();
            let minor = entry.amount_minor;
            match entry.kind.as_str() {
                "issued" | "returned" | "received" => *balance += minor,
                "used" | "paid_out" => *balance -= minor,
                "reserved" => *reserved += minor,
                "released" => *reserved -= minor,
                "spent" => {
                    *balance -= minor;
                    *reserved -= minor;
                }
                other => found.push(format!("credit {}: an entry of unknown kind {other}", entry.account_id)),
            }
        }
        for row in &rows {
            let told = summed.remove(&row.id).unwrap_or_default();
            if told != (row.balance_minor, row.reserved_minor) {
                let stored = (row.balance_minor, row.reserved_minor);
                found.push(format!("credit {}: stored balance and reserve {stored:?}, entries say {told:?}", row.id));
            }
        }
    }
}

/// Every difference between what credit lines say and the sum of their entries, what orders hold and what is owed on
/// them. Empty when
/// all is well.
///
/// # Errors
/// The database error.
pub async fn credit_lines<C: ConnectionTrait>(conn: &C) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let mut after: Option<CreditLineId> = None;
    loop {
        let mut query = credit_line::Entity::find().order_by_asc(credit_line::Column::Id).limit(BATCH);
        if let Some(after) = after {
            query = query.filter(credit_line::Column::Id.gt(after));
        }
        let rows = query.all(conn).await?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(found) };
        after = Some(last.id);
        let of_these = credit_line_entry::Column::LineId.between(first.id, last.id);
        let mut summed: HashMap<CreditLineId, (i64, i64, i64)> = HashMap::new();
        for entry in credit_line_entry::Entity::find().filter(of_these).all(conn).await? {
            let (reserved, open, blocked) = summed.entry(entry.line_id).or_default();
            let minor = entry.amount_minor;
            match entry.kind.as_str() {
                "reserved" => *reserved += minor,
                "released" => *reserved -= minor,
                "invoiced" => {
                    *reserved -= minor;
                    *open += minor;
                }
                "credited" | "paid" | "written_off" => *open -= minor,
                "blocked" => {
                    *open -= minor;
                    *blocked += minor;
                }
                "recovered" => *blocked -= minor,
                other => found.push(format!("credit line {}: an entry of unknown kind {other}", entry.line_id)),
            }
        }
        let mut owed: HashMap<CreditLineId, (i64, i64)> = HashMap::new();
        let of_these = receivable::Column::LineId.between(first.id, last.id);
        for row in receivable::Entity::find().filter(of_these).all(conn).await? {
            let (open, blocked) = owed.entry(row.line_id).or_default();
            *open += row.amount_minor - row.paid_minor - row.credited_minor - row.written_off_minor;
            *blocked += row.blocked_minor;
        }
        for row in &rows {
            let held = held_on(conn, row.id).await?;
            if held != row.reserved_minor {
                found.push(format!("credit line {}: {} is reserved, orders hold {held}", row.id, row.reserved_minor));
            }
            let told = summed.remove(&row.id).unwrap_or_default();
            let stored = (row.reserved_minor, row.open_minor, row.blocked_minor);
            let owed = owed.remove(&row.id).unwrap_or_default();
            if told != stored {
                found.push(format!("credit line {}: stored {stored:?}, entries say {told:?}", row.id));
            }
            if owed != (row.open_minor, row.blocked_minor) {
                let (open, blocked) = (row.open_minor, row.blocked_minor);
                found.push(format!("credit line {}: {open} open and {blocked} blocked, buyers owe {owed:?}", row.id));
            }
        }
    }
}

/// What the payments on a credit line hold for goods that have not left, in minor units.
async fn held_on<C: ConnectionTrait>(conn: &C, line: CreditLineId) -> Result<i64, Error> {
    use payment::Column as C;
    let agreed = invoice_terms::Entity::find().select_only().column(invoice_terms::Column::PaymentId);
    let agreed = agreed.filter(invoice_terms::Column::LineId.eq(line)).into_query();
    let rows: Vec<(i64, i64, i64)> = payment::Entity::find()
        .select_only()
        .columns([C::AuthorizedMinor, C::CapturedMinor, C::VoidedMinor])
        .filter(C::Id.in_subquery(agreed))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.iter().map(|(authorized, captured, voided)| authorized - captured - voided).sum())
}

/// Refunds wait for open disputes only, and those that follow a dispute are never more than it and its merchants bear.
fn follow(disputes: &[dispute::Model], operations: &[operation::Model], found: &mut Vec<String>) {
    for row in disputes {
        let own = operations.iter().filter(|operation| operation.dispute_id == Some(row.id));
        let waits = |operation: &&operation::Model| operation.state == OperationState::Disputed.as_str();
        let (open, won) = (row.state == DisputeState::Open.as_str(), row.state == DisputeState::Won.as_str());
        if own.clone().any(|operation| waits(&operation) != open) || won && own.clone().next().is_some() {
            found.push(format!("dispute {}: it is {}, its refunds are not", row.id, row.state));
        }
        let taken = own.map(|operation| operation.amount_minor).sum::<i64>() + row.borne_minor.unwrap_or(0);
        if taken > row.amount_minor {
            found.push(format!("dispute {}: {taken} of {} was undone", row.id, row.amount_minor));
        }
    }
}

fn compare(
    rows: Vec<payment::Model>,
    facts: &[event::Model],
    operations: &[operation::Model],
    found: &mut Vec<String>,
) {
    let mut by_payment: HashMap<PaymentId, Vec<Fact>> = HashMap::new();
    let mut last = HashMap::new();
    for row in facts {
        let Some(fact) = fact_of(row) else {
            found.push(format!("payment {}: unreadable fact {}", row.payment_id, row.id));
            continue;
        };
        by_payment.entry(row.payment_id).or_default().push(fact);
        let phase = last.entry(fact.operation).or_insert(fact.phase);
        *phase = fact.phase.max(*phase);
    }
    for row in rows {
        let payment = Payment::from(row);
        let folded = Amounts::fold(by_payment.remove(&payment.id).unwrap_or_default());
        if folded != payment.amounts {
            found.push(format!("payment {}: stored {:?}, facts say {folded:?}", payment.id, payment.amounts));
        }
    }
    for row in operations {
        let told = match last.get(&row.id) {
            Some(Phase::Succeeded) => Some(OperationState::Succeeded),
            Some(Phase::Failed) => Some(OperationState::Failed),
            Some(Phase::Requested) => None,
            None => {
                found.push(format!("payment operation {}: no fact tells of it", row.id));
                continue;
            }
        };
        let state = OperationState::parse(&row.state);
        if state.filter(|state| state.is_settled()) != told {
            found.push(format!("payment operation {}: stored {}, facts say {told:?}", row.id, row.state));
        }
    }
}
