//! The ledger: balances, statement, journal, payouts.

use chrono::{Duration, Utc};
use e2e::Json as _;
use serde_json::{Value, json};

use super::fulfil::Sent;
use super::{Stall, Walk, papers};
use crate::common::{ask, eventually, run};

/// What a merchant has in euros.
async fn balance(stall: &Stall) -> Value {
    let answer = ask(&stall.staff, "merchant/money#MerchantBalances", json!({})).await;
    let all = answer.list("merchantBalances").unwrap();
    all.iter().find(|balance| balance.text("currency").unwrap() == "EUR").unwrap().clone()
}

pub async fn paid_out(walk: &Walk, sent: &Sent) {
    let available = eventually("released earnings", async || {
        let balance = balance(&walk.anna).await;
        let pending = balance.minor("pending").unwrap() + balance.minor("orderFunds").unwrap();
        (pending == 0).then(|| balance.minor("available").unwrap())
    })
    .await;
    assert!(available > 0);
    statement(walk, sent, available).await;
    books_balance(walk).await;

    papers::an_account_to_pay_from(walk).await;
    let run_input = json!({ "runKey": "walk EUR", "currency": "EUR", "minimum": { "amount": "0", "currency": "EUR" } });
    let first = run(&walk.operator, "operator/finance#PayoutRunCreate", run_input.clone()).await;
    let second = run(&walk.operator, "operator/finance#PayoutRunCreate", run_input).await;
    let id = first.text("run.id").unwrap();
    assert_eq!(second.text("run.id").unwrap(), id, "the same name, the same run");
    assert_eq!(balance(&walk.anna).await.minor("inPayout").unwrap(), available);
    eventually("the file for the bank", async || {
        let runs = ask(&walk.operator, "operator/finance#PayoutRuns", json!({ "first": 1 })).await;
        let file = runs.nodes("payoutRuns").unwrap()[0]["fileKey"].clone();
        (!file.is_null()).then_some(())
    })
    .await;
    papers::files_for_the_bank(walk, id).await;
    run(&walk.operator, "operator/finance#PayoutRunMarkPaid", json!({ "id": id })).await;
    let after = balance(&walk.anna).await;
    assert_eq!((after.minor("available").unwrap(), after.minor("inPayout").unwrap()), (0, 0));
    let payouts = ask(&walk.anna.staff, "merchant/money#Payouts", json!({ "first": 10 })).await;
    let payouts = payouts.nodes("payouts").unwrap();
    assert_eq!(payouts.len(), 1, "a merchant sees its own payouts only");
    assert_eq!(payouts[0].text("state").unwrap(), "PAID");
    papers::the_bank_tells_what_it_did(walk).await;
    papers::strangers_see_no_papers(walk).await;
    books_balance(walk).await;
}

/// What came in less what the operator keeps is what is left.
#[allow(clippy::disallowed_methods, reason = "the program under test has the same clock")]
async fn statement(walk: &Walk, sent: &Sent, available: i64) {
    let (from, to) = (Utc::now() - Duration::hours(1), Utc::now() + Duration::hours(1));
    let period = json!({ "currency": "EUR", "from": from.to_rfc3339(), "to": to.to_rfc3339() });
    let answer = ask(&walk.anna.staff, "merchant/money#Statement", period).await;
    let statement = answer.at("statement").unwrap();
    assert_eq!(statement.minor("closing").unwrap() - statement.minor("opening").unwrap(), available, "{statement}");
    let totals = statement.list("totals").unwrap();
    let sales = totals.iter().find(|total| total.text("kind").unwrap() == "SALE_RECOGNIZED").unwrap();
    let part = |field: &str| sales.minor(field).unwrap();
    let kept = part("commission") + part("fixedFee") + part("commissionTax") + part("remittedTax");
    assert_eq!(part("gross") - kept.abs(), part("net"), "{sales}");
    assert_eq!(part("net"), available, "only shipped units were earned");
    let [annas, _, _] = &sent.parts;
    let order = ask(&walk.anna.staff, "merchant/orders#MerchantOrder", json!({ "id": annas })).await;
    let captured = order.minor("merchantOrder.captured").unwrap();
    assert_eq!(part("gross"), captured - sent.returned_minor);
    let lines = ask(&walk.anna.staff, "merchant/money#JournalLines", json!({ "first": 100 })).await;
    let lines = lines.nodes("journalLines").unwrap();
    let into = lines.iter().filter(|line| line.text("account").unwrap() == "available");
    assert_eq!(into.map(|line| line.minor("amount").unwrap()).sum::<i64>(), available);
}

/// Debit accounts hold what credit accounts hold.
async fn books_balance(walk: &Walk) {
    let answer = ask(&walk.operator, "operator/finance#TrialBalance", json!({ "currency": "EUR" })).await;
    let lines = answer.list("trialBalance").unwrap();
    let sum = |side: &str| {
        let on_it = lines.iter().filter(|line| line.text("side").unwrap() == side);
        on_it.map(|line| line.minor("balance").unwrap()).sum::<i64>()
    };
    assert_eq!(sum("DEBIT"), sum("CREDIT"), "{lines:#?}");
    assert!(sum("DEBIT") > 0);
}
