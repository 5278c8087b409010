//! Two orders, three merchants, a refund, a payout that comes back, a lost dispute: 28 transactions, known to the cent.

use std::collections::BTreeMap;

use billing::model::LedgerTx;
use billing::query::{JournalFilter, journal, merchant_balances, statement};
use billing::{
    DisputeFeeRecharged, DisputeLost, DisputeOpened, Exposed, MarkPaid, MarkReturned, Payout, ProviderFee,
    ProviderSettled, RefundRequested, RefundSettled, RunPayouts, SaleComponents,
};
use chrono::{DateTime, Duration, TimeZone as _, Utc};
use context::Ctx;
use kernel::PageArgs;
use kernel::id::{DisputeId, MerchantId, OrderId, RefundId};
use payments::event::MoneyPlace;
use testkit::TestEnv;

use crate::shop::{EUR, IBAN, Part, capture, merchant, recognize, reserve, sound};
use crate::worked::JOURNAL;

const MINIMUM: i64 = 1_200;

/// The ids of the test under the names of the example.
#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    fn put(&mut self, id: impl ToString, name: &str) {
        self.0.insert(id.to_string(), name.to_owned());
    }

    fn apply(&self, path: &str) -> String {
        self.0.iter().fold(path.to_owned(), |path, (id, name)| path.replace(id, name))
    }
}

struct Walk {
    t: TestEnv,
    ctx: Ctx,
    a: Part,
    b: Part,
    c: Part,
    names: Names,
}

testkit::both_databases! {
    async fn the_worked_example_comes_out_to_the_cent(t: TestEnv) {
        let mut walk = Walk::begin(t).await;
        walk.sell_and_release().await;
        walk.refund_one_of_a().await;
        walk.first_payouts().await;
        walk.dispute_of_b().await;
        walk.second_order().await;
        walk.second_payouts().await;
        walk.compare().await;
        sound(&walk.t).await;
    }
}

impl Walk {
    async fn begin(t: TestEnv) -> Self {
        let mut names = Names::default();
        let mut ids = Vec::new();
        for name in ["A", "B", "C"] {
            let id = merchant(&t, &format!("Merchant {name}"), Some(IBAN)).await;
            names.put(id, name);
            ids.push(id);
        }
        let ctx = t.system();
        let order: OrderId = ctx.new_id();
        names.put(order, "O-1001");
        let a = Part::new(&ctx, order, ids[0], [6_496, 609, 975, 35, 192, 0]);
        let b = Part::new(&ctx, order, ids[1], [12_200, 1_178, 854, 35, 169, 0]);
        let c = Part::new(&ctx, order, ids[2], [2_450, 213, 342, 35, 0, 391]);
        Self { t, ctx, a, b, c, names }
    }

    async fn sell_and_release(&self) {
        let ctx = &self.ctx;
        let parts = [self.a.clone(), self.b.clone(), self.c.clone()];
        let captured = capture(ctx, &parts, "acme");
        let first = billing::post_captured(ctx, captured.clone()).await.unwrap();
        let again = billing::post_captured(ctx, captured).await.unwrap();
        assert!(again.replayed && again.tx == first.tx);
        self.fee("txn_1", 293).await;
        let start = ctx.now();
        for (days, part) in (14..).zip(&parts) {
            billing::post_recognized(ctx, recognize(ctx, part, start + Duration::days(days))).await.unwrap();
        }
        for (days, ppm) in [(14, 100_000), (15, 0), (16, 300_000)] {
            reserve(&self.t, ppm).await;
            self.t.clock.set(start + Duration::days(days));
            assert_eq!(billing::release_due(ctx, ctx.now()).await.unwrap().holds, 1);
        }
        reserve(&self.t, 0).await;
        let settled = ProviderSettled {
            provider: "acme".to_owned(),
            reference: "po_1".to_owned(),
            currency: EUR,
            amount_minor: 18_853,
            at: ctx.now(),
        };
        billing::post_provider_settled(ctx, settled).await.unwrap();
    }

    async fn fee(&self, reference: &str, amount_minor: i64) {
        let (provider, reference) = ("acme".to_owned(), reference.to_owned());
        let fee = ProviderFee { provider, reference, currency: EUR, amount_minor, at: self.ctx.now() };
        billing::post_provider_fee(&self.ctx, fee).await.unwrap();
    }

