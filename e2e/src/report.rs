//! What a measurement prints: tables for people, JSON for programs.

use serde::Serialize;
use serde_json::{Value, json};

/// One measurement.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// What was measured.
    pub title: String,
    /// How to read it.
    pub notes: Vec<String>,
    /// The names of the columns.
    pub columns: Vec<&'static str>,
    /// The rows, as texts.
    pub rows: Vec<Vec<String>>,
    /// The same and more, for programs.
    pub data: Vec<Value>,
}

impl Section {
    /// An empty section.
    #[must_use]
    pub fn new(title: impl Into<String>, columns: &[&'static str]) -> Self {
        let columns = columns.to_vec();
        Self { title: title.into(), notes: Vec::new(), columns, rows: Vec::new(), data: Vec::new() }
    }

    /// Adds a row: the texts of the table and the figures behind them.
    pub fn row(&mut self, texts: Vec<String>, data: impl Serialize) {
        self.rows.push(texts);
        self.data.push(json!(data));
    }

    /// Adds a sentence under the table.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// The section as text, columns aligned.
    #[must_use]
    pub fn table(&self) -> String {
        let mut widths: Vec<usize> = self.columns.iter().map(|name| name.chars().count()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let line = |cells: Vec<&str>| {
            let padded = cells.iter().zip(&widths).enumerate().map(|(i, (cell, width))| {
                // The first column is a name, the others are figures.
                if i == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let mut text = format!("\n## {}\n\n{}\n", self.title, line(self.columns.clone()));
        text.push_str(&widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>().join("  "));
        text.push('\n');
        for row in &self.rows {
            text.push_str(&line(row.iter().map(String::as_str).collect()));
            text.push('\n');
        }
        for note in &self.notes {
            text.push_str(&format!("* {note}\n"));
        }
        text
    }
}

/// A figure with one digit after the point, thousands apart.
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "figures for people")]
#[allow(clippy::float_arithmetic, reason = "figures about time, not about money")]
pub fn figure(value: f64) -> String {
    if value >= 1000.0 { group(value.round() as u64) } else { format!("{value:.1}") }
}

/// Milliseconds with two digits after the point.
#[must_use]
pub fn milliseconds(value: f64) -> String {
    format!("{value:.2} ms")
}

fn group(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_aligned() {
        let mut section = Section::new("List page", &["what", "req/s"]);
        section.row(vec!["API, 1 connection".into(), figure(1234.6)], ());
        section.row(vec!["floor".into(), figure(99.96)], ());
        section.note("two cores");
        let expected = "\n## List page\n\nwhat               req/s\n-----------------  -----\nAPI, 1 connection  1,235\nfloor              100.0\n* two cores\n";
        assert_eq!(section.table(), expected);
    }
}
