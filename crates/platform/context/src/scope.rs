//! A grant as a WHERE clause.

use access::{Grant, Reach};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition};

/// The rows of merchants that `grant` reaches; `column` holds the merchant's id.
pub fn within_merchants<C: ColumnTrait>(grant: &Grant, column: C) -> Condition {
    match grant.merchants() {
        Reach::All => Condition::all(),
        Reach::Only(id) => Condition::all().add(column.eq(id)),
        Reach::Nothing => nothing(),
    }
}

/// The rows of buyers that `grant` reaches; `column` holds the customer's id.
pub fn within_customers<C: ColumnTrait>(grant: &Grant, column: C) -> Condition {
    match grant.customers() {
        Reach::All => Condition::all(),
        Reach::Only(id) => Condition::all().add(column.eq(id)),
        Reach::Nothing => nothing(),
    }
}

fn nothing() -> Condition {
    Condition::all().add(Expr::val(1).eq(0))
}
