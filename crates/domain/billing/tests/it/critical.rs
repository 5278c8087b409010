//! Balances that somebody has to look at.

use billing::query::{CriticalFilter, critical_balances};
use billing::{BalancesWatched, CriticalBalance, EntryKind, RunPayouts, run_payouts, watch_balances};
use chrono::Duration;
use context::Ctx;
use kernel::id::MerchantId;
use kernel::{Fault as _, PageArgs};
use marketplace::{CriticalKind, CriticalThreshold};
use sea_orm::{ConnectionTrait as _, Statement};
use testkit::TestEnv;

use crate::debts::entry;
use crate::shop::{EUR, IBAN, Part, earn, merchant, settings, sound};

async fn look(t: &TestEnv) -> (u64, u64) {
    let BalancesWatched { found, ended } = watch_balances(&t.system()).await.unwrap();
    (found, ended)
}

async fn thresholds(t: &TestEnv, all: &[(Option<MerchantId>, CriticalKind, Option<i64>)]) {
    let all = all.iter().map(|(merchant, kind, at)| CriticalThreshold {
        merchant: *merchant,
        currency: EUR,
        kind: *kind,
        at: *at,
    });
    let all = all.collect();
    settings(t, |patch| patch.critical_balances = Some(all)).await;
}

async fn list(ctx: &Ctx, filter: CriticalFilter) -> Vec<CriticalBalance> {
    critical_balances(ctx, &filter, &PageArgs::first(20)).await.unwrap().into_rows()
}

