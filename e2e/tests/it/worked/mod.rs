//! One marketplace to the cent: two orders, three merchants, a refund, a payout that comes back, a lost dispute, over
//! the public API with the clock of the sandbox. 28 transactions, every one known before.

mod journal;
mod stage;

use chrono::{DateTime, Duration, Utc};
use e2e::market::{Parcel, Placed};
use e2e::site::Options;
use e2e::{Json as _, Kind, Site};
use serde_json::{Value, json};

use self::stage::Stage;
use crate::common::{ask, eur, finish, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worked_example_comes_out_to_the_cent_over_the_api() {
    for kind in Kind::present("the worked example") {
        let site = Site::start(kind, Options::default().with("SOUK__SANDBOX__CLOCK", "true")).await.unwrap();
        let mut stage = Stage::open(&site).await;
        let order = stage.first_order().await;
        stage.fee("txn_1", 293).await;
        stage.fee("txn_1", 293).await;
        let sold = stage.ship_deliver_and_release(&order).await;
        stage.settlement("po_1", 18_853).await;
        let settled_at = stage.clock().await;
        assert_eq!(stage.held(settled_at, "asset:psp:sandbox:clearing").await, 0);
        stage.refund_one_of_a(&order).await;
        stage.first_payouts().await;
        let paid_at = stage.clock().await;
        stage.lost_dispute_of_b(&order).await;
        stage.second_order().await;
        stage.second_payouts().await;
        stage.compare(&[(sold, 5), (settled_at, 9), (paid_at, 17)]).await;
        stage.explained(&order).await;
        finish(site).await;
    }
}

impl Stage {
    /// O-1001: three books of A, a lamp of B, two mugs of C, and a coupon of the marketplace.
    async fn first_order(&mut self) -> Placed {
        let coupon = json!({ "code": "TWENTY", "name": "Twenty off", "currency": "EUR", "amount": eur(2_000) });
        run(&self.market.operator, "operator/marketplace#CouponCreate", coupon).await;
        let order = self.buy("O-1001", &[("A", 3, 499), ("B", 1, 590), ("C", 2, 350)], Some("TWENTY")).await;
        assert_eq!((order.total_minor, order.goods_minor, order.delivery_minor), (19_146, 19_707, 1_439));
        self.wait_for(1).await;
        order
    }

    async fn fee(&self, reference: &str, minor: i64) {
        let input = json!({ "provider": "sandbox", "reference": reference, "amount": eur(minor) });
        run(&self.market.operator, "operator/finance#ProviderFeeRecord", input).await;
    }

    async fn settlement(&self, reference: &str, minor: i64) {
        let input = json!({ "provider": "sandbox", "reference": reference, "amount": eur(minor) });
        run(&self.market.operator, "operator/finance#ProviderSettlementRecord", input).await;
    }

    /// Ships part by part, delivers part by part, and waits until what was earned is there. Gives when all was sold.
    async fn ship_deliver_and_release(&mut self, order: &Placed) -> DateTime<Utc> {
        let mut parcels: Vec<(&str, Parcel)> = Vec::new();
        for (number, name) in (3..).zip(["A", "B", "C"]) {
            parcels.push((name, self.ship(order, name).await));
            self.wait_for(number).await;
        }
        let sold = self.clock().await;
        for (name, parcel) in &parcels {
            self.forward(Duration::hours(1)).await;
            self.merchants[*name].staff.deliver(parcel).await.unwrap();
        }
        self.forward(Duration::days(13)).await;
        self.tick().await;
        assert_eq!(self.journal().await.len(), 5, "nothing is released before its time");
        self.forward(Duration::days(2)).await;
        self.wait_for(8).await;
        sold
    }

    async fn refund_one_of_a(&mut self, order: &Placed) {
        let part = self.part(order, "A");
        let shown = ask(&self.market.operator, "merchant/orders#MerchantOrder", json!({ "id": part })).await;
        let line = shown.list("merchantOrder.lines").unwrap()[0].text("id").unwrap().to_owned();
        let input = json!({
            "merchantOrderId": part, "lines": [{ "lineId": line, "quantity": 1 }], "reason": "DAMAGED",
        });
        let refund = run(&self.merchants["A"].staff.client, "merchant/orders#RefundCreate", input).await;
        assert_eq!(refund.minor("refund.amount").unwrap(), 1_796);
        self.names.put(refund.text("refund.id").unwrap(), "rf_1");
        self.wait_for(11).await;
    }

    /// A and B are paid, C waits for the minimum; the bank of A sends the money back and gets it again.
    async fn first_payouts(&mut self) {
        let first = self.payouts("run1", &[("A", 3_123), ("B", 11_142)], &["C"]).await;
        run(&self.market.operator, "operator/finance#PayoutMarkPaid", json!({ "id": first[1] })).await;
        let returned = json!({ "id": first[0], "reason": "bank rejected the account" });
        run(&self.market.operator, "operator/finance#PayoutMarkReturned", returned).await;
        let again = self.payouts("run1r", &[("A", 3_123)], &["C"]).await;
        assert_ne!(again[0], first[0], "another payout, not the same again");
        run(&self.market.operator, "operator/finance#PayoutMarkPaid", json!({ "id": again[0] })).await;
        self.wait_for(17).await;
    }

    async fn lost_dispute_of_b(&mut self, order: &Placed) {
        self.forward(Duration::days(5)).await;
        let input = json!({
            "paymentId": self.payment(order).await, "merchantOrderId": self.part(order, "B"), "reference": "dp_1",
            "amount": eur(11_022), "fee": eur(1_500), "reason": "not received",
        });
        let opened = run(&self.market.operator, "operator/finance#DisputeOpen", input.clone()).await;
        let again = run(&self.market.operator, "operator/finance#DisputeOpen", input).await;
        let id = opened.text("dispute.id").unwrap().to_owned();
        assert_eq!(again.text("dispute.id").unwrap(), id, "the same name, the same dispute");
        self.names.put(&id, "dp_1");
        self.wait_for(18).await;
        run(&self.market.operator, "operator/finance#DisputeResolve", json!({ "id": id, "won": false })).await;
        self.wait_for(20).await;
        assert_eq!(self.available("B").await, -12_684);
    }

    async fn second_order(&mut self) {
        self.forward(Duration::days(5)).await;
        let order = self.buy("O-1002", &[("B2", 1, 0)], None).await;
        assert_eq!(order.total_minor, 15_000);
        self.wait_for(21).await;
        self.fee("txn_2", 235).await;
        let parcel = self.ship(&order, "B").await;
        self.wait_for(23).await;
        self.merchants["B"].staff.deliver(&parcel).await.unwrap();
        self.forward(Duration::days(15)).await;
        self.wait_for(24).await;
        assert_eq!(self.available("B").await, 1_025);
    }

    /// The reserves come free after their days. Only C has enough to be paid.
    async fn second_payouts(&mut self) {
        self.forward(Duration::days(90)).await;
        self.wait_for(26).await;
        let payouts = self.payouts("run2", &[("C", 1_682)], &["A", "B"]).await;
        run(&self.market.operator, "operator/finance#PayoutMarkPaid", json!({ "id": payouts[0] })).await;
        self.wait_for(28).await;
        for (name, minor) in [("A", 529), ("B", 1_025), ("C", 0)] {
            assert_eq!(self.available(name).await, minor, "{name}");
        }
    }

    /// Compares every transaction and the closing trial balance, and looks back to `moments`: how many transactions
    /// there were at that time.
    async fn compare(&self, moments: &[(DateTime<Utc>, usize)]) {
        let found = self.journal().await;
        for (number, (tx, (kind, lines))) in (1..).zip(found.iter().zip(journal::JOURNAL)) {
            let expected: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            assert_eq!((tx.text("kind").unwrap(), self.lines(tx)), (kind, expected), "transaction {number}");
        }
        assert_eq!(found.len(), journal::JOURNAL.len());
        let now = self.clock().await;
        let accounts = self.accounts(now).await;
        let expected: Vec<_> = journal::CLOSING.iter().map(|(path, minor)| ((*path).to_owned(), *minor)).collect();
        assert_eq!(accounts, expected);
        let trial = json!({ "currency": "EUR", "asOf": now.to_rfc3339() });
        let trial = ask(&self.market.operator, "operator/finance#TrialBalance", trial).await;
        let side = |side: &str| {
            let of = |line: &&Value| line.text("side").unwrap() == side;
            let lines = trial.list("trialBalance").unwrap();
            lines.iter().filter(of).map(|line| line.minor("balance").unwrap()).sum::<i64>()
        };
        assert_eq!((side("DEBIT"), side("CREDIT")), (4_500, 4_500));
        for (at, count) in moments {
            let mut sums = std::collections::BTreeMap::<String, i64>::new();
            for (_, lines) in journal::JOURNAL.iter().take(*count) {
                stage::add(&mut sums, lines);
            }
            sums.retain(|_, minor| *minor != 0);
            assert_eq!(self.accounts(*at).await, sums.into_iter().collect::<Vec<_>>(), "as of {at}");
        }
    }

    /// The commission on the books, down to the rule, its percentage and the price of the book.
    async fn explained(&self, order: &Placed) {
        let sale = self.journal().await[2].text("id").unwrap().to_owned();
        let shown = ask(&self.market.operator, "operator/finance#ExplainTransaction", json!({ "id": sale })).await;
        let explanation = &shown.list("ledgerTransaction.explanations").unwrap()[0];
        assert_eq!(explanation.text("merchantOrder.id").unwrap(), self.part(order, "A"));
        let line = &explanation.list("lines").unwrap()[0];
        assert_eq!(line.minor("line.unitPrice").unwrap(), 1_999);
        assert_eq!(line.minor("parts.commissionOnGoods").unwrap(), 900);
        assert_eq!(line.minor("parts.discount").unwrap(), 609);
        assert_eq!(line.text("commissionRule.name").unwrap(), "Books");
        assert_eq!(line.text("commissionPercent").unwrap(), "15");
        assert_eq!(explanation.minor("total.net").unwrap(), 5_294);
        assert!(line["priceSet"]["actorName"].is_string(), "who set the price: {line}");
        assert!(line["commissionSet"]["actorName"].is_string(), "who set the rule: {line}");
    }
}
