//! Statements of banks: camt.053 of ISO 20022, of any version.

use chrono::{DateTime, Utc};
use kernel::{Currency, Invalid, Money, Zone};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::table::when;
use super::{Parsed, bounded, malformed, place};
use crate::model::reconcile::ExternalLine;

/// Elements within elements at most.
const DEPTH_MAX: usize = 32;

/// An element with what is in it; names without prefixes.
#[derive(Debug, Default)]
struct Element {
    name: String,
    text: String,
    currency: Option<String>,
    children: Vec<Element>,
}

impl Element {
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element at a path of names.
    fn at(&self, path: &str) -> Option<&Self> {
        path.split('/').try_fold(self, |element, name| element.children.iter().find(|child| child.name == name))
    }

    fn text_at(&self, path: &str) -> Option<&str> {
        self.at(path).map(|element| element.text.trim()).filter(|text| !text.is_empty())
    }
}

/// Reads the booked entries of the statements in a file.
pub(crate) fn read(content: &str, currency: Currency, zone: Zone) -> Result<Parsed, Invalid> {
    let root = tree(content)?;
    let message =
        root.at("Document/BkToCstmrStmt").ok_or_else(|| malformed("is no camt.053: BkToCstmrStmt is missing"))?;
    let mut parsed = Parsed::default();
    for statement in message.all("Stmt") {
        let name = statement.text_at("Id").unwrap_or("statement");
        parsed.from = parsed.from.or(statement.text_at("FrToDt/FrDtTm").and_then(|text| when(text, zone)));
        parsed.to = statement.text_at("FrToDt/ToDtTm").and_then(|text| when(text, zone)).or(parsed.to);
        for balance in statement.all("Bal") {
            if balance.text_at("Tp/CdOrPrtry/Cd") == Some("CLBD") {
                parsed.balance_minor = Some(amount(balance, currency)?);
            }
        }
        for (index, entry) in statement.all("Ntry").enumerate() {
            let status = entry.text_at("Sts/Cd").or_else(|| entry.text_at("Sts")).unwrap_or("BOOK");
            if status == "BOOK" {
                booked(entry, &format!("{name}/{}", index + 1), currency, zone, &mut parsed.lines)?;
                bounded(parsed.lines.len())?;
            }
        }
    }
    Ok(parsed)
}

/// The lines of an entry: one for each transaction of a batch that says its amount, otherwise one.
fn booked(
    entry: &Element,
    place_in_file: &str,
    currency: Currency,
    zone: Zone,
    lines: &mut Vec<ExternalLine>,
) -> Result<(), Invalid> {
    let total = amount(entry, currency)?;
    let booked_at = ["BookgDt/DtTm", "BookgDt/Dt", "ValDt/DtTm", "ValDt/Dt"]
        .iter()
        .find_map(|path| entry.text_at(path))
        .and_then(|text| when(text, zone))
        .ok_or_else(|| malformed(format!("entry {place_in_file} has no date")))?;
    let own = entry.text_at("AcctSvcrRef").or_else(|| entry.text_at("NtryRef")).unwrap_or(place_in_file);
    let details: Vec<&Element> = entry.all("NtryDtls").flat_map(|details| details.all("TxDtls")).collect();
    let amounts: Vec<i64> = details
        .iter()
        .filter(|one| one.at("Amt").is_some())
        .map(|one| signed(one, entry, currency))
        .collect::<Result<_, _>>()?;
    if details.len() > 1 && amounts.len() == details.len() && amounts.iter().sum::<i64>() == total {
        for (index, (one, amount_minor)) in details.iter().zip(amounts).enumerate() {
            let id = one.text_at("Refs/AcctSvcrRef").filter(|id| *id != own);
            let id = id.map_or_else(|| format!("{own}/{}", index + 1), str::to_owned);
            lines.push(line(&[*one], id, amount_minor, booked_at, place(lines)));
        }
        return Ok(());
    }
    lines.push(line(&details, own.to_owned(), total, booked_at, place(lines)));
    Ok(())
}

