//! What is bought on account: documents and mails.

use billing::query::{SaleInvoiceFilter, sale_invoices};
use billing::{SaleInvoice, SaleKind};
use chrono::Duration;
use context::Ctx;
use kernel::id::{CompanyId, OfferId};
use kernel::{Currency, Fault as _, Money, PageArgs};
use orders::Order;
use orders::command::{
    CartDetails, Decide, Decision, RefundAmount, RefundUnits, cart_edit, decide, refund_amount, refund_units,
};
use orders::model::status::{Bearer, RefundReason};
use payments::event::ReceivableOverdue;
use payments::{Reminders, SetCreditLine, TermsKind, remind_due, set_credit_line};

use crate::people::{company, registered};
use crate::stage::{market, told};
use crate::support::{Market, Shop, event_units, place};

/// Storage is not there in these tests: the jobs that write files are tried again later.
pub async fn settle(m: &Market) {
    m.dispatcher.drain().await.unwrap();
}

async fn terms(m: &Market, company_id: CompanyId) {
    agreed(m, company_id, false).await;
}

pub async fn agreed(m: &Market, company_id: CompanyId, guaranteed: bool) {
    let input = SetCreditLine {
        company_id,
        limit: Money::new(100_000, Currency::EUR),
        terms: TermsKind::Net,
        net_days: 14,
        guaranteed,
        expected_version: 0,
        reason: "rated".to_owned(),
    };
    set_credit_line(&m.t.operator(), input).await.unwrap();
}

/// An order of a company on account, accepted.
pub async fn bought(m: &Market, bea: &Ctx, works: CompanyId, shop: &Shop, offer: OfferId, quantity: i64) -> Order {
    let (_, access) = m.cart(bea, &[(offer, quantity)]).await;
    let details =
        CartDetails { company: Some(Some(works)), po_number: Some(Some("PO-1".to_owned())), ..CartDetails::default() };
    cart_edit(bea, &access, details).await.unwrap();
    let plan = m.plan(bea, &access).await;
    let order = orders::command::place(bea, place(&access, &plan, &access.id.to_string(), "invoice")).await.unwrap();
    settle(m).await;
    let merchant_order = m.part(&order, shop).await.merchant_order.id;
    let accept = Decide { merchant_order, expected_version: None, decision: Decision::AcceptAll };
    decide(&shop.staff, accept).await.unwrap();
    settle(m).await;
    m.order(&order).await
}

async fn documents(ctx: &Ctx) -> Vec<SaleInvoice> {
    let mut rows = sale_invoices(ctx, &SaleInvoiceFilter::default(), &PageArgs::first(50)).await.unwrap().into_rows();
    rows.reverse();
    rows
}

pub async fn sound(m: &Market) {
    m.verify().await;
    let read = m.t.world.db.read();
    assert_eq!(billing::check::papers(read).await.unwrap(), Vec::<String>::new());
    assert_eq!(billing::check::ledger(read).await.unwrap(), Vec::<String>::new());
    assert_eq!(billing::check::write_offs(read).await.unwrap(), Vec::<String>::new());
}

fn units(of: &orders::query::PartDetail, quantity: i64) -> RefundUnits {
    RefundUnits {
        merchant_order: of.merchant_order.id,
        expected_version: None,
        lines: vec![event_units(of.lines[0].id, quantity)],
        shipping_of: vec![],
        reason: RefundReason::Damaged,
        note: None,
    }
}