    async fn refund_one_of_a(&mut self) {
        let refund_id: RefundId = self.ctx.new_id();
        self.names.put(refund_id, "rf_1");
        let components = SaleComponents {
            gross_minor: 1_999,
            funded_delivery_minor: 0,
            remitted_tax_minor: 0,
            commission_minor: 300,
            fixed_fee_minor: 0,
            commission_tax_minor: 57,
        };
        let requested = RefundRequested {
            refund_id,
            merchant_id: self.a.merchant,
            merchant_order_id: self.a.merchant_order,
            currency: EUR,
            components,
            promotion_minor: 203,
            goodwill_minor: 0,
            jurisdiction: "DE".to_owned(),
            at: self.ctx.now(),
        };
        billing::post_refund_requested(&self.ctx, requested).await.unwrap();
        let settled = RefundSettled {
            operation_id: self.ctx.new_id(),
            refund_id,
            currency: EUR,
            amount_minor: 1_796,
            place: MoneyPlace::Provider("acme".to_owned()),
            at: self.ctx.now(),
        };
        billing::post_refund_settled(&self.ctx, settled).await.unwrap();
    }

    /// Runs payouts and names them; returns those of the run by merchant.
    async fn run(&mut self, run_key: &str) -> BTreeMap<MerchantId, Payout> {
        let operator = self.t.operator();
        let input =
            RunPayouts { run_key: run_key.to_owned(), currency: EUR, cut_off_at: None, minimum_minor: Some(MINIMUM) };
        let run = billing::run_payouts(&operator, input).await.unwrap();
        let filter = billing::query::PayoutFilter { run: Some(run.id), ..Default::default() };
        let page = billing::query::payouts(&operator, &filter, &PageArgs::first(100)).await.unwrap();
        let payouts: BTreeMap<_, _> = page.into_rows().into_iter().map(|row| (row.merchant_id, row)).collect();
        for payout in payouts.values() {
            let name = self.names.apply(&payout.merchant_id.to_string());
            self.names.put(payout.id, &format!("{run_key}:{name}"));
        }
        payouts
    }

    async fn paid(&self, payout: &Payout) {
        let paid = MarkPaid { payout_id: payout.id, bank_reference: None, paid_at: None };
        billing::mark_paid(&self.t.operator(), paid).await.unwrap();
    }

    async fn first_payouts(&mut self) {
        let payouts = self.run("run1").await;
        let amounts: Vec<i64> = payouts.values().map(|payout| payout.amount.minor).collect();
        assert_eq!(amounts, [3_123, 11_142]);
        self.paid(&payouts[&self.b.merchant]).await;
        let payout_id = payouts[&self.a.merchant].id;
        let returned = MarkReturned { payout_id, reason: "bank rejected the account".to_owned() };
        billing::mark_returned(&self.t.operator(), returned).await.unwrap();
        let again = self.run("run1r").await;
        assert_eq!(again.len(), 1);
        self.paid(&again[&self.a.merchant]).await;
    }

    async fn dispute_of_b(&mut self) {
        let dispute_id: DisputeId = self.ctx.new_id();
        self.names.put(dispute_id, "dp_1");
        let ctx = &self.ctx;
        let exposed =
            vec![Exposed { merchant_id: self.b.merchant, merchant_order_id: self.b.merchant_order, net_minor: 11_184 }];
        let opened = DisputeOpened {
            dispute_id,
            provider: "acme".to_owned(),
            currency: EUR,
            amount_minor: 11_022,
            fee_minor: 1_500,
            exposed,
            at: ctx.now(),
        };
        billing::post_dispute_opened(ctx, opened).await.unwrap();
        let components = SaleComponents { fixed_fee_minor: 0, commission_tax_minor: 162, ..self.b.components };
        let lost = DisputeLost {
            dispute_id,
            currency: EUR,
            merchant_id: self.b.merchant,
            merchant_order_id: self.b.merchant_order,
            components,
            promotion_minor: self.b.promotion_minor,
            jurisdiction: "DE".to_owned(),
            at: ctx.now(),
        };
        billing::post_dispute_lost(ctx, lost).await.unwrap();
        let merchant_id = self.b.merchant;
        let fee = DisputeFeeRecharged { dispute_id, currency: EUR, merchant_id, amount_minor: 1_500, at: ctx.now() };
        billing::post_dispute_fee_recharged(ctx, fee).await.unwrap();
        assert_eq!(self.available(merchant_id).await, -12_684);
    }

