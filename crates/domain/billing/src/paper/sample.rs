//! Documents for the tests of their files.
#![allow(clippy::unwrap_used, missing_docs)]

use chrono::{NaiveDate, TimeZone as _, Utc};
use kernel::id::{InvoiceId, MerchantId, MerchantOrderId, OrderId, SaleInvoiceId, StatementId};
use kernel::{Currency, Rate};
use uuid::Uuid;

use crate::model::closed::{Charge, Charged};
use crate::model::invoice::{InvoiceContent, Party, TaxTerms, draft};
use crate::model::sale::{SaleContent, SaleInvoice, SaleKind, Sold, bill};
use crate::model::{Invoice, InvoiceKind};

pub(super) fn party(name: &str, tax_id: &str, country: &str) -> Party {
    Party {
        legal_name: name.to_owned(),
        tax_id: tax_id.to_owned(),
        registration_number: "HRB 1".to_owned(),
        street: "Gasse 1".to_owned(),
        postal_code: "10115".to_owned(),
        city: "Berlin".to_owned(),
        country: country.to_owned(),
        email: "money@example.org".to_owned(),
    }
}

/// Commission and fee of merchant A of the worked example, and what was given back.
pub(super) fn charged() -> Vec<Charged> {
    let charged = |charge, net_minor, tax_minor| Charged { charge, taxed: true, net_minor, tax_minor };
    vec![
        charged(Charge::Commission, 975, 185),
        charged(Charge::FixedFee, 35, 7),
        charged(Charge::Commission, -300, -57),
    ]
}

pub(super) fn invoice(kind: InvoiceKind, charged: &[Charged], terms: TaxTerms) -> Invoice {
    let drafted = draft(kind, charged, terms);
    let (net_minor, tax_minor) = (drafted.net_minor(), drafted.tax_minor());
    let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
    let country = if terms.abroad { "AT" } else { "DE" };
    Invoice {
        id: InvoiceId(Uuid::from_u128(1)),
        legal_entity: "DE123456789".to_owned(),
        kind,
        year: 2026,
        seq_no: 7,
        number: "INV-2026-000007".to_owned(),
        merchant_id: MerchantId(Uuid::from_u128(2)),
        currency: Currency::EUR,
        statement_id: StatementId(Uuid::from_u128(3)),
        corrects_id: None,
        issued_on: day(4, 1),
        net_minor,
        tax_minor,
        gross_minor: net_minor + tax_minor,
        content: InvoiceContent {
            seller: party("Souk Marketplace GmbH", "DE123456789", "DE"),
            buyer: party("Łódź <Lampy> Spółka", "ATU12345678", country),
            from_on: day(3, 1),
            to_on: day(3, 31),
            lines: drafted.lines,
            taxes: drafted.taxes,
            corrects_number: (kind == InvoiceKind::CreditNote).then(|| "INV-2026-000006".to_owned()),
        },
        hash: String::new(),
        issued_at: Utc.with_ymd_and_hms(2026, 4, 1, 0, 0, 0).unwrap(),
    }
}

pub(super) const HOME: TaxTerms =
    TaxTerms { rate: Rate::from_ppm(190_000), usual_rate: Rate::from_ppm(190_000), abroad: false };
pub(super) const ABROAD: TaxTerms = TaxTerms { rate: Rate::ZERO, usual_rate: Rate::from_ppm(190_000), abroad: true };

/// Two lamps at 19 % and a book at 7 %, a coupon of 2.00.
pub(super) fn sale(kind: SaleKind) -> SaleInvoice {
    let sold = |name: &str, quantity, gross_minor, tax_minor, ppm| Sold {
        name: name.to_owned(),
        sku: "=A1".to_owned(),
        quantity,
        gross_minor,
        tax_minor,
        rate: Some(Rate::from_ppm(ppm)),
    };
    let (lines, taxes) = bill(&[sold("Lamp <\"big\">", 2, 2_380, 380, 190_000), sold("Book", 1, 1_070, 70, 70_000)]);
    let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
    let is_invoice = kind == SaleKind::Invoice;
    SaleInvoice {
        id: SaleInvoiceId(Uuid::from_u128(1)),
        legal_entity: "DE123456789".to_owned(),
        kind,
        year: 2026,
        seq_no: 7,
        number: "SI-2026-000007".to_owned(),
        merchant_id: MerchantId(Uuid::from_u128(2)),
        merchant_order_id: MerchantOrderId(Uuid::from_u128(3)),
        order_id: OrderId(Uuid::from_u128(4)),
        company_id: None,
        source: "shp_1".to_owned(),
        currency: Currency::EUR,
        issued_on: day(2),
        net_minor: 3_000,
        tax_minor: 450,
        gross_minor: 3_450,
        promotion_minor: 200,
        content: SaleContent {
            seller: party("Anna GmbH", "DE123456789", "DE"),
            buyer: party("Kettle & <Works>", "ATU13585627", "AT"),
            payee: party("Souk Marketplace GmbH", "", "DE"),
            order_number: "S-1001".to_owned(),
            po_number: Some("PO-1".to_owned()),
            supplied_on: day(2),
            due_on: is_invoice.then(|| day(31)),
            operator_remits_tax: true,
            lines,
            taxes,
            corrects: if is_invoice { vec![] } else { vec!["SI-2026-000006".to_owned()] },
        },
        hash: String::new(),
        issued_at: Utc.with_ymd_and_hms(2026, 3, 2, 9, 0, 0).unwrap(),
    }
}