testkit::both_databases! {
    async fn what_is_bought_on_account_is_billed_reminded_of_and_receipted(t: TestEnv) {
        let (m, captured) = market(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 50).await;
        let bea = registered(&m, "bea@example.org", "de").await;
        let works = company(&m, &bea).await;
        terms(&m, works).await;
        let order = bought(&m, &bea, works, &anna, lamp, 2).await;
        anna.ship(&m.part(&order, &anna).await, None).await.unwrap();
        settle(&m).await;
        let number = documents(&m.t.operator()).await[0].number.clone();
        let issued = told(&captured, &format!("Rechnung {number} zur Bestellung {}", order.number));
        assert_eq!(issued.len(), 1);
        let due = m.t.system().now() + Duration::days(14);
        let due = kernel::Zone::BERLIN.date_of(due).format("%d.%m.%Y").to_string();
        let reference = format!("Verwendungszweck {}", order.number);
        for said in [due.as_str(), reference.as_str(), "PO-1", "anna GmbH"] {
            assert!(issued[0].text.contains(said), "{said} in {}", issued[0].text);
        }
        let how = Reminders { every_days: 7, most: 2 };
        let remind = async || {
            let told = remind_due(&m.t.system(), how).await.unwrap();
            settle(&m).await;
            told
        };
        let mailed = || told(&captured, "Erinnerung").len();
        m.t.clock.advance(Duration::days(21));
        assert_eq!((remind().await, mailed()), (0, 0), "seven days after the due day are not over");
        m.t.clock.advance(Duration::days(1));
        assert_eq!((remind().await, remind().await, mailed()), (1, 0, 1));
        // Nobody looked for weeks: one mail for the steps that were missed, and none above the most.
        m.t.clock.advance(Duration::days(60));
        assert_eq!((remind().await, remind().await, mailed()), (1, 0, 2));
        let owed = payments::query::receivables_of_seen_orders(&m.t.operator(), &[order.id]).await.unwrap();
        let owed = &owed[&order.id][0];
        let ctx = m.t.system();
        let mut tx = ctx.begin_write().await.unwrap();
        tx.emit(&ReceivableOverdue { receivable: owed.id, order: order.id, step: 2 });
        tx.commit().await.unwrap();
        settle(&m).await;
        assert_eq!(mailed(), 2, "a fact told twice is mailed once");
        let total = order.total_minor;
        transfer(&m, &order, total - 1, "bank 1").await;
        let paid = || captured.messages().into_iter().filter(|mail| mail.subject.ends_with("sind bezahlt")).count();
        assert_eq!(paid(), 0, "a cent is missing");
        transfer(&m, &order, 1, "bank 2").await;
        assert_eq!(paid(), 1);
        m.t.clock.advance(Duration::days(60));
        assert_eq!((remind_due(&m.t.system(), Reminders { every_days: 1, most: 20 }).await.unwrap(), mailed()), (0, 2));
        sound(&m).await;
    }

    async fn reminders_at_once_tell_each_step_once(t: TestEnv) {
        let (m, captured) = market(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 50).await;
        let bea = registered(&m, "bea@example.org", "en").await;
        let works = company(&m, &bea).await;
        terms(&m, works).await;
        let order = bought(&m, &bea, works, &anna, lamp, 3).await;
        for _ in 0..3 {
            anna.ship(&m.part(&order, &anna).await, Some(1)).await.unwrap();
            settle(&m).await;
        }
        m.t.clock.advance(Duration::days(30));
        let mut tries = testkit::tokio::task::JoinSet::new();
        for _ in 0..6 {
            let ctx = m.t.system();
            tries.spawn(async move { remind_due(&ctx, Reminders { every_days: 7, most: 3 }).await.unwrap() });
        }
        assert_eq!(tries.join_all().await.iter().sum::<usize>(), 3, "one of each parcel");
        settle(&m).await;
        assert_eq!(told(&captured, "Reminder").len(), 3);
    }

    async fn each_parcel_has_an_invoice_and_each_refund_a_credit_note(t: TestEnv) {
        let (m, _) = market(t).await;
        let (anna, berta) = (m.shop("anna").await, m.shop("berta").await);
        let (lamp, vase) = (m.goods(&anna, "A1", 1190, 50).await, m.goods(&berta, "B1", 999, 50).await);
        let bea = registered(&m, "bea@example.org", "de").await;
        let works = company(&m, &bea).await;
        terms(&m, works).await;
        let order = bought(&m, &bea, works, &anna, lamp, 3).await;
        anna.ship(&m.part(&order, &anna).await, Some(1)).await.unwrap();
        settle(&m).await;
        anna.ship(&m.part(&order, &anna).await, None).await.unwrap();
        settle(&m).await;
        let other = bought(&m, &bea, works, &berta, vase, 1).await;
        berta.ship(&m.part(&other, &berta).await, None).await.unwrap();
        settle(&m).await;
        let seen = documents(&m.t.operator()).await;
        let year = kernel::Zone::BERLIN.date_of(m.t.system().now()).format("%Y").to_string();
        let name = |kind: &str, seq: i64| format!("{kind}-{year}-{seq:06}");
        let numbers: Vec<_> = seen.iter().map(|one| (one.merchant_id == anna.id, one.number.clone())).collect();
        let expected = [(true, name("SI", 1)), (true, name("SI", 2)), (false, name("SI", 1))];
        assert_eq!(numbers, expected, "each merchant counts by itself");
        let gross: i64 = seen.iter().filter(|one| one.order_id == order.id).map(|one| one.gross_minor).sum();
        assert_eq!((gross, seen[0].promotion_minor), (order.total_minor, 0));
        let first = &seen[0].content;
        assert_eq!((first.lines[0].net_minor, first.lines[0].tax_minor), (1000, 190));
        assert_eq!((first.seller.legal_name.as_str(), first.buyer.legal_name.as_str()), ("anna GmbH", "Kettle & <Works>"));
        assert_eq!((first.buyer.city.as_str(), first.po_number.as_deref()), ("Berlin", Some("PO-1")));
        // The two units of the second parcel, then an amount of what is left, then goodwill of the operator.
        let part = m.part(&order, &anna).await;
        refund_units(&m.t.operator(), units(&part, 1)).await.unwrap();
        settle(&m).await;
        let amount = async |key: &str, minor, bearer| {
            let input = RefundAmount {
                idempotency_key: key.to_owned(), merchant_order: part.merchant_order.id, amount: Money::new(minor, Currency::EUR),
                bearer, lines: vec![], shipping_of: vec![], reason: RefundReason::Goodwill, note: None,
            };
            refund_amount(&m.t.operator(), input).await.unwrap();
            settle(&m).await;
        };
        amount("a", 119, Bearer::Merchant).await;
        amount("b", 100, Bearer::Operator).await;
        let notes: Vec<_> = documents(&m.t.operator()).await.into_iter().filter(|one| one.kind == SaleKind::CreditNote).collect();
        let told: Vec<_> = notes.iter().map(|one| (one.number.clone(), one.gross_minor, one.content.corrects.clone())).collect();
        let (one, two) = (name("SI", 1), name("SI", 2));
        let expected = [(name("SC", 1), 1190, vec![one.clone()]), (name("SC", 2), 119, vec![one, two])];
        assert_eq!(told, expected, "what the operator gives beside the sale corrects nothing");
        let given = m.part(&order, &anna).await.refunds[1].refund.parts.0;
        assert_eq!((notes[0].net_minor, notes[0].tax_minor, notes[1].tax_minor), (1000, 190, given.tax), "as the order cut it");
        // A merchant sees its own, and nobody another's.
        assert_eq!((documents(&anna.staff).await.len(), documents(&berta.staff).await.len()), (4, 1));
        let foreign = billing::query::sale_invoice(&berta.staff, seen[0].id).await.unwrap_err();
        assert_eq!(foreign.code(), "NOT_FOUND");
        assert_eq!(sale_invoices(&bea, &SaleInvoiceFilter::default(), &PageArgs::first(9)).await.unwrap_err().code(), "FORBIDDEN");
        sound(&m).await;
    }
}

pub async fn transfer(m: &Market, order: &Order, minor: i64, reference: &str) {
    let input = payments::TransferReceived {
        reference: order.number.clone(),
        amount: Money::new(minor, order.currency),
        bank_reference: reference.to_owned(),
        received_at: None,
    };
    payments::transfer_received(&m.t.operator(), input).await.unwrap();
    settle(m).await;
}
