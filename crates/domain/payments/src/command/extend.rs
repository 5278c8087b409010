//! A payment that is to bring more than it was opened for.

use context::WriteTx;
use kernel::Money;
use kernel::id::PaymentId;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::owed::agreed;
use super::plan::{Wanted, plan};
use crate::entity::{credit_line, payment};
use crate::error::Error;
use crate::model::{CaptureMoment, CreditLine, OperationKind};
use crate::provider::INVOICE;
use crate::repo;

/// Lets a payment bring `more_minor` more, where its method can take more after the order was placed: at the door, or on
/// account as far as the company's credit goes. `false` for methods that cannot, and for payments that are closed. The
/// caller has authorized.
///
/// # Errors
/// [`Error::CreditLimitExceeded`]; not found; the database error.
pub async fn extend_in_tx(tx: &mut WriteTx, id: PaymentId, more_minor: i64) -> Result<bool, Error> {
    let mut payment = repo::lock_payment(tx, id).await?;
    let Some(method) = payment.method().filter(|_| payment.closed_at.is_none() && more_minor > 0) else {
        return Ok(false);
    };
    let on_account = match method.capture {
        CaptureMoment::OnShipment => true,
        CaptureMoment::OnDelivery => false,
        CaptureMoment::OnAcceptance | CaptureMoment::AtPlacement | CaptureMoment::OnReceipt => return Ok(false),
    };
    payment.amount.minor += more_minor;
    payment::Entity::update_many()
        .col_expr(payment::Column::AmountMinor, Expr::value(payment.amount.minor))
        .filter(payment::Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    if on_account {
        let line = agreed(tx, id).await?.line_id;
        let row = credit_line::Entity::find_by_id(line).lock_exclusive().one(&**tx).await?;
        let left_minor = row.map(CreditLine::from).map_or(0, |line| line.left_minor());
        if more_minor > left_minor {
            return Err(Error::CreditLimitExceeded { left: Money::new(left_minor, payment.amount.currency) });
        }
        let mut wanted = Wanted::of(OperationKind::Authorize, more_minor, Some(INVOICE.to_owned()));
        wanted.charge = Some(line.to_string());
        plan(tx, &mut payment, wanted).await?;
    }
    repo::save_payment(tx, &payment).await?;
    Ok(true)
}
