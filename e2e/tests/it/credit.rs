//! What companies do not pay, and what they pay too much: given up by two people, paid after all, used, and sent back.

use e2e::market::sign_in;
use e2e::site::Options;
use e2e::{Client, Json as _, Kind, Site};
use serde_json::{Value, json};

use crate::business::Trade;
use crate::common::{PATIENCE, ask, eur, finish, refused, run};

const PASSWORD: &str = "correct horse battery staple";

/// Somebody else of the operator's finance.
async fn fin(site: &Site, trade: &Trade) -> Client {
    let fin = json!({ "email": "fin@souk.example", "name": "Fin", "role": "OPERATOR_FINANCE", "password": PASSWORD });
    run(trade.operator(), "merchant/team#MemberAdd", fin).await;
    sign_in(&site.client().unwrap(), "fin@souk.example", PASSWORD).await.unwrap()
}

/// Buys on account; gives the order once its goods left. Its number is what the buyer writes into a transfer.
async fn bought(site: &Site, trade: &Trade, po_number: &str) -> Value {
    let basket = trade.fill(po_number).await;
    let placed = run(&trade.bea, "storefront/checkout#OrderPlace", basket.place(po_number)).await;
    let id = placed.text("order.id").unwrap();
    trade.wait_status(id, "AUTHORIZED").await;
    trade.bazaar.fulfil_all().await.unwrap();
    trade.wait_status(id, "INVOICED").await;
    site.wait_quiet(PATIENCE).await.unwrap();
    placed["order"].clone()
}

/// The company's only credit, and what it holds.
async fn credit(trade: &Trade) -> (String, Value) {
    let seen = ask(trade.operator(), "operator/companies#CompanyTerms", json!({ "id": trade.company })).await;
    let account = seen.at("company.credit.0").unwrap();
    (account.text("id").unwrap().to_owned(), account["balance"].clone())
}

