//! Closed statements, invoices and credit notes as clients see them.

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::Rate;

use super::file::{DocumentFile, files_of};
use crate::error::Gql;
use crate::input;
use crate::scalar::{Currency, DecimalText, Money};

/// The groups of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing::model::StatementGroup")]
pub enum StatementGroup {
    /// Sales whose money the operator collected.
    PayableOrders,
    /// What of them was given back.
    RefundPayableOrders,
    /// Commission on items and shipping.
    Commissions,
    /// What of it was given back.
    RefundCommissions,
    /// Fixed fees.
    SellerFees,
    /// What of them was given back.
    RefundSellerFees,
    /// Penalties.
    Penalties,
    /// Penalties that were taken back.
    RefundPenalties,
    /// Subscriptions.
    Subscriptions,
    /// Subscriptions that were taken back.
    RefundSubscriptions,
    /// Delivery that the operator paid in the buyers' place.
    OperatorPaidShipping,
    /// What of it was given back.
    RefundOperatorPaidShipping,
    /// Sales tax that the operator remits.
    OperatorRemittedTaxes,
    /// What of it was given back.
    RefundOperatorRemittedTaxes,
    /// Whatever else the operator charged.
    OtherInvoices,
    /// Whatever else the operator gave.
    OtherCredits,
    /// Paid out to the merchant.
    TransferredToSeller,
    /// Payouts that came back.
    RefundTransferredToSeller,
    /// Paid by the merchant to the operator.
    TransferredToOperator,
}

/// A group of a statement, added up. Positive amounts are the merchant's gain.
#[derive(Debug, Clone, SimpleObject)]
pub struct StatementLine {
    /// The group.
    pub group: StatementGroup,
    /// How many events.
    pub count: i64,
    /// Without VAT of the operator.
    pub excl_tax: Money,
    /// VAT of the operator.
    pub tax: Money,
    /// With VAT: the change of the merchant's balance.
    pub incl_tax: Money,
}

/// The statement of a period that is over. It never changes: asked again it answers the same.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct ClosedStatement {
    /// The id of the statement.
    pub id: ID,
    /// The merchant whose it is.
    pub merchant_id: ID,
    /// The currency.
    pub currency: Currency,
    /// Counts the statements of a merchant in a currency, from 1.
    pub cycle_no: i64,
    /// How long the period was to be: `weekly`, `half_monthly` or `monthly`.
    pub cycle: String,
    /// Where the period begins and ends at midnight.
    pub time_zone: String,
    /// The first instant of the period.
    pub from: DateTime<Utc>,
    /// The instant at which it is over.
    pub to: DateTime<Utc>,
    /// The closing balance of the statement before.
    pub opening: Money,
    /// Opening and all lines.
    pub closing: Money,
    /// How many entries of the ledger it covers.
    pub entry_count: i64,
    /// By group.
    pub lines: Vec<StatementLine>,
    /// SHA-256 over all of it, in hexadecimal.
    pub hash: String,
    /// When it was closed.
    pub closed_at: DateTime<Utc>,
}

/// The statement of a period that is over.
#[ComplexObject]
impl ClosedStatement {
    /// Its files, once they are written: `csv` lists every entry.
    async fn files(&self, gql: &Context<'_>) -> Gql<Vec<DocumentFile>> {
        files_of(gql, &self.id).await
    }
}

impl From<billing::ClosedStatement> for ClosedStatement {
    fn from(closed: billing::ClosedStatement) -> Self {
        let money = |minor| Money::minor(minor, closed.currency);
        let line = |line: &billing::model::StatementLine| StatementLine {
            group: billing::model::StatementGroup::parse(&line.group)
                .map_or(StatementGroup::OtherCredits, StatementGroup::from),
            count: line.count,
            excl_tax: money(line.excl_tax_minor),
            tax: money(line.tax_minor),
            incl_tax: money(line.incl_tax_minor()),
        };
        Self {
            id: closed.id.to_string().into(),
            merchant_id: closed.merchant_id.to_string().into(),
            currency: Currency(closed.currency),
            cycle_no: closed.cycle_no,
            from: closed.from,
            to: closed.to,
            opening: money(closed.opening_minor),
            closing: money(closed.closing_minor),
            entry_count: closed.entry_count,
            lines: closed.lines.iter().map(line).collect(),
            cycle: closed.cycle,
            time_zone: closed.time_zone,
            hash: closed.hash,
            closed_at: closed.closed_at,
        }
    }
}

/// Which closed statements. All wishes must be met.
#[derive(Debug, Clone, Default, InputObject)]
pub struct ClosedStatementFilter {
    /// Of this merchant.
    pub merchant_id: Option<ID>,
    /// In this currency.
    pub currency: Option<Currency>,
}

impl ClosedStatementFilter {
    pub(super) fn read(self) -> Result<billing::query::StatementFilter, context::Error> {
        let merchant = input::optional_id("filter.merchantId", self.merchant_id.as_ref())?;
        Ok(billing::query::StatementFilter { merchant, currency: self.currency.map(|currency| currency.0) })
    }
}

/// What kind of document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing::InvoiceKind")]
pub enum InvoiceKind {
    /// The merchant was charged.
    Invoice,
    /// Charges were given back.
    CreditNote,
}

