//! Invoices and credit notes for people: one page as a rule, in one font with letters of one width.

use kernel::Money;
use krilla::Document;
use krilla::geom::Point;
use krilla::page::PageSettings;
use krilla::text::{Font, TextDirection};

use super::ubl::{charge_name, percent};
use crate::model::invoice::{InvoiceLine, Party, TaxCategory};
use crate::model::{Invoice, InvoiceKind, SaleInvoice, SaleKind};

/// `DejaVu` Sans Mono 2.37; its license lies beside it.
const FONT: &[u8] = include_bytes!("../../assets/DejaVuSansMono.ttf");
/// Characters of a line.
const WIDTH: usize = 86;
/// Lines of a page.
const LINES: usize = 54;
/// A4 and its margins, in points.
const PAGE: (u16, u16) = (595, 842);
const LEFT: u16 = 62;
const TOP: u16 = 72;
const LINE_HEIGHT: u16 = 13;

/// The document as PDF; a text for the log when that is not possible.
pub(crate) fn write(invoice: &Invoice) -> Result<Vec<u8>, String> {
    pages(&text(invoice))
}

/// The document of a merchant to a company as PDF; a text for the log when that is not possible.
pub(crate) fn write_sale(invoice: &SaleInvoice) -> Result<Vec<u8>, String> {
    pages(&sale_text(invoice))
}

fn pages(text: &[String]) -> Result<Vec<u8>, String> {
    let font = Font::new(FONT.into(), 0).ok_or("the font cannot be read")?;
    let mut document = Document::new();
    for lines in text.chunks(LINES) {
        let size = PageSettings::from_wh(f32::from(PAGE.0), f32::from(PAGE.1)).ok_or("a page needs a size")?;
        let mut page = document.start_page_with(size);
        let mut surface = page.surface();
        let mut y = TOP;
        for line in lines {
            if !line.is_empty() {
                let at = Point::from_xy(f32::from(LEFT), f32::from(y));
                surface.draw_text(at, font.clone(), 9.0, line, false, TextDirection::LeftToRight);
            }
            y += LINE_HEIGHT;
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| format!("{error:?}"))
}

/// What the document says, line by line.
fn text(invoice: &Invoice) -> Vec<String> {
    let content = &invoice.content;
    let money = |minor: i64| Money::new(minor, invoice.currency).to_string();
    let title = match invoice.kind {
        InvoiceKind::Invoice => "INVOICE",
        InvoiceKind::CreditNote => "CREDIT NOTE",
    };
    let mut lines = address(&content.seller);
    lines.push(String::new());
    lines.extend(address(&content.buyer));
    lines.extend([String::new(), format!("{title} {}", invoice.number), String::new()]);
    lines.push(format!("Date of issue     {}", invoice.issued_on));
    lines.push(format!("Period            {} to {}", content.from_on, content.to_on));
    if let Some(number) = &content.corrects_number {
        lines.push(format!("Corrects          {number}"));
    }
    lines.extend([String::new(), columns("Description", "VAT", "Amount"), "-".repeat(WIDTH)]);
    for line in &content.lines {
        lines.push(columns(charge_name(&line.charge), &rate(line), &money(line.net_minor)));
    }
    lines.push("-".repeat(WIDTH));
    lines.push(columns("Total without VAT", "", &money(invoice.net_minor)));
    for tax in &content.taxes {
        let what = format!("VAT {} % on {}", percent(tax.rate), money(tax.net_minor));
        lines.push(columns(&what, "", &money(tax.tax_minor)));
    }
    lines.push(columns("Total with VAT", "", &money(invoice.gross_minor)));
    lines.push(columns("To be paid", "", &money(0)));
    lines.extend([String::new(), "Settled by the balance of your account.".to_owned()]);
    if content.taxes.iter().any(|tax| tax.category == TaxCategory::ReverseCharge) {
        lines.push("Reverse charge: the recipient owes the VAT (article 196 of directive 2006/112/EC).".to_owned());
    }
    lines
}

/// What the document of a merchant to a company says, line by line.
fn sale_text(invoice: &SaleInvoice) -> Vec<String> {
    let content = &invoice.content;
    let money = |minor: i64| Money::new(minor, invoice.currency).to_string();
    let title = match invoice.kind {
        SaleKind::Invoice => "INVOICE",
        SaleKind::CreditNote => "CREDIT NOTE",
    };
    let mut lines = address(&content.seller);
    lines.push(String::new());
    lines.extend(address(&content.buyer));
    lines.extend([String::new(), format!("{title} {}", invoice.number), String::new()]);
    lines.push(format!("Date of issue     {}", invoice.issued_on));
    lines.push(format!("Date of supply    {}", content.supplied_on));
    lines.push(cut(&format!("Order             {}", content.order_number), WIDTH));
    if let Some(number) = &content.po_number {
        lines.push(cut(&format!("Your order        {number}"), WIDTH));
    }
    for number in &content.corrects {
        lines.push(format!("Corrects          {number}"));
    }
    lines.extend([String::new(), columns("Description", "VAT", "Net amount"), "-".repeat(WIDTH)]);
    for line in &content.lines {
        let what = cut(&format!("{} x {}", line.quantity, line.name), 50);
        lines.push(columns(&what, &format!("{} %", percent(line.rate)), &money(line.net_minor)));
    }
    lines.push("-".repeat(WIDTH));
    lines.push(columns("Total without VAT", "", &money(invoice.net_minor)));
    for tax in &content.taxes {
        let what = format!("VAT {} % on {}", percent(tax.rate), money(tax.net_minor));
        lines.push(columns(&what, "", &money(tax.tax_minor)));
    }
    lines.push(columns("Total with VAT", "", &money(invoice.gross_minor)));
    if invoice.promotion_minor > 0 {
        lines.push(columns("Paid by the marketplace", "", &money(-invoice.promotion_minor)));
    }
    lines.push(columns(payable(invoice.kind), "", &money(invoice.payable_minor())));
    lines.push(String::new());
    lines.extend(sale_notes(invoice));
    lines
}

const fn payable(kind: SaleKind) -> &'static str {
    match kind {
        SaleKind::Invoice => "To be paid",
        SaleKind::CreditNote => "Given back",
    }
}

