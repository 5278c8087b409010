//! Documents of money: the file for the bank, the bank's own statement, who may see what.

use chrono::{Duration, Utc};
use e2e::Json as _;
use serde_json::{Value, json};

use super::Walk;
use crate::common::{ask, document, eventually, refused, run};

/// The operator says from which account payouts are paid.
pub async fn an_account_to_pay_from(walk: &Walk) {
    const EDIT: &str = "operator/marketplace#MarketplaceSettingsEdit";
    let settings = ask(&walk.operator, "operator/marketplace#MarketplaceSettings", json!({})).await;
    let version = settings.int("marketplaceSettings.version").unwrap();
    let wrong = json!({ "payingAccount": { "holder": "Souk", "iban": "DE00 1203 0000 0000 2020 51" } });
    let refusal = refused(&walk.operator, EDIT, json!({ "expectedVersion": version, "billing": wrong })).await;
    assert_eq!(refusal.code(), "CHECKSUM");
    let account = json!({ "holder": "Souk", "iban": "DE02 1203 0000 0000 2020 51", "bic": "BYLADEM1001" });
    let billing = json!({ "payingAccount": account, "timeZone": "Europe/Berlin" });
    let edited = run(&walk.operator, EDIT, json!({ "expectedVersion": version, "billing": billing })).await;
    assert_eq!(edited.text("settings.billing.payingAccount.iban").unwrap(), "DE02120300000000202051");
}

/// The run has a list and a SEPA file, and both can be fetched and are what they claim to be.
pub async fn files_for_the_bank(walk: &Walk, run: &str) {
    let files = eventually("both files for the bank", async || {
        let runs = ask(&walk.operator, "operator/papers#PayoutRunFiles", json!({ "first": 5 })).await;
        let runs = runs.nodes("payoutRuns").unwrap();
        let found = runs.iter().find(|one| one.text("id").unwrap() == run).unwrap();
        let files = found.list("files").unwrap().clone();
        (files.len() == 2).then_some(files)
    })
    .await;
    for (file, format, part) in [(&files[0], "csv", "reference,holder"), (&files[1], "pain001", "<EndToEndId>pot-")] {
        assert_eq!(file.text("format").unwrap(), format);
        let answer = walk.operator.http().get(file.text("url").unwrap()).send().await.unwrap();
        let text = answer.error_for_status().unwrap().text().await.unwrap();
        assert!(text.contains(part), "{text}");
        assert_eq!(i64::try_from(text.len()).unwrap(), file.int("byteSize").unwrap());
    }
}

/// The bank's statement of the day: the payouts are matched, what it does not tell is found, nothing is corrected.
#[allow(clippy::disallowed_methods, reason = "the program under test has the same clock")]
pub async fn the_bank_tells_what_it_did(walk: &Walk) {
    let payouts = ask(&walk.operator, "merchant/money#Payouts", json!({ "first": 50 })).await;
    let payouts = payouts.nodes("payouts").unwrap();
    let day = Utc::now().date_naive();
    let entry = |(n, payout): (usize, &&Value)| {
        let (amount, reference) = (payout.text("amount.amount").unwrap(), payout.text("reference").unwrap());
        format!(
            "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
             <BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>WALK-{n}</AcctSvcrRef><NtryDtls><TxDtls>\
             <Refs><EndToEndId>{reference}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>"
        )
    };
    let entries: String = payouts.iter().enumerate().map(entry).collect();
    let content = format!("<Document><BkToCstmrStmt><Stmt><Id>1</Id>{entries}</Stmt></BkToCstmrStmt></Document>");
    let (from, to) = (Utc::now() - Duration::days(1), Utc::now() + Duration::days(1));
    let input = json!({
        "source": "BANK", "format": "CAMT053", "currency": "EUR", "fileName": "day.xml", "content": content,
        "from": from.to_rfc3339(), "to": to.to_rfc3339(),
    });
    let first = run(&walk.operator, "operator/papers#ReconciliationImport", input.clone()).await;
    let again = run(&walk.operator, "operator/papers#ReconciliationImport", input).await;
    let id = first.text("reconciliation.id").unwrap();
    assert_eq!(again.text("reconciliation.id").unwrap(), id, "the same file, the same comparison");
    let filter = json!({ "filter": { "reconciliationId": id }, "first": 100 });
    let findings = ask(&walk.operator, "operator/papers#ReconciliationFindings", filter).await;
    let findings = findings.nodes("reconciliationFindings").unwrap();
    let count = |outcome: &str| findings.iter().filter(|one| one.text("outcome").unwrap() == outcome).count();
    assert_eq!(count("MATCHED"), payouts.len(), "{findings:#?}");
    assert_eq!(count("MISSING_HERE") + count("DUPLICATE") + count("UNKNOWN") + count("AMOUNT_MISMATCH"), 0);
    let is_receipt = |one: &&&Value| one.text("subject").unwrap().starts_with("TRANSFER_");
    let receipt = findings.iter().find(is_receipt).unwrap();
    assert_eq!(receipt.text("outcome").unwrap(), "MISSING_THERE", "the bank told nothing of a receipt");
    let note = json!({ "id": receipt["id"], "expectedVersion": 1, "note": "It is on the statement of yesterday" });
    let resolved = run(&walk.operator, "operator/papers#ReconciliationFindingResolve", note.clone()).await;
    assert!(!resolved.truth("finding.isOpen").unwrap());
    let stale = refused(&walk.operator, "operator/papers#ReconciliationFindingResolve", note).await;
    assert_eq!(stale.code(), "STALE_VERSION");
}

/// Reconciliation is the operator's; a merchant sees its own papers only.
pub async fn strangers_see_no_papers(walk: &Walk) {
    let staff = &walk.anna.staff;
    let listed = staff.query(document("operator/papers#ReconciliationFindings"), json!({})).await;
    assert_eq!(listed.unwrap_err().code(), "FORBIDDEN");
    let foreign = json!({ "merchantId": walk.bruno.id });
    let profile = staff.query(document("merchant/papers#BillingProfile"), foreign).await;
    assert_eq!(profile.unwrap_err().code(), "NOT_FOUND");
    let own = ask(staff, "merchant/papers#BillingProfile", json!({})).await;
    assert_eq!(own.int("billingProfile.version").unwrap(), 0);
    let closed = ask(staff, "merchant/papers#ClosedStatements", json!({})).await;
    assert_eq!(closed.nodes("closedStatements").unwrap().len(), 0, "the month is not over");
}
