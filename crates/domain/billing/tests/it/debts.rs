//! The ladder of a negative balance, and monthly subscriptions.

use billing::query::{DebtFilter, debts, merchant_balances, statement, subscriptions};
use billing::{
    Debt, DebtState, DecideEntry, EntryKind, RecordDebtPayment, RequestEntry, SetSubscription, age_debts,
    charge_subscriptions, decide_entry, record_debt_payment, request_entry, set_subscription,
};
use chrono::{Duration, NaiveDate};
use kernel::id::MerchantId;
use kernel::{Fault as _, FaultKind, Money, PageArgs};
use testkit::TestEnv;

use crate::shop::{EUR, Part, earn, merchant, settings, sound};

pub async fn entry(t: &TestEnv, merchant_id: MerchantId, kind: EntryKind, minor: i64, key: &str) {
    let (idempotency_key, amount) = (key.to_owned(), Money::new(minor, EUR));
    let input = RequestEntry { idempotency_key, kind, merchant_id, amount, reason: "An agreement".to_owned() };
    let entry = request_entry(&t.operator(), input).await.unwrap();
    let yes = DecideEntry { id: entry.id, expected_version: 1, approve: true, note: None };
    decide_entry(&t.system(), yes).await.unwrap();
}

async fn look(t: &TestEnv, days: i64) -> usize {
    t.clock.advance(Duration::days(days));
    let ctx = t.system();
    age_debts(&ctx, ctx.now()).await.unwrap().moved
}

async fn all(t: &TestEnv, merchant: MerchantId) -> Vec<Debt> {
    debts(&t.merchant(merchant), &DebtFilter::default(), &PageArgs::first(9)).await.unwrap().into_rows()
}

testkit::both_databases! {
    async fn a_debt_is_netted_then_asked_for_then_claimed_then_given_up(t: TestEnv) {
        let id = merchant(&t, "Ann", None).await;
        settings(&t, |patch| patch.critical_debt = Some([(EUR, 8_000)].into())).await;
        entry(&t, id, EntryKind::Debit, 9_000, "fine").await;
        assert_eq!((look(&t, 0).await, look(&t, 1).await), (1, 0), "a step is taken once");
        let debt = all(&t, id).await.remove(0);
        assert_eq!((debt.state, debt.is_critical, debt.amount_minor), (DebtState::Netting, true, 9_000));
        assert_eq!(look(&t, 13).await, 1);
        assert_eq!(all(&t, id).await[0].state, DebtState::Requested);
        assert_eq!((look(&t, 46).await, look(&t, 1).await), (1, 0));
        let debt = all(&t, id).await.remove(0);
        assert_eq!((debt.state, debt.claimed_at.is_some()), (DebtState::Claimed, true));
        let balance = merchant_balances(&t.system(), id).await.unwrap()[0];
        assert_eq!((balance.available_minor, balance.owed_minor), (0, 9_000));
        let start = t.system().now() - Duration::days(100);
        let whole = statement(&t.merchant(id), None, EUR, start, t.system().now() + Duration::days(1)).await.unwrap();
        assert_eq!(whole.closing_minor, -9_000, "a claim is still the merchant's debt");
        let paid = RecordDebtPayment {
            reference: "camt-9".to_owned(),
            merchant_id: id,
            amount: Money::new(4_000, EUR),
            received_at: None,
        };
        assert!(!record_debt_payment(&t.operator(), paid.clone()).await.unwrap().replayed);
        assert!(record_debt_payment(&t.operator(), paid).await.unwrap().replayed);
        entry(&t, id, EntryKind::WriteOff, 5_000, "off").await;
        assert_eq!((look(&t, 1).await, look(&t, 1).await), (1, 0));
        let debt = all(&t, id).await.remove(0);
        assert_eq!((debt.state, debt.amount_minor), (DebtState::Settled, 0));
        let trial = billing::query::trial_balance(&t.system(), EUR).await.unwrap();
        let held = |role: &str| trial.iter().find(|line| line.role == role).unwrap().balance_minor;
        assert_eq!((held("asset:bank"), held("expense:bad_debt"), held("asset:merchant:receivable")), (4_000, 5_000, 0));
        sound(&t).await;
    }

    async fn a_sale_pays_a_debt_before_anybody_asks(t: TestEnv) {
        let id = merchant(&t, "Ann", None).await;
        entry(&t, id, EntryKind::Debit, 5_000, "fine").await;
        assert_eq!(look(&t, 0).await, 1);
        earn(&t, &Part::plain(&t.system(), id)).await;
        assert_eq!(look(&t, 0).await, 1);
        let debt = all(&t, id).await.remove(0);
        assert_eq!((debt.state, debt.requested_at, debt.claimed_at), (DebtState::Settled, None, None));
        sound(&t).await;
    }

    async fn two_nodes_claim_a_debt_once(t: TestEnv) {
        let id = merchant(&t, "Ann", None).await;
        entry(&t, id, EntryKind::Debit, 5_000, "fine").await;
        look(&t, 0).await;
        t.clock.advance(Duration::days(61));
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let ctx = t.system();
                tokio::spawn(async move { age_debts(&ctx, ctx.now()).await.unwrap().moved })
            })
            .collect();
        let mut moved = 0;
        for task in tasks {
            moved += task.await.unwrap();
        }
        assert_eq!(moved, 1);
        assert_eq!(merchant_balances(&t.system(), id).await.unwrap()[0].owed_minor, 5_000);
        sound(&t).await;
    }

    async fn merchants_see_their_own_debts(t: TestEnv) {
        let (ann, bob) = (merchant(&t, "Ann", None).await, merchant(&t, "Bob", None).await);
        entry(&t, ann, EntryKind::Debit, 5_000, "fine").await;
        look(&t, 0).await;
        assert_eq!((all(&t, ann).await.len(), all(&t, bob).await.len()), (1, 0));
    }

    async fn a_month_is_charged_once_with_vat(t: TestEnv) {
        let id = merchant(&t, "Ann", None).await;
        let today = t.system().now().date_naive();
        let first: NaiveDate = today.format("%Y-%m-01").to_string().parse().unwrap();
        let set = SetSubscription {
            merchant_id: id,
            expected_version: 0,
            monthly: Money::new(3_900, EUR),
            from_on: first,
            until_on: None,
        };
        set_subscription(&t.operator(), set.clone()).await.unwrap();
        assert_eq!(set_subscription(&t.operator(), set).await.unwrap_err().code(), "STALE_VERSION");
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let ctx = t.system();
                tokio::spawn(async move { charge_subscriptions(&ctx, ctx.now()).await.unwrap() })
            })
            .collect();
        let mut charged = 0;
        for task in tasks {
            charged += task.await.unwrap();
        }
        assert_eq!(charged, 1);
        let own = merchant_balances(&t.merchant(id), None).await.unwrap()[0];
        assert_eq!(own.available_minor, -(3_900 + 741));
        t.clock.advance(Duration::days(70));
        let ctx = t.system();
        let months = charge_subscriptions(&ctx, ctx.now()).await.unwrap();
        assert!((2..=3).contains(&months), "70 days hold two or three first days of a month: {months}");
        assert_eq!(charge_subscriptions(&ctx, ctx.now()).await.unwrap(), 0);
        let seen = subscriptions(&t.merchant(id), None).await.unwrap();
        assert_eq!((seen.len(), seen[0].monthly_minor), (1, 3_900));
        let other = subscriptions(&t.merchant(ctx.new_id()), id).await.unwrap_err();
        assert_eq!(other.kind(), FaultKind::NotFound);
        sound(&t).await;
    }
}