/// Who stands on a document, as it was when the document was issued.
#[derive(Debug, Clone, SimpleObject)]
pub struct InvoiceParty {
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

impl From<billing::model::invoice::Party> for InvoiceParty {
    fn from(party: billing::model::invoice::Party) -> Self {
        Self {
            legal_name: party.legal_name,
            tax_id: party.tax_id,
            registration_number: party.registration_number,
            street: party.street,
            postal_code: party.postal_code,
            city: party.city,
            country: party.country,
            email: party.email,
        }
    }
}

/// A line of a document.
#[derive(Debug, Clone, SimpleObject)]
pub struct InvoiceLine {
    /// What for: `commission`, `fixed_fee`, `penalty` or `subscription`.
    pub charge: String,
    /// Without VAT.
    pub net: Money,
    /// How its VAT is treated: `S` taxed, `AE` the merchant owes it, `Z` taxed with 0 %.
    pub tax_category: String,
    /// The rate of the VAT in percent.
    pub tax_percent: DecimalText,
}

/// All lines of a document with the same VAT.
#[derive(Debug, Clone, SimpleObject)]
pub struct InvoiceTax {
    /// How the VAT is treated: `S` taxed, `AE` the merchant owes it, `Z` taxed with 0 %.
    pub tax_category: String,
    /// The rate in percent.
    pub tax_percent: DecimalText,
    /// What is taxed.
    pub net: Money,
    /// The VAT, as it was posted sale by sale.
    pub tax: Money,
}

impl InvoiceTax {
    pub(super) fn of(tax: &billing::model::invoice::InvoiceTax, currency: kernel::Currency) -> Self {
        Self {
            tax_category: tax.category.as_str().to_owned(),
            tax_percent: DecimalText::percent(tax.rate),
            net: Money::minor(tax.net_minor, currency),
            tax: Money::minor(tax.tax_minor, currency),
        }
    }
}

/// An invoice or a credit note of the operator to a merchant. It never changes.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Invoice {
    /// The id of the document.
    pub id: ID,
    /// What kind of document it is.
    pub kind: InvoiceKind,
    /// Its number: without gaps within a year of the operator's legal entity.
    pub number: String,
    /// The merchant.
    pub merchant_id: ID,
    /// The statement whose charges it lists.
    pub statement_id: ID,
    /// The invoice that a credit note corrects.
    pub corrects_id: Option<ID>,
    /// The day on which it was issued.
    pub issued_on: NaiveDate,
    /// The first day of the period.
    pub from_on: NaiveDate,
    /// The last day of the period.
    pub to_on: NaiveDate,
    /// The operator.
    pub seller: InvoiceParty,
    /// The merchant's company.
    pub buyer: InvoiceParty,
    /// The lines.
    pub lines: Vec<InvoiceLine>,
    /// Their VAT.
    pub taxes: Vec<InvoiceTax>,
    /// Without VAT.
    pub net: Money,
    /// The VAT.
    pub tax: Money,
    /// With VAT. It is settled by the merchant's balance.
    pub gross: Money,
    /// SHA-256 over all of it, in hexadecimal.
    pub hash: String,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
}

/// An invoice or a credit note.
#[ComplexObject]
impl Invoice {
    /// Its files, once they are written: `pdf`, and `ubl` when the parties told what an e-invoice needs.
    async fn files(&self, gql: &Context<'_>) -> Gql<Vec<DocumentFile>> {
        files_of(gql, &self.id).await
    }
}

impl From<billing::Invoice> for Invoice {
    fn from(issued: billing::Invoice) -> Self {
        let money = |minor| Money::minor(minor, issued.currency);
        let percent = |rate: Rate| DecimalText::percent(rate);
        let line = |line: &billing::model::invoice::InvoiceLine| InvoiceLine {
            charge: line.charge.clone(),
            net: money(line.net_minor),
            tax_category: line.category.as_str().to_owned(),
            tax_percent: percent(line.rate),
        };
        Self {
            id: issued.id.to_string().into(),
            kind: issued.kind.into(),
            merchant_id: issued.merchant_id.to_string().into(),
            statement_id: issued.statement_id.to_string().into(),
            corrects_id: issued.corrects_id.map(|id| id.to_string().into()),
            issued_on: issued.issued_on,
            from_on: issued.content.from_on,
            to_on: issued.content.to_on,
            lines: issued.content.lines.iter().map(line).collect(),
            taxes: issued.content.taxes.iter().map(|tax| InvoiceTax::of(tax, issued.currency)).collect(),
            net: money(issued.net_minor),
            tax: money(issued.tax_minor),
            gross: money(issued.gross_minor),
            seller: issued.content.seller.into(),
            buyer: issued.content.buyer.into(),
            number: issued.number,
            hash: issued.hash,
            issued_at: issued.issued_at,
        }
    }
}

/// Which invoices and credit notes. All wishes must be met.
#[derive(Debug, Clone, Default, InputObject)]
pub struct InvoiceFilter {
    /// To this merchant.
    pub merchant_id: Option<ID>,
    /// Of this statement.
    pub statement_id: Option<ID>,
    /// Of this kind.
    pub kind: Option<InvoiceKind>,
    /// With this number.
    pub number: Option<String>,
}

impl InvoiceFilter {
    pub(super) fn read(self) -> Result<billing::query::InvoiceFilter, context::Error> {
        Ok(billing::query::InvoiceFilter {
            merchant: input::optional_id("filter.merchantId", self.merchant_id.as_ref())?,
            statement: input::optional_id("filter.statementId", self.statement_id.as_ref())?,
            kind: self.kind.map(Into::into),
            number: self.number,
        })
    }
}
