//! Manual entries need two people; penalties carry VAT; nobody gives up more than is owed.

use billing::query::{EntryFilter, manual_entries, merchant_balances};
use billing::{
    DecideEntry, EntryKind, EntryState, Error, ManualEntry, RequestEntry, decide_entry, request_entry, reverse,
};
use context::Ctx;
use kernel::id::MerchantId;
use kernel::{Fault as _, FaultKind, Money, PageArgs};
use testkit::TestEnv;

use crate::shop::{EUR, merchant, settings, sound};

fn wish(key: &str, merchant_id: MerchantId, kind: EntryKind, minor: i64) -> RequestEntry {
    let (idempotency_key, amount) = (key.to_owned(), Money::new(minor, EUR));
    RequestEntry { idempotency_key, kind, merchant_id, amount, reason: "Because of a late parcel".to_owned() }
}

async fn approve(ctx: &Ctx, entry: &ManualEntry) -> Result<ManualEntry, Error> {
    let input = DecideEntry { id: entry.id, expected_version: entry.version, approve: true, note: None };
    decide_entry(ctx, input).await
}

async fn available(t: &TestEnv, merchant: MerchantId) -> i64 {
    let balances = merchant_balances(&t.operator(), merchant).await.unwrap();
    balances.first().map_or(0, |balance| balance.available_minor)
}

