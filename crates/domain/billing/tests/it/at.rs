//! The books as of any instant are the fold of what was posted until then; money in other currencies.

use billing::query::{
    AccountFilter, accounts, merchant_balances, merchant_balances_at, trial_balance, trial_balance_at,
};
use billing::{
    CapturedAbroad, RecordMovement, post_captured_abroad, record_conversion, record_provider_fee,
    record_provider_settlement,
};
use chrono::Duration;
use kernel::{Currency, Fault as _, FaultKind, Money, PageArgs};

use crate::shop::{EUR, Part, capture, capture_in, earn, merchant, sell, sound};

testkit::both_databases! {
    async fn the_books_as_of_an_instant_equal_what_they_were(t: TestEnv) {
        let ctx = t.system();
        let id = merchant(&t, "Ann", None).await;
        let mut seen = Vec::new();
        for step in 0..4 {
            if step % 2 == 0 {
                sell(&ctx, &Part::plain(&ctx, id)).await;
            } else {
                earn(&t, &Part::plain(&ctx, id)).await;
            }
            seen.push((ctx.now(), merchant_balances(&ctx, id).await.unwrap(), trial_balance(&ctx, EUR).await.unwrap()));
            t.clock.advance(Duration::days(1));
        }
        for (at, balances, trial) in seen {
            assert_eq!(merchant_balances_at(&ctx, id, Some(at)).await.unwrap(), balances);
            assert_eq!(trial_balance_at(&ctx, EUR, Some(at)).await.unwrap(), trial);
            let (mut held, mut after) = (Vec::new(), None);
            loop {
                let page = PageArgs::new(Some(2), after.clone()).unwrap();
                let page = accounts(&ctx, EUR, &AccountFilter::default(), Some(at), &page).await.unwrap();
                held.extend(page.items.iter().map(|(_, account)| (account.side, account.balance_minor)));
                after = page.items.last().map(|(cursor, _)| cursor.as_str().to_owned());
                if !page.has_next {
                    break;
                }
            }
            let of = |side| held.iter().filter(|(s, _)| *s == side).map(|(_, minor)| minor).sum::<i64>();
            assert_eq!(of(billing::Side::Debit), of(billing::Side::Credit));
            assert_eq!(held.len(), trial.iter().map(|line| usize::try_from(line.accounts).unwrap()).sum::<usize>());
        }
        let before = merchant_balances_at(&ctx, id, Some(ctx.now() - Duration::days(99))).await.unwrap();
        assert_eq!(before, []);
        let filter = AccountFilter { path: Some(format!("liability:merchant:{id}")), merchant: Some(id) };
        let own = accounts(&ctx, EUR, &filter, None, &PageArgs::first(10)).await.unwrap().into_rows();
        let roles: Vec<&str> = own.iter().map(|account| account.role.as_str()).collect();
        assert_eq!(roles, ["liability:merchant:available", "liability:merchant:pending"]);
        let denied = accounts(&t.merchant(id), EUR, &filter, None, &PageArgs::first(1)).await.unwrap_err();
        assert_eq!(denied.kind(), FaultKind::Forbidden);
        sound(&t).await;
    }

    async fn currencies_without_and_with_three_digits_do_not_drift(t: TestEnv) {
        let ctx = t.system();
        for (code, parts) in [("JPY", [1_999, 0, 250, 35, 54, 0]), ("KWD", [1_234, 100, 154, 12, 25, 0])] {
            let currency: Currency = code.parse().unwrap();
            let part = Part::new(&ctx, ctx.new_id(), ctx.new_id(), parts);
            billing::post_captured(&ctx, capture_in(&ctx, std::slice::from_ref(&part), "acme", currency)).await.unwrap();
            let trial = trial_balance(&ctx, currency).await.unwrap();
            let held = |role: &str| trial.iter().find(|line| line.role == role).map_or(0, |line| line.balance_minor);
            assert_eq!(held("liability:order_funds"), parts[0]);
            assert_eq!(held("asset:psp:clearing") + held("expense:promotion:marketplace_funded"), parts[0]);
        }
        sound(&t).await;
    }

    /// USD 107.99 at 0.9200 is EUR 99.35 owed; the provider gives EUR 99.16.
    async fn changed_money_leaves_no_position_open(t: TestEnv) {
        let ctx = t.system();
        let (usd, operator) = ("USD".parse::<Currency>().unwrap(), t.operator());
        let part = Part::new(&ctx, ctx.new_id(), ctx.new_id(), [9_935, 0, 0, 0, 0, 0]);
        let captured = capture(&ctx, std::slice::from_ref(&part), "acme");
        let abroad = CapturedAbroad {
            operation_id: captured.operation_id,
            order_id: captured.order_id,
            paid: Money::new(10_799, usd),
            place: captured.place,
            currency: EUR,
            parts: captured.parts,
            at: captured.at,
        };
        post_captured_abroad(&ctx, abroad.clone()).await.unwrap();
        assert!(post_captured_abroad(&ctx, abroad).await.unwrap().iter().all(|posted| posted.replayed));
        let input = RecordMovement {
            party: "acme".to_owned(),
            reference: "fx_1".to_owned(),
            amount: Money::new(10_799, usd),
            occurred_at: None,
        };
        let (owed, bought) = (Money::new(9_935, EUR), Money::new(9_916, EUR));
        let first = record_conversion(&operator, input.clone(), owed, bought).await.unwrap();
        let again = record_conversion(&operator, input.clone(), owed, bought).await.unwrap();
        assert_eq!(again.map(|posted| (posted.tx, posted.replayed)), first.map(|posted| (posted.tx, true)));
        let other = record_conversion(&operator, input.clone(), owed, Money::new(9_917, EUR)).await.unwrap_err();
        assert_eq!(other.code(), "IDEMPOTENCY_KEY_REUSED");
        let same = record_conversion(&operator, input, Money::new(1, usd), Money::new(1, usd)).await.unwrap_err();
        assert_eq!(same.field().as_deref(), Some("bought.currency"));
        let (dollars, euros) = (trial_balance(&ctx, usd).await.unwrap(), trial_balance(&ctx, EUR).await.unwrap());
        let held = |trial: &[billing::model::TrialLine], role: &str| {
            trial.iter().find(|line| line.role == role).map_or(0, |line| line.balance_minor)
        };
        assert_eq!((held(&dollars, "asset:psp:clearing"), held(&euros, "asset:psp:clearing")), (0, 9_916));
        assert_eq!(held(&euros, "expense:fx"), 19);
        assert_eq!(held(&euros, "liability:order_funds"), 9_935, "the rate was locked");
        assert_eq!((held(&dollars, "equity:fx_position"), held(&euros, "equity:fx_position")), (0, 0));
        sound(&t).await;
    }

    async fn a_report_entered_twice_counts_once(t: TestEnv) {
        let ctx = t.system();
        billing::post_captured(&ctx, capture(&ctx, &[Part::plain(&ctx, ctx.new_id())], "acme")).await.unwrap();
        let operator = t.operator();
        let movement = |reference: &str, minor| RecordMovement {
            party: "acme".to_owned(),
            reference: reference.to_owned(),
            amount: Money::new(minor, EUR),
            occurred_at: None,
        };
        for replayed in [false, true] {
            assert_eq!(record_provider_fee(&operator, movement("txn_1", 293)).await.unwrap().replayed, replayed);
            let settled = record_provider_settlement(&operator, movement("po_1", 9_707)).await.unwrap();
            assert_eq!(settled.replayed, replayed);
        }
        let changed = record_provider_fee(&operator, movement("txn_1", 294)).await.unwrap_err();
        assert_eq!(changed.code(), "IDEMPOTENCY_KEY_REUSED");
        let nothing = record_provider_fee(&operator, movement("txn_2", 0)).await.unwrap_err();
        assert_eq!(nothing.field().as_deref(), Some("amount"));
        let tomorrow = RecordMovement { occurred_at: Some(ctx.now() + Duration::days(1)), ..movement("txn_3", 1) };
        let early = record_provider_fee(&operator, tomorrow).await.unwrap_err();
        assert_eq!(early.field().as_deref(), Some("occurredAt"));
        let trial = trial_balance(&ctx, EUR).await.unwrap();
        let held = |role: &str| trial.iter().find(|line| line.role == role).unwrap().balance_minor;
        assert_eq!((held("asset:psp:clearing"), held("asset:bank"), held("expense:psp_fees")), (0, 9_707, 293));
        sound(&t).await;
    }
}
