//! Statements close once and stay; invoices have numbers without gaps; files are the same bytes for ever.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use billing::query::{
    InvoiceFilter, JournalFilter, LineFilter, StatementFilter, closed_statement, closed_statements, files_of_seen,
    invoices, journal, merchant_balances, merchant_lines,
};
use billing::{ClosedStatement, FileSink, Invoice, InvoiceKind, ProfilePatch, close_statements};
use chrono::{DateTime, Duration, TimeZone as _, Utc};
use kernel::id::MerchantId;
use kernel::{Fault as _, FaultKind, PageArgs, Zone};
use marketplace::{BillingSettings, StatementCycle};
use outbox::Dispatcher;
use sea_orm::ConnectionTrait as _;
use sha2::{Digest as _, Sha256};
use testkit::TestEnv;

use crate::shop::{EUR, IBAN, Part, capture, earn, merchant, recognize, sell, settle, sound};

/// Files in memory, with how often each was written.
#[derive(Default)]
pub struct Files(pub Mutex<HashMap<String, Vec<Vec<u8>>>>);

#[async_trait]
impl FileSink for Files {
    async fn put(&self, key: &str, _content_type: &str, body: Vec<u8>) -> Result<(), String> {
        self.0.lock().unwrap().entry(key.to_owned()).or_default().push(body);
        Ok(())
    }
}

impl Files {
    pub fn last(&self, key: &str) -> String {
        String::from_utf8(self.bytes(key)).unwrap()
    }

    pub fn bytes(&self, key: &str) -> Vec<u8> {
        self.0.lock().unwrap()[key].last().unwrap().clone()
    }
}

/// Lets the jobs write their files.
pub async fn write_files(t: &TestEnv) -> Arc<Files> {
    let files = Arc::new(Files::default());
    let sink: Arc<dyn FileSink> = files.clone();
    let (world, wake) = (t.world.clone(), t.world.wake.clone());
    let builder = Dispatcher::builder(world.db.clone(), world.clock.clone(), wake);
    billing::register(builder, &world, &sink, None).build().drain().await.unwrap();
    files
}

fn at(month: u32, day: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, month, day, 12, 0, 0).unwrap()
}

fn until(t: &TestEnv, instant: DateTime<Utc>) {
    t.clock.advance(instant - t.system().now());
}

/// All statements, the oldest first.
async fn all(t: &TestEnv, merchant: MerchantId) -> Vec<ClosedStatement> {
    let filter = StatementFilter { merchant: Some(merchant), currency: Some(EUR) };
    let mut rows = closed_statements(&t.operator(), &filter, &PageArgs::first(100)).await.unwrap().into_rows();
    rows.reverse();
    rows
}

async fn documents(t: &TestEnv, merchant: MerchantId) -> Vec<Invoice> {
    let filter = InvoiceFilter { merchant: Some(merchant), ..InvoiceFilter::default() };
    let mut rows = invoices(&t.operator(), &filter, &PageArgs::first(100)).await.unwrap().into_rows();
    rows.reverse();
    rows
}

fn groups(closed: &ClosedStatement) -> Vec<(&str, i64, i64)> {
    closed.lines.iter().map(|line| (line.group.as_str(), line.excl_tax_minor, line.tax_minor)).collect()
}

