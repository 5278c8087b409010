//! How providers and the bank name what happened.

use std::collections::HashMap;

use db::dialect::pad;
use kernel::id::{BankReceiptId, PaymentOperationId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::entity::{operation, receipt};
use crate::error::Error;

/// Identifiers in one statement.
const CHUNK: usize = 500;

/// The provider's names of operations: the charge, and the key under which it was asked. For reconciliation, which
/// has authorized.
///
/// # Errors
/// The database error.
pub async fn names_of_operations_on<C: ConnectionTrait>(
    conn: &C,
    ids: &[PaymentOperationId],
) -> Result<HashMap<PaymentOperationId, Vec<String>>, Error> {
    let mut found = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        let ids = pad(ids.to_vec());
        let rows = operation::Entity::find().filter(operation::Column::Id.is_in(ids)).all(conn).await?;
        let names = |row: operation::Model| (row.id, row.charge.into_iter().chain([row.idempotency_key]).collect());
        found.extend(rows.into_iter().map(names));
    }
    Ok(found)
}

/// The bank's names of receipts. For reconciliation, which has authorized.
///
/// # Errors
/// The database error.
pub async fn names_of_receipts_on<C: ConnectionTrait>(
    conn: &C,
    ids: &[BankReceiptId],
) -> Result<HashMap<BankReceiptId, Vec<String>>, Error> {
    let mut found = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        let ids = pad(ids.to_vec());
        let rows = receipt::Entity::find().filter(receipt::Column::Id.is_in(ids)).all(conn).await?;
        found.extend(rows.into_iter().map(|row| (row.id, vec![row.bank_reference, row.order_reference])));
    }
    Ok(found)
}