testkit::both_databases! {
    async fn an_entry_waits_for_another_person(t: TestEnv) {
        let id = merchant(&t, "Ann", None).await;
        let (one, other) = (t.operator(), t.system());
        let entry = request_entry(&one, wish("gift", id, EntryKind::Credit, 500)).await.unwrap();
        assert_eq!((entry.state, available(&t, id).await), (EntryState::Requested, 0));
        let again = request_entry(&one, wish("gift", id, EntryKind::Credit, 500)).await.unwrap();
        assert_eq!(again.id, entry.id);
        let mismatch = request_entry(&one, wish("gift", id, EntryKind::Credit, 501)).await.unwrap_err();
        assert_eq!(mismatch.code(), "IDEMPOTENCY_KEY_REUSED");
        let own = approve(&one, &entry).await.unwrap_err();
        assert_eq!((own.kind(), own.code()), (FaultKind::RuleBroken, "FOUR_EYES"));
        assert_eq!(available(&t, id).await, 0, "nothing moved");
        let posted = approve(&other, &entry).await.unwrap();
        assert_eq!((posted.state, available(&t, id).await), (EntryState::Posted, 500));
        assert!(matches!(approve(&other, &posted).await, Err(Error::NotPossible(_))));
        let stale = request_entry(&one, wish("stale", id, EntryKind::Credit, 1)).await.unwrap();
        let input = DecideEntry { id: stale.id, expected_version: 9, approve: true, note: None };
        assert_eq!(decide_entry(&other, input).await.unwrap_err().code(), "STALE_VERSION");
        let filter = EntryFilter { merchant: Some(id), state: Some(EntryState::Requested) };
        let open = manual_entries(&one, &filter, &PageArgs::first(9)).await.unwrap().into_rows();
        assert_eq!(open.iter().map(|entry| entry.id).collect::<Vec<_>>(), [stale.id]);
        sound(&t).await;
    }

    async fn a_rejected_entry_moves_nothing(t: TestEnv) {
        let id = merchant(&t, "Ann", None).await;
        let entry = request_entry(&t.operator(), wish("fine", id, EntryKind::Penalty, 500)).await.unwrap();
        let no = DecideEntry { id: entry.id, expected_version: 1, approve: false, note: Some("It was in time".to_owned()) };
        let done = decide_entry(&t.system(), no).await.unwrap();
        assert_eq!((done.state, done.tx, available(&t, id).await), (EntryState::Rejected, None, 0));
        sound(&t).await;
    }

    async fn ten_approvals_at_once_post_once(t: TestEnv) {
        let id = merchant(&t, "Ann", None).await;
        let entry = request_entry(&t.operator(), wish("fine", id, EntryKind::Debit, 700)).await.unwrap();
        let tasks: Vec<_> = (0..10)
            .map(|_| {
                let (ctx, entry) = (t.system(), entry.clone());
                tokio::spawn(async move { approve(&ctx, &entry).await.is_ok() })
            })
            .collect();
        let mut posted = 0;
        for task in tasks {
            posted += usize::from(task.await.unwrap());
        }
        assert_eq!((posted, available(&t, id).await), (1, -700));
        sound(&t).await;
    }

    async fn a_penalty_is_a_debit_note_with_vat(t: TestEnv) {
        let id = merchant(&t, "Ann", None).await;
        settings(&t, |patch| patch.single_handed = Some([(EUR, 1_190)].into())).await;
        let fine = request_entry(&t.operator(), wish("fine", id, EntryKind::Penalty, 1_000)).await.unwrap();
        assert_eq!((fine.state, fine.tax_minor), (EntryState::Posted, 190), "one person is enough up to the limit");
        assert_eq!(available(&t, id).await, -1_190);
        let trial = billing::query::trial_balance(&t.system(), EUR).await.unwrap();
        let held = |role: &str| trial.iter().find(|line| line.role == role).unwrap().balance_minor;
        assert_eq!((held("revenue:penalty"), held("liability:tax:commission")), (1_000, 190));
        let larger = request_entry(&t.operator(), wish("more", id, EntryKind::Penalty, 1_001)).await.unwrap();
        assert_eq!(larger.state, EntryState::Requested);
        sound(&t).await;
    }

    async fn only_what_is_owed_is_written_off(t: TestEnv) {
        let id = merchant(&t, "Ann", None).await;
        let (one, other) = (t.operator(), t.system());
        settings(&t, |patch| patch.single_handed = Some([(EUR, 5_000)].into())).await;
        request_entry(&one, wish("debit", id, EntryKind::Debit, 3_000)).await.unwrap();
        let more = request_entry(&one, wish("off", id, EntryKind::WriteOff, 3_001)).await.unwrap_err();
        assert_eq!((more.code(), more.field().as_deref()), ("EXCEEDS_DEBT", Some("amount")));
        let off = request_entry(&one, wish("off", id, EntryKind::WriteOff, 3_000)).await.unwrap();
        assert_eq!(off.state, EntryState::Requested, "a write-off always takes two");
        request_entry(&one, wish("credit", id, EntryKind::Credit, 1_000)).await.unwrap();
        assert_eq!(approve(&other, &off).await.unwrap_err().code(), "EXCEEDS_DEBT", "less is owed by now");
        let rest = request_entry(&one, wish("rest", id, EntryKind::WriteOff, 2_000)).await.unwrap();
        approve(&other, &rest).await.unwrap();
        assert_eq!(available(&t, id).await, 0);
        sound(&t).await;
    }

    async fn an_entry_is_reversed_once_and_not_by_its_author(t: TestEnv) {
        let id = merchant(&t, "Ann", None).await;
        let (one, other) = (t.operator(), t.system());
        let entry = request_entry(&one, wish("debit", id, EntryKind::Debit, 500)).await.unwrap();
        let tx = approve(&other, &entry).await.unwrap().tx.unwrap();
        assert!(matches!(reverse(&other, tx, "Mine").await, Err(Error::FourEyes)));
        let undone = reverse(&one, tx, "It was in time").await.unwrap();
        assert_eq!(available(&t, id).await, 0);
        assert!(matches!(reverse(&one, tx, "Again").await, Err(Error::AlreadyReversed)));
        assert!(matches!(reverse(&one, undone.tx, "Back").await, Err(Error::ReversalOfReversal)));
        sound(&t).await;
    }

    async fn merchants_enter_nothing_and_bad_input_is_named(t: TestEnv) {
        let id = merchant(&t, "Ann", None).await;
        let own = t.merchant(id);
        let denied = request_entry(&own, wish("gift", id, EntryKind::Credit, 500)).await.unwrap_err();
        assert_eq!(denied.kind(), FaultKind::Forbidden);
        let seen = manual_entries(&own, &EntryFilter::default(), &PageArgs::first(1)).await.unwrap_err();
        assert_eq!(seen.kind(), FaultKind::Forbidden);
        let ctx = t.operator();
        let zero = request_entry(&ctx, wish("zero", id, EntryKind::Credit, 0)).await.unwrap_err();
        assert_eq!((zero.kind(), zero.field().as_deref()), (FaultKind::Invalid, Some("amount")));
        let nobody = request_entry(&ctx, wish("nobody", ctx.new_id(), EntryKind::Credit, 1)).await.unwrap_err();
        assert_eq!(nobody.kind(), FaultKind::NotFound);
    }
}
