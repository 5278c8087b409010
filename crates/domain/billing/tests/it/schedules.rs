//! Payouts by the clock, payouts on hold, and the bank's file.

use billing::query::{PayoutFilter, merchant_balances, payouts};
use billing::{
    EditBillingProfile, MarkFailed, MarkPaid, MarkReturned, Payout, PayoutState, ProfilePatch, RunPayouts,
    edit_billing_profile, mark_failed, mark_paid, mark_returned, release_payout, run_payouts, run_scheduled_payouts,
};
use chrono::{Duration, TimeZone as _, Utc};
use kernel::id::MerchantId;
use kernel::{Fault as _, PageArgs, Zone};
use marketplace::{BillingSettings, PayingAccount, PayoutSchedule};
use merchants::EditBank;
use merchants::model::BankAccount;
use testkit::TestEnv;

use crate::papers::write_files;
use crate::shop::{EUR, IBAN, Part, earn, merchant, settle, sound};

const OTHER_IBAN: &str = "GB82WEST12345698765432";

fn run(key: &str) -> RunPayouts {
    RunPayouts { run_key: key.to_owned(), currency: EUR, cut_off_at: None, minimum_minor: None }
}

/// The payouts of a merchant, the newest first.
async fn of(t: &TestEnv, merchant: MerchantId) -> Vec<Payout> {
    let filter = PayoutFilter { merchant: Some(merchant), ..PayoutFilter::default() };
    payouts(&t.operator(), &filter, &PageArgs::first(100)).await.unwrap().into_rows()
}

fn states(payouts: &[Payout]) -> Vec<(PayoutState, Option<&str>)> {
    payouts.iter().map(|payout| (payout.state, payout.hold_reason.as_deref())).collect()
}

async fn available(t: &TestEnv, merchant: MerchantId) -> i64 {
    merchant_balances(&t.operator(), merchant).await.unwrap()[0].available_minor
}

async fn wish(t: &TestEnv, merchant_id: MerchantId, expected_version: i64, patch: ProfilePatch) {
    let edit = EditBillingProfile { merchant_id, expected_version, patch };
    edit_billing_profile(&t.operator(), edit).await.unwrap();
}

async fn bank(t: &TestEnv, id: MerchantId, iban: Option<&str>) {
    let ctx = t.operator();
    let expected_version = merchants::by_ids(&ctx, &[id]).await.unwrap()[&id].version;
    let account = iban.map(|iban| BankAccount::parse(iban, "Ann GmbH").unwrap());
    merchants::edit_bank(&ctx, EditBank { id, expected_version, account }).await.unwrap();
}

