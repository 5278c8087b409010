//! Files of banks and providers are compared with the ledger; findings are for people.

use billing::model::reconcile::ReconciliationSource;
use billing::query::{FindingFilter, findings};
use billing::{
    Finding, Import, ImportFormat, Outcome, ProviderFee, ProviderSettled, Reconciliation, RunPayouts, import_file,
    post_provider_fee, post_provider_settled, resolve_finding, run_payouts,
};
use chrono::Duration;
use context::Ctx;
use kernel::{Fault as _, FaultKind, PageArgs};
use testkit::TestEnv;

use crate::shop::{EUR, IBAN, Part, capture, earn, merchant, sound};

fn report(ctx: &Ctx, content: String) -> Import {
    Import {
        source: ReconciliationSource::Provider,
        provider: Some("acme".to_owned()),
        format: ImportFormat::Csv,
        currency: EUR,
        file_name: "report.csv".to_owned(),
        content,
        from: Some(ctx.now() - Duration::days(1)),
        to: Some(ctx.now() + Duration::days(1)),
        balance_minor: None,
    }
}

/// Takes 100.00 by card; the provider's name of it.
async fn charge(ctx: &Ctx) -> String {
    let captured = capture(ctx, &[Part::plain(ctx, ctx.new_id())], "acme");
    let name = captured.operation_id.to_string();
    billing::post_captured(ctx, captured).await.unwrap();
    name
}

/// What came out, the first line first.
async fn found(t: &TestEnv, done: &Reconciliation) -> Vec<Finding> {
    let filter = FindingFilter { reconciliation: Some(done.id), ..FindingFilter::default() };
    let mut rows = findings(&t.operator(), &filter, &PageArgs::first(100)).await.unwrap().into_rows();
    rows.reverse();
    rows
}

fn outcomes(findings: &[Finding]) -> Vec<(Option<i32>, Outcome)> {
    findings.iter().map(|finding| (finding.line_no, finding.outcome)).collect()
}

const HEAD: &str = "id,type,amount,fee,net,currency,created,reference,payout\n";

fn line(id: &str, kind: &str, amount: &str, reference: &str) -> String {
    format!("{id},{kind},{amount},,,EUR,2026-03-02T09:00:00Z,{reference},\n")
}