/// What is open is given up: asked for by one person, posted when another one agrees.
async fn given_up(site: &Site, trade: &Trade, total: i64) {
    let (request, decide) =
        ("operator/companies#ReceivableWriteOffRequest", "operator/companies#ReceivableWriteOffDecide");
    let finance = fin(site, trade).await;
    let owed = trade.owed(false).await;
    assert_eq!(owed.len(), 1);
    let asked =
        |open: i64| json!({ "receivableId": owed[0]["id"], "expectedOpen": eur(open), "reason": "they are insolvent" });
    assert_eq!(refused(&finance, request, asked(total - 1)).await.code(), "STALE_VERSION");
    let made = run(&finance, request, asked(total)).await["writeOff"].clone();
    assert_eq!((made.text("state").unwrap(), made.minor("amount").unwrap()), ("REQUESTED", total));
    assert_eq!(refused(&finance, request, asked(total)).await.code(), "NOT_POSSIBLE");
    let decision = json!({ "id": made["id"], "expectedVersion": made["version"], "approve": true, "note": "so be it" });
    assert_eq!(refused(&finance, decide, decision.clone()).await.code(), "FOUR_EYES");
    assert_eq!(refused(&trade.bea, decide, decision.clone()).await.code(), "FORBIDDEN");
    let books = trade.bazaar.market.books().await.unwrap();
    assert_eq!(books.sum(&["asset:buyer:receivable"]), total, "asking alone moves nothing");

    let posted = run(trade.operator(), decide, decision.clone()).await["writeOff"].clone();
    assert_eq!((posted.text("state").unwrap(), posted["transactionId"].is_string()), ("POSTED", true));
    assert_ne!(posted["requestedBy"], posted["decidedBy"]);
    assert_eq!(refused(trade.operator(), decide, decision).await.code(), "NOT_POSSIBLE", "decided once");
    site.wait_quiet(PATIENCE).await.unwrap();
    let books = trade.bazaar.market.books().await.unwrap();
    let borne = posted.minor("borneByMerchant").unwrap();
    assert!(borne > 0 && borne < total, "the merchant bears what it earned, the operator what it did: {borne}");
    assert_eq!(
        (books.sum(&["asset:buyer:receivable"]), books.sum(&["expense:bad_debt"])),
        (0, total - borne),
        "nothing is expected any more"
    );
    assert!(trade.owed(false).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_owed_is_given_up_by_two_and_what_is_too_much_is_kept() {
    for kind in Kind::present("write-offs and the credit of a company") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let mut trade = Trade::open(&site).await;
        let total = trade.fill("PO-0").await.total();
        trade.terms(total * 3, false).await;
        let first = bought(&site, &trade, "PO-1").await;
        given_up(&site, &trade, total).await;
        assert_eq!(trade.left().await, eur(total * 2)["amount"], "what was given up keeps its part of the limit");

        // They pay after all, and five euros too much.
        trade.pay(first.text("number").unwrap(), total + 500, "bank 1").await;
        site.wait_quiet(PATIENCE).await.unwrap();
        let all =
            ask(trade.operator(), "operator/companies#ReceivableWriteOffs", json!({ "filter": { "state": "POSTED" } }))
                .await;
        let posted = all.nodes("receivableWriteOffs").unwrap();
        assert_eq!((posted.len(), posted[0].minor("recovered").unwrap()), (1, total));
        assert_eq!(posted[0]["recoveredByMerchant"], posted[0]["borneByMerchant"]);
        assert_eq!(trade.left().await, eur(total * 3)["amount"]);
        let (account, balance) = credit(&trade).await;
        assert_eq!(balance, eur(500));
        let books = trade.bazaar.market.books().await.unwrap();
        assert_eq!((books.sum(&["expense:bad_debt"]), books.sum(&["liability:buyer_credit"])), (0, 500));

        used_and_sent_back(&site, &trade, &account, total).await;
        finish(site).await;
    }
}

/// Three euros pay a part of the next order, two go back to the company's bank.
async fn used_and_sent_back(site: &Site, trade: &Trade, account: &str, total: i64) {
    let (operator, wanted) = (trade.operator(), "operator/companies#CompanyCreditUse");
    let second = bought(site, trade, "PO-2").await;
    let using = |key: &str, most: i64| json!({ "idempotencyKey": key, "accountId": account, "orderId": second["id"], "most": eur(most) });
    assert_eq!(refused(operator, wanted, using("much", 501)).await.code(), "CREDIT_TOO_LOW");
    assert_eq!(refused(&trade.bea, wanted, using("own", 300)).await.code(), "FORBIDDEN", "the operator's books say so");
    let used = run(operator, wanted, using("use", 300)).await;
    let again = run(operator, wanted, using("use", 300)).await;
    assert_eq!((&used["account"], used["account"]["balance"].clone()), (&again["account"], eur(200)));
    let owed = trade.owed(false).await;
    assert_eq!((owed.len(), owed[0].minor("open").unwrap()), (1, total - 300));

    let back = "operator/companies#CompanyCreditReturn";
    let sent = |key: &str, minor: i64| json!({ "idempotencyKey": key, "accountId": account, "amount": eur(minor), "bankReference": format!("out {key}") });
    assert_eq!(refused(operator, back, sent("much", 201)).await.code(), "CREDIT_TOO_LOW");
    run(operator, back, sent("all", 200)).await;
    run(operator, back, sent("all", 200)).await;
    assert_eq!(refused(operator, back, sent("more", 1)).await.code(), "CREDIT_TOO_LOW");
    assert_eq!(credit(trade).await.1, eur(0));

    trade.pay(second.text("number").unwrap(), total - 300, "bank 2").await;
    trade.wait_status(second.text("id").unwrap(), "PAID").await;
    site.wait_quiet(PATIENCE).await.unwrap();
    let books = trade.bazaar.market.books().await.unwrap();
    assert_eq!((books.sum(&["asset:buyer:receivable"]), books.sum(&["liability:buyer_credit"])), (0, 0));
    assert_eq!(books.sum(&["asset:bank"]), 2 * total, "what both orders cost is there, and nothing else");
}
