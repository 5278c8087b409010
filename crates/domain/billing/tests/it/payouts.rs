//! Nobody is paid twice.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use billing::query::{PayoutFilter, merchant_balances, payout_runs, payouts};
use billing::{FileSink, MarkPaid, MarkReturned, PayoutState, RunPayouts, run_payouts};
use chrono::Duration;
use kernel::{Fault as _, FaultKind, PageArgs};
use outbox::Dispatcher;

use crate::shop::{EUR, IBAN, Part, earn, merchant, sell, sound};

fn run(key: &str) -> RunPayouts {
    RunPayouts { run_key: key.to_owned(), currency: EUR, cut_off_at: None, minimum_minor: Some(1_000) }
}

#[derive(Default)]
struct Files(Mutex<HashMap<String, String>>);

#[async_trait]
impl FileSink for Files {
    async fn put(&self, key: &str, _content_type: &str, body: Vec<u8>) -> Result<(), String> {
        self.0.lock().unwrap().insert(key.to_owned(), String::from_utf8(body).unwrap());
        Ok(())
    }
}

testkit::both_databases! {
    async fn two_runs_at_once_pay_once(t: TestEnv) {
        let system = t.system();
        let mut merchants = Vec::new();
        for n in 0..5 {
            let id = merchant(&t, &format!("Merchant {n}"), Some(IBAN)).await;
            earn(&t, &Part::plain(&system, id)).await;
            merchants.push(id);
        }
        let tasks: Vec<_> = ["one", "two", "three", "one"]
            .into_iter()
            .map(|key| {
                let ctx = t.operator();
                tokio::spawn(async move { run_payouts(&ctx, run(key)).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        let ctx = t.operator();
        let all = payouts(&ctx, &PayoutFilter::default(), &PageArgs::first(100)).await.unwrap().into_rows();
        assert_eq!(all.len(), 5);
        assert_eq!(payout_runs(&ctx, &PageArgs::first(10)).await.unwrap().into_rows().len(), 3);
        for id in merchants {
            let balance = merchant_balances(&ctx, id).await.unwrap()[0];
            assert_eq!((balance.available_minor, balance.in_payout_minor), (0, 8_810));
        }
        sound(&t).await;
    }

    async fn runs_at_once_and_again_after_a_crash_pay_nobody_twice(t: TestEnv) {
        let system = t.system();
        let id = merchant(&t, "Anna", Some(IBAN)).await;
        earn(&t, &Part::plain(&system, id)).await;
        let both = [t.operator(), t.operator()].map(|ctx| tokio::spawn(async move { run_payouts(&ctx, run("night")).await }));
        let mut runs = Vec::new();
        for task in both {
            runs.push(task.await.unwrap().unwrap().id);
        }
        assert_eq!(runs[0], runs[1], "one name, one run");
        // The crash came before the bank's answer was written: the run and the answer are asked for again, many times.
        let ctx = t.operator();
        assert_eq!(run_payouts(&ctx, run("night")).await.unwrap().id, runs[0]);
        assert_eq!(run_payouts(&ctx, run("morning")).await.unwrap().total_minor, 0);
        let answers: Vec<_> = (0..8)
            .map(|_| {
                let (ctx, run) = (t.operator(), runs[0]);
                tokio::spawn(async move { billing::mark_run_paid(&ctx, run, Some("camt-1")).await })
            })
            .collect();
        let mut paid = 0;
        for answer in answers {
            paid += answer.await.unwrap().unwrap();
        }
        assert_eq!(paid, 1);
        let all = payouts(&ctx, &PayoutFilter::default(), &PageArgs::first(100)).await.unwrap().into_rows();
        assert_eq!((all.len(), all[0].state), (1, PayoutState::Paid));
        let balance = merchant_balances(&ctx, id).await.unwrap()[0];
        assert_eq!((balance.available_minor, balance.in_payout_minor), (0, 0));
        sound(&t).await;
    }

    async fn small_blocked_and_unknown_accounts_are_carried_forward(t: TestEnv) {
        let system = t.system();
        let small = merchant(&t, "Small", Some(IBAN)).await;
        let homeless = merchant(&t, "Homeless", None).await;
        let blocked = merchant(&t, "Blocked", Some(IBAN)).await;
        earn(&t, &Part::new(&system, system.new_id(), small, [999, 0, 0, 0, 0, 0])).await;
        earn(&t, &Part::plain(&system, homeless)).await;
        earn(&t, &Part::plain(&system, blocked)).await;
        let ctx = t.operator();
        let found = merchants::by_ids(&ctx, &[blocked]).await.unwrap();
        let expected_version = found[&blocked].version;
        let why = merchants::ChangeStatus { id: blocked, expected_version, reason_code: None, reason: Some("fraud".to_owned()) };
        merchants::suspend(&ctx, why).await.unwrap();
        let done = run_payouts(&ctx, run("one")).await.unwrap();
        assert_eq!((done.payout_count, done.total_minor), (0, 0));
        let reason = |id| done.skipped.iter().find(|skipped| skipped.merchant_id == id).unwrap().reason.clone();
        assert_eq!(reason(small), "below_minimum");
        assert_eq!(reason(homeless), "no_bank_account");
        assert_eq!(reason(blocked), "not_active");
        sound(&t).await;
    }

    /// M4: a merchant is settled when each of its accounts is at zero, and nothing else will do.
    async fn a_merchant_is_settled_when_all_its_accounts_are_at_zero(t: TestEnv) {
        let system = t.system();
        let (id, other) = (merchant(&t, "Ann", Some(IBAN)).await, merchant(&t, "Bert", Some(IBAN)).await);
        let open = async |id| {
            let tx = system.begin_write().await.unwrap();
            billing::query::unsettled_in_tx(&tx, id).await.unwrap()
        };
        assert_eq!(open(id).await, []);
        earn(&t, &Part::plain(&system, id)).await;
        earn(&t, &Part::plain(&system, other)).await;
        assert_eq!(open(id).await, [(EUR, 8_810)]);
        let done = run_payouts(&t.operator(), run("one")).await.unwrap();
        assert_eq!(done.payout_count, 2);
        // On its way is not there yet.
        assert_eq!(open(id).await, [(EUR, 8_810)]);
        billing::mark_run_paid(&t.operator(), done.id, None).await.unwrap();
        assert_eq!((open(id).await, open(other).await), (vec![], vec![]));
        sound(&t).await;
    }

    async fn a_block_holds_payouts_when_its_reason_says_so(t: TestEnv) {
        let (system, ctx) = (t.system(), t.operator());
        for (reason, held) in [("late_shipments", None), ("fraud", Some("not_active"))] {
            let id = merchant(&t, reason, Some(IBAN)).await;
            earn(&t, &Part::plain(&system, id)).await;
            let expected_version = merchants::by_ids(&ctx, &[id]).await.unwrap()[&id].version;
            let (reason_code, words) = (Some(reason.to_owned()), Some("As stated".to_owned()));
            let why = merchants::ChangeStatus { id, expected_version, reason_code, reason: words };
            merchants::restrict(&ctx, why).await.unwrap();
            let done = run_payouts(&ctx, run(reason)).await.unwrap();
            let found = done.skipped.iter().find(|skipped| skipped.merchant_id == id).map(|skipped| skipped.reason.as_str());
            assert_eq!((found, done.payout_count), (held, i64::from(held.is_none())), "{reason}");
        }
        sound(&t).await;
    }

    async fn only_what_was_available_at_the_cut_off_is_paid(t: TestEnv) {
        let system = t.system();
        let id = merchant(&t, "Ann", Some(IBAN)).await;
        earn(&t, &Part::plain(&system, id)).await;
        let cut_off = system.now();
        t.clock.advance(Duration::seconds(1));
        earn(&t, &Part::plain(&system, id)).await;
        let input = RunPayouts { cut_off_at: Some(cut_off), ..run("one") };
        let done = run_payouts(&t.operator(), input).await.unwrap();
        assert_eq!((done.payout_count, done.total_minor), (1, 8_810));
        assert_eq!(run_payouts(&t.operator(), run("two")).await.unwrap().total_minor, 8_810);
        sound(&t).await;
    }

    async fn the_bank_gets_a_file_and_its_answers_count_once(t: TestEnv) {
        let system = t.system();
        let id = merchant(&t, "Ann, Bob & Co", Some(IBAN)).await;
        earn(&t, &Part::plain(&system, id)).await;
        let ctx = t.operator();
        let done = run_payouts(&ctx, run("one")).await.unwrap();
        let files = Arc::new(Files::default());
        let sink: Arc<dyn FileSink> = files.clone();
        let (world, wake) = (t.world.clone(), t.world.wake.clone());
        let builder = Dispatcher::builder(world.db.clone(), world.clock.clone(), wake);
        billing::register(builder, &world, &sink, None).build().drain().await.unwrap();
        let stored = payout_runs(&ctx, &PageArgs::first(1)).await.unwrap().into_rows().remove(0);
        let key = stored.file_key.unwrap();
        let filter = PayoutFilter { run: Some(done.id), ..PayoutFilter::default() };
        let payout = payouts(&ctx, &filter, &PageArgs::first(1)).await.unwrap().into_rows().remove(0);
        let expected = format!(
            "reference,holder,iban,amount,currency\r\n{},\"Ann, Bob & Co GmbH\",{IBAN},88.10,EUR\r\n",
            payout.reference
        );
        assert_eq!(files.0.lock().unwrap()[&key], expected);
        assert_eq!(billing::mark_run_paid(&ctx, done.id, Some("camt-1")).await.unwrap(), 1);
        assert_eq!(billing::mark_run_paid(&ctx, done.id, Some("camt-1")).await.unwrap(), 0);
        let again = MarkPaid { payout_id: payout.id, bank_reference: None, paid_at: None };
        assert_eq!(billing::mark_paid(&ctx, again).await.unwrap().state, PayoutState::Paid);
        let returned = MarkReturned { payout_id: payout.id, reason: "closed account".to_owned() };
        billing::mark_returned(&ctx, returned.clone()).await.unwrap();
        assert_eq!(billing::mark_returned(&ctx, returned).await.unwrap().state, PayoutState::Returned);
        let balance = merchant_balances(&ctx, id).await.unwrap()[0];
        assert_eq!((balance.available_minor, balance.in_payout_minor), (8_810, 0));
        sound(&t).await;
    }

    async fn merchants_see_their_payouts_and_start_none(t: TestEnv) {
        let system = t.system();
        let (ann, bob) = (merchant(&t, "Ann", Some(IBAN)).await, merchant(&t, "Bob", Some(IBAN)).await);
        earn(&t, &Part::plain(&system, ann)).await;
        sell(&system, &Part::plain(&system, bob)).await;
        run_payouts(&t.operator(), run("one")).await.unwrap();
        let own = payouts(&t.merchant(ann), &PayoutFilter::default(), &PageArgs::first(9)).await.unwrap().into_rows();
        assert_eq!(own.len(), 1);
        let ctx = t.merchant(bob);
        assert!(payouts(&ctx, &PayoutFilter::default(), &PageArgs::first(9)).await.unwrap().into_rows().is_empty());
        assert_eq!(billing::query::payout(&ctx, own[0].id).await.unwrap_err().kind(), FaultKind::NotFound);
        assert_eq!(run_payouts(&ctx, run("two")).await.unwrap_err().kind(), FaultKind::Forbidden);
    }
}
