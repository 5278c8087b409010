//! Lists for spreadsheets, RFC 4180.

use chrono::{DateTime, SecondsFormat, Utc};
use kernel::{Currency, Money};

use super::ubl::percent;
use crate::entity::payout;
use crate::model::{ClosedStatement, SaleInvoice};
use crate::query::ListedEntry;

/// The payouts of a run, one line each.
pub(crate) fn payouts(rows: &[payout::Model]) -> String {
    let mut out = String::from("reference,holder,iban,amount,currency\r\n");
    for row in rows {
        let amount = Money::new(row.amount_minor, row.currency).amount();
        push(&mut out, &[&row.reference, &row.holder, &row.iban, &amount, row.currency.code()]);
    }
    out
}

/// A closed statement: the opening balance, every entry with the balance after it, the groups, the closing balance.
/// `None` when the entries do not lead to the closing balance.
pub(crate) fn statement(closed: &ClosedStatement, entries: &[ListedEntry]) -> Option<String> {
    let (currency, instant) = (closed.currency, instant as fn(DateTime<Utc>) -> String);
    let code = currency.code();
    let money = |minor: i64| amount(minor, currency);
    let mut out = String::from(
        "section,posted_at,effective_at,kind,source_type,source_id,merchant_order_id,account,amount,tax,balance,\
         currency,memo\r\n",
    );
    let (from, to) = (instant(closed.from), instant(closed.to));
    let opening = money(closed.opening_minor);
    push(&mut out, &["opening", &from, "", "", "", "", "", "", "", "", &opening, code, ""]);
    let mut balance = closed.opening_minor;
    for entry in entries {
        balance = balance.checked_add(entry.minor)?;
        let order = entry.merchant_order_id.map(|id| id.to_string()).unwrap_or_default();
        push(
            &mut out,
            &[
                "entry",
                &instant(entry.posted_at),
                &instant(entry.effective_at),
                &entry.kind,
                &entry.source_type,
                &entry.source_id,
                &order,
                entry.role.rsplit(':').next().unwrap_or_default(),
                &money(entry.minor),
                "",
                &money(balance),
                code,
                entry.memo.as_deref().unwrap_or_default(),
            ],
        );
    }
    for line in &closed.lines {
        let (incl, tax) = (money(line.incl_tax_minor()), money(line.tax_minor));
        push(&mut out, &["group", "", "", &line.group, "", "", "", "", &incl, &tax, "", code, ""]);
    }
    let closing = money(closed.closing_minor);
    push(&mut out, &["closing", &to, "", "", "", "", "", "", "", "", &closing, code, &closed.hash]);
    let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    (balance == closed.closing_minor && count == closed.entry_count).then_some(out)
}

/// A document of a merchant to a company: its lines, the VAT by rate, the totals.
pub(crate) fn sale(invoice: &SaleInvoice) -> String {
    let content = &invoice.content;
    let money = |minor: i64| amount(minor, invoice.currency);
    let code = invoice.currency.code();
    let mut out = String::from("section,number,name,sku,quantity,vat_percent,net,vat,gross,currency\r\n");
    for line in &content.lines {
        let (quantity, rate) = (line.quantity.to_string(), percent(line.rate));
        let (net, tax, gross) = (money(line.net_minor), money(line.tax_minor), money(line.net_minor + line.tax_minor));
        push(&mut out, &["line", &invoice.number, &line.name, &line.sku, &quantity, &rate, &net, &tax, &gross, code]);
    }
    for tax in &content.taxes {
        let (net, minor, gross) = (money(tax.net_minor), money(tax.tax_minor), money(tax.net_minor + tax.tax_minor));
        push(&mut out, &["vat", &invoice.number, "", "", "", &percent(tax.rate), &net, &minor, &gross, code]);
    }
    let (net, tax, gross) = (money(invoice.net_minor), money(invoice.tax_minor), money(invoice.gross_minor));
    push(&mut out, &["total", &invoice.number, "", "", "", "", &net, &tax, &gross, code]);
    let (promotion, payable) = (money(-invoice.promotion_minor), money(invoice.payable_minor()));
    if invoice.promotion_minor > 0 {
        push(&mut out, &["coupon", &invoice.number, "", "", "", "", "", "", &promotion, code]);
    }
    push(&mut out, &["payable", &invoice.number, &content.order_number, "", "", "", "", "", &payable, code]);
    out
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn amount(minor: i64, currency: Currency) -> String {
    Money::new(minor, currency).amount()
}

fn push(out: &mut String, fields: &[&str]) {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(&quoted(field));
    }
    out.push_str("\r\n");
}

/// Quotes where needed. A text that a spreadsheet would take for a formula is made harmless; an amount is none.
fn quoted(field: &str) -> String {
    let number = field.strip_prefix('-').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    let formula = !number && field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let field = if formula { format!("'{field}") } else { field.to_owned() };
    if field.contains([',', '"', '\r', '\n']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn fields_are_quoted_and_formulas_defused() {
        assert_eq!(quoted("Ann"), "Ann");
        assert_eq!(quoted("Ann, \"Co\""), "\"Ann, \"\"Co\"\"\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
        assert_eq!(quoted("-12.30"), "-12.30");
        assert_eq!(quoted("-1+1"), "'-1+1");
    }
}