/// What the parties have to know.
pub(super) fn sale_notes(invoice: &SaleInvoice) -> Vec<String> {
    let content = &invoice.content;
    let payee = &content.payee.legal_name;
    let mut notes = Vec::new();
    if let Some(due) = content.due_on {
        notes.push(cut(&format!("Pay by {due} to {payee}, reference {}.", content.order_number), WIDTH));
    }
    notes.push(cut(&format!("Issued by {payee} in the name and on account of the seller."), WIDTH));
    if content.operator_remits_tax {
        notes.push(cut(&format!("The VAT is paid to the state by {payee}."), WIDTH));
    }
    notes
}

fn cut(text: &str, width: usize) -> String {
    text.chars().take(width).collect()
}

fn rate(line: &InvoiceLine) -> String {
    format!("{} %", percent(line.rate))
}

fn address(party: &Party) -> Vec<String> {
    let town = format!("{} {}", party.postal_code, party.city);
    let numbered =
        |name: &str, number: &str| if number.is_empty() { String::new() } else { format!("{name} {number}") };
    let lines = [
        party.legal_name.clone(),
        party.street.clone(),
        town.trim().to_owned(),
        party.country.clone(),
        numbered("Tax number", party.tax_id.trim()),
        numbered("Register", &party.registration_number),
    ];
    lines.into_iter().filter(|line| !line.is_empty()).map(|line| line.chars().take(WIDTH).collect()).collect()
}

fn columns(what: &str, rate: &str, amount: &str) -> String {
    format!("{what:<52}{rate:>10}{amount:>24}")
}

#[cfg(test)]
#[path = "pdf_test.rs"]
mod tests;
