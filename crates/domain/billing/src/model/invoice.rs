//! Commission invoices and credit notes: the operator to a merchant. Immutable once issued.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::{InvoiceId, MerchantId, StatementId};
use kernel::{Currency, Rate, Rounding};
use serde::{Deserialize, Serialize};

use super::closed::{Charge, Charged};
use super::posting::fingerprint;
use super::stored_names;

/// What kind of document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InvoiceKind {
    /// The merchant was charged.
    Invoice,
    /// Charges were given back.
    CreditNote,
}
stored_names! { InvoiceKind { Invoice = "invoice", CreditNote = "credit_note", } }

/// Who stands on a document, as it was when the document was issued.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Party {
    /// The name in the register.
    pub legal_name: String,
    /// VAT or tax number; empty when there is none.
    pub tax_id: String,
    /// Number in the commercial register; empty when there is none.
    pub registration_number: String,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// Country.
    pub country: String,
    /// Where to write to.
    pub email: String,
}

impl Party {
    /// The tax number, when it is a VAT number: it begins with a country.
    #[must_use]
    pub fn vat_id(&self) -> Option<String> {
        let id: String = self.tax_id.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        let id = id.to_ascii_uppercase();
        let shaped = id.len() > 4 && (kernel::country::is_country(&id[..2]) || matches!(&id[..2], "EL" | "XI"));
        shaped.then_some(id)
    }
}

/// How the VAT of a line is treated, by the codes of UNTDID 5305.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TaxCategory {
    /// Taxed.
    #[serde(rename = "S")]
    Standard,
    /// The recipient owes the tax.
    #[serde(rename = "AE")]
    ReverseCharge,
    /// Taxed with 0 %.
    #[serde(rename = "Z")]
    Zero,
}
stored_names! { TaxCategory { Standard = "S", ReverseCharge = "AE", Zero = "Z", } }

/// A line of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceLine {
    /// What for, by the stored name of [`Charge`].
    pub charge: String,
    /// Without VAT, in minor units; more than zero.
    pub net_minor: i64,
    /// How its VAT is treated.
    pub category: TaxCategory,
    /// The rate of the VAT.
    pub rate: Rate,
}

/// All lines with the same VAT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceTax {
    /// How the VAT is treated.
    pub category: TaxCategory,
    /// The rate.
    pub rate: Rate,
    /// What is taxed, in minor units.
    pub net_minor: i64,
    /// The VAT as it was posted sale by sale, in minor units.
    pub tax_minor: i64,
}

/// What a document says beside its number and its totals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceContent {
    /// The operator.
    pub seller: Party,
    /// The merchant.
    pub buyer: Party,
    /// The first day of the period.
    pub from_on: NaiveDate,
    /// Its last day.
    pub to_on: NaiveDate,
    /// The lines.
    pub lines: Vec<InvoiceLine>,
    /// Their VAT.
    pub taxes: Vec<InvoiceTax>,
    /// The number of the document that it corrects.
    pub corrects_number: Option<String>,
}

/// An issued document. It never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// Its id.
    pub id: InvoiceId,
    /// Whose series of numbers it belongs to: the operator's tax number, or its name.
    pub legal_entity: String,
    /// What kind of document it is.
    pub kind: InvoiceKind,
    /// The year of its number.
    pub year: i32,
    /// Its place in the year, from 1, without gaps.
    pub seq_no: i64,
    /// Its number.
    pub number: String,
    /// The merchant.
    pub merchant_id: MerchantId,
    /// The currency.
    pub currency: Currency,
    /// The statement whose charges it lists.
    pub statement_id: StatementId,
    /// The invoice that a credit note corrects.
    pub corrects_id: Option<InvoiceId>,
    /// The day on which it was issued.
    pub issued_on: NaiveDate,
    /// The lines, in minor units.
    pub net_minor: i64,
    /// Their VAT, in minor units.
    pub tax_minor: i64,
    /// Both.
    pub gross_minor: i64,
    /// What it says.
    pub content: InvoiceContent,
    /// SHA-256 over all of it.
    pub hash: String,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
}

