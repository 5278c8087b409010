//! Documents of merchants to companies as UBL 2.1, by the rules of EN 16931.

use super::pdf::sale_notes;
use super::ubl::{CAC, CBC, CUSTOMIZATION, amount, party, percent, scheme, subtotal};
use super::xml::Xml;
use crate::model::sale::{SaleInvoice, SaleKind, SaleLine};

/// Why there is no e-invoice of the document: what EN 16931 wants and the parties have not told.
pub(crate) fn missing(invoice: &SaleInvoice) -> Option<&'static str> {
    let content = &invoice.content;
    if content.seller.tax_id.trim().is_empty() {
        return Some("the merchant has no tax number");
    }
    if content.seller.country.is_empty() || content.buyer.country.is_empty() {
        return Some("a party has no country");
    }
    (invoice.currency.exponent() > 2).then_some("the currency has more than two digits")
}

/// The document: sold by the merchant, to be paid to the operator.
pub(crate) fn write(invoice: &SaleInvoice) -> Vec<u8> {
    let (root, code) = match invoice.kind {
        SaleKind::Invoice => ("Invoice", "380"),
        SaleKind::CreditNote => ("CreditNote", "381"),
    };
    let namespace = format!("urn:oasis:names:specification:ubl:schema:xsd:{root}-2");
    let mut xml = Xml::new();
    xml.within(root, &[("xmlns", &namespace), ("xmlns:cac", CAC), ("xmlns:cbc", CBC)], |xml| {
        head(xml, invoice, root, code);
        parties(xml, invoice);
        totals(xml, invoice);
        for (index, one) in invoice.content.lines.iter().enumerate() {
            line(xml, invoice, root, index, one);
        }
    });
    xml.done()
}

fn head(xml: &mut Xml, invoice: &SaleInvoice, root: &str, code: &str) {
    let content = &invoice.content;
    xml.text("cbc:CustomizationID", CUSTOMIZATION);
    xml.text("cbc:ID", &invoice.number);
    xml.text("cbc:IssueDate", &invoice.issued_on.to_string());
    if let Some(due) = content.due_on.filter(|_| invoice.kind == SaleKind::Invoice) {
        xml.text("cbc:DueDate", &due.to_string());
    }
    xml.text(&format!("cbc:{root}TypeCode"), code);
    xml.text("cbc:Note", &sale_notes(invoice).join(" "));
    xml.text("cbc:DocumentCurrencyCode", invoice.currency.code());
    if let Some(number) = &content.po_number {
        xml.text("cbc:BuyerReference", number);
    }
    xml.within("cac:OrderReference", &[], |xml| {
        xml.text("cbc:ID", content.po_number.as_deref().unwrap_or(&content.order_number));
        xml.text("cbc:SalesOrderID", &content.order_number);
    });
    for number in &content.corrects {
        xml.within("cac:BillingReference", &[], |xml| {
            xml.within("cac:InvoiceDocumentReference", &[], |xml| xml.text("cbc:ID", number));
        });
    }
}

fn parties(xml: &mut Xml, invoice: &SaleInvoice) {
    let content = &invoice.content;
    xml.within("cac:AccountingSupplierParty", &[], |xml| party(xml, &content.seller));
    xml.within("cac:AccountingCustomerParty", &[], |xml| party(xml, &content.buyer));
    xml.within("cac:PayeeParty", &[], |xml| {
        xml.within("cac:PartyName", &[], |xml| xml.text("cbc:Name", &content.payee.legal_name));
    });
    xml.within("cac:Delivery", &[], |xml| xml.text("cbc:ActualDeliveryDate", &content.supplied_on.to_string()));
    let terms = format!("Reference {}", content.order_number);
    xml.within("cac:PaymentTerms", &[], |xml| xml.text("cbc:Note", &terms));
}

fn totals(xml: &mut Xml, invoice: &SaleInvoice) {
    let currency = invoice.currency;
    xml.within("cac:TaxTotal", &[], |xml| {
        amount(xml, "cbc:TaxAmount", currency, invoice.tax_minor);
        for tax in &invoice.content.taxes {
            subtotal(xml, currency, tax);
        }
    });
    xml.within("cac:LegalMonetaryTotal", &[], |xml| {
        amount(xml, "cbc:LineExtensionAmount", currency, invoice.net_minor);
        amount(xml, "cbc:TaxExclusiveAmount", currency, invoice.net_minor);
        amount(xml, "cbc:TaxInclusiveAmount", currency, invoice.gross_minor);
        amount(xml, "cbc:PrepaidAmount", currency, invoice.promotion_minor);
        amount(xml, "cbc:PayableAmount", currency, invoice.payable_minor());
    });
}

fn line(xml: &mut Xml, invoice: &SaleInvoice, root: &str, index: usize, line: &SaleLine) {
    let (currency, units) = (invoice.currency, line.quantity.to_string());
    xml.within(&format!("cac:{root}Line"), &[], |xml| {
        xml.text("cbc:ID", &(index + 1).to_string());
        let quantity = if root == "Invoice" { "cbc:InvoicedQuantity" } else { "cbc:CreditedQuantity" };
        xml.text_with(quantity, &[("unitCode", "C62")], &units);
        amount(xml, "cbc:LineExtensionAmount", currency, line.net_minor);
        xml.within("cac:Item", &[], |xml| {
            xml.text("cbc:Name", &line.name);
            if !line.sku.is_empty() {
                xml.within("cac:SellersItemIdentification", &[], |xml| xml.text("cbc:ID", &line.sku));
            }
            xml.within("cac:ClassifiedTaxCategory", &[], |xml| {
                xml.text("cbc:ID", line.category.as_str());
                xml.text("cbc:Percent", &percent(line.rate));
                scheme(xml, "VAT");
            });
        });
        // The price of all units together, so that no unit is rounded.
        xml.within("cac:Price", &[], |xml| {
            amount(xml, "cbc:PriceAmount", currency, line.net_minor);
            xml.text_with("cbc:BaseQuantity", &[("unitCode", "C62")], &units);
        });
    });
}
