//! What the two databases say differently.

use sea_orm::sea_query::{Alias, Expr, ExprTrait, SimpleExpr};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

/// `SUM(column)` as a 64-bit integer and 0 for no rows: PostgreSQL makes a NUMERIC of a sum of BIGINTs.
pub fn sum_i64(column: impl Into<Expr>) -> SimpleExpr {
    let sum: Expr = column.into();
    Expr::expr(sea_orm::sea_query::Func::coalesce([sum.sum(), Expr::val(0_i64)])).cast_as(Alias::new("BIGINT"))
}

/// A statement written with `?` for its values, on either database.
///
/// For the few statements that a builder would make unreadable. `?` must not occur in literals.
pub fn statement<C: ConnectionTrait + ?Sized>(
    conn: &C,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    let backend = conn.get_database_backend();
    let sql = if backend == DbBackend::Postgres { numbered(sql) } else { sql.to_owned() };
    Statement::from_sql_and_values(backend, sql, values)
}

fn numbered(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 16);
    let mut n = 0;
    for c in sql.chars() {
        if c == '?' {
            n += 1;
            out.push('$');
            out.push_str(&n.to_string());
        } else {
            out.push(c);
        }
    }
    out
}

/// `?, ?, ?` for a list of `count` values, padded to a power of two, so that few different statement texts
/// reach the statement cache. Pad the values with [`pad`].
#[must_use]
pub fn placeholders(count: usize) -> String {
    vec!["?"; count.next_power_of_two()].join(", ")
}

/// Repeats the last value until the list is as long as [`placeholders`] made it. An empty list stays empty.
pub fn pad<T: Clone>(mut values: Vec<T>) -> Vec<T> {
    if let Some(last) = values.last().cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
    values
}

/// The text with `%`, `_` and `\` escaped, for `LIKE ? ESCAPE '\'`.
#[must_use]
pub fn like_escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_padded_to_powers_of_two() {
        assert_eq!(placeholders(3), "?, ?, ?, ?");
        assert_eq!(pad(vec![1, 2, 3]), vec![1, 2, 3, 3]);
        assert_eq!(pad(Vec::<i32>::new()), Vec::<i32>::new());
        assert_eq!(numbered("a = ? AND b = ?"), "a = $1 AND b = $2");
        assert_eq!(like_escape("50%_\\"), "50\\%\\_\\\\");
    }
}
