//! Rows of a CSV file, numbered as a spreadsheet numbers them.
//!
//! Written by hand because the `csv` crate skips empty lines without counting them and counts the lines inside
//! quotes: neither gives the number a user sees.

use std::io::{BufRead, BufReader, Read};

use super::report::{FileFault, RowFault};

/// The longest row in bytes: an unclosed quote must not swallow a file of gigabytes into memory.
const ROW_MAX: usize = 1024 * 1024;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// A row with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) number: u64,
    pub(crate) cells: Vec<String>,
}

/// Reads a table row by row.
pub(crate) struct Table<R> {
    input: BufReader<R>,
    delimiter: u8,
    /// Rows read so far.
    number: u64,
    done: bool,
}

impl<R: Read> Table<R> {
    /// Opens a table: drops a byte order mark, and sees from the first line whether commas, semicolons or tabs
    /// separate the cells.
    pub(crate) fn open(input: R) -> Result<Self, FileFault> {
        let mut input = BufReader::with_capacity(64 * 1024, input);
        let start = input.fill_buf().map_err(|error| FileFault::Read(error.to_string()))?;
        if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
            return Err(FileFault::Encoding);
        }
        let mark = if start.starts_with(BOM) { BOM.len() } else { 0 };
        let line = start[mark..].split(|b| matches!(b, b'\n' | b'\r')).next().unwrap_or_default();
        let count = |delimiter: u8| line.iter().filter(|b| **b == delimiter).count();
        let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|d| (count(*d), *d == b',')).unwrap_or(b',');
        input.consume(mark);
        Ok(Self { input, delimiter, number: 0, done: false })
    }

    /// The next row that is not empty; `None` at the end. A row that cannot be read is a fault, and reading goes on.
    pub(crate) fn next_row(&mut self) -> Option<Result<Row, RowFault>> {
        while !self.done {
            self.number += 1;
            let raw = match self.raw_row() {
                Ok(raw) => raw,
                Err((code, message)) => return Some(Err(RowFault::new(self.number, "", code, "", message))),
            };
            match raw.into_iter().map(String::from_utf8).collect::<Result<Vec<String>, _>>() {
                Err(_) => {
                    return Some(Err(RowFault::new(self.number, "", "ENCODING", "", "the row is not UTF-8 text")));
                }
                Ok(cells) if cells.iter().all(|cell| cell.trim().is_empty()) => {}
                Ok(cells) => return Some(Ok(Row { number: self.number, cells })),
            }
        }
        None
    }

    fn raw_row(&mut self) -> Result<Vec<Vec<u8>>, (&'static str, String)> {
        let mut cells = vec![Vec::new()];
        let (mut quoted, mut size, mut too_long) = (false, 0_usize, false);
        loop {
            let byte = self.byte()?;
            size += 1;
            too_long |= size > ROW_MAX;
            let Some(cell) = cells.last_mut() else { return Ok(cells) };
            match byte {
                None => {
                    self.done = true;
                    if quoted {
                        return Err(("UNCLOSED_QUOTE", "a quote is opened and never closed".to_owned()));
                    }
                    break;
                }
                Some(b'"') if quoted => match self.peek()? {
                    Some(b'"') => {
                        self.byte()?;
                        cell.push(b'"');
                    }
                    _ => quoted = false,
                },
                Some(b) if quoted => push(cell, b, too_long),
                Some(b'"') if cell.is_empty() => quoted = true,
                Some(b'\n') => break,
                Some(b'\r') => {
                    if self.peek()? == Some(b'\n') {
                        self.byte()?;
                    }
                    break;
                }
                Some(b) if b == self.delimiter && !too_long => cells.push(Vec::new()),
                Some(b) => push(cell, b, too_long),
            }
        }
        if too_long { Err(("TOO_LONG", format!("the row has more than {ROW_MAX} bytes"))) } else { Ok(cells) }
    }

    fn peek(&mut self) -> Result<Option<u8>, (&'static str, String)> {
        match self.input.fill_buf() {
            Ok(bytes) => Ok(bytes.first().copied()),
            Err(error) => {
                self.done = true;
                Err(("UNREADABLE", error.to_string()))
            }
        }
    }

    fn byte(&mut self) -> Result<Option<u8>, (&'static str, String)> {
        let byte = self.peek()?;
        if byte.is_some() {
            self.input.consume(1);
        }
        Ok(byte)
    }
}

fn push(cell: &mut Vec<u8>, byte: u8, too_long: bool) {
    if !too_long {
        cell.push(byte);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    type Seen = Result<(u64, Vec<String>), (u64, &'static str)>;

    fn rows(text: &[u8]) -> Vec<Seen> {
        let mut table = Table::open(text).unwrap();
        let row = |row: Result<Row, RowFault>| match row {
            Ok(row) => Ok((row.number, row.cells)),
            Err(fault) => Err((fault.row, fault.code)),
        };
        std::iter::from_fn(|| table.next_row().map(row)).collect()
    }

    fn cells(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_does() {
        let text = b"\xef\xbb\xbfa,b\r\n\"one\r\ntwo\",2\r\n\r\n3,\"say \"\"hi\"\"\"\n,,\n5,";
        let expected = vec![
            Ok((1, cells(&["a", "b"]))),
            Ok((2, cells(&["one\r\ntwo", "2"]))),
            Ok((4, cells(&["3", "say \"hi\""]))),
            Ok((6, cells(&["5", ""]))),
        ];
        assert_eq!(rows(text), expected);
    }

    #[test]
    fn delimiters_are_seen_and_odd_quotes_survive() {
        assert_eq!(rows(b"a;b;c,d\n1;2")[1], Ok((2, cells(&["1", "2"]))));
        assert_eq!(rows(b"a\tb\n1\t2")[1], Ok((2, cells(&["1", "2"]))));
        assert_eq!(rows(b"a,b\n5\" pipe,x\n")[1], Ok((2, cells(&["5\" pipe", "x"]))));
        assert_eq!(rows(b"a,b\n1,\"open\n2,3\n")[1], Err((2, "UNCLOSED_QUOTE")));
        assert_eq!(rows(b"a,b\n\xff,1\n2,3\n")[1..], [Err((2, "ENCODING")), Ok((3, cells(&["2", "3"])))]);
        assert!(matches!(Table::open(&b"\xff\xfea\0"[..]), Err(FileFault::Encoding)));
    }

    #[test]
    fn an_overlong_row_is_a_fault_and_the_next_is_read() {
        let text = format!("a,b\n{},1\n2,3\n", "x".repeat(ROW_MAX + 1));
        assert_eq!(rows(text.as_bytes())[1..], [Err((2, "TOO_LONG")), Ok((3, cells(&["2", "3"])))]);
    }
}
