//! The rules of EN 16931 (their numbers are in the assertions) over what is written.
#![allow(clippy::unwrap_used)]

use quick_xml::Reader;
use quick_xml::events::Event;

use super::*;
use crate::model::closed::Charged;
use crate::paper::sample::{ABROAD, HOME, charged, invoice};

/// Every element with a text, as its path and its text.
fn leaves(xml: &[u8]) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(std::str::from_utf8(xml).unwrap());
    let (mut path, mut text, mut found): (Vec<String>, String, Vec<_>) = (Vec::new(), String::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                text.clear();
                path.push(String::from_utf8(start.local_name().as_ref().to_vec()).unwrap());
            }
            Event::Text(part) => text.push_str(&part.decode().unwrap()),
            Event::GeneralRef(name) => {
                let name = name.decode().unwrap();
                text.push_str(quick_xml::escape::resolve_predefined_entity(&name).unwrap());
            }
            Event::End(_) => {
                if !text.trim().is_empty() {
                    found.push((path[1..].join("/"), text.clone()));
                }
                text.clear();
                path.pop();
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

fn all<'a>(leaves: &'a [(String, String)], path: &str) -> Vec<&'a str> {
    leaves.iter().filter(|(known, _)| known == path).map(|(_, text)| text.as_str()).collect()
}

fn one<'a>(leaves: &'a [(String, String)], path: &str) -> &'a str {
    let found = all(leaves, path);
    assert_eq!(found.len(), 1, "{path} in {leaves:#?}");
    found[0]
}

fn cents(text: &str) -> i64 {
    Money::parse(text, kernel::Currency::EUR).unwrap().minor
}

fn sum(leaves: &[(String, String)], path: &str) -> i64 {
    all(leaves, path).into_iter().map(cents).sum()
}

/// The rules about totals, taxes and identification that hold for every document.
fn keeps_the_rules(xml: &[u8], root: &str) -> Vec<(String, String)> {
    let said = leaves(xml);
    let total = |name: &str| cents(one(&said, &format!("LegalMonetaryTotal/{name}")));
    let lines = sum(&said, &format!("{root}Line/LineExtensionAmount"));
    assert_eq!(total("LineExtensionAmount"), lines, "BR-CO-10");
    assert_eq!(total("TaxExclusiveAmount"), lines, "BR-CO-13: no allowances, no charges");
    let tax = cents(one(&said, "TaxTotal/TaxAmount"));
    assert_eq!(tax, sum(&said, "TaxTotal/TaxSubtotal/TaxAmount"), "BR-CO-14");
    assert_eq!(total("TaxInclusiveAmount"), total("TaxExclusiveAmount") + tax, "BR-CO-15");
    assert_eq!(total("PayableAmount"), total("TaxInclusiveAmount") - total("PrepaidAmount"), "BR-CO-16");
    let (bases, taxes) =
        (all(&said, "TaxTotal/TaxSubtotal/TaxableAmount"), all(&said, "TaxTotal/TaxSubtotal/TaxAmount"));
    let percents = all(&said, "TaxTotal/TaxSubtotal/TaxCategory/Percent");
    assert!(!bases.is_empty(), "BR-CO-18");
    for ((base, tax), percent) in bases.iter().zip(&taxes).zip(&percents) {
        let percent = Money::parse(percent, kernel::Currency::EUR).unwrap().minor;
        let due = kernel::cumulative(cents(base), percent, 10_000, kernel::Rounding::HalfUp);
        assert!((due - cents(tax)).abs() < 100, "BR-CO-17: {base} at {percent} is {tax}");
    }
    assert!(!all(&said, &format!("{root}Line/ID")).is_empty(), "BR-16");
    assert!(!all(&said, "PaymentTerms/Note").is_empty(), "BR-CO-25");
    assert_eq!(one(&said, "CustomizationID"), "urn:cen.eu:en16931:2017", "BR-01");
    for field in ["ID", "IssueDate", "DocumentCurrencyCode"] {
        one(&said, field);
    }
    for side in ["AccountingSupplierParty", "AccountingCustomerParty"] {
        one(&said, &format!("{side}/Party/PartyLegalEntity/RegistrationName"));
        assert_eq!(one(&said, &format!("{side}/Party/PostalAddress/Country/IdentificationCode")).len(), 2, "BR-09, 11");
    }
    assert!(!all(&said, "AccountingSupplierParty/Party/PartyTaxScheme/CompanyID").is_empty(), "BR-CO-26");
    let prices = sum(&said, &format!("{root}Line/Price/PriceAmount"));
    assert_eq!(prices, lines, "one unit of each: BR-26, BR-27");
    said
}

