//! Invoices and credit notes of merchants to companies that bought on account. Immutable once issued.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::{CompanyId, MerchantId, MerchantOrderId, OrderId, SaleInvoiceId, ShipmentId};
use kernel::{Currency, Rate, Rounding};
use serde::{Deserialize, Serialize};

use super::invoice::{InvoiceTax, Party, TaxCategory};
use super::posting::fingerprint;
use super::stored_names;

/// What kind of document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SaleKind {
    /// Goods left.
    Invoice,
    /// Goods or money went back.
    CreditNote,
}
stored_names! { SaleKind { Invoice = "sale_invoice", CreditNote = "sale_credit_note", } }

/// What is billed, as it was sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sold {
    /// What it is.
    pub name: String,
    /// The merchant's number of it; empty for delivery.
    pub sku: String,
    /// Units.
    pub quantity: i64,
    /// With VAT, in minor units.
    pub gross_minor: i64,
    /// The VAT within, in minor units.
    pub tax_minor: i64,
    /// The rate it was sold at, where that is known.
    pub rate: Option<Rate>,
}

/// A line of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SaleLine {
    /// What it is.
    pub name: String,
    /// The merchant's number of it; empty for delivery.
    pub sku: String,
    /// Units.
    pub quantity: i64,
    /// Without VAT, in minor units.
    pub net_minor: i64,
    /// The VAT, in minor units.
    pub tax_minor: i64,
    /// How its VAT is treated.
    pub category: TaxCategory,
    /// The rate of the VAT.
    pub rate: Rate,
}

/// What a document says beside its number and its totals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SaleContent {
    /// The merchant: whose goods they are.
    pub seller: Party,
    /// The company.
    pub buyer: Party,
    /// The operator, who issues the document for the merchant and takes the money.
    pub payee: Party,
    /// The number of the order: what the buyer writes into a bank transfer.
    pub order_number: String,
    /// The company's own number of the order.
    pub po_number: Option<String>,
    /// The day on which the goods left, or on which they were given back.
    pub supplied_on: NaiveDate,
    /// Until when it is to be paid; nothing on credit notes and where nothing is to be paid.
    pub due_on: Option<NaiveDate>,
    /// Whether the operator pays the VAT to the state.
    pub operator_remits_tax: bool,
    /// The lines.
    pub lines: Vec<SaleLine>,
    /// Their VAT.
    pub taxes: Vec<InvoiceTax>,
    /// The numbers of the documents that it corrects.
    pub corrects: Vec<String>,
}

/// An issued document. It never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleInvoice {
    /// Its id.
    pub id: SaleInvoiceId,
    /// Whose series of numbers it belongs to: the merchant's tax number, or its id.
    pub legal_entity: String,
    /// What kind of document it is.
    pub kind: SaleKind,
    /// The year of its number.
    pub year: i32,
    /// Its place in the year, from 1, without gaps.
    pub seq_no: i64,
    /// Its number.
    pub number: String,
    /// The merchant.
    pub merchant_id: MerchantId,
    /// The merchant's part of the order.
    pub merchant_order_id: MerchantOrderId,
    /// The order.
    pub order_id: OrderId,
    /// The company.
    pub company_id: Option<CompanyId>,
    /// The parcel, or the refund: each has one document.
    pub source: String,
    /// The currency.
    pub currency: Currency,
    /// The day on which it was issued.
    pub issued_on: NaiveDate,
    /// The lines, in minor units.
    pub net_minor: i64,
    /// Their VAT, in minor units.
    pub tax_minor: i64,
    /// Both.
    pub gross_minor: i64,
    /// Of it, what the marketplace pays in the buyer's place: the share of a coupon.
    pub promotion_minor: i64,
    /// What it says.
    pub content: SaleContent,
    /// SHA-256 over all of it.
    pub hash: String,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
}

impl SaleInvoice {
    /// What the buyer pays or gets back, in minor units.
    #[must_use]
    pub const fn payable_minor(&self) -> i64 {
        self.gross_minor - self.promotion_minor
    }

    /// The hash of what it says.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let said = [
            self.id.to_string(),
            self.legal_entity.clone(),
            self.kind.as_str().to_owned(),
            self.number.clone(),
            self.merchant_id.to_string(),
            self.merchant_order_id.to_string(),
            self.order_id.to_string(),
            self.company_id.map(|id| id.to_string()).unwrap_or_default(),
            self.source.clone(),
            self.currency.to_string(),
            self.issued_on.to_string(),
            self.net_minor.to_string(),
            self.tax_minor.to_string(),
            self.promotion_minor.to_string(),
            serde_json::to_string(&self.content).unwrap_or_default(),
        ];
        fingerprint(said)
    }
}