    async fn second_order(&mut self) {
        let ctx = &self.ctx;
        let part = Part::new(ctx, ctx.new_id(), self.b.merchant, [15_000, 0, 1_050, 35, 206, 0]);
        self.names.put(part.order, "O-1002");
        billing::post_captured(ctx, capture(ctx, std::slice::from_ref(&part), "acme")).await.unwrap();
        self.fee("txn_2", 235).await;
        billing::post_recognized(ctx, recognize(ctx, &part, ctx.now() + Duration::days(14))).await.unwrap();
        self.t.clock.advance(Duration::days(14));
        billing::release_due(ctx, ctx.now()).await.unwrap();
    }

    async fn second_payouts(&mut self) {
        self.t.clock.advance(Duration::days(90));
        assert_eq!(billing::release_due(&self.ctx, self.ctx.now()).await.unwrap().holds, 2);
        let payouts = self.run("run2").await;
        assert_eq!(payouts.len(), 1);
        assert_eq!(payouts[&self.c.merchant].amount.minor, 1_682);
        self.paid(&payouts[&self.c.merchant]).await;
    }

    async fn available(&self, merchant: MerchantId) -> i64 {
        merchant_balances(&self.ctx, merchant).await.unwrap()[0].available_minor
    }

    async fn compare(&self) {
        let mut journal: Vec<LedgerTx> =
            journal(&self.ctx, &JournalFilter::default(), &PageArgs::first(100)).await.unwrap().into_rows();
        journal.reverse();
        // One line an account and side, whatever the components.
        let lines = |tx: &LedgerTx| {
            let mut sums: BTreeMap<String, i64> = BTreeMap::new();
            for entry in &tx.entries {
                let side = if entry.direction == billing::Direction::Debit { "D" } else { "C" };
                *sums.entry(format!("{} {side}", self.names.apply(&entry.path))).or_default() += entry.amount_minor;
            }
            sums.into_iter().map(|(line, minor)| format!("{line} {minor}")).collect::<Vec<_>>()
        };
        assert_eq!(journal.len(), JOURNAL.len());
        for (tx, (kind, expected)) in journal.iter().zip(JOURNAL) {
            assert_eq!(
                (tx.kind.as_str(), lines(tx)),
                (kind, expected.iter().map(ToString::to_string).collect()),
                "{}",
                tx.seq
            );
        }
        let trial = billing::query::trial_balance(&self.ctx, EUR).await.unwrap();
        let held = |role: &str| trial.iter().find(|line| line.role == role).map_or(0, |line| line.balance_minor);
        assert_eq!((held("asset:bank"), held("asset:psp:clearing")), (2_906, 447));
        assert_eq!((held("expense:promotion:marketplace_funded"), held("expense:psp_fees")), (619, 528));
        assert_eq!((held("liability:tax:commission"), held("liability:tax:sales_operator_remitted")), (348, 391));
        assert_eq!((held("revenue:commission"), held("revenue:fixed_fee")), (2_067, 140));
        assert_eq!(held("liability:merchant:available"), 529 + 1_025);
        let zero = ["liability:order_funds", "liability:payouts_in_transit", "liability:refunds_in_transit"];
        assert!(zero.into_iter().all(|role| held(role) == 0));
        self.statement_of_a().await;
    }

    /// 64.96 - 10.10 - 1.92 - 19.99 + 3.00 + 0.57 - 31.23 = 5.29
    async fn statement_of_a(&self) {
        let from: DateTime<Utc> = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap();
        let to = from + Duration::days(365);
        let statement = statement(&self.t.merchant(self.a.merchant), None, EUR, from, to).await.unwrap();
        assert_eq!((statement.opening_minor, statement.closing_minor), (0, 529));
        let of = |kind: &str| statement.totals.iter().find(|total| total.kind == kind).unwrap();
        let sale = of("SALE_RECOGNIZED");
        assert_eq!((sale.gross_minor, sale.commission_minor + sale.fixed_fee_minor), (6_496, -1_010));
        assert_eq!((sale.commission_tax_minor, sale.net_minor), (-192, 5_294));
        let refund = of("REFUND_REQUESTED");
        assert_eq!((refund.gross_minor, refund.commission_minor), (-1_999, 300));
        assert_eq!((refund.commission_tax_minor, refund.net_minor), (57, -1_642));
        assert_eq!((of("PAYOUT_INITIATED").net_minor, of("PAYOUT_RETURNED").net_minor), (-6_246, 3_123));
        assert_eq!(of("FUNDS_RELEASED").net_minor, 0);
    }
}