impl Invoice {
    /// The hash of what it says.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let said = [
            self.id.to_string(),
            self.legal_entity.clone(),
            self.kind.as_str().to_owned(),
            self.number.clone(),
            self.merchant_id.to_string(),
            self.currency.to_string(),
            self.statement_id.to_string(),
            self.corrects_id.map(|id| id.to_string()).unwrap_or_default(),
            self.issued_on.to_string(),
            self.net_minor.to_string(),
            self.tax_minor.to_string(),
            serde_json::to_string(&self.content).unwrap_or_default(),
        ];
        fingerprint(said)
    }
}

/// What the VAT of a document is decided by.
#[derive(Debug, Clone, Copy)]
pub struct TaxTerms {
    /// The merchant's VAT on commission.
    pub rate: Rate,
    /// That of the marketplace.
    pub usual_rate: Rate,
    /// Whether the merchant sits in another country than the operator.
    pub abroad: bool,
}

/// Lines and VAT of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drafted {
    /// The lines.
    pub lines: Vec<InvoiceLine>,
    /// Their VAT.
    pub taxes: Vec<InvoiceTax>,
}

impl Drafted {
    /// Without VAT, in minor units.
    #[must_use]
    pub fn net_minor(&self) -> i64 {
        self.taxes.iter().map(|tax| tax.net_minor).sum()
    }

    /// The VAT, in minor units.
    #[must_use]
    pub fn tax_minor(&self) -> i64 {
        self.taxes.iter().map(|tax| tax.tax_minor).sum()
    }
}

/// The lines of a document of `kind`, out of what a period charged (positive) and gave back (negative).
#[must_use]
pub fn draft(kind: InvoiceKind, charged: &[Charged], terms: TaxTerms) -> Drafted {
    let sign = if kind == InvoiceKind::Invoice { 1 } else { -1 };
    let mine: Vec<&Charged> = charged.iter().filter(|one| sign * (one.net_minor + one.tax_minor) > 0).collect();
    let mut drafted = Drafted::default();
    // What carries VAT only by its size does not: the VAT of all of it together is nothing.
    let tax: i64 = mine.iter().map(|one| sign * one.tax_minor).sum();
    for taxed in [true, false] {
        let of: Vec<&&Charged> = mine.iter().filter(|one| (one.taxed && tax > 0) == taxed).collect();
        let net_minor: i64 = of.iter().map(|one| sign * one.net_minor).sum();
        if net_minor <= 0 {
            continue;
        }
        let tax_minor = of.iter().map(|one| sign * one.tax_minor).sum();
        let (category, rate) = treatment(taxed, net_minor, tax_minor, terms);
        for charge in [Charge::Commission, Charge::FixedFee, Charge::Penalty, Charge::Subscription] {
            let net: i64 = of.iter().filter(|one| one.charge == charge).map(|one| sign * one.net_minor).sum();
            if net > 0 {
                let charge = charge.as_str().to_owned();
                drafted.lines.push(InvoiceLine { charge, net_minor: net, category, rate });
            }
        }
        drafted.taxes.push(InvoiceTax { category, rate, net_minor, tax_minor });
    }
    drafted
}

