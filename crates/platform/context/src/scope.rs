//! A grant as a WHERE clause, and whom it means.

use access::{Grant, Reach};
use kernel::Invalid;
use kernel::id::MerchantId;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition};

use crate::Error;

/// The merchant that a caller means: the one named, or one's own. The operator names one; another's is not found.
///
/// # Errors
/// Nobody is named; not found.
pub fn merchant_meant(grant: &Grant, named: Option<MerchantId>) -> Result<MerchantId, Error> {
    match (grant.merchants(), named) {
        (Reach::All, Some(named)) => Ok(named),
        (Reach::All, None) => Err(Invalid::required("merchantId").into()),
        (Reach::Only(own), None) => Ok(own),
        (Reach::Only(own), Some(named)) if own == named => Ok(own),
        (Reach::Only(_), Some(_)) | (Reach::Nothing, _) => Err(Error::NotFound("merchant")),
    }
}

/// The rows of merchants that `grant` reaches; `column` holds the merchant's id.
pub fn within_merchants<C: ColumnTrait>(grant: &Grant, column: C) -> Condition {
    match grant.merchants() {
        Reach::All => Condition::all(),
        Reach::Only(id) => Condition::all().add(column.eq(id)),
        Reach::Nothing => no_rows(),
    }
}

/// The rows of buyers that `grant` reaches; `column` holds the customer's id.
pub fn within_customers<C: ColumnTrait>(grant: &Grant, column: C) -> Condition {
    match grant.customers() {
        Reach::All => Condition::all(),
        Reach::Only(id) => Condition::all().add(column.eq(id)),
        Reach::Nothing => no_rows(),
    }
}

/// What no row is.
#[must_use]
pub fn no_rows() -> Condition {
    Condition::all().add(Expr::val(1).eq(0))
}