async fn told(t: &TestEnv, kind: &str) -> i64 {
    let read = t.world.db.read();
    let sql = format!("SELECT count(*) FROM outbox_event WHERE kind = '{kind}'");
    let row = read.query_one_raw(Statement::from_string(read.get_database_backend(), sql)).await.unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

testkit::both_databases! {
    async fn a_crossing_is_told_once_and_again_after_the_balance_was_in_order(t: TestEnv) {
        let ann = merchant(&t, "Ann", None).await;
        settings(&t, |patch| patch.critical_debt = Some([(EUR, 8_000)].into())).await;
        entry(&t, ann, EntryKind::Debit, 7_000, "one").await;
        assert_eq!(look(&t).await, (0, 0));
        entry(&t, ann, EntryKind::Debit, 5_000, "two").await;
        assert_eq!((look(&t).await, look(&t).await), ((1, 0), (0, 0)));
        entry(&t, ann, EntryKind::Debit, 4_000, "three").await;
        assert_eq!(look(&t).await, (0, 0), "worse is the same occasion");
        let found = list(&t.operator(), CriticalFilter::default()).await;
        assert_eq!((found.len(), found[0].amount.minor, found[0].severity_ppm, found[0].threshold), (1, 16_000, 2_000_000, 8_000));
        earn(&t, &Part::plain(&t.system(), ann)).await;
        // 88.10 of the sale leave 71.90 owed.
        assert_eq!((look(&t).await, look(&t).await), ((0, 1), (0, 0)));
        assert!(list(&t.operator(), CriticalFilter::default()).await.is_empty());
        entry(&t, ann, EntryKind::Debit, 1_000, "four").await;
        assert_eq!(look(&t).await, (1, 0));
        assert_eq!((told(&t, "billing_balance_critical.v1").await, told(&t, "billing_balance_recovered.v1").await), (2, 1));
        assert_ne!(list(&t.operator(), CriticalFilter::default()).await[0].id, found[0].id);
        sound(&t).await;
    }

    async fn money_that_waits_for_too_long_is_found_until_it_is_paid(t: TestEnv) {
        let ann = merchant(&t, "Ann", Some(IBAN)).await;
        thresholds(&t, &[(None, CriticalKind::PayableTooOld, Some(30))]).await;
        earn(&t, &Part::plain(&t.system(), ann)).await;
        t.clock.advance(Duration::days(20));
        earn(&t, &Part::plain(&t.system(), ann)).await;
        // The first sale is payable for 35 days, the second since now.
        assert_eq!(look(&t).await, (1, 0));
        let found = list(&t.operator(), CriticalFilter::default()).await;
        assert_eq!((found[0].kind, found[0].amount.minor, found[0].threshold), (CriticalKind::PayableTooOld, 17_620, 30));
        assert_eq!(found[0].severity_ppm, 1_166_666, "35 of 30 days");
        let run = RunPayouts { run_key: "one".to_owned(), currency: EUR, cut_off_at: None, minimum_minor: None };
        run_payouts(&t.operator(), run).await.unwrap();
        assert_eq!(look(&t).await, (0, 1));
        earn(&t, &Part::plain(&t.system(), ann)).await;
        t.clock.advance(Duration::days(29));
        assert_eq!(look(&t).await, (0, 0), "what was paid does not age what came later");
        sound(&t).await;
    }

    async fn the_worst_comes_first_and_a_merchant_sees_its_own(t: TestEnv) {
        let (ann, bob, eve) = (merchant(&t, "Ann", None).await, merchant(&t, "Bob", None).await, merchant(&t, "Eve", None).await);
        thresholds(&t, &[
            (None, CriticalKind::Negative, Some(1_000)), (Some(bob), CriticalKind::Negative, Some(10_000)),
            (Some(eve), CriticalKind::Negative, None), (Some(ann), CriticalKind::ReserveShort, Some(500)),
        ]).await;
        for (id, minor) in [(ann, 1_500), (bob, 20_000), (eve, 90_000)] {
            entry(&t, id, EntryKind::Debit, minor, &format!("fine {minor}")).await;
        }
        assert_eq!(look(&t).await, (3, 0));
        let staff = t.operator();
        let all = list(&staff, CriticalFilter::default()).await;
        let shown: Vec<_> = all.iter().map(|of| (of.merchant_id, of.kind)).collect();
        assert_eq!(shown, [(ann, CriticalKind::ReserveShort), (bob, CriticalKind::Negative), (ann, CriticalKind::Negative)]);
        let mut paged = Vec::new();
        let mut after = None;
        loop {
            let page = critical_balances(&staff, &CriticalFilter::default(), &PageArgs::new(Some(1), after).unwrap()).await.unwrap();
            after = page.items.last().map(|(cursor, _)| cursor.as_str().to_owned());
            let more = page.has_next;
            paged.extend(page.into_rows());
            if !more {
                break;
            }
        }
        assert_eq!(paged, all);
        let negative = CriticalFilter { kind: Some(CriticalKind::Negative), ..CriticalFilter::default() };
        assert_eq!(list(&staff, negative).await.len(), 2);
        assert_eq!(list(&staff, CriticalFilter { merchant: Some(bob), ..CriticalFilter::default() }).await.len(), 1);
        assert_eq!(list(&t.merchant(ann), CriticalFilter::default()).await.len(), 2);
        assert!(list(&t.merchant(eve), CriticalFilter::default()).await.is_empty());
        let nobody = critical_balances(&t.anonymous(), &CriticalFilter::default(), &PageArgs::first(1)).await;
        assert_eq!(nobody.unwrap_err().code(), "UNAUTHENTICATED");
    }

    async fn several_nodes_find_a_balance_once(t: TestEnv) {
        let ann = merchant(&t, "Ann", None).await;
        thresholds(&t, &[(None, CriticalKind::Negative, Some(1_000))]).await;
        entry(&t, ann, EntryKind::Debit, 5_000, "fine").await;
        let nodes = (0..4).map(|_| {
            let ctx = t.system();
            tokio::spawn(async move { watch_balances(&ctx).await.unwrap().found })
        });
        let mut found = 0;
        for node in nodes.collect::<Vec<_>>() {
            found += node.await.unwrap();
        }
        assert_eq!((found, told(&t, "billing_balance_critical.v1").await), (1, 1));
    }
}
