//! Invoices and credit notes as UBL 2.1, by the rules of EN 16931.

use kernel::{Currency, Money};

use super::xml::Xml;
use crate::model::closed::Charge;
use crate::model::invoice::{InvoiceTax, Party, TaxCategory};
use crate::model::{Invoice, InvoiceKind};

pub(super) const CUSTOMIZATION: &str = "urn:cen.eu:en16931:2017";
pub(super) const CAC: &str = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
pub(super) const CBC: &str = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";

/// What a charge is called on a document.
pub(crate) fn charge_name(charge: &str) -> &'static str {
    match Charge::parse(charge) {
        Some(Charge::Commission) | None => "Commission on sales",
        Some(Charge::FixedFee) => "Fees per order",
        Some(Charge::Penalty) => "Penalties",
        Some(Charge::Subscription) => "Subscription",
    }
}

/// Why there is no e-invoice of the document: what EN 16931 wants and the parties have not told.
pub(crate) fn missing(invoice: &Invoice) -> Option<&'static str> {
    let (seller, buyer) = (&invoice.content.seller, &invoice.content.buyer);
    let reverse = invoice.content.taxes.iter().any(|tax| tax.category == TaxCategory::ReverseCharge);
    if seller.tax_id.trim().is_empty() {
        return Some("the operator has no tax number");
    }
    if buyer.country.is_empty() {
        return Some("the merchant has no country");
    }
    if reverse && seller.vat_id().is_none() {
        return Some("reverse charge without a VAT number of the operator");
    }
    if reverse && buyer.vat_id().is_none() && buyer.registration_number.is_empty() {
        return Some("reverse charge without a VAT or register number of the merchant");
    }
    (invoice.currency.exponent() > 2).then_some("the currency has more than two digits")
}

/// The document. It is settled by the merchant's balance: nothing is to be paid.
pub(crate) fn write(invoice: &Invoice) -> Vec<u8> {
    let (root, code) = match invoice.kind {
        InvoiceKind::Invoice => ("Invoice", "380"),
        InvoiceKind::CreditNote => ("CreditNote", "381"),
    };
    let namespace = format!("urn:oasis:names:specification:ubl:schema:xsd:{root}-2");
    let content = &invoice.content;
    let mut xml = Xml::new();
    xml.within(root, &[("xmlns", &namespace), ("xmlns:cac", CAC), ("xmlns:cbc", CBC)], |xml| {
        xml.text("cbc:CustomizationID", CUSTOMIZATION);
        xml.text("cbc:ID", &invoice.number);
        xml.text("cbc:IssueDate", &invoice.issued_on.to_string());
        xml.text(&format!("cbc:{root}TypeCode"), code);
        xml.text("cbc:DocumentCurrencyCode", invoice.currency.code());
        xml.within("cac:InvoicePeriod", &[], |xml| {
            xml.text("cbc:StartDate", &content.from_on.to_string());
            xml.text("cbc:EndDate", &content.to_on.to_string());
        });
        if let Some(number) = &content.corrects_number {
            xml.within("cac:BillingReference", &[], |xml| {
                xml.within("cac:InvoiceDocumentReference", &[], |xml| xml.text("cbc:ID", number));
            });
        }
        xml.within("cac:AccountingSupplierParty", &[], |xml| party(xml, &content.seller));
        xml.within("cac:AccountingCustomerParty", &[], |xml| party(xml, &content.buyer));
        xml.within("cac:PaymentTerms", &[], |xml| xml.text("cbc:Note", "Settled by the balance of your account."));
        xml.within("cac:TaxTotal", &[], |xml| {
            amount(xml, "cbc:TaxAmount", invoice.currency, invoice.tax_minor);
            for tax in &content.taxes {
                subtotal(xml, invoice.currency, tax);
            }
        });
        xml.within("cac:LegalMonetaryTotal", &[], |xml| {
            amount(xml, "cbc:LineExtensionAmount", invoice.currency, invoice.net_minor);
            amount(xml, "cbc:TaxExclusiveAmount", invoice.currency, invoice.net_minor);
            amount(xml, "cbc:TaxInclusiveAmount", invoice.currency, invoice.gross_minor);
            amount(xml, "cbc:PrepaidAmount", invoice.currency, invoice.gross_minor);
            amount(xml, "cbc:PayableAmount", invoice.currency, 0);
        });
        for (index, line) in content.lines.iter().enumerate() {
            xml.within(&format!("cac:{root}Line"), &[], |xml| {
                xml.text("cbc:ID", &(index + 1).to_string());
                let quantity = if root == "Invoice" { "cbc:InvoicedQuantity" } else { "cbc:CreditedQuantity" };
                xml.text_with(quantity, &[("unitCode", "C62")], "1");
                amount(xml, "cbc:LineExtensionAmount", invoice.currency, line.net_minor);
                xml.within("cac:Item", &[], |xml| {
                    xml.text("cbc:Name", charge_name(&line.charge));
                    xml.within("cac:ClassifiedTaxCategory", &[], |xml| {
                        xml.text("cbc:ID", line.category.as_str());
                        xml.text("cbc:Percent", &percent(line.rate));
                        scheme(xml, "VAT");
                    });
                });
                xml.within("cac:Price", &[], |xml| amount(xml, "cbc:PriceAmount", invoice.currency, line.net_minor));
            });
        }
    });
    xml.done()
}