testkit::both_databases! {
    async fn an_account_that_replaced_another_one_cools_down_first(t: TestEnv) {
        let id = merchant(&t, "Ann", Some(IBAN)).await;
        earn(&t, &Part::plain(&t.system(), id)).await;
        bank(&t, id, Some(OTHER_IBAN)).await;
        let first = run_payouts(&t.operator(), run("one")).await.unwrap();
        assert_eq!((first.payout_count, first.skipped[0].reason.as_str()), (0, "account_cooling"));
        let held = of(&t, id).await;
        assert_eq!(states(&held), [(PayoutState::OnHold, Some("account_cooling"))]);
        assert_eq!((available(&t, id).await, held[0].initiated_at), (8_810, None), "the money did not move");
        assert_eq!(release_payout(&t.operator(), held[0].id).await.unwrap_err().code(), "NOT_POSSIBLE");
        let never = mark_paid(&t.operator(), MarkPaid { payout_id: held[0].id, bank_reference: None, paid_at: None }).await;
        assert_eq!(never.unwrap_err().code(), "NOT_POSSIBLE");

        t.clock.advance(Duration::days(3));
        assert_eq!(run_payouts(&t.operator(), run("two")).await.unwrap().payout_count, 1);
        let after = of(&t, id).await;
        let expected = [(PayoutState::Initiated, None), (PayoutState::Canceled, Some("account_cooling"))];
        assert_eq!(states(&after), expected);
        assert_eq!((after[0].iban.as_str(), available(&t, id).await), (OTHER_IBAN, 0));
        sound(&t).await;
    }

    async fn taking_an_account_away_and_back_does_not_avoid_the_cooling(t: TestEnv) {
        let id = merchant(&t, "Ann", Some(IBAN)).await;
        earn(&t, &Part::plain(&t.system(), id)).await;
        bank(&t, id, None).await;
        t.clock.advance(Duration::days(30));
        bank(&t, id, Some(OTHER_IBAN)).await;
        assert_eq!(run_payouts(&t.operator(), run("one")).await.unwrap().skipped[0].reason, "account_cooling");
        t.clock.advance(Duration::days(3));
        bank(&t, id, Some(OTHER_IBAN)).await;
        assert_eq!(run_payouts(&t.operator(), run("two")).await.unwrap().payout_count, 1, "the same account is no change");
    }

    async fn a_paused_merchant_is_paid_when_somebody_releases_it_and_only_once(t: TestEnv) {
        let id = merchant(&t, "Ann", Some(IBAN)).await;
        earn(&t, &Part::plain(&t.system(), id)).await;
        let pause = ProfilePatch { payout_hold_reason: Some(Some("An open question".to_owned())), ..ProfilePatch::default() };
        wish(&t, id, 0, pause).await;
        for key in ["one", "two"] {
            assert_eq!(run_payouts(&t.operator(), run(key)).await.unwrap().payout_count, 0);
        }
        let held = of(&t, id).await;
        let expected = [(PayoutState::OnHold, Some("paused")), (PayoutState::Canceled, Some("paused"))];
        assert_eq!(states(&held), expected, "one payout waits, not two");
        wish(&t, id, 1, ProfilePatch { payout_hold_reason: Some(None), ..ProfilePatch::default() }).await;
        let tasks: Vec<_> = (0..5)
            .map(|_| {
                let (ctx, payout) = (t.operator(), held[0].id);
                tokio::spawn(async move { release_payout(&ctx, payout).await })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap().unwrap().total_minor, 8_810);
        }
        let sent = of(&t, id).await.iter().filter(|payout| payout.state == PayoutState::Initiated).count();
        assert_eq!((sent, available(&t, id).await), (1, 0));
        sound(&t).await;
    }

    async fn schedules_pay_on_their_day_what_was_there_when_it_began(t: TestEnv) {
        let mut ids = Vec::new();
        for name in ["Daily", "Weekly", "Monthly", "Usual"] {
            ids.push(merchant(&t, name, Some(IBAN)).await);
        }
        for id in &ids {
            earn(&t, &Part::plain(&t.system(), *id)).await;
        }
        // A Thursday, in Berlin already the 14th.
        t.clock.advance(Utc.with_ymd_and_hms(2026, 5, 13, 22, 30, 0).unwrap() - t.system().now());
        let patch = |schedule, day| ProfilePatch { payout_schedule: Some(Some(schedule)), payout_day: Some(day), ..ProfilePatch::default() };
        wish(&t, ids[0], 0, patch(PayoutSchedule::Daily, None)).await;
        wish(&t, ids[1], 0, patch(PayoutSchedule::Weekly, Some(4))).await;
        wish(&t, ids[2], 0, patch(PayoutSchedule::Monthly, Some(31))).await;
        let ctx = t.system();
        let (one, two) = tokio::join!(run_scheduled_payouts(&ctx), run_scheduled_payouts(&ctx));
        assert_eq!(one.unwrap() + two.unwrap(), 4, "the same run answered twice: two payouts each");
        assert_eq!(run_scheduled_payouts(&ctx).await.unwrap(), 2);
        let mut counts = Vec::new();
        for id in &ids {
            counts.push(of(&t, *id).await.len());
        }
        assert_eq!(counts, [1, 1, 0, 0]);

        // What is earned during the day waits for the next one.
        earn(&t, &Part::plain(&ctx, ids[0])).await;
        t.clock.advance(Utc.with_ymd_and_hms(2026, 5, 31, 10, 0, 0).unwrap() - ctx.now());
        run_scheduled_payouts(&ctx).await.unwrap();
        assert_eq!(of(&t, ids[2]).await.len(), 1, "the last day of May");
        assert_eq!(of(&t, ids[0]).await.len(), 2);
        assert_eq!(of(&t, ids[3]).await.len(), 0, "nobody set a schedule for it");
        let zone = BillingSettings { payout_schedule: PayoutSchedule::Daily, time_zone: Zone::UTC, ..BillingSettings::default() };
        settle(&t, zone).await;
        t.clock.advance(Duration::days(1));
        run_scheduled_payouts(&ctx).await.unwrap();
        assert_eq!(of(&t, ids[3]).await.len(), 1, "the schedule of the marketplace");
        sound(&t).await;
    }

    async fn a_merchant_may_have_its_own_minimum(t: TestEnv) {
        let id = merchant(&t, "Ann", Some(IBAN)).await;
        earn(&t, &Part::plain(&t.system(), id)).await;
        let patch = ProfilePatch { payout_minimum: Some([(EUR, 8_811)].into()), ..ProfilePatch::default() };
        wish(&t, id, 0, patch).await;
        assert_eq!(run_payouts(&t.operator(), run("one")).await.unwrap().skipped[0].reason, "below_minimum");
        let asked = RunPayouts { minimum_minor: Some(1), ..run("two") };
        assert_eq!(run_payouts(&t.operator(), asked).await.unwrap().payout_count, 1, "the run's own minimum goes first");
        let bad = EditBillingProfile {
            merchant_id: id,
            expected_version: 1,
            patch: ProfilePatch { payout_day: Some(Some(32)), ..ProfilePatch::default() },
        };
        assert_eq!(edit_billing_profile(&t.operator(), bad).await.unwrap_err().field().as_deref(), Some("payoutDay"));
    }

    async fn a_payout_that_the_bank_refuses_is_available_again(t: TestEnv) {
        let id = merchant(&t, "Ann", Some(IBAN)).await;
        earn(&t, &Part::plain(&t.system(), id)).await;
        run_payouts(&t.operator(), run("one")).await.unwrap();
        let payout_id = of(&t, id).await[0].id;
        let failed = MarkFailed { payout_id, reason: "AC04 closed account".to_owned() };
        for _ in 0..2 {
            assert_eq!(mark_failed(&t.operator(), failed.clone()).await.unwrap().state, PayoutState::Failed);
        }
        assert_eq!(available(&t, id).await, 8_810);
        let paid = mark_paid(&t.operator(), MarkPaid { payout_id, bank_reference: None, paid_at: None }).await;
        assert_eq!(paid.unwrap_err().code(), "NOT_POSSIBLE");
        let back = mark_returned(&t.operator(), MarkReturned { payout_id, reason: "x".to_owned() }).await;
        assert_eq!(back.unwrap_err().code(), "NOT_POSSIBLE");
        assert_eq!(run_payouts(&t.operator(), run("two")).await.unwrap().payout_count, 1);
        assert_ne!(of(&t, id).await[0].id, payout_id, "the retry has a name of its own");
        sound(&t).await;
    }

    async fn the_bank_gets_a_sepa_file_when_it_is_known_from_where_to_pay(t: TestEnv) {
        let (id, held) = (merchant(&t, "Ann", Some(IBAN)).await, merchant(&t, "Bob", None).await);
        for id in [id, held] {
            earn(&t, &Part::plain(&t.system(), id)).await;
        }
        let account = PayingAccount { holder: "Souk".to_owned(), iban: "DE02 1203 0000 0000 2020 51".to_owned(), bic: Some("byladem1001".to_owned()) };
        settle(&t, BillingSettings { paying_account: Some(account), ..BillingSettings::default() }).await;
        let done = run_payouts(&t.operator(), run("one")).await.unwrap();
        let files = write_files(&t).await;
        let xml = files.last(&format!("payouts/{}.xml", done.id));
        let reference = of(&t, id).await[0].reference.clone();
        for wanted in ["<NbOfTxs>1</NbOfTxs>", "<CtrlSum>88.10</CtrlSum>", "<IBAN>DE02120300000000202051</IBAN>", "<BICFI>BYLADEM1001</BICFI>", &format!("<EndToEndId>{reference}</EndToEndId>")] {
            assert!(xml.contains(wanted), "{wanted}: {xml}");
        }
        assert!(!reference.contains('_') && reference.len() <= 35);
        let csv = files.last(&format!("payouts/{}.csv", done.id));
        assert_eq!(csv.lines().count(), 2, "what is on hold is in no file: {csv}");
    }
}
