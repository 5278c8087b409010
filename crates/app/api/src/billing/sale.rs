//! Invoices and credit notes of merchants to companies that bought on account.

use std::collections::HashMap;

use async_graphql::connection::Connection;
use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, SimpleObject};
use billing::query;
use chrono::{DateTime, NaiveDate, Utc};
use context::Ctx;
use kernel::id::{OrderId, SaleInvoiceId};

use super::closed::{InvoiceParty, InvoiceTax};
use super::file::DocumentFile;
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::loader::{LoadError, Loader, OfRequest, load};
use crate::page::{connection, page_args};
use crate::scalar::{DecimalText, Money};

/// What kind of document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing::SaleKind")]
pub enum SaleInvoiceKind {
    /// Goods left.
    Invoice,
    /// Goods or money went back.
    CreditNote,
}

/// A line of a document.
#[derive(Debug, Clone, SimpleObject)]
pub struct SaleInvoiceLine {
    /// What it is.
    pub name: String,
    /// The merchant's number of it; empty for delivery.
    pub sku: String,
    /// Units.
    pub quantity: i64,
    /// Without VAT.
    pub net: Money,
    /// The VAT.
    pub tax: Money,
    /// How its VAT is treated: `S` taxed, `Z` taxed with 0 %.
    pub tax_category: String,
    /// The rate of the VAT in percent.
    pub tax_percent: DecimalText,
}

/// An invoice of a merchant to a company for a parcel, or a credit note for what went back. It never changes. The
/// operator issues it in the merchant's name and takes the money.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct SaleInvoice {
    /// The id of the document.
    pub id: ID,
    /// What kind of document it is.
    pub kind: SaleInvoiceKind,
    /// Its number: without gaps within a year of the merchant's legal entity.
    pub number: String,
    /// The merchant.
    pub merchant_id: ID,
    /// The merchant's part of the order.
    pub merchant_order_id: ID,
    /// The order.
    pub order_id: ID,
    /// The company.
    pub company_id: Option<ID>,
    /// The day on which it was issued.
    pub issued_on: NaiveDate,
    /// The day on which the goods left, or on which they were given back.
    pub supplied_on: NaiveDate,
    /// The last day on which it is paid in time.
    pub due_on: Option<NaiveDate>,
    /// What the buyer writes into a bank transfer.
    pub reference: String,
    /// The company's own number of the order.
    pub po_number: Option<String>,
    /// The merchant: whose goods they are.
    pub seller: InvoiceParty,
    /// The company.
    pub buyer: InvoiceParty,
    /// The operator, who takes the money.
    pub payee: InvoiceParty,
    /// Whether the operator pays the VAT to the state.
    pub operator_remits_tax: bool,
    /// The lines.
    pub lines: Vec<SaleInvoiceLine>,
    /// Their VAT.
    pub taxes: Vec<InvoiceTax>,
    /// Without VAT.
    pub net: Money,
    /// The VAT.
    pub tax: Money,
    /// With VAT.
    pub gross: Money,
    /// Of it, what the marketplace pays in the buyer's place.
    pub promotion: Money,
    /// What the buyer pays, or gets back.
    pub payable: Money,
    /// The numbers of the invoices that a credit note corrects.
    pub corrects: Vec<String>,
    /// SHA-256 over all of it, in hexadecimal.
    pub hash: String,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    #[graphql(skip)]
    key: SaleInvoiceId,
}

/// An invoice or a credit note.
#[ComplexObject]
impl SaleInvoice {
    /// Its files, once they are written: `pdf`, `csv`, and `ubl` when the merchant told what an e-invoice needs.
    async fn files(&self, gql: &Context<'_>) -> Gql<Vec<DocumentFile>> {
        let files = load::<FilesOfSaleLoader, _>(gql, self.key).await?.unwrap_or_default();
        Ok(files.into_iter().map(DocumentFile::from).collect())
    }
}