#[test]
fn an_invoice_keeps_the_rules() {
    let document = invoice(InvoiceKind::Invoice, &charged(), HOME);
    assert_eq!(missing(&document), None);
    let said = keeps_the_rules(&write(&document), "Invoice");
    assert_eq!(one(&said, "InvoiceTypeCode"), "380");
    assert_eq!(one(&said, "TaxTotal/TaxAmount"), "1.92");
    assert_eq!(one(&said, "LegalMonetaryTotal/TaxInclusiveAmount"), "12.02");
    assert_eq!(one(&said, "LegalMonetaryTotal/PayableAmount"), "0.00");
    assert_eq!(all(&said, "InvoiceLine/Item/Name"), ["Commission on sales", "Fees per order"]);
    assert_eq!(one(&said, "AccountingCustomerParty/Party/PartyName/Name"), "Łódź <Lampy> Spółka");
    assert_eq!(all(&said, "BillingReference/InvoiceDocumentReference/ID"), Vec::<&str>::new());
}

#[test]
fn a_credit_note_names_what_it_corrects() {
    let said = keeps_the_rules(&write(&invoice(InvoiceKind::CreditNote, &charged(), HOME)), "CreditNote");
    assert_eq!(one(&said, "CreditNoteTypeCode"), "381");
    assert_eq!(one(&said, "BillingReference/InvoiceDocumentReference/ID"), "INV-2026-000006");
    assert_eq!(one(&said, "LegalMonetaryTotal/TaxInclusiveAmount"), "3.57");
    assert_eq!(one(&said, "CreditNoteLine/CreditedQuantity"), "1");
}

#[test]
fn reverse_charge_has_its_code_its_reason_and_both_numbers() {
    let untaxed: Vec<Charged> =
        charged().into_iter().map(|one| Charged { taxed: false, tax_minor: 0, ..one }).collect();
    let document = invoice(InvoiceKind::Invoice, &untaxed, ABROAD);
    assert_eq!(missing(&document), None);
    let said = keeps_the_rules(&write(&document), "Invoice");
    assert_eq!(one(&said, "TaxTotal/TaxSubtotal/TaxCategory/ID"), "AE");
    assert_eq!(one(&said, "TaxTotal/TaxSubtotal/TaxCategory/Percent"), "0");
    assert_eq!(one(&said, "TaxTotal/TaxSubtotal/TaxCategory/TaxExemptionReasonCode"), "VATEX-EU-AE", "BR-AE-10");
    assert_eq!(one(&said, "AccountingSupplierParty/Party/PartyTaxScheme/CompanyID"), "DE123456789", "BR-AE-02");
    assert_eq!(one(&said, "AccountingCustomerParty/Party/PartyTaxScheme/CompanyID"), "ATU12345678", "BR-AE-02");
}

#[test]
fn what_the_rules_want_and_nobody_told_is_named() {
    let untaxed = [Charged { taxed: false, tax_minor: 0, ..charged().remove(0) }];
    let mut document = invoice(InvoiceKind::Invoice, &untaxed, ABROAD);
    document.content.seller.tax_id = "12/345/67890".to_owned();
    assert_eq!(missing(&document), Some("reverse charge without a VAT number of the operator"));
    document.content.seller.tax_id.clear();
    assert_eq!(missing(&document), Some("the operator has no tax number"));
}

#[test]
fn percentages_have_no_needless_zeros() {
    let shown = [0, 190_000, 75_000, 5, 1_000_000].map(|ppm| percent(kernel::Rate::from_ppm(ppm)));
    assert_eq!(shown, ["0", "19", "7.5", "0.0005", "100"]);
}