testkit::both_databases! {
    async fn a_statement_is_closed_once_and_stays_the_same_for_ever(t: TestEnv) {
        let id = merchant(&t, "Ann", Some(IBAN)).await;
        earn(&t, &Part::plain(&t.system(), id)).await;
        assert_eq!(close_statements(&t.system()).await.unwrap(), 0, "March is not over");
        until(&t, at(4, 2));
        assert_eq!(close_statements(&t.system()).await.unwrap(), 1);
        let first = all(&t, id).await.remove(0);
        assert_eq!((first.opening_minor, first.closing_minor, first.cycle_no), (0, 8_810, 1));
        assert_eq!(first.from.to_rfc3339(), "2026-02-28T23:00:00+00:00", "midnight in Berlin");
        assert_eq!(first.to.to_rfc3339(), "2026-03-31T22:00:00+00:00", "in summer time");
        assert_eq!(groups(&first), [("payable_orders", 10_000, 0), ("commissions", -1_000, -190)]);
        let files = write_files(&t).await;
        let key = format!("statements/{}.csv", first.id);
        let csv = files.last(&key);

        // Months later, after more business, and after the settings changed.
        until(&t, at(6, 20));
        earn(&t, &Part::plain(&t.system(), id)).await;
        settle(&t, BillingSettings { statement_cycle: StatementCycle::Weekly, time_zone: Zone::UTC, ..BillingSettings::default() }).await;
        close_statements(&t.system()).await.unwrap();
        assert_eq!(close_statements(&t.system()).await.unwrap(), 0);
        assert_eq!(closed_statement(&t.operator(), first.id).await.unwrap(), first);
        assert_eq!(first.fingerprint(), first.hash);
        let files = write_files(&t).await;
        assert!(!files.0.lock().unwrap().contains_key(&key), "it was written once");
        let names = files_of_seen(&t.operator(), &[first.id.to_string()]).await.unwrap();
        let file = &names[&first.id.to_string()][0];
        let sha = kernel::text::hex(Sha256::digest(csv.as_bytes()));
        assert_eq!((file.sha256.as_str(), file.byte_size), (sha.as_str(), i64::try_from(csv.len()).unwrap()));
        sound(&t).await;
    }

    async fn the_list_of_a_statement_leads_from_opening_to_closing(t: TestEnv) {
        let id = merchant(&t, "Ann", Some(IBAN)).await;
        earn(&t, &Part::plain(&t.system(), id)).await;
        until(&t, at(4, 2));
        close_statements(&t.system()).await.unwrap();
        let first = all(&t, id).await.remove(0);
        let files = write_files(&t).await;
        let csv = files.last(&format!("statements/{}.csv", first.id));
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let head: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows: Vec<HashMap<String, String>> = reader
            .records()
            .map(|record| head.iter().cloned().zip(record.unwrap().iter().map(str::to_owned)).collect())
            .collect();
        let column = |name: &str| rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
        assert_eq!(column("section"), ["opening", "entry", "entry", "entry", "group", "group", "closing"]);
        assert_eq!(column("account")[1..4], ["pending", "pending", "available"]);
        assert_eq!(column("amount")[1..6], ["88.10", "-88.10", "88.10", "100.00", "-11.90"]);
        assert_eq!(column("balance")[3], "88.10");
        assert_eq!(column("balance")[6], "88.10");
        assert_eq!(first.entry_count, 3);
    }

    async fn every_entry_is_in_exactly_one_statement_and_periods_join(t: TestEnv) {
        let id = merchant(&t, "Ann", Some(IBAN)).await;
        for month in [3, 4, 6] {
            until(&t, at(month, 5));
            earn(&t, &Part::plain(&t.system(), id)).await;
        }
        until(&t, at(7, 2));
        assert_eq!(close_statements(&t.system()).await.unwrap(), 4, "May, in which nothing happened, too");
        let closed = all(&t, id).await;
        for pair in closed.windows(2) {
            assert_eq!((pair[1].from, pair[1].opening_minor), (pair[0].to, pair[0].closing_minor));
            assert_eq!(pair[1].cycle_no, pair[0].cycle_no + 1);
        }
        assert_eq!((closed[2].opening_minor, closed[2].closing_minor, closed[2].lines.len()), (17_620, 17_620, 0));
        let lines = merchant_lines(&t.operator(), id, &LineFilter::default(), &PageArgs::first(100)).await.unwrap();
        let own = lines.into_rows().into_iter().filter(|line| line.account != "order_funds");
        let mut listed = 0;
        for line in own {
            let holding = closed.iter().filter(|one| (one.from..one.to).contains(&line.posted_at)).count();
            assert_eq!(holding, 1, "{line:?}");
            listed += 1;
        }
        assert_eq!(closed.iter().map(|one| one.entry_count).sum::<i64>(), listed);
        let balance = merchant_balances(&t.operator(), id).await.unwrap()[0];
        assert_eq!(closed[3].closing_minor, balance.pending_minor + balance.available_minor + balance.reserve_minor);
        sound(&t).await;
    }

    async fn what_is_told_late_lands_in_the_open_period_with_its_own_time(t: TestEnv) {
        let id = merchant(&t, "Ann", Some(IBAN)).await;
        earn(&t, &Part::plain(&t.system(), id)).await;
        until(&t, at(4, 2));
        close_statements(&t.system()).await.unwrap();
        let first = all(&t, id).await.remove(0);
        let (ctx, part) = (t.system(), Part::plain(&t.system(), id));
        billing::post_captured(&ctx, capture(&ctx, std::slice::from_ref(&part), "sandbox")).await.unwrap();
        let mut late = recognize(&ctx, &part, at(5, 1));
        late.at = at(3, 20);
        billing::post_recognized(&ctx, late).await.unwrap();
        until(&t, at(5, 2));
        close_statements(&t.system()).await.unwrap();
        let closed = all(&t, id).await;
        assert_eq!((closed.len(), &closed[0]), (2, &first));
        assert_eq!(groups(&closed[1]), [("payable_orders", 10_000, 0), ("commissions", -1_000, -190)]);
        let filter = JournalFilter { kind: Some("SALE_RECOGNIZED".to_owned()), ..JournalFilter::default() };
        let tx = journal(&t.operator(), &filter, &PageArgs::first(1)).await.unwrap().into_rows().remove(0);
        assert_eq!((tx.effective_at, tx.posted_at), (at(3, 20), at(4, 2)));
        sound(&t).await;
    }

    async fn many_closers_at_once_close_once_and_number_without_gaps(t: TestEnv) {
        let mut merchants = Vec::new();
        for n in 0..6 {
            let id = merchant(&t, &format!("Merchant {n}"), Some(IBAN)).await;
            sell(&t.system(), &Part::plain(&t.system(), id)).await;
            merchants.push(id);
        }
        until(&t, at(5, 2));
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let ctx = t.operator();
                tokio::spawn(async move { close_statements(&ctx).await })
            })
            .collect();
        let mut closed = 0;
        for task in tasks {
            closed += task.await.unwrap().unwrap();
        }
        assert_eq!(closed, 12, "two months of six merchants");
        let mut numbers = Vec::new();
        for id in merchants {
            assert_eq!(all(&t, id).await.len(), 2);
            let issued = documents(&t, id).await;
            assert_eq!(issued.len(), 1, "in April nobody sold");
            numbers.push(issued[0].seq_no);
        }
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
        sound(&t).await;
    }

    async fn charges_are_invoiced_and_what_is_given_back_is_a_credit_note(t: TestEnv) {
        let id = merchant(&t, "Ann", Some(IBAN)).await;
        let (ctx, part) = (t.system(), Part::plain(&t.system(), id));
        sell(&ctx, &part).await;
        until(&t, at(4, 2));
        close_statements(&ctx).await.unwrap();
        let refund = billing::RefundRequested {
            refund_id: ctx.new_id(),
            merchant_id: id,
            merchant_order_id: part.merchant_order,
            currency: EUR,
            components: billing::SaleComponents { gross_minor: 5_000, commission_minor: 500, commission_tax_minor: 95, ..part.components },
            promotion_minor: 0,
        goodwill_minor: 0,
            jurisdiction: "DE".to_owned(),
            at: ctx.now(),
        };
        billing::post_refund_requested(&ctx, refund).await.unwrap();
        until(&t, at(5, 2));
        close_statements(&ctx).await.unwrap();
        let issued = documents(&t, id).await;
        let said: Vec<_> = issued.iter().map(|one| (one.number.as_str(), one.net_minor, one.tax_minor, one.gross_minor)).collect();
        assert_eq!(said, [("INV-2026-000001", 1_000, 190, 1_190), ("CN-2026-000001", 500, 95, 595)]);
        assert_eq!((issued[1].kind, issued[1].corrects_id), (InvoiceKind::CreditNote, Some(issued[0].id)));
        assert_eq!(issued[1].content.corrects_number.as_deref(), Some("INV-2026-000001"));
        assert_eq!(issued[0].issued_on.to_string(), "2026-04-02");
        assert_eq!((issued[0].content.from_on.to_string(), issued[0].content.to_on.to_string()), ("2026-03-01".to_owned(), "2026-03-31".to_owned()));
        assert_eq!(issued[0].content.buyer.legal_name, "Ann GmbH");
        let files = write_files(&t).await;
        assert!(files.bytes(&format!("invoices/{}.pdf", issued[0].id)).starts_with(b"%PDF"));
        assert!(!files.0.lock().unwrap().contains_key(&format!("invoices/{}.xml", issued[0].id)), "the operator has no tax number");
        sound(&t).await;
    }

    async fn documents_cannot_be_changed_and_changes_are_found(t: TestEnv) {
        let id = merchant(&t, "Ann", Some(IBAN)).await;
        sell(&t.system(), &Part::plain(&t.system(), id)).await;
        until(&t, at(4, 2));
        close_statements(&t.system()).await.unwrap();
        write_files(&t).await;
        let db = t.world.db.for_migrations();
        for table in ["statement", "invoice", "document_file"] {
            for sql in [format!("DELETE FROM {table}"), format!("UPDATE {table} SET {} = 'x'", if table == "document_file" { "sha256" } else { "hash" })] {
                assert!(db.execute_unprepared(&sql).await.is_err(), "{sql}");
            }
        }
        let off: &[&str] = match t.kind {
            testkit::Kind::Sqlite => &["DROP TRIGGER statement_no_update", "DROP TRIGGER invoice_no_update"],
            testkit::Kind::Postgres => &["ALTER TABLE statement DISABLE TRIGGER USER", "ALTER TABLE invoice DISABLE TRIGGER USER"],
        };
        for sql in off {
            db.execute_unprepared(sql).await.unwrap();
        }
        db.execute_unprepared("UPDATE statement SET closing_minor = closing_minor + 1").await.unwrap();
        db.execute_unprepared("UPDATE invoice SET tax_minor = tax_minor + 1, gross_minor = gross_minor + 1").await.unwrap();
        db.execute_unprepared("UPDATE document_series SET last_no = 2").await.unwrap();
        let found = billing::check::papers(t.world.db.read()).await.unwrap();
        for wanted in ["was changed after it was closed", "do not lead to its closing balance", "was changed after it was issued", "do not sum to its totals", "2 were given, 1 are there"] {
            assert!(found.iter().any(|line| line.contains(wanted)), "{wanted}: {found:?}");
        }
    }

    async fn merchants_have_their_own_cycle_and_see_only_their_own_papers(t: TestEnv) {
        let (ann, bob) = (merchant(&t, "Ann", Some(IBAN)).await, merchant(&t, "Bob", Some(IBAN)).await);
        let patch = ProfilePatch { statement_cycle: Some(Some(StatementCycle::HalfMonthly)), ..ProfilePatch::default() };
        let edit = billing::EditBillingProfile { merchant_id: ann, expected_version: 0, patch };
        assert_eq!(billing::edit_billing_profile(&t.merchant(ann), edit.clone()).await.unwrap_err().kind(), FaultKind::Forbidden);
        assert_eq!(billing::edit_billing_profile(&t.operator(), edit.clone()).await.unwrap().version, 1);
        assert_eq!(billing::edit_billing_profile(&t.operator(), edit).await.unwrap_err().code(), "STALE_VERSION");
        for id in [ann, bob] {
            sell(&t.system(), &Part::plain(&t.system(), id)).await;
        }
        until(&t, at(4, 2));
        close_statements(&t.system()).await.unwrap();
        assert_eq!((all(&t, ann).await.len(), all(&t, bob).await.len()), (2, 1));
        let any = StatementFilter::default();
        let seen = closed_statements(&t.merchant(bob), &any, &PageArgs::first(9)).await.unwrap().into_rows();
        assert_eq!(seen.iter().map(|one| one.merchant_id).collect::<Vec<_>>(), [bob]);
        let foreign = all(&t, ann).await[0].id;
        assert_eq!(closed_statement(&t.merchant(bob), foreign).await.unwrap_err().kind(), FaultKind::NotFound);
        let theirs = documents(&t, ann).await[0].id;
        assert_eq!(billing::query::invoice(&t.merchant(bob), theirs).await.unwrap_err().kind(), FaultKind::NotFound);
        let named = InvoiceFilter { merchant: Some(ann), ..InvoiceFilter::default() };
        assert!(invoices(&t.merchant(bob), &named, &PageArgs::first(9)).await.unwrap().into_rows().is_empty());
        assert_eq!(close_statements(&t.merchant(bob)).await.unwrap_err().kind(), FaultKind::Forbidden);
    }

    async fn numbers_begin_anew_with_the_year_and_e_invoices_need_a_tax_number(t: TestEnv) {
        let id = merchant(&t, "Ann", Some(IBAN)).await;
        let operator = marketplace::LegalEntity { tax_id: "DE123456789".to_owned(), ..marketplace::LegalEntity::default() };
        crate::shop::edit(&t, marketplace::model::SettingsPatch { operator: Some(operator), ..Default::default() }).await;
        for day in [at(11, 20), at(12, 20)] {
            until(&t, day);
            sell(&t.system(), &Part::plain(&t.system(), id)).await;
            close_statements(&t.system()).await.unwrap();
        }
        until(&t, at(12, 31) + Duration::days(2));
        close_statements(&t.system()).await.unwrap();
        let issued = documents(&t, id).await;
        let said: Vec<_> = issued.iter().map(|one| one.number.as_str()).collect();
        assert_eq!(said, ["INV-2026-000001", "INV-2027-000001"]);
        let files = write_files(&t).await;
        let xml = files.last(&format!("invoices/{}.xml", issued[0].id));
        assert!(xml.contains("<cbc:CompanyID>DE123456789</cbc:CompanyID>") && xml.contains("<cbc:TaxInclusiveAmount currencyID=\"EUR\">11.90</"), "{xml}");
        sound(&t).await;
    }
}