fn treatment(taxed: bool, net_minor: i64, tax_minor: i64, terms: TaxTerms) -> (TaxCategory, Rate) {
    if !taxed {
        let category = if terms.abroad { TaxCategory::ReverseCharge } else { TaxCategory::Zero };
        return (category, Rate::ZERO);
    }
    // VAT was rounded sale by sale; the sum may differ from the rate of the sum, as EN 16931 allows, by less than 1.
    let distance = |rate: &Rate| (rate.of(net_minor, Rounding::HalfUp) - tax_minor).abs();
    let known = [terms.rate, terms.usual_rate].into_iter().filter(|rate| rate.ppm() > 0 && distance(rate) < 100);
    let implied = || {
        let hundredths = kernel::cumulative(10_000, tax_minor, net_minor, Rounding::HalfUp);
        Rate::from_ppm(hundredths * 100)
    };
    (TaxCategory::Standard, known.min_by_key(distance).unwrap_or_else(implied))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: TaxTerms =
        TaxTerms { rate: Rate::from_ppm(190_000), usual_rate: Rate::from_ppm(190_000), abroad: false };

    fn charged(charge: Charge, taxed: bool, net_minor: i64, tax_minor: i64) -> Charged {
        Charged { charge, taxed, net_minor, tax_minor }
    }

    #[test]
    fn charges_and_what_is_given_back_go_on_two_documents() {
        let all = [
            charged(Charge::Commission, true, 975, 185),
            charged(Charge::FixedFee, true, 35, 7),
            charged(Charge::Commission, true, -300, -57),
        ];
        let invoice = draft(InvoiceKind::Invoice, &all, TERMS);
        assert_eq!((invoice.net_minor(), invoice.tax_minor()), (1_010, 192));
        let lines: Vec<_> = invoice.lines.iter().map(|line| (line.charge.as_str(), line.net_minor)).collect();
        assert_eq!(lines, [("commission", 975), ("fixed_fee", 35)]);
        assert_eq!((invoice.taxes[0].category, invoice.taxes[0].rate.ppm()), (TaxCategory::Standard, 190_000));
        let note = draft(InvoiceKind::CreditNote, &all, TERMS);
        assert_eq!((note.net_minor(), note.tax_minor()), (300, 57));
        assert_eq!(draft(InvoiceKind::CreditNote, &all[..2], TERMS), Drafted::default());
    }

    #[test]
    fn a_merchant_abroad_owes_the_tax_itself() {
        let terms = TaxTerms { rate: Rate::ZERO, abroad: true, ..TERMS };
        let drafted = draft(InvoiceKind::Invoice, &[charged(Charge::Commission, false, 342, 0)], terms);
        assert_eq!((drafted.taxes[0].category, drafted.taxes[0].tax_minor), (TaxCategory::ReverseCharge, 0));
        let home = draft(InvoiceKind::Invoice, &[charged(Charge::Commission, true, 2, 0)], TERMS);
        assert_eq!(home.taxes[0].category, TaxCategory::Zero);
    }

    #[test]
    fn a_change_of_the_vat_status_within_the_period_makes_two_kinds_of_vat() {
        let all = [charged(Charge::Commission, true, 1_000, 190), charged(Charge::Commission, false, 500, 0)];
        let drafted = draft(InvoiceKind::Invoice, &all, TaxTerms { rate: Rate::ZERO, abroad: true, ..TERMS });
        let taxes: Vec<_> =
            drafted.taxes.iter().map(|t| (t.category, t.rate.ppm(), t.net_minor, t.tax_minor)).collect();
        let expected = [(TaxCategory::Standard, 190_000, 1_000, 190), (TaxCategory::ReverseCharge, 0, 500, 0)];
        assert_eq!(taxes, expected);
    }

    #[test]
    fn a_rate_that_nobody_has_any_more_is_told_by_the_amounts() {
        let old = [charged(Charge::Commission, true, 1_000_000, 160_000)];
        assert_eq!(draft(InvoiceKind::Invoice, &old, TERMS).taxes[0].rate.ppm(), 160_000);
    }

    #[test]
    fn vat_numbers_begin_with_a_country() {
        let party = |tax_id: &str| Party {
            legal_name: "S".to_owned(),
            tax_id: tax_id.to_owned(),
            registration_number: String::new(),
            street: String::new(),
            postal_code: String::new(),
            city: String::new(),
            country: "DE".to_owned(),
            email: "a@b.example".to_owned(),
        };
        assert_eq!(party("de 123 456 789").vat_id().as_deref(), Some("DE123456789"));
        assert_eq!(party("12/345/67890").vat_id(), None);
        assert_eq!(party("").vat_id(), None);
    }
}
