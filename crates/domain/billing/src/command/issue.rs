//! Issues the invoice and the credit note of a closed statement.

use context::{Error as CoreError, WriteTx};
use history::Change;
use kernel::Zone;
use marketplace::{LegalEntity, Snapshot};
use merchants::InvoiceParty;
use outbox::PendingJob;

use crate::error::Error;
use crate::event::InvoiceIssued;
use crate::model::closed::Charged;
use crate::model::invoice::{InvoiceContent, Party, TaxTerms, draft};
use crate::model::{ClosedStatement, Invoice, InvoiceKind};
use crate::papers_repo as repo;
use crate::worker::WriteInvoiceFiles;

/// Issues what a statement charged as an invoice, and what it gave back as a credit note, with the next numbers of
/// the operator's series. Nothing is issued where there is nothing to say.
pub(super) async fn issue(
    tx: &mut WriteTx,
    market: &Snapshot,
    closed: &ClosedStatement,
    charged: &[Charged],
) -> Result<(), Error> {
    if charged.is_empty() {
        return Ok(());
    }
    let merchant = closed.merchant_id;
    let mut parties = merchants::invoice_parties_on(&**tx, &[merchant]).await.map_err(CoreError::internal)?;
    let party = parties.remove(&merchant);
    let settings = &market.settings;
    let rate = party.as_ref().and_then(|party| party.commission_vat_ppm).unwrap_or(settings.commission_vat_ppm);
    let country = party.as_ref().map_or_else(String::new, |party| party.legal.country.clone());
    let terms =
        TaxTerms { rate, usual_rate: settings.commission_vat_ppm, abroad: country != settings.operator.country };
    let (seller, buyer) = (operator(&settings.operator), company(merchant.to_string(), party));
    let zone: Zone = settings.billing.time_zone;
    let last_instant = closed.to - chrono::Duration::microseconds(1);
    for kind in [InvoiceKind::Invoice, InvoiceKind::CreditNote] {
        let drafted = draft(kind, charged, terms);
        if drafted.lines.is_empty() {
            continue;
        }
        let corrected = match kind {
            InvoiceKind::Invoice => None,
            InvoiceKind::CreditNote => repo::last_invoice(tx, merchant, closed.currency).await?,
        };
        let (corrects_id, corrects_number) = corrected.unzip();
        let (net_minor, tax_minor) = (drafted.net_minor(), drafted.tax_minor());
        let content = InvoiceContent {
            seller: seller.clone(),
            buyer: buyer.clone(),
            from_on: zone.date_of(closed.from),
            to_on: zone.date_of(last_instant),
            lines: drafted.lines,
            taxes: drafted.taxes,
            corrects_number,
        };
        let issued_on = zone.date_of(tx.now());
        let invoice = Invoice {
            id: tx.new_id(),
            legal_entity: entity(&settings.operator),
            kind,
            year: chrono::Datelike::year(&issued_on),
            seq_no: 0,
            number: String::new(),
            merchant_id: merchant,
            currency: closed.currency,
            statement_id: closed.id,
            corrects_id,
            issued_on,
            net_minor,
            tax_minor,
            gross_minor: net_minor + tax_minor,
            content,
            hash: String::new(),
            issued_at: tx.now(),
        };
        number_and_store(tx, market, invoice).await?;
    }
    Ok(())
}

async fn number_and_store(tx: &mut WriteTx, market: &Snapshot, mut invoice: Invoice) -> Result<(), Error> {
    let billing = &market.settings.billing;
    let prefix = match invoice.kind {
        InvoiceKind::Invoice => &billing.invoice_prefix,
        InvoiceKind::CreditNote => &billing.credit_note_prefix,
    };
    invoice.seq_no = repo::next_number(tx, &invoice.legal_entity, invoice.kind.as_str(), invoice.year).await?;
    invoice.number = format!("{prefix}-{}-{:06}", invoice.year, invoice.seq_no);
    invoice.hash = invoice.fingerprint();
    repo::insert_invoice(tx, &invoice).await?;
    tx.enqueue(PendingJob::of(&WriteInvoiceFiles { invoice: invoice.id }).once(format!("invoice:{}", invoice.id)));
    let change = Change::new("invoice", invoice.id, "issued").of_merchant(invoice.merchant_id);
    tx.record(change.field("number", None::<String>, &invoice.number));
    tx.emit(&InvoiceIssued { invoice: invoice.id, merchant: invoice.merchant_id, number: invoice.number.clone() });
    Ok(())
}

/// The name of the operator's series: its tax number says who it is, its name where it has none.
fn entity(operator: &LegalEntity) -> String {
    let id = operator.tax_id.trim();
    if id.is_empty() { operator.legal_name.clone() } else { id.to_owned() }
}

pub(super) fn operator(entity: &LegalEntity) -> Party {
    Party {
        legal_name: entity.legal_name.clone(),
        tax_id: entity.tax_id.clone(),
        registration_number: entity.registration_number.clone(),
        street: entity.street.clone(),
        postal_code: entity.postal_code.clone(),
        city: entity.city.clone(),
        country: entity.country.clone(),
        email: entity.email.clone(),
    }
}

/// The merchant; by its id alone when it is not known any more.
pub(super) fn company(id: String, party: Option<InvoiceParty>) -> Party {
    let Some(InvoiceParty { contact_email, legal, .. }) = party else {
        return Party { legal_name: id, ..Party::default() };
    };
    Party {
        legal_name: legal.legal_name,
        tax_id: legal.tax_id.unwrap_or_default(),
        registration_number: legal.registration_number.unwrap_or_default(),
        street: legal.street.unwrap_or_default(),
        postal_code: legal.postal_code.unwrap_or_default(),
        city: legal.city.unwrap_or_default(),
        country: legal.country,
        email: contact_email,
    }
}
