//! The files of documents of merchants to companies.
#![allow(clippy::unwrap_used)]

use super::sample::{party, sale};
use super::{csv, pdf, sale_ubl};
use crate::model::sale::SaleKind;

#[test]
fn an_e_invoice_names_both_parties_the_payee_and_what_is_payable() {
    let xml = String::from_utf8(sale_ubl::write(&sale(SaleKind::Invoice))).unwrap();
    for part in [
        "<cbc:DueDate>2026-03-31</cbc:DueDate>",
        "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>",
        "<cbc:BuyerReference>PO-1</cbc:BuyerReference>",
        "<cbc:RegistrationName>Kettle &amp; &lt;Works&gt;</cbc:RegistrationName>",
        "<cbc:InvoicedQuantity unitCode=\"C62\">2</cbc:InvoicedQuantity>",
        "<cbc:LineExtensionAmount currencyID=\"EUR\">20.00</cbc:LineExtensionAmount>",
        "<cbc:BaseQuantity unitCode=\"C62\">2</cbc:BaseQuantity>",
        "<cbc:TaxInclusiveAmount currencyID=\"EUR\">34.50</cbc:TaxInclusiveAmount>",
        "<cbc:PrepaidAmount currencyID=\"EUR\">2.00</cbc:PrepaidAmount>",
        "<cbc:PayableAmount currencyID=\"EUR\">32.50</cbc:PayableAmount>",
        "<cbc:Percent>7</cbc:Percent>",
    ] {
        assert!(xml.contains(part), "{part} in {xml}");
    }
    let note = String::from_utf8(sale_ubl::write(&sale(SaleKind::CreditNote))).unwrap();
    assert!(
        note.contains("<cbc:CreditNoteTypeCode>381") && note.contains("SI-2026-000006") && !note.contains("DueDate")
    );
}

#[test]
fn what_an_e_invoice_needs_is_missed() {
    let mut without = sale(SaleKind::Invoice);
    assert_eq!(sale_ubl::missing(&without), None);
    without.content.seller = party("Anna GmbH", " ", "DE");
    assert_eq!(sale_ubl::missing(&without), Some("the merchant has no tax number"));
}

#[test]
fn lists_defuse_formulas_and_files_are_the_same_bytes_again() {
    let list = csv::sale(&sale(SaleKind::Invoice));
    assert!(list.contains("line,SI-2026-000007,\"Lamp <\"\"big\"\">\",'=A1,2,19,20.00,3.80,23.80,EUR"), "{list}");
    assert!(list.contains("coupon,SI-2026-000007,,,,,,,-2.00,EUR") && list.ends_with("32.50,EUR\r\n"), "{list}");
    for kind in [SaleKind::Invoice, SaleKind::CreditNote] {
        assert_eq!(pdf::write_sale(&sale(kind)).unwrap(), pdf::write_sale(&sale(kind)).unwrap());
        assert_eq!(sale_ubl::write(&sale(kind)), sale_ubl::write(&sale(kind)));
    }
}