fn line(
    details: &[&Element],
    external_id: String,
    amount_minor: i64,
    booked_at: DateTime<Utc>,
    line_no: i32,
) -> ExternalLine {
    let mut references = Vec::new();
    for one in details {
        let named = ["Refs/EndToEndId", "Refs/TxId", "Refs/InstrId", "Refs/AcctSvcrRef"];
        let named = named.iter().filter_map(|path| one.text_at(path)).filter(|text| *text != "NOTPROVIDED");
        references.extend(named.map(str::to_owned));
        let purposes = one.all("RmtInf").flat_map(|info| info.all("Ustrd"));
        references.extend(purposes.flat_map(|purpose| words(purpose.text.trim())));
    }
    // The bank's own name comes last: a person is told what the payer wrote.
    references.push(external_id.clone());
    let (payer, payee) = if amount_minor < 0 { ("Cdtr", "Dbtr") } else { ("Dbtr", "Cdtr") };
    let name = |who: &str| {
        let paths = [format!("RltdPties/{who}/Nm"), format!("RltdPties/{who}/Pty/Nm")];
        paths.iter().find_map(|path| details.first().and_then(|one| one.text_at(path))).map(str::to_owned)
    };
    let counterparty = name(payer).or_else(|| name(payee)).unwrap_or_default();
    let kind = if amount_minor < 0 { "debit" } else { "credit" }.to_owned();
    ExternalLine { line_no, external_id, kind, amount_minor, booked_at, references, counterparty, settlement: None }
}

/// A purpose and each of its words: payers write other things beside the reference.
fn words(purpose: &str) -> Vec<String> {
    let words = purpose.split_whitespace().filter(|word| word.len() >= 4 && word.len() < purpose.len());
    std::iter::once(purpose).chain(words).take(20).map(|text| text.chars().take(140).collect()).collect()
}

/// The amount of an element with a direction; positive: the account grows.
fn amount(element: &Element, currency: Currency) -> Result<i64, Invalid> {
    signed(element, element, currency)
}

fn signed(element: &Element, direction: &Element, currency: Currency) -> Result<i64, Invalid> {
    let amount = element.at("Amt").ok_or_else(|| malformed("an entry has no amount"))?;
    if amount.currency.as_deref().is_some_and(|code| code != currency.code()) {
        return Err(malformed(format!("an amount is in {}", amount.currency.clone().unwrap_or_default())));
    }
    let minor = Money::parse(amount.text.trim(), currency).map_err(malformed)?.minor;
    let way = element.text_at("CdtDbtInd").or_else(|| direction.text_at("CdtDbtInd"));
    match way {
        Some("CRDT") => Ok(minor),
        Some("DBIT") => Ok(-minor),
        _ => Err(malformed("an entry says neither CRDT nor DBIT")),
    }
}

/// The file as a tree. Entities beyond those of XML itself are refused, so nothing can blow it up.
fn tree(content: &str) -> Result<Element, Invalid> {
    let mut reader = Reader::from_str(content);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().map_err(malformed)? {
            Event::Start(start) => {
                if open.len() > DEPTH_MAX {
                    return Err(malformed("has too many elements within elements"));
                }
                open.push(element(&start));
            }
            Event::Empty(start) => {
                let empty = element(&start);
                if let Some(parent) = open.last_mut() {
                    parent.children.push(empty);
                }
            }
            Event::Text(text) => {
                let text = text.decode().map_err(malformed)?;
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text);
                }
            }
            Event::CData(text) => {
                let text = text.decode().map_err(malformed)?;
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text);
                }
            }
            Event::GeneralRef(name) => {
                let text = match name.resolve_char_ref().map_err(malformed)? {
                    Some(c) => c.to_string(),
                    None => {
                        let name = name.decode().map_err(malformed)?;
                        let known = quick_xml::escape::resolve_predefined_entity(&name);
                        known.ok_or_else(|| malformed(format!("unknown entity {name}")))?.to_owned()
                    }
                };
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text);
                }
            }
            Event::End(_) => {
                let closed = open.pop();
                match (open.last_mut(), closed) {
                    (Some(parent), Some(closed)) => parent.children.push(closed),
                    _ => return Err(malformed("ends an element that it did not begin")),
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    match open.pop() {
        Some(root) if open.is_empty() => Ok(root),
        _ => Err(malformed("ends within an element")),
    }
}

fn element(start: &quick_xml::events::BytesStart<'_>) -> Element {
    let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
    let currency = start.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == b"Ccy");
    let currency = currency.map(|attribute| String::from_utf8_lossy(&attribute.value).into_owned());
    Element { name, currency, ..Element::default() }
}

#[cfg(test)]
#[path = "camt_test.rs"]
mod tests;
