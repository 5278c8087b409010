//! Re-derives what is stored twice.

use std::collections::HashMap;

use kernel::id::PaymentId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::{event, operation, payment};
use crate::error::Error;
use crate::model::{Amounts, Fact, OperationState, Payment, Phase};
use crate::repo::fact_of;

/// Payments looked at together.
const BATCH: u64 = 500;

/// Every difference between the stored amounts of payments and the fold of their facts, and between the state of
/// operations and what was told of them. Empty when all is well.
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
        compare(rows, &facts, &operations, &mut found);
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
