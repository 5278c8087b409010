#![allow(clippy::unwrap_used)]

use super::*;
use crate::paper::sample::{ABROAD, HOME, charged, invoice};

#[test]
fn the_page_says_who_owes_whom_what() {
    let lines = text(&invoice(InvoiceKind::Invoice, &charged(), HOME));
    let has = |wanted: &str| lines.iter().any(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") == wanted);
    for wanted in [
        "Souk Marketplace GmbH",
        "Łódź <Lampy> Spółka",
        "INVOICE INV-2026-000007",
        "Period 2026-03-01 to 2026-03-31",
        "Commission on sales 19 % 9.75 EUR",
        "Fees per order 19 % 0.35 EUR",
        "Total without VAT 10.10 EUR",
        "VAT 19 % on 10.10 EUR 1.92 EUR",
        "Total with VAT 12.02 EUR",
        "To be paid 0.00 EUR",
    ] {
        assert!(has(wanted), "{wanted} in {lines:#?}");
    }
    assert!(lines.iter().all(|line| line.chars().count() <= WIDTH));
}

#[test]
fn reverse_charge_is_said() {
    let abroad = [crate::model::closed::Charged { taxed: false, tax_minor: 0, ..charged().remove(0) }];
    let lines = text(&invoice(InvoiceKind::Invoice, &abroad, ABROAD));
    assert!(lines.iter().any(|line| line.starts_with("Reverse charge")));
}

#[test]
fn the_same_document_gives_the_same_file() {
    let note = invoice(InvoiceKind::CreditNote, &charged(), HOME);
    let (first, second) = (write(&note).unwrap(), write(&note).unwrap());
    assert!(first.starts_with(b"%PDF-1.") && first.len() < 40_000, "{} bytes", first.len());
    assert!(first == second, "the bytes differ");
}
