//! Which parameter of an INSERT goes into which column.

/// A parsed `INSERT INTO table (columns) VALUES (…), (…)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Insert {
    /// The table.
    pub table: String,
    /// The columns in the order of the statement.
    pub columns: Vec<String>,
    /// Of each row: by column, the index of its parameter; `None` for a literal or an expression.
    pub rows: Vec<Vec<Option<usize>>>,
    /// Whether it changes the row that is there already.
    pub may_exist: bool,
}

/// `None` for any other statement, also for an INSERT from a SELECT.
pub(super) fn parse(sql: &str) -> Option<Insert> {
    let rest = strip_word(sql, "INSERT")?;
    let rest = strip_word(rest, "INTO")?;
    let (table, rest) = rest.split_once('(')?;
    let (columns, rest) = rest.split_once(')')?;
    let mut rest = strip_word(rest, "VALUES")?;
    let columns: Vec<_> = columns.split(',').map(name).collect();
    let (mut rows, mut unnamed) = (Vec::new(), 0);
    while let Some(inner) = rest.trim_start().strip_prefix('(') {
        let (row, after) = values(inner, &mut unnamed)?;
        if row.len() != columns.len() {
            return None;
        }
        rows.push(row);
        rest = after.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    let may_exist = rest.to_ascii_uppercase().contains("DO UPDATE");
    (!rows.is_empty()).then(|| Insert { table: name(table), columns, rows, may_exist })
}

fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let text = text.trim_start();
    let head = text.get(..word.len())?;
    head.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

fn name(text: &str) -> String {
    text.trim().trim_matches('"').to_owned()
}

/// The values up to the closing bracket, and what comes after it. `unnamed` counts the `?` seen so far.
fn values<'a>(text: &'a str, unnamed: &mut usize) -> Option<(Vec<Option<usize>>, &'a str)> {
    let (mut row, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0_usize, false);
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            _ if quoted => {}
            b'(' => depth += 1,
            b')' if depth > 0 => depth -= 1,
            b',' | b')' if depth == 0 => {
                row.push(parameter(text[start..index].trim(), unnamed));
                start = index + 1;
                if byte == b')' {
                    return Some((row, &text[start..]));
                }
            }
            _ => {}
        }
    }
    None
}

fn parameter(value: &str, unnamed: &mut usize) -> Option<usize> {
    if let Some(number) = value.strip_prefix('$') {
        let digits = number.split("::").next().unwrap_or(number);
        return digits.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    }
    let marks = value.matches('?').count();
    let first = *unnamed;
    *unnamed += marks;
    (value == "?").then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_find_their_columns() {
        let rows = |sql| parse(sql).map(|insert| insert.rows);
        let both = r#"INSERT INTO "t" ("a", "b", "c") VALUES ($1, 'x,)', $2), ($3, lower($4), $5::uuid) ON CONFLICT DO NOTHING"#;
        assert_eq!(rows(both), Some(vec![vec![Some(0), None, Some(1)], vec![Some(2), None, Some(4)]]));
        let unnamed = "insert into t (a, b) values (?, coalesce(?, ?)), (?, ?)";
        assert_eq!(rows(unnamed), Some(vec![vec![Some(0), None], vec![Some(3), Some(4)]]));
        assert_eq!(rows("INSERT INTO t (a) SELECT 1"), None);
        assert_eq!(rows("UPDATE t SET a = 1"), None);
    }
}