/// What is to be billed or given back.
#[derive(Debug, Clone)]
pub struct SaleDraft {
    /// An invoice for a parcel, or a credit note for a refund.
    pub kind: SaleKind,
    /// The parcel or the refund: billed once.
    pub source: String,
    /// The merchant.
    pub merchant_id: MerchantId,
    /// The merchant's part of the order.
    pub merchant_order_id: MerchantOrderId,
    /// The order.
    pub order_id: OrderId,
    /// The number of the order.
    pub order_number: String,
    /// The company.
    pub company_id: Option<CompanyId>,
    /// The company as it stands on the document.
    pub buyer: Party,
    /// The company's own number of the order.
    pub po_number: Option<String>,
    /// The currency.
    pub currency: Currency,
    /// What was sold.
    pub sold: Vec<Sold>,
    /// What of it the marketplace pays in the buyer's place, in minor units.
    pub promotion_minor: i64,
    /// Whether the operator pays the VAT to the state.
    pub operator_remits_tax: bool,
    /// When the goods left, or when they were given back.
    pub supplied_at: DateTime<Utc>,
    /// Until when it is to be paid.
    pub due_on: Option<NaiveDate>,
    /// The parcels whose documents it corrects; those of the whole merchant order when there are none.
    pub corrects: Vec<ShipmentId>,
}

/// The lines of a document and their VAT by rate. What costs nothing is left out.
#[must_use]
pub fn bill(sold: &[Sold]) -> (Vec<SaleLine>, Vec<InvoiceTax>) {
    let known: Vec<Rate> = sold.iter().filter_map(|line| line.rate).collect();
    let lines: Vec<SaleLine> = sold.iter().filter(|line| line.gross_minor > 0).map(|line| one(line, &known)).collect();
    let mut taxes: Vec<InvoiceTax> = Vec::new();
    for line in &lines {
        match taxes.iter_mut().find(|tax| (tax.category, tax.rate) == (line.category, line.rate)) {
            Some(tax) => {
                tax.net_minor += line.net_minor;
                tax.tax_minor += line.tax_minor;
            }
            None => taxes.push(InvoiceTax {
                category: line.category,
                rate: line.rate,
                net_minor: line.net_minor,
                tax_minor: line.tax_minor,
            }),
        }
    }
    taxes.sort_by_key(|tax| std::cmp::Reverse(tax.rate.ppm()));
    (lines, taxes)
}

fn one(sold: &Sold, known: &[Rate]) -> SaleLine {
    let net_minor = sold.gross_minor - sold.tax_minor;
    let rate = sold.rate.unwrap_or_else(|| rate_of(net_minor, sold.tax_minor, known));
    let category = if rate == Rate::ZERO { TaxCategory::Zero } else { TaxCategory::Standard };
    SaleLine {
        name: sold.name.clone(),
        sku: sold.sku.clone(),
        quantity: sold.quantity,
        net_minor,
        tax_minor: sold.tax_minor,
        category,
        rate,
    }
}

/// The rate that the amounts tell: that of the goods when it fits, else the one that they make, in hundredths.
fn rate_of(net_minor: i64, tax_minor: i64, known: &[Rate]) -> Rate {
    if tax_minor == 0 {
        return Rate::ZERO;
    }
    let distance = |rate: &Rate| (rate.of(net_minor, Rounding::HalfUp) - tax_minor).abs();
    let fitting = known.iter().copied().filter(|rate| rate.ppm() > 0 && distance(rate) <= 1);
    fitting.min_by_key(distance).unwrap_or_else(|| {
        let hundredths = kernel::cumulative(10_000, tax_minor, net_minor.max(1), Rounding::HalfUp);
        Rate::from_ppm(hundredths * 100)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sold(gross_minor: i64, tax_minor: i64, ppm: Option<i64>) -> Sold {
        Sold {
            name: "Kettle".to_owned(),
            sku: "K1".to_owned(),
            quantity: 1,
            gross_minor,
            tax_minor,
            rate: ppm.map(Rate::from_ppm),
        }
    }

    #[test]
    fn lines_are_billed_by_rate_and_free_ones_left_out() {
        let goods = [
            sold(11_900, 1_900, Some(190_000)),
            sold(1_070, 70, Some(70_000)),
            sold(0, 0, Some(190_000)),
            sold(595, 95, None),
            sold(500, 0, None),
        ];
        let (lines, taxes) = bill(&goods);
        assert_eq!(lines.len(), 4);
        let seen: Vec<_> =
            taxes.iter().map(|tax| (tax.category, tax.rate.ppm(), tax.net_minor, tax.tax_minor)).collect();
        let expected = [
            (TaxCategory::Standard, 190_000, 10_500, 1_995),
            (TaxCategory::Standard, 70_000, 1_000, 70),
            (TaxCategory::Zero, 0, 500, 0),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_rate_that_no_goods_have_is_told_by_the_amounts() {
        let (lines, _) = bill(&[sold(11_600, 1_600, None), sold(119, 19, Some(190_000))]);
        assert_eq!(lines[0].rate.ppm(), 160_000);
    }
}
