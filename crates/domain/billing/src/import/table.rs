//! Tables: CSV with a header line, or a JSON list of objects with the same names, as providers report them.
//!
//! `id`, `amount`, `currency` and `created` must be there; `type`, `fee`, `net`, `reference` (or `source`), `payout`,
//! `counterparty` and `description` may be. Amounts with a point are in the major unit; whole numbers of JSON are in
//! the minor one, and whole numbers as times are seconds, as Stripe writes them.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use kernel::{Currency, Invalid, Money, Zone};
use serde_json::Value;

use super::{Parsed, bounded, malformed, place};
use crate::model::reconcile::ExternalLine;

type Row = HashMap<String, Value>;

/// Reads CSV.
pub(crate) fn csv(content: &str, currency: Currency, zone: Zone) -> Result<Parsed, Invalid> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(content.as_bytes());
    let header: Vec<String> = reader.headers().map_err(malformed)?.iter().map(name).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(malformed)?;
        let cells = record.iter().map(|cell| Value::String(cell.to_owned()));
        rows.push(header.iter().cloned().zip(cells).collect());
        bounded(rows.len())?;
    }
    parsed(&rows, currency, zone)
}

/// Reads JSON: a list, or an object with the list under `data`.
pub(crate) fn json(content: &str, currency: Currency, zone: Zone) -> Result<Parsed, Invalid> {
    let value: Value = serde_json::from_str(content).map_err(malformed)?;
    let list = match value {
        Value::Array(list) => list,
        Value::Object(mut object) => match object.remove("data") {
            Some(Value::Array(list)) => list,
            _ => return Err(malformed("has no list under data")),
        },
        _ => return Err(malformed("is neither a list nor an object")),
    };
    bounded(list.len())?;
    let rows = list.into_iter().map(|value| match value {
        Value::Object(object) => Ok(object.into_iter().map(|(key, value)| (name(&key), value)).collect()),
        _ => Err(malformed("has an entry that is no object")),
    });
    parsed(&rows.collect::<Result<Vec<Row>, _>>()?, currency, zone)
}

fn name(raw: &str) -> String {
    raw.trim().trim_start_matches('\u{feff}').to_ascii_lowercase().replace([' ', '-'], "_")
}

fn parsed(rows: &[Row], currency: Currency, zone: Zone) -> Result<Parsed, Invalid> {
    let mut lines = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        line(row, currency, zone, &mut lines).map_err(|text| malformed(format!("entry {}: {text}", index + 1)))?;
    }
    Ok(Parsed { lines, ..Parsed::default() })
}

/// The lines of a row: what moved, and the provider's fee on it.
fn line(row: &Row, currency: Currency, zone: Zone, lines: &mut Vec<ExternalLine>) -> Result<(), String> {
    let code = text(row, &["currency"]).ok_or("currency is missing")?.to_ascii_uppercase();
    if code != currency.code() {
        return Err(format!("is in {code}; import each currency by itself"));
    }
    let id = text(row, &["id"]).ok_or("id is missing")?;
    let amount_minor = money(row, "amount", currency)?.ok_or("amount is missing")?;
    let fee_minor = money(row, "fee", currency)?.unwrap_or(0);
    let booked_at = instant(row, zone)?;
    let usual = if amount_minor < 0 { "debit" } else { "credit" };
    let kind = text(row, &["type", "kind"]).map_or_else(|| usual.to_owned(), |kind| kind.to_ascii_lowercase());
    let names = ["reference", "source", "end_to_end_id", "description"];
    let references: Vec<String> =
        std::iter::once(id.clone()).chain(names.iter().filter_map(|name| text(row, &[name]))).collect();
    let settlement = text(row, &["payout", "settlement"]);
    let counterparty = text(row, &["counterparty", "name"]).unwrap_or_default();
    // A provider keeps its fee on a sale; the ledger knows it as a transaction of its own.
    let split =
        fee_minor != 0 && matches!(kind.as_str(), "charge" | "payment" | "capture" | "refund" | "payment_refund");
    let amount = if split { amount_minor } else { amount_minor - fee_minor };
    let net_minor = money(row, "net", currency)?;
    if net_minor.is_some_and(|net| net != amount_minor - fee_minor) {
        return Err("amount less fee is not net".to_owned());
    }
    lines.push(ExternalLine {
        line_no: place(lines),
        external_id: id.clone(),
        kind,
        amount_minor: amount,
        booked_at,
        references: references.clone(),
        counterparty: counterparty.clone(),
        settlement: settlement.clone(),
    });
    if split {
        let own = format!("{id}:fee");
        lines.push(ExternalLine {
            line_no: place(lines),
            external_id: own.clone(),
            kind: "fee".to_owned(),
            amount_minor: -fee_minor,
            booked_at,
            references: std::iter::once(own).chain(references).collect(),
            counterparty,
            settlement,
        });
    }
    Ok(())
}

