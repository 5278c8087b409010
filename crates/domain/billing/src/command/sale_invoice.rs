//! Issues invoices and credit notes of merchants to companies that bought on account.

use chrono::Datelike as _;
use context::{Ctx, Error as CoreError, WriteTx};
use history::Change;
use marketplace::Settings;
use outbox::PendingJob;

use super::issue::{company, operator};
use crate::actions::POST;
use crate::error::Error;
use crate::event::SaleInvoiceIssued;
use crate::model::invoice::Party;
use crate::model::sale::{SaleContent, SaleDraft, SaleInvoice, SaleKind, bill};
use crate::papers_repo::next_number;
use crate::sale_repo as repo;
use crate::worker::WriteSaleFiles;

/// Issues the document of a parcel or a refund, with the next number of the merchant's series; asked again it answers
/// the same. Nothing is issued where nothing was sold for money.
///
/// # Errors
/// [`Error::NotPossible`] for a credit note whose invoice is not there yet; the database error.
pub async fn issue_sale(ctx: &Ctx, draft: SaleDraft) -> Result<Option<SaleInvoice>, Error> {
    ctx.authorize(POST)?;
    let (lines, taxes) = bill(&draft.sold);
    if lines.is_empty() {
        return Ok(None);
    }
    let market = marketplace::snapshot(ctx).await.map_err(CoreError::internal)?;
    let settings = &market.settings;
    let mut tx = ctx.begin_write().await?;
    let seller = seller(&tx, &draft).await?;
    let entity = entity(&draft, &seller);
    let zone = settings.billing.time_zone;
    let issued_on = zone.date_of(tx.now());
    let (kind, year) = (draft.kind, issued_on.year());
    // The row of the series is locked from here on: whoever bills the same at the same time waits, and finds it.
    let seq_no = next_number(&tx, &entity, kind.as_str(), year).await?;
    if let Some(known) = repo::of_source(&*tx, &draft.source).await? {
        return Ok(Some(known));
    }
    let corrects = corrected(&tx, &draft).await?;
    let net_minor = lines.iter().map(|line| line.net_minor).sum();
    let tax_minor = lines.iter().map(|line| line.tax_minor).sum();
    let content = SaleContent {
        seller,
        buyer: draft.buyer,
        payee: operator(&settings.operator),
        order_number: draft.order_number,
        po_number: draft.po_number,
        supplied_on: zone.date_of(draft.supplied_at),
        due_on: draft.due_on,
        operator_remits_tax: draft.operator_remits_tax,
        lines,
        taxes,
        corrects,
    };
    let invoice = SaleInvoice {
        id: tx.new_id(),
        number: format!("{}-{year}-{seq_no:06}", prefix(settings, kind)),
        legal_entity: entity,
        kind,
        year,
        seq_no,
        merchant_id: draft.merchant_id,
        merchant_order_id: draft.merchant_order_id,
        order_id: draft.order_id,
        company_id: draft.company_id,
        source: draft.source,
        currency: draft.currency,
        issued_on,
        net_minor,
        tax_minor,
        gross_minor: net_minor + tax_minor,
        promotion_minor: draft.promotion_minor,
        content,
        hash: String::new(),
        issued_at: tx.now(),
    };
    let invoice = SaleInvoice { hash: invoice.fingerprint(), ..invoice };
    repo::insert(&tx, &invoice).await?;
    tell(&mut tx, &invoice);
    tx.commit().await?;
    Ok(Some(invoice))
}

fn tell(tx: &mut WriteTx, invoice: &SaleInvoice) {
    tx.enqueue(PendingJob::of(&WriteSaleFiles { invoice: invoice.id }).once(format!("sale_invoice:{}", invoice.id)));
    let change = Change::new("sale_invoice", invoice.id, "issued").of_merchant(invoice.merchant_id);
    tx.record(change.field("number", None::<String>, &invoice.number));
    tx.emit(&SaleInvoiceIssued {
        invoice: invoice.id,
        order: invoice.order_id,
        merchant: invoice.merchant_id,
        is_credit_note: invoice.kind == SaleKind::CreditNote,
    });
}

fn prefix(settings: &Settings, kind: SaleKind) -> &str {
    match kind {
        SaleKind::Invoice => &settings.billing.sale_invoice_prefix,
        SaleKind::CreditNote => &settings.billing.sale_credit_note_prefix,
    }
}

/// The merchant as it is now.
async fn seller(tx: &WriteTx, draft: &SaleDraft) -> Result<Party, Error> {
    let merchant = draft.merchant_id;
    let mut parties = merchants::invoice_parties_on(&**tx, &[merchant]).await.map_err(CoreError::internal)?;
    Ok(company(merchant.to_string(), parties.remove(&merchant)))
}

/// The name of the merchant's series: its tax number says who it is, its id where it has none.
fn entity(draft: &SaleDraft, seller: &Party) -> String {
    let id = seller.tax_id.trim();
    if id.is_empty() { draft.merchant_id.to_string() } else { id.to_owned() }
}

/// The numbers that a credit note corrects.
async fn corrected(tx: &WriteTx, draft: &SaleDraft) -> Result<Vec<String>, Error> {
    if draft.kind == SaleKind::Invoice {
        return Ok(Vec::new());
    }
    let wanted: Vec<String> = draft.corrects.iter().map(ToString::to_string).collect();
    let known = repo::invoices_of(&**tx, draft.merchant_order_id).await?;
    let numbers: Vec<String> = known
        .into_iter()
        .filter(|known| wanted.is_empty() || wanted.contains(&known.source))
        .map(|known| known.number)
        .collect();
    if numbers.is_empty() || numbers.len() < wanted.len() {
        return Err(Error::NotPossible("the invoice that is to be corrected is not issued yet"));
    }
    Ok(numbers)
}
