//! The books of the sandbox.

use chrono::Duration;
use context::{Error as CoreError, WriteTx};
use kernel::Money;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::entity::{sandbox_charge as charge, sandbox_operation as operation};
use crate::model::OperationKind;

/// How long the sandbox holds money.
pub(super) const HOLD: Duration = Duration::days(7);

/// A charge, or why there is none.
pub(super) type Opened = (Option<Uuid>, Option<&'static str>);

/// Holds money of a card, or takes it at once.
pub(super) async fn open_charge(
    tx: &WriteTx,
    token: &str,
    kind: OperationKind,
    amount: Money,
) -> Result<Opened, CoreError> {
    let id = match token {
        "tok_ok" | "tok_timeout" | "tok_late" | "tok_very_late" | "tok_once" | "tok_action" | "tok_no_refund" => {
            insert_charge(tx, token, amount).await?
        }
        "tok_declined" => return Ok((None, Some("card_declined"))),
        _ => return Ok((None, Some("unknown_token"))),
    };
    if kind == OperationKind::Capture {
        update_charge(tx, id, charge::Column::CapturedMinor, amount.minor).await?;
    }
    Ok((Some(id), None))
}

/// Captures, voids or refunds a part of a locked charge; the reason when that is refused.
pub(super) async fn change(
    tx: &WriteTx,
    kind: OperationKind,
    id: Option<Uuid>,
    amount: Money,
) -> Result<Option<&'static str>, CoreError> {
    let row = match id {
        Some(id) => charge::Entity::find_by_id(id).one(&**tx).await?,
        None => None,
    };
    let Some(row) = row else { return Ok(Some("no_such_charge")) };
    let open = row.authorized_minor - row.captured_minor - row.voided_minor;
    let (column, most) = match kind {
        OperationKind::Capture => (charge::Column::CapturedMinor, open),
        OperationKind::Void => (charge::Column::VoidedMinor, open),
        OperationKind::Refund => (charge::Column::RefundedMinor, row.captured_minor - row.refunded_minor),
        OperationKind::Authorize => return Ok(Some("charge_exists")),
    };
    if row.currency != amount.currency {
        return Ok(Some("wrong_currency"));
    }
    if kind == OperationKind::Refund && row.token == "tok_no_refund" {
        return Ok(Some("account_closed"));
    }
    if kind == OperationKind::Capture && row.created_at + HOLD <= tx.now() {
        return Ok(Some("authorization_expired"));
    }
    if amount.minor <= 0 || amount.minor > most {
        return Ok(Some("amount_too_large"));
    }
    update_charge(tx, row.id, column, amount.minor).await?;
    Ok(None)
}

pub(super) async fn insert_charge(tx: &WriteTx, token: &str, amount: Money) -> Result<Uuid, CoreError> {
    let id = tx.ctx().world().ids.uuid();
    let row = charge::ActiveModel {
        id: Set(id),
        token: Set(token.to_owned()),
        currency: Set(amount.currency),
        authorized_minor: Set(amount.minor),
        captured_minor: Set(0),
        voided_minor: Set(0),
        refunded_minor: Set(0),
        created_at: Set(tx.now()),
    };
    charge::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(id)
}

pub(super) async fn update_charge(tx: &WriteTx, id: Uuid, column: charge::Column, add: i64) -> Result<(), CoreError> {
    charge::Entity::update_many()
        .col_expr(column, Expr::col(column).add(add))
        .filter(charge::Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

pub(super) async fn count_ask(tx: &WriteTx, key: &str) -> Result<(), CoreError> {
    operation::Entity::update_many()
        .col_expr(operation::Column::AskCount, Expr::col(operation::Column::AskCount).add(1))
        .filter(operation::Column::IdempotencyKey.eq(key))
        .exec(&**tx)
        .await?;
    Ok(())
}

pub(super) fn charge_name(id: Uuid) -> String {
    format!("sch_{}", kernel::id::encode(id))
}

pub(super) fn charge_id(name: &str) -> Option<Uuid> {
    name.strip_prefix("sch_").and_then(kernel::id::decode)
}
