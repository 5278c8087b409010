//! What nobody can do to the ledger.

use billing::query::{JournalFilter, LineFilter, journal, merchant_balances, merchant_lines};
use billing::{Error, reverse};
use kernel::id::MerchantId;
use kernel::{Fault as _, FaultKind, PageArgs};

use crate::shop::{Part, capture, earn, merchant, recognize, sell, sound};

testkit::both_databases! {
    async fn twenty_at_once_under_one_key_post_once(t: TestEnv) {
        let ctx = t.system();
        let part = Part::plain(&ctx, ctx.new_id());
        let input = capture(&ctx, &[part], "sandbox");
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let (ctx, input) = (ctx.clone(), input.clone());
                tokio::spawn(async move { billing::post_captured(&ctx, input).await })
            })
            .collect();
        let mut posted = Vec::new();
        for task in tasks {
            posted.push(task.await.unwrap().unwrap());
        }
        assert_eq!(posted.iter().filter(|posted| !posted.replayed).count(), 1);
        assert!(posted.iter().all(|one| one.tx == posted[0].tx));
        let page = journal(&ctx, &JournalFilter::default(), &PageArgs::first(100)).await.unwrap();
        assert_eq!(page.into_rows().len(), 1);
        sound(&t).await;
    }

    async fn many_at_once_leave_no_gap(t: TestEnv) {
        let ctx = t.system();
        let merchants: Vec<MerchantId> = (0..3).map(|_| ctx.new_id()).collect();
        let tasks: Vec<_> = (0..30)
            .map(|n| {
                let (ctx, merchant) = (ctx.clone(), merchants[n % 3]);
                tokio::spawn(async move { sell(&ctx, &Part::plain(&ctx, merchant)).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let mut seqs: Vec<i64> = journal(&ctx, &JournalFilter::default(), &PageArgs::first(100))
            .await
            .unwrap()
            .into_rows()
            .iter()
            .map(|tx| tx.seq)
            .collect();
        seqs.sort_unstable();
        assert_eq!(seqs, (1..=60).collect::<Vec<i64>>());
        sound(&t).await;
    }

    async fn a_key_with_other_content_is_refused(t: TestEnv) {
        let ctx = t.system();
        let mut input = capture(&ctx, &[Part::plain(&ctx, ctx.new_id())], "sandbox");
        billing::post_captured(&ctx, input.clone()).await.unwrap();
        input.parts[0].gross_minor += 1;
        let error = billing::post_captured(&ctx, input).await.unwrap_err();
        assert!(matches!(&error, Error::KeyMismatch { .. }));
        assert_eq!((error.kind(), error.code()), (FaultKind::Conflict, "IDEMPOTENCY_KEY_REUSED"));
        sound(&t).await;
    }

    async fn a_sale_cannot_be_recognized_before_its_money_came(t: TestEnv) {
        let ctx = t.system();
        let part = Part::plain(&ctx, ctx.new_id());
        let recognized = recognize(&ctx, &part, ctx.now());
        let error = billing::post_recognized(&ctx, recognized.clone()).await.unwrap_err();
        assert!(matches!(error, Error::FloorBroken { balance_minor: -10_000, floor_minor: 0, .. }), "{error}");
        billing::post_captured(&ctx, capture(&ctx, &[part], "sandbox")).await.unwrap();
        billing::post_recognized(&ctx, recognized.clone()).await.unwrap();
        assert!(billing::post_recognized(&ctx, recognized).await.unwrap().replayed);
        sound(&t).await;
    }

    async fn a_sale_is_not_reversed_by_hand(t: TestEnv) {
        let ctx = t.operator();
        let system = t.system();
        let posted = billing::post_captured(&system, capture(&system, &[Part::plain(&system, system.new_id())], "x")).await;
        assert!(matches!(reverse(&ctx, posted.unwrap().tx, "No").await, Err(Error::NotPossible(_))));
    }

    async fn a_merchant_sees_only_its_own(t: TestEnv) {
        let (ann, bob) = (merchant(&t, "Ann", None).await, merchant(&t, "Bob", None).await);
        let system = t.system();
        earn(&t, &Part::plain(&system, ann)).await;
        earn(&t, &Part::plain(&system, bob)).await;
        let ctx = t.merchant(ann);
        let lines = merchant_lines(&ctx, ann, &LineFilter::default(), &PageArgs::first(100)).await.unwrap().into_rows();
        let gains: Vec<(&str, i64)> = lines.iter().map(|line| (line.account.as_str(), line.amount_minor)).collect();
        let expected = [
            ("available", 8_810),
            ("pending", -8_810),
            ("pending", 8_810),
            ("order_funds", -10_000),
            ("order_funds", 10_000),
        ];
        assert_eq!(gains, expected);
        let foreign = merchant_lines(&ctx, bob, &LineFilter::default(), &PageArgs::first(1)).await.unwrap_err();
        assert_eq!(foreign.kind(), FaultKind::NotFound);
        assert_eq!(merchant_balances(&ctx, bob).await.unwrap_err().kind(), FaultKind::NotFound);
        let journal = journal(&ctx, &JournalFilter::default(), &PageArgs::first(1)).await;
        assert_eq!(journal.unwrap_err().kind(), FaultKind::Forbidden);
        let posting = billing::post_captured(&ctx, capture(&ctx, &[Part::plain(&ctx, ann)], "x")).await;
        assert_eq!(posting.unwrap_err().kind(), FaultKind::Forbidden);
    }

    async fn lines_come_in_pages_without_gap(t: TestEnv) {
        let ctx = t.system();
        let merchant: MerchantId = ctx.new_id();
        for _ in 0..4 {
            sell(&ctx, &Part::plain(&ctx, merchant)).await;
        }
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let args = PageArgs::new(Some(5), after.clone()).unwrap();
            let page = merchant_lines(&ctx, merchant, &LineFilter::default(), &args).await.unwrap();
            seen.extend(page.items.iter().map(|(_, line)| (line.tx, line.line_no)));
            after = page.items.last().map(|(cursor, _)| cursor.as_str().to_owned());
            if !page.has_next {
                break;
            }
        }
        assert_eq!(seen.len(), 4 * 3);
        assert!(seen.is_sorted_by(|a, b| a > b));
    }
}