impl From<billing::SaleInvoice> for SaleInvoice {
    fn from(issued: billing::SaleInvoice) -> Self {
        let money = |minor| Money::minor(minor, issued.currency);
        let payable = money(issued.payable_minor());
        let line = |line: &billing::model::sale::SaleLine| SaleInvoiceLine {
            name: line.name.clone(),
            sku: line.sku.clone(),
            quantity: line.quantity,
            net: money(line.net_minor),
            tax: money(line.tax_minor),
            tax_category: line.category.as_str().to_owned(),
            tax_percent: DecimalText::percent(line.rate),
        };
        let content = issued.content;
        Self {
            id: issued.id.into(),
            key: issued.id,
            kind: issued.kind.into(),
            merchant_id: issued.merchant_id.into(),
            merchant_order_id: issued.merchant_order_id.into(),
            order_id: issued.order_id.into(),
            company_id: issued.company_id.map(ID::from),
            issued_on: issued.issued_on,
            supplied_on: content.supplied_on,
            due_on: content.due_on,
            reference: content.order_number,
            po_number: content.po_number,
            operator_remits_tax: content.operator_remits_tax,
            lines: content.lines.iter().map(line).collect(),
            taxes: content.taxes.iter().map(|tax| InvoiceTax::of(tax, issued.currency)).collect(),
            net: money(issued.net_minor),
            tax: money(issued.tax_minor),
            gross: money(issued.gross_minor),
            promotion: money(issued.promotion_minor),
            payable,
            seller: content.seller.into(),
            buyer: content.buyer.into(),
            payee: content.payee.into(),
            corrects: content.corrects,
            number: issued.number,
            hash: issued.hash,
            issued_at: issued.issued_at,
        }
    }
}

/// Which documents. All wishes must be met.
#[derive(Debug, Clone, Default, InputObject)]
pub struct SaleInvoiceFilter {
    /// Of this merchant.
    pub merchant_id: Option<ID>,
    /// Of this part of an order.
    pub merchant_order_id: Option<ID>,
    /// To this company.
    pub company_id: Option<ID>,
    /// Of this kind.
    pub kind: Option<SaleInvoiceKind>,
    /// With this number.
    pub number: Option<String>,
}

impl SaleInvoiceFilter {
    fn read(self) -> Result<query::SaleInvoiceFilter, context::Error> {
        Ok(query::SaleInvoiceFilter {
            merchant: input::optional_id("filter.merchantId", self.merchant_id.as_ref())?,
            merchant_order: input::optional_id("filter.merchantOrderId", self.merchant_order_id.as_ref())?,
            company: input::optional_id("filter.companyId", self.company_id.as_ref())?,
            kind: self.kind.map(Into::into),
            number: self.number,
        })
    }
}

/// The documents of an order that the caller was shown.
pub struct SalesOfOrderLoader(Ctx);

impl OfRequest for SalesOfOrderLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<OrderId> for SalesOfOrderLoader {
    type Value = Vec<billing::SaleInvoice>;
    async fn load(&self, keys: &[OrderId]) -> Result<HashMap<OrderId, Self::Value>, LoadError> {
        query::sale_invoices_of_seen_orders(&self.0, keys).await.map_err(LoadError::new)
    }
}

/// The files of documents that the caller was shown.
pub struct FilesOfSaleLoader(Ctx);

impl OfRequest for FilesOfSaleLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<SaleInvoiceId> for FilesOfSaleLoader {
    type Value = Vec<billing::DocumentFile>;
    async fn load(&self, keys: &[SaleInvoiceId]) -> Result<HashMap<SaleInvoiceId, Self::Value>, LoadError> {
        query::files_of_seen_sales(&self.0, keys).await.map_err(LoadError::new)
    }
}

/// Questions about documents of merchants to companies.
#[derive(Default)]
pub struct SaleQuery;

#[Object]
impl SaleQuery {
    /// Invoices and credit notes of merchants to companies that bought on account, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn sale_invoices(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which documents; all when absent.")] filter: Option<SaleInvoiceFilter>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the document before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, SaleInvoice>> {
        let filter = answer(gql, filter.unwrap_or_default().read())?;
        let page = answer(gql, page_args(first, after))?;
        let found = query::sale_invoices(ctx(gql)?, &filter, &page).await;
        Ok(connection(answer(gql, found)?, SaleInvoice::from))
    }

    /// One of them, for its merchant and the operator. Buyers find theirs with the order.
    async fn sale_invoice(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The id of the document.")] id: ID,
    ) -> Gql<Option<SaleInvoice>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, query::sale_invoice(ctx(gql)?, id).await)?.map(SaleInvoice::from))
    }
}