testkit::both_databases! {
    /// S7: one missing, one duplicated, one altered and one unknown transaction: four findings, nothing is corrected.
    async fn s7_a_report_with_four_faults_gives_four_findings_and_corrects_nothing(t: TestEnv) {
        let ctx = t.system();
        let (good, twice, altered, missing) = (charge(&ctx).await, charge(&ctx).await, charge(&ctx).await, charge(&ctx).await);
        let content = [
            HEAD.to_owned(),
            line("t1", "charge", "100.00", &good),
            line("t2", "charge", "100.00", &twice),
            line("t2", "charge", "100.00", &twice),
            line("t3", "charge", "100.01", &altered),
            line("t4", "balance_adjustment", "-3.00", "who knows"),
        ]
        .concat();
        let before = billing::query::trial_balance(&t.operator(), EUR).await.unwrap();
        let done = import_file(&t.operator(), report(&ctx, content.clone())).await.unwrap();
        assert_eq!((done.line_count, done.ledger_minor), (5, 40_000));
        let findings_of = found(&t, &done).await;
        let expected = [
            (Some(1), Outcome::Matched),
            (Some(2), Outcome::Matched),
            (Some(3), Outcome::Duplicate),
            (Some(4), Outcome::AmountMismatch),
            (Some(5), Outcome::Unknown),
            (None, Outcome::MissingThere),
        ];
        assert_eq!(outcomes(&findings_of), expected);
        assert_eq!((findings_of[3].here_minor, findings_of[3].there_minor), (Some(10_000), Some(10_001)));
        assert!(findings_of[5].subject.contains(&missing), "{:?}", findings_of[5]);
        assert_eq!(billing::query::trial_balance(&t.operator(), EUR).await.unwrap(), before);
        let open = FindingFilter { open: true, ..FindingFilter::default() };
        assert_eq!(findings(&t.operator(), &open, &PageArgs::first(9)).await.unwrap().into_rows().len(), 4);

        let again = import_file(&t.operator(), report(&ctx, content)).await.unwrap();
        assert_eq!(again.id, done.id, "the same file is the same comparison");
        let late = import_file(&t.operator(), report(&ctx, format!("{HEAD}{}", line("t9", "charge", "100.00", &missing)))).await.unwrap();
        assert_eq!(outcomes(&found(&t, &late).await), [(Some(1), Outcome::Matched)], "what is matched is not missing again");
        sound(&t).await;
    }

    async fn findings_are_dealt_with_once_by_those_who_may(t: TestEnv) {
        let ctx = t.system();
        let import = report(&ctx, format!("{HEAD}{}", line("t1", "charge", "1.00", "nothing of ours")));
        let merchant = t.merchant(ctx.new_id());
        assert_eq!(import_file(&merchant, import.clone()).await.unwrap_err().kind(), FaultKind::Forbidden);
        let done = import_file(&t.operator(), import).await.unwrap();
        let open = found(&t, &done).await.remove(0);
        assert_eq!((open.outcome, open.is_open()), (Outcome::MissingHere, true));
        let resolve = |ctx: Ctx, version: i64| async move { resolve_finding(&ctx, open.id, version, "Asked the provider").await };
        assert_eq!(resolve(t.operator(), 7).await.unwrap_err().code(), "STALE_VERSION");
        let resolved = resolve(t.operator(), 1).await.unwrap();
        assert_eq!((resolved.is_open(), resolved.note.as_deref()), (false, Some("Asked the provider")));
        assert_eq!(resolve(t.operator(), 2).await.unwrap_err().code(), "NOT_POSSIBLE");
        assert_eq!(resolve(merchant, 2).await.unwrap_err().kind(), FaultKind::Forbidden);
        let none = FindingFilter { open: true, ..FindingFilter::default() };
        assert!(findings(&t.operator(), &none, &PageArgs::first(9)).await.unwrap().into_rows().is_empty());
    }

    async fn fees_settlements_and_balances_are_compared(t: TestEnv) {
        let ctx = t.system();
        let good = charge(&ctx).await;
        let fee = ProviderFee { provider: "acme".to_owned(), reference: "t1:fee".to_owned(), currency: EUR, amount_minor: 165, at: ctx.now() };
        post_provider_fee(&ctx, fee).await.unwrap();
        let settled = ProviderSettled { provider: "acme".to_owned(), reference: "po_1".to_owned(), currency: EUR, amount_minor: 9_835, at: ctx.now() };
        post_provider_settled(&ctx, settled).await.unwrap();
        let day = "2026-03-02T09:00:00Z";
        let content = format!(
            "{HEAD}t1,charge,100.00,1.65,98.35,EUR,{day},{good},po_1\npo_1,payout,-98.35,,,EUR,{day},,po_1\n"
        );
        let import = Import { balance_minor: Some(0), ..report(&ctx, content.clone()) };
        let done = import_file(&t.operator(), import).await.unwrap();
        let expected = [(Some(1), Outcome::Matched), (Some(2), Outcome::Matched), (Some(3), Outcome::Matched)];
        assert_eq!(outcomes(&found(&t, &done).await), expected);

        let wrong = Import { balance_minor: Some(5), ..report(&ctx, content.replace(",1.65,98.35,", ",1.66,98.34,").replace("t1,", "t2,").replace("\npo_1,payout", "\npo_2,payout")) };
        let done = import_file(&t.operator(), wrong).await.unwrap();
        let of = found(&t, &done).await;
        let subjects: Vec<_> = of.iter().filter(|one| one.outcome == Outcome::AmountMismatch).map(|one| one.subject.as_str()).collect();
        assert_eq!(subjects, ["settlement po_1", "balance"]);
        assert_eq!(of.last().map(|one| (one.here_minor, one.there_minor)), Some((Some(0), Some(5))));
    }

    async fn the_banks_statement_finds_payouts_by_their_reference(t: TestEnv) {
        let system = t.system();
        let (ann, bob) = (merchant(&t, "Ann", Some(IBAN)).await, merchant(&t, "Bob", Some(IBAN)).await);
        for id in [ann, bob] {
            earn(&t, &Part::plain(&system, id)).await;
        }
        let run = RunPayouts { run_key: "one".to_owned(), currency: EUR, cut_off_at: None, minimum_minor: None };
        let run = run_payouts(&t.operator(), run).await.unwrap();
        let filter = billing::query::PayoutFilter { run: Some(run.id), ..Default::default() };
        let sent = billing::query::payouts(&t.operator(), &filter, &PageArgs::first(9)).await.unwrap().into_rows();
        let paid = billing::MarkPaid { payout_id: sent[0].id, bank_reference: None, paid_at: None };
        billing::mark_paid(&t.operator(), paid).await.unwrap();
        let day = system.now().date_naive();
        let entry = |n: usize, reference: &str| format!(
            "<Ntry><Amt Ccy=\"EUR\">88.10</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt>
            <AcctSvcrRef>B-{n}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>"
        );
        let entries = [entry(1, &sent[0].reference.replace('-', " ")), entry(2, &sent[1].reference)].concat();
        let content = format!("<Document><BkToCstmrStmt><Stmt><Id>S</Id>{entries}</Stmt></BkToCstmrStmt></Document>");
        let import = Import { source: ReconciliationSource::Bank, provider: None, format: ImportFormat::Camt053, from: None, to: None, ..report(&system, content) };
        let done = import_file(&t.operator(), import).await.unwrap();
        let of = found(&t, &done).await;
        assert_eq!(outcomes(&of), [(Some(1), Outcome::Matched), (Some(2), Outcome::MissingHere)], "the second is not marked as paid");
        let still = billing::query::payout(&t.operator(), sent[1].id).await.unwrap();
        assert_eq!(still.state, billing::PayoutState::Initiated, "nothing is corrected silently");
        sound(&t).await;
    }

    async fn bad_files_are_refused_by_name(t: TestEnv) {
        let ctx = t.system();
        let code = async |import: Import| {
            let error = import_file(&t.operator(), import).await.unwrap_err();
            (error.field().unwrap(), error.code())
        };
        let good = || report(&ctx, format!("{HEAD}{}", line("t1", "charge", "1.00", "x")));
        assert_eq!(code(Import { content: "x".to_owned(), from: None, ..good() }).await, ("from".to_owned(), "REQUIRED"));
        assert_eq!(code(Import { content: format!("{HEAD}t1,charge,1\n"), ..good() }).await, ("content".to_owned(), "MALFORMED"));
        assert_eq!(code(Import { provider: None, ..good() }).await, ("provider".to_owned(), "REQUIRED"));
        assert_eq!(code(Import { format: ImportFormat::Camt053, ..good() }).await, ("format".to_owned(), "NOT_POSSIBLE"));
        assert_eq!(code(Import { file_name: String::new(), ..good() }).await, ("fileName".to_owned(), "REQUIRED"));
        let backwards = Import { from: good().to, to: good().from, ..good() };
        assert_eq!(code(backwards).await, ("to".to_owned(), "OUT_OF_RANGE"));
        assert_eq!(code(Import { content: "x".repeat(900_001), ..good() }).await, ("content".to_owned(), "TOO_LONG"));
    }
}