pub(super) fn subtotal(xml: &mut Xml, currency: Currency, tax: &InvoiceTax) {
    xml.within("cac:TaxSubtotal", &[], |xml| {
        amount(xml, "cbc:TaxableAmount", currency, tax.net_minor);
        amount(xml, "cbc:TaxAmount", currency, tax.tax_minor);
        xml.within("cac:TaxCategory", &[], |xml| {
            xml.text("cbc:ID", tax.category.as_str());
            xml.text("cbc:Percent", &percent(tax.rate));
            if tax.category == TaxCategory::ReverseCharge {
                xml.text("cbc:TaxExemptionReasonCode", "VATEX-EU-AE");
                xml.text("cbc:TaxExemptionReason", "Reverse charge");
            }
            scheme(xml, "VAT");
        });
    });
}

pub(super) fn party(xml: &mut Xml, party: &Party) {
    xml.within("cac:Party", &[], |xml| {
        xml.within("cac:PartyName", &[], |xml| xml.text("cbc:Name", &party.legal_name));
        xml.within("cac:PostalAddress", &[], |xml| {
            xml.some("cbc:StreetName", &party.street);
            xml.some("cbc:CityName", &party.city);
            xml.some("cbc:PostalZone", &party.postal_code);
            xml.within("cac:Country", &[], |xml| xml.text("cbc:IdentificationCode", &party.country));
        });
        let vat = party.vat_id();
        let (id, kind) = match &vat {
            Some(id) => (id.as_str(), "VAT"),
            None => (party.tax_id.trim(), "TAX"),
        };
        if !id.is_empty() {
            xml.within("cac:PartyTaxScheme", &[], |xml| {
                xml.text("cbc:CompanyID", id);
                scheme(xml, kind);
            });
        }
        xml.within("cac:PartyLegalEntity", &[], |xml| {
            xml.text("cbc:RegistrationName", &party.legal_name);
            xml.some("cbc:CompanyID", &party.registration_number);
        });
        if !party.email.is_empty() {
            xml.within("cac:Contact", &[], |xml| xml.text("cbc:ElectronicMail", &party.email));
        }
    });
}

pub(super) fn scheme(xml: &mut Xml, kind: &str) {
    xml.within("cac:TaxScheme", &[], |xml| xml.text("cbc:ID", kind));
}

pub(super) fn amount(xml: &mut Xml, name: &str, currency: Currency, minor: i64) {
    let text = Money::new(minor, currency).amount();
    xml.text_with(name, &[("currencyID", currency.code())], &text);
}

/// A rate as a number of percent: 190,000 ppm is `19`, 75,000 is `7.5`.
pub(crate) fn percent(rate: kernel::Rate) -> String {
    let ppm = rate.ppm();
    let text = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
#[path = "ubl_test.rs"]
mod tests;