fn text(row: &Row, names: &[&str]) -> Option<String> {
    let found = names.iter().find_map(|name| row.get(*name))?;
    let text = match found {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text.chars().take(300).collect())
}

fn money(row: &Row, name: &str, currency: Currency) -> Result<Option<i64>, String> {
    match row.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) => match Money::parse(text.trim(), currency) {
            Ok(money) => Ok(Some(money.minor)),
            Err(error) => Err(format!("{name}: {error}")),
        },
        Some(Value::Number(number)) if number.is_i64() => Ok(number.as_i64()),
        Some(_) => Err(format!("{name} must be a text or a whole number of minor units")),
    }
}

fn instant(row: &Row, zone: Zone) -> Result<DateTime<Utc>, String> {
    let found = ["created", "booked_at", "booked_on", "date"].iter().find_map(|name| row.get(*name));
    let wrong = || "created must be a time such as 2026-03-02T09:00:00Z or a date".to_owned();
    match found {
        Some(Value::Number(seconds)) => {
            seconds.as_i64().and_then(|seconds| DateTime::from_timestamp(seconds, 0)).ok_or_else(wrong)
        }
        Some(Value::String(text)) => when(text.trim(), zone).ok_or_else(wrong),
        _ => Err("created is missing".to_owned()),
    }
}

/// An instant, or the first one of a date.
pub(super) fn when(text: &str, zone: Zone) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc));
    }
    if let Ok(on) = text.parse::<NaiveDate>() {
        return Some(zone.start_of(on));
    }
    // Without an offset it is local.
    let local = text.parse::<chrono::NaiveDateTime>().ok()?;
    Some(zone.start_of(local.date()) + (local - local.date().and_time(chrono::NaiveTime::MIN)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const EUR: Currency = Currency::EUR;

    #[test]
    fn a_charge_with_a_fee_becomes_two_lines() {
        let content = "ID,Type,Amount,Fee,Net,Currency,Created,Source,Payout\r\n\
            txn_1,charge,191.46,2.93,188.53,eur,2026-03-02T09:00:00Z,ch_1,po_1\r\n\
            txn_2,payout,-188.53,0,-188.53,EUR,2026-03-03,po_1,po_1\r\n";
        let lines = csv(content, EUR, Zone::UTC).unwrap().lines;
        let said: Vec<_> = lines.iter().map(|l| (l.external_id.as_str(), l.kind.as_str(), l.amount_minor)).collect();
        let expected = [("txn_1", "charge", 19_146), ("txn_1:fee", "fee", -293), ("txn_2", "payout", -18_853)];
        assert_eq!(said, expected);
        assert_eq!(lines[0].references, ["txn_1", "ch_1"]);
        assert_eq!(lines[2].settlement.as_deref(), Some("po_1"));
        assert_eq!(lines.iter().map(|line| line.line_no).collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn stripes_list_is_read() {
        let content = r#"{"object":"list","data":[{"id":"txn_1","type":"charge","amount":19146,"fee":293,"net":18853,
            "currency":"eur","created":1772442000,"source":"ch_1","description":null}]}"#;
        let lines = json(content, EUR, Zone::UTC).unwrap().lines;
        assert_eq!((lines.len(), lines[0].amount_minor), (2, 19_146));
        assert_eq!(lines[0].booked_at.to_rfc3339(), "2026-03-02T09:00:00+00:00");
    }

    #[test]
    fn what_cannot_be_read_names_the_entry() {
        let wrong = |content: &str| csv(content, EUR, Zone::UTC).unwrap_err().message;
        let head = "id,amount,currency,created\n";
        assert!(wrong(&format!("{head}a,1.00,USD,2026-03-02\n")).starts_with("entry 1: is in USD"));
        assert!(wrong(&format!("{head}a,1.005,EUR,2026-03-02\n")).starts_with("entry 1: amount:"));
        assert!(wrong(&format!("{head}a,1.00,EUR,2026-03-02\nb,1.00,EUR,soon\n")).starts_with("entry 2: created"));
        assert_eq!(wrong(&format!("{head},1.00,EUR,2026-03-02\n")), "entry 1: id is missing");
        assert!(json("7", EUR, Zone::UTC).is_err() && json("{\"data\":1}", EUR, Zone::UTC).is_err());
        let net = "id,type,amount,fee,net,currency,created\na,charge,1.00,0.10,0.95,EUR,2026-03-02\n";
        assert_eq!(wrong(net), "entry 1: amount less fee is not net");
        let float = r#"[{"id":"a","amount":1.5,"currency":"EUR","created":1}]"#;
        assert!(json(float, EUR, Zone::UTC).unwrap_err().message.contains("whole number of minor units"));
    }
}
